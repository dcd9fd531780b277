"""File formats, one file each: how their files are told from others, and read."""
