"""Latencies over time, for charts: rows per step of time and per cell of a logarithmic scale.

A cell spans a tenth of its value, so a quantile read off it is within 5 % of the exact one: enough
for a line in a chart. What is judged comes from the column's `Ecdf`.

References
----------
Masson, Rim and Lee, *DDSketch*, VLDB 2019 (cells of constant relative width).
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mmon.profiles.activity.steps import coarser, joined, tally
from mmon.profiles.distributions.presence import are_counts
from mmon.records import Count, require
from mmon.records.arrays import FloatArray, IntArray

MOST_STEPS = 1_000
"""Steps kept; a chart shows fewer."""

_GROWTH = math.log(1.1)
# Cells reach from 1e-12 to 1e12 in any unit; 0 and below are the first cell.
_LOWEST = math.floor(math.log(1e-12) / _GROWTH)
_CELLS = 1 << 10


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class LatencySteps:
    """Rows by step of time and by latency.

    Attributes
    ----------
    step_us : int
        Length of a step in microseconds.
    keys : (E,) int64, ascending
        ``step * 1024 + cell``, where the step starts at ``step * step_us`` after 1970-01-01 UTC.
        Cell 0 holds latencies of at most 0; others hold
        ``(1.1 ** (cell + lowest), 1.1 ** (cell + 1 + lowest)]``.
    counts : (E,) int64
        Rows of each key.
    """

    step_us: Count
    keys: IntArray
    counts: IntArray

    def check(self) -> None:
        """Raise `MisfitError` when what was read back are no such counts."""
        require(self.step_us > 0, "has no step")
        require(self.keys.ndim == 1 and self.counts.shape == self.keys.shape, "is ragged")
        is_whole = (self.keys[1:] > self.keys[:-1]).all() and are_counts(self.counts)
        require(is_whole, "has keys that do not ascend, or counts below 0")

    @classmethod
    def of(cls, step_us: int, steps: IntArray, latency: FloatArray) -> LatencySteps:
        """Count a batch of (n,) latencies in these steps; NaN and infinite ones are left out."""
        is_known = np.isfinite(latency)
        if not is_known.all():
            steps, latency = steps[is_known], latency[is_known]
        keys, counts = tally(steps * _CELLS + _cells(latency))
        return cls(step_us, keys, counts).coarsened()

    @classmethod
    def merge(cls, parts: Sequence[LatencySteps]) -> LatencySteps:
        """All parts' rows; the same in any order and any grouping."""
        step_us = max(part.step_us for part in parts)
        same = [part.at(step_us) for part in parts]
        keys, counts = joined([part.keys for part in same], [part.counts for part in same])
        return cls(step_us, keys, counts).coarsened()

    def at(self, step_us: int) -> LatencySteps:
        """The same in longer steps: multiples of its own."""
        if step_us == self.step_us:
            return self
        steps, cells = np.divmod(self.keys, _CELLS)
        moved = steps // (step_us // self.step_us) * _CELLS + cells
        return LatencySteps(step_us, *joined([moved], [self.counts]))

    def coarsened(self) -> LatencySteps:
        """The same in steps so long that at most `MOST_STEPS` have rows."""
        found = self
        while len(found.keys) > MOST_STEPS and len(tally(found.steps)[0]) > MOST_STEPS:
            found = found.at(coarser(found.step_us))
        return found

    def quantiles(self, groups: IntArray, size: int, probabilities: Sequence[float]) -> FloatArray:
        """(P, size) latency quantiles of groups of steps, within 5 %; NaN where a group has no row.

        ``groups`` is (E,), the group of each key, in [0, size); negative ones are left out.
        """
        is_in = groups >= 0
        table = np.zeros((size, _CELLS), dtype=np.int64)
        np.add.at(table, (groups[is_in], self.keys[is_in] % _CELLS), self.counts[is_in])
        cumulative = table.cumsum(axis=1)
        rows = cumulative[:, -1]
        found = np.full((len(probabilities), size), np.nan)
        for index, probability in enumerate(probabilities):
            rank = np.maximum(1, np.ceil(probability * rows - 1e-9))
            cell = (cumulative < rank[:, None]).sum(axis=1)
            found[index] = np.where(rows > 0, _middle(cell), np.nan)
        return found

    @property
    def steps(self) -> IntArray:
        """(E,) int64, the number of each key's step."""
        return self.keys // _CELLS


def _cells(latency: FloatArray) -> IntArray:
    is_positive = latency > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        cells = np.ceil(np.log(latency) / _GROWTH) - 1 - _LOWEST
    clipped = np.clip(np.where(is_positive, cells, 0), np.where(is_positive, 1, 0), _CELLS - 1)
    return clipped.astype(np.int64)


def _middle(cell: NDArray[np.intp]) -> FloatArray:
    """The value of which a cell's ends are equally far away, relatively."""
    low = np.exp((cell + _LOWEST) * _GROWTH)
    # 2 a b / (a + b) for the ends a and b = 1.1 a.
    return np.where(cell == 0, 0.0, low * 2 * 1.1 / 2.1)
