"""Between which limits the ranks of every row lie when summaries are compressed.

A summary with ``u`` uncertain rows satisfies ``F̂ <= F <= F̂ + u / n``, hence the row of rank r
lies between the retained values of ranks r - u and r: only the first u rows of a cell may lie
below its retained value. This turns into limits for integrals over the pooled rows.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable

import numpy as np

from mmon.profiles.distributions.ecdf import Ecdf
from mmon.records.arrays import FloatArray, IntArray

Between = tuple[float, float]


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Limits:
    """Groups of rows with the limits of both distribution functions at them."""

    rows: FloatArray  # (G,) rows per group
    # (G,) each: lowest and highest share of rows strictly below the group's value, by side.
    own_under: tuple[FloatArray, FloatArray]
    # The same for the share at or below it.
    own_upto: tuple[FloatArray, FloatArray]
    other_under: tuple[FloatArray, FloatArray]
    other_upto: tuple[FloatArray, FloatArray]


@functools.lru_cache(maxsize=4)
def limits(own: Ecdf, other: Ecdf) -> Limits:
    """Limits at the rows of ``own``: the surely placed ones, then the others."""
    values = own.values.astype(np.float64)
    upto = own.cumulative
    under = upto - own.mass
    slack = own.uncertain
    loose = np.minimum(own.mass, slack)
    # The lowest value at which the first row of a cell may lie.
    rank = np.maximum(under + 1 - slack, 1)
    lowest = np.searchsorted(upto, rank, side="left")
    there = _shares(other, values)
    at_lowest = (there[0][lowest], there[1][lowest])
    # No row lies strictly below itself.
    most_under = np.minimum(under + slack, upto - 1)
    n, gap = own.n, other.rank_error

    def share(rows: IntArray) -> FloatArray:
        return np.minimum(rows / n, 1.0)

    def join(sure: FloatArray, unsure: FloatArray) -> FloatArray:
        return np.concatenate([sure, unsure])

    return Limits(
        rows=join((own.mass - loose).astype(np.float64), loose.astype(np.float64)),
        own_under=(join(share(under), share(under[lowest])), np.tile(share(most_under), 2)),
        own_upto=(join(share(upto), share(under + 1)), np.tile(share(upto + slack), 2)),
        other_under=(join(there[0], at_lowest[0]), np.tile(np.minimum(there[0] + gap, 1.0), 2)),
        other_upto=(join(there[1], at_lowest[1]), np.tile(np.minimum(there[1] + gap, 1.0), 2)),
    )


def _shares(side: Ecdf, at: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Share of rows below, and at or below, each value; at least."""
    padded = np.append(0, side.cumulative) / side.n
    values = side.values.astype(np.float64)
    return (
        padded[np.searchsorted(values, at, side="left")],
        padded[np.searchsorted(values, at, side="right")],
    )


def integral_error(
    value: float, ref: Ecdf, cur: Ecdf, part: Callable[[Limits, float, float], Between]
) -> float:
    """How far an integral over the pooled rows may be from ``value``.

    ``part`` gives the least and the most that all rows of a side add, from their limits and both
    sides' shares of all rows, the own one first.
    """
    if ref.is_exact and cur.is_exact:
        return 0.0
    rows = ref.n + cur.n
    parts = [part(limits(a, b), a.n / rows, b.n / rows) for a, b in ((ref, cur), (cur, ref))]
    lowest, highest = (float(sum(ends)) for ends in zip(*parts, strict=True))
    return max(highest / rows - value, value - lowest / rows, 0.0)


def squared(low: FloatArray, high: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Smallest and largest square of a number between ``low`` and ``high``."""
    largest = np.maximum(np.abs(low), np.abs(high))
    smallest = np.where((low <= 0.0) & (high >= 0.0), 0.0, np.minimum(np.abs(low), np.abs(high)))
    return smallest * smallest, largest * largest
