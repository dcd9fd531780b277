"""The expected calibration error, with an interval that knows how noise inflates it.

The gaps of the bins are means over rows, and so nearly normal; the error is the sum of their
sizes, and so is never below what noise makes of it. Its interval holds the errors under which the
observed one is not extreme, with the likeliest gaps that have that error.
"""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Callable

import numpy as np

from mmon.chance.proportions import wilson
from mmon.chance.skewed_means import LEVEL
from mmon.performance import Estimate
from mmon.performance._class_intervals import variance_or_width
from mmon.profiles.outcomes.class_scores import CALIBRATION_BINS, ScoreSums
from mmon.records.arrays import FloatArray

# Draws of the gaps' noise: the interval's level is known to 0.3 points.
_DRAWS = 4000
_SEED = 20_170_815


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class _Gaps:
    """The observed gaps of the bins, as parts of the error, and what their noise depends on."""

    rows: int
    gap: FloatArray  # (10,) (hits - sum of confidence) / rows
    share: FloatArray  # (10,) each bin's share of the rows
    # (10,) sum of confidence * (1 - confidence), over rows: a row's variance in a calibrated bin.
    chance: FloatArray
    tilt: FloatArray  # (10,) what one unit of mean gap adds to it

    @classmethod
    def of(cls, sums: ScoreSums) -> _Gaps:
        confidence, squares, _ = sums.confidence / sums.rows
        share, hits = sums.bins.T / sums.rows
        tilt = 1 - 2 * confidence / np.where(share > 0, share, 1.0)
        return cls(sums.rows, hits - confidence, share, confidence - squares, tilt)

    def spread(self, gap: FloatArray) -> FloatArray:
        """(10,) variance of the observed gaps when the true ones are ``gap``."""
        second: FloatArray = np.maximum(self.chance + self.tilt * gap, 0.0)
        return np.maximum(second - gap * gap, 0.0) / self.rows

    @property
    def yielding(self) -> FloatArray:
        """(10,) how much each gap gives way: the larger of its variances with and without it."""
        return np.maximum(self.spread(self.gap), self.spread(np.zeros_like(self.gap)))

    def stronger(self, strength: float) -> FloatArray:
        """(10,) the likeliest gaps of a smaller (strength > 0) or larger error than observed."""
        sizes = np.maximum(0.0, np.abs(self.gap) - strength * self.yielding)
        return np.asarray(np.copysign(sizes, self.gap))

    def errors(self, gap: FloatArray) -> FloatArray:
        """(4000,) errors that are observed when the true gaps are ``gap``."""
        return np.asarray(np.abs(gap + _draws() * np.sqrt(self.spread(gap))).sum(axis=1))


def calibration_error(sums: ScoreSums) -> Estimate:
    """The mean absolute gap between confidence and share of hits, over one row or more."""
    gaps = _Gaps.of(sums)
    value = min(1.0, float(np.abs(gaps.gap).sum()))
    if sums.rows < 2:
        return Estimate(value, rows=sums.rows)
    if not gaps.yielding.any():
        # Not one surprise yet: as many as Wilson's interval allows.
        unseen = wilson(0, sums.rows)[1]
        interval = max(0.0, value - unseen), min(1.0, value + unseen)
        return Estimate(value, interval, variance_or_width(0.0, interval), sums.rows)
    low, high = (gaps.stronger(strength) for strength in _strengths(gaps, value))
    # Around the smallest error, where noise adds most to the value: that, too, differs between
    # few and many rows.
    variance = float(np.mean((gaps.errors(low) - np.abs(low).sum()) ** 2))
    ends = float(np.abs(low).sum()), float(np.abs(high).sum())
    interval = max(0.0, min(ends[0], value)), min(1.0, max(ends[1], value))
    return Estimate(value, interval, variance, sums.rows)


@functools.cache
def _draws() -> FloatArray:
    """(4000, 10) standard normal numbers, mirrored so that their mean is 0."""
    half = np.random.default_rng(_SEED).standard_normal((_DRAWS // 2, CALIBRATION_BINS))
    return np.concatenate([half, -half])


def _strengths(gaps: _Gaps, value: float) -> tuple[float, float]:
    """Strengths of the smallest error that is not contradicted, and of the largest.

    An error near 0 can only be contradicted by a larger value, and so gets all of the level's
    tail there; a large one gets half of it on either side.
    """
    spread = gaps.yielding
    scale = math.sqrt(float(spread.sum()))

    def share_below(strength: float) -> float:
        return float(np.mean(gaps.errors(gaps.stronger(strength)) < value))

    def lower_tail(strength: float) -> float:
        error = float(np.abs(gaps.stronger(strength)).sum())
        return (1 - LEVEL) / 2 * min(1.0, error / (2 * scale))

    positive = spread > 0
    # A little more than closes the last gap, whatever the rounding.
    most = (1 + 1e-9) * float(np.max(np.abs(gaps.gap[positive]) / spread[positive]))
    # Far enough for the smallest error to be contradicted.
    least = -20.0 / math.sqrt(float(spread[positive].max()))
    return (
        _strength(lambda at: share_below(at) > LEVEL + lower_tail(at), least, most),
        _strength(lambda at: share_below(at) > lower_tail(at), least, most),
    )


def _strength(passes: Callable[[float], bool], least: float, most: float) -> float:
    """Where ``passes`` becomes true on the way from ``least`` to ``most``; ``most`` if nowhere."""
    if not passes(most):
        return most
    # To a thousandth of the noise: far below what the draws resolve.
    for _ in range(17):
        middle = (least + most) / 2
        least, most = (least, middle) if passes(middle) else (middle, most)
    return most
