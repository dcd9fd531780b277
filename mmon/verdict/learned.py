"""Levels that earlier windows tell: what is usual for one number, and from where on it is not."""

from __future__ import annotations

import dataclasses
import math

import numpy as np

from mmon.results.quantity import Bound, Learned
from mmon.verdict.finding import Finding
from mmon.verdict.own_noise import Noise

FEWEST = 14
"""Windows without which no level is learned: two weeks of days."""


def settled(one: Finding, windows: Noise | None) -> Finding:
    """A finding with the level that it was to learn; one that learns none is as it was.

    Parameters
    ----------
    one : Finding
    windows : Noise or None
        Its values in windows before; where they are too few, it is in doubt.
    """
    learned = one.bound.learned
    if learned is None:
        return one
    if windows is None:
        return dataclasses.replace(
            one, doubt=f"its level is learned of windows, and it takes {FEWEST} of them"
        )
    values = windows.values if one.is_signed else np.abs(windows.values)
    sign = -1.0 if one.direction == "below" else 1.0
    level = sign * _level(sign * values, learned)
    # A drop or a rise is never judged to be one below none at all.
    level = max(level, 0.0) if one.aspect != "value" or not one.is_signed else level
    how = _words(learned)
    return dataclasses.replace(
        one,
        bound=Bound(one.bound.limit, detected=level),
        reason=one.reason or f"its level, {level:.3g}, is {how} of {len(values):,} windows",
    )


def _level(values: np.ndarray[tuple[int], np.dtype[np.float64]], learned: Learned) -> float:
    if learned.quantile is not None:
        return float(np.quantile(values, learned.quantile))
    spread = math.sqrt(float(values.var(ddof=1)))
    return float(values.mean()) + (learned.sigmas or 0.0) * spread


def _words(learned: Learned) -> str:
    if learned.quantile is not None:
        return f"the quantile {learned.quantile:g}"
    return f"{learned.sigmas:g} standard deviations beyond the mean"
