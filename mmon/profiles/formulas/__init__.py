"""Numbers of a user's own, taken apart into sums that add up over batches, windows and files."""
