"""From batches of rows to profiles, window by window and segment by segment."""
