"""Windows of time or of rows: how long they are, where they begin, and when rows happened."""
