"""What the bins of one feature add to the change of a metric, as quantities."""

from __future__ import annotations

import functools
from typing import Literal

from mmon.analyses.model_performance import APPLICATION
from mmon.results.quantity import Quantity, ResultKind

MEANS = ("error_rate", "log_loss", "brier_score", "mae", "mse", "bias")
"""What is a mean over rows, so that the bins of a feature add up to it."""


@functools.cache
def contribution(metric: str, part: Literal["mix", "rate"]) -> Quantity:
    """A part of a metric's change that one feature's bins explain."""
    what = {
        "mix": "rows that moved to bins where it is higher or lower",
        "rate": "what changed inside the bins",
    }
    return Quantity(
        APPLICATION,
        ResultKind.MODEL_PERFORMANCE,
        f"{metric}_{part}",
        f"the part of the change of {metric} that comes from {what[part]}",
        about="column",
        part_of=metric,
        is_check=True,
        page=f"""The {part} part of the change of {metric}, by the bins of a feature.

The change of a mean has two parts: mix, rows that moved to bins where it is higher or lower, and
rate, what changed inside the bins. They add up to the same overall change for every feature.""",
    )
