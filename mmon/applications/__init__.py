"""Applications of the user's own: numbers and findings that no analysis of mmon's makes."""
