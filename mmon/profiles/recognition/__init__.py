"""How columns are written, and as what they are read."""
