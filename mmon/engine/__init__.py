"""Where the work runs: an engine streams a dataset's batches to per-column folds."""
