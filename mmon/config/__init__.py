"""The configuration: its sections and fields, the text of each key, and what is wrong with one."""
