"""Models that are fitted to sampled rows, by scikit-learn, which is optional."""

from __future__ import annotations

import importlib.util

LACKING = "scikit-learn is not installed: pip install 'mmon[ml]'"
"""Why a result that takes a fitted model has no value."""


def lacking() -> str | None:
    """`LACKING` where there is no scikit-learn; None where models can be fitted."""
    return LACKING if importlib.util.find_spec("sklearn") is None else None
