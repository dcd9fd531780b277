"""How good a model is in each bin of each feature."""
