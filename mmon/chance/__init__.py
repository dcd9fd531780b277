"""How likely something is by chance: null distributions, exact tests and intervals."""
