"""A whole run: what is read of both sides and how, what is analysed, and what comes of it."""
