"""Damaged files of every kind that mmon reads: whatever they hold, it ends as it promises to."""
