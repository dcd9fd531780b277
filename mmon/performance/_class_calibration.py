"""The expected calibration error, with an interval that knows how noise inflates it.

The gaps of the bins are means over rows, and so nearly normal; the error is the sum of their
sizes, and so is never below what noise makes of it. Its interval holds the errors under which the
observed one is not extreme, with the likeliest gaps that have that error.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from mmon.performance import LEVEL, Estimate
from mmon.performance._class_intervals import variance_or_width, wilson
from mmon.profiles._class_scores import CALIBRATION_BINS, ScoreSums

_FloatArray = NDArray[np.float64]

# Draws of the gaps' noise: the interval's level is known to 0.3 points.
_DRAWS = 4000
_SEED = 20_170_815


def calibration_error(sums: ScoreSums) -> Estimate:
    """The mean absolute gap between confidence and share of hits, over rows.

    Parameters
    ----------
    sums : ScoreSums
        Of at least one row.
    """
    rows = sums.rows
    confidence, squares, products = sums.confidence
    hits = sums.bins[:, 1].astype(np.float64)
    gap = (hits - confidence) / rows
    # Of one row's part of each gap: a row is in one bin only.
    second = np.maximum(0.0, (hits - 2 * products + squares) / rows)
    value = min(1.0, float(np.abs(gap).sum()))
    if rows < 2:
        return Estimate(value, rows=rows)
    noise = _noise((np.diag(second) - np.outer(gap, gap)) / (rows - 1))
    spread = np.maximum(0.0, second - gap * gap) / (rows - 1)
    if not spread.any():
        # Not one surprise yet: as many as Wilson's interval allows.
        interval = max(0.0, value - wilson(0, rows)[1]), min(1.0, value + wilson(0, rows)[1])
        return Estimate(value, interval, variance_or_width(0.0, interval), rows)
    low, middle, high = _errors_at(value, gap, spread, noise)
    shrunk = _gaps_of(middle, gap, spread)
    drawn = np.abs(shrunk + noise).sum(axis=1)
    # Around the error that the middle stands for, bias included.
    variance = float(np.mean((drawn - np.abs(shrunk).sum()) ** 2))
    ends = (float(np.abs(_gaps_of(end, gap, spread)).sum()) for end in (low, high))
    interval = max(0.0, min(next(ends), value)), min(1.0, max(next(ends), value))
    return Estimate(value, interval, variance, rows)


@functools.cache
def _draws() -> _FloatArray:
    """(4000, 10) standard normal numbers, mirrored so that their mean is 0."""
    half = np.random.default_rng(_SEED).standard_normal((_DRAWS // 2, CALIBRATION_BINS))
    return np.concatenate([half, -half])


def _noise(covariance: _FloatArray) -> _FloatArray:
    """(4000, 10) draws of the gaps' sampling noise."""
    variances, axes = np.linalg.eigh(covariance)
    noise: _FloatArray = (_draws() * np.sqrt(np.maximum(variances, 0.0))) @ axes.T
    return noise


def _gaps_of(strength: float, gap: _FloatArray, spread: _FloatArray) -> _FloatArray:
    """The likeliest gaps of a smaller (strength > 0) or larger error than the observed one."""
    sizes = np.maximum(0.0, np.abs(gap) - strength * spread)
    gaps: _FloatArray = np.copysign(sizes, gap)
    return gaps


def _errors_at(
    value: float, gap: _FloatArray, spread: _FloatArray, noise: _FloatArray
) -> tuple[float, float, float]:
    """Strengths of the smallest error that is not contradicted, the middle one, and the largest.

    An error near 0 can only be contradicted by a larger value, and so gets all of the level's
    tail there; a large one gets half of it on either side.
    """
    scale = float(np.std(np.abs(noise).sum(axis=1)))

    def share_below(strength: float) -> float:
        drawn = np.abs(_gaps_of(strength, gap, spread) + noise).sum(axis=1)
        return float(np.mean(drawn < value))

    def lower_tail(strength: float) -> float:
        error = float(np.abs(_gaps_of(strength, gap, spread)).sum())
        return (1 - LEVEL) / 2 * min(1.0, error / (2 * scale))

    positive = spread > 0
    most = float(np.max(np.abs(gap[positive]) / spread[positive]))
    # Far enough for the smallest error to be contradicted.
    least = -20.0 / math.sqrt(float(spread[positive].max()))
    return (
        _strength(lambda at: share_below(at) > LEVEL + lower_tail(at), least, most),
        _strength(lambda at: share_below(at) > 0.5, least, most),
        _strength(lambda at: share_below(at) > lower_tail(at), least, most),
    )


def _strength(passes: Callable[[float], bool], least: float, most: float) -> float:
    """Where ``passes`` becomes true on the way from ``least`` to ``most``; ``most`` if nowhere."""
    if not passes(most):
        return most
    for _ in range(40):
        middle = (least + most) / 2
        least, most = (least, middle) if passes(middle) else (middle, most)
    return most
