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
    side, gap = _groups(own), other.rank_error
    under, upto = _shares(other, own.values.astype(np.float64))
    return Limits(
        rows=side.rows,
        own_under=side.under,
        own_upto=side.upto,
        other_under=(under[side.lowest], np.minimum(under[side.cell] + gap, 1.0)),
        other_upto=(upto[side.lowest], np.minimum(upto[side.cell] + gap, 1.0)),
    )


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class _Groups:
    """What limits take from one side alone."""

    rows: FloatArray  # (G,) at least one each
    cell: IntArray  # (G,) the cell that the rows of a group are in, ...
    lowest: IntArray  # ... and the one with the lowest value at which they may lie
    under: tuple[FloatArray, FloatArray]
    upto: tuple[FloatArray, FloatArray]


# A reference is asked again for every window.
@functools.lru_cache(maxsize=128)
def _groups(own: Ecdf) -> _Groups:
    upto, slack = own.cumulative, own.uncertain
    under = upto - own.mass
    loose = np.minimum(own.mass, slack)
    is_sure, is_loose = own.mass > loose, loose > 0
    # The lowest value at which the first row of a cell may lie.
    rank = np.maximum(under + 1 - slack, 1)
    lowest = np.searchsorted(upto, rank, side="left")
    # No row lies strictly below itself.
    most_under = np.minimum(under + slack, upto - 1)

    def join(sure: IntArray, unsure: IntArray) -> IntArray:
        return np.concatenate([sure[is_sure], unsure[is_loose]])

    def share(rows: IntArray) -> FloatArray:
        return np.minimum(rows / own.n, 1.0)

    every = np.arange(len(upto))
    return _Groups(
        rows=join(own.mass - loose, loose).astype(np.float64),
        cell=join(every, every),
        lowest=join(every, lowest),
        under=(share(join(under, under[lowest])), share(join(most_under, most_under))),
        upto=(share(join(upto, under + 1)), share(join(upto + slack, upto + slack))),
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
