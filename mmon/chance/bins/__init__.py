"""Null distributions of what is measured on counts in bins, or of categories."""
