"""Null distributions of what is measured on the order of numbers."""
