"""Summaries of a dataset that merge: all that is said of it is a function of them."""
