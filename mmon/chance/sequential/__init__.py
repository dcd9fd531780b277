"""Evidence that adds up over windows: what no single one of them can prove."""
