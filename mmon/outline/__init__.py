"""A document read once, into the words, tables and titles that every format lays out."""
