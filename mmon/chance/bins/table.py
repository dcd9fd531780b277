"""One table of rows per bin and side: what every binned metric measures.

Numeric and datetime columns are cut at the reference's quantiles, categorical ones at their labels;
missing values and infinities are in no bin.
A compressed summary does not know every count; the table then carries, for each bin, the interval
in which the exact count lies, so that a metric can bound its own error.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mmon.profiles.distributions.counts import Counts, align
from mmon.profiles.distributions.ecdf import Ecdf
from mmon.records.arrays import BoolArray, IntArray


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Side:
    """One dataset's rows per bin."""

    mass: IntArray  # (C,) rows per bin
    # (C,) interval that holds the exact count of each bin; equal to ``mass`` when exact.
    low: IntArray
    high: IntArray
    moved: int = 0  # rows that may sit in a wrong bin, at most

    @property
    def rows(self) -> int:
        """Rows of all bins."""
        return int(self.mass.sum())

    def changed(self, change: Callable[[IntArray], IntArray]) -> Side:
        """The same, with other bins."""
        return Side(change(self.mass), change(self.low), change(self.high), self.moved)


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Reference and production over the same bins; bins surely empty on both sides are left out."""

    ref: Side
    cur: Side
    # Rows of each side, all in the last bin, whose labels were not kept: exactly, they may be
    # spread over any number of labels.
    hidden: tuple[int, int] = (0, 0)
    is_bounded: bool = True  # False when a compressed reference leaves open which bins there are

    @property
    def is_exact(self) -> bool:
        """Whether the counts are those of the full data."""
        return self.is_bounded and not (self.ref.moved or self.cur.moved)


@functools.lru_cache(maxsize=64)
def tabulate(ref: Ecdf | Counts, cur: Ecdf | Counts, bins: int) -> Table:
    """Count both sides' rows per bin; the metrics of one column share the result.

    Parameters
    ----------
    ref, cur : two Ecdf or two Counts
    bins : int
        Bins of equal reference mass to aim at; not used for Counts.

    Raises
    ------
    TypeError
        When one side is numeric and the other categorical.
    """
    if isinstance(ref, Counts) and isinstance(cur, Counts):
        table = _labels(ref, cur)
    elif isinstance(ref, Ecdf) and isinstance(cur, Ecdf):
        found = cuts(ref, bins)
        table = Table(
            cut_side(ref, found),
            cut_side(cur, found),
            is_bounded=found.is_certain,
        )
    else:
        raise TypeError("cannot compare a numeric column with a categorical one")
    return _without_empty(table)


def _labels(ref: Counts, cur: Counts) -> Table:
    """One bin a label; what either side did not keep is one bin for both."""
    both = align(ref, cur)
    # A label that a capped side does not list may be among the rows it did not keep.
    folded = (both.ref == 0) & bool(ref.other) | (both.cur == 0) & bool(cur.other)
    hidden = (
        ref.other + int(both.ref[folded].sum()),
        cur.other + int(both.cur[folded].sum()),
    )
    sides = []
    for mass, counts, rows in ((both.ref, ref, hidden[0]), (both.cur, cur, hidden[1])):
        kept = mass[~folded]
        slack = min(counts.count_error, counts.other)
        low, high = np.append(kept, rows), np.append(kept + slack, rows)
        sides.append(Side(low, low, high, moved=rows))
    return Table(sides[0], sides[1], hidden=hidden)


def _without_empty(table: Table) -> Table:
    used = (table.ref.high > 0) | (table.cur.high > 0)
    if used.all():
        return table
    ref, cur = (side.changed(lambda rows: rows[used]) for side in (table.ref, table.cur))
    return dataclasses.replace(table, ref=ref, cur=cur)


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Cuts:
    """Where bins end."""

    at: NDArray[Any]  # (J,) ascending values, in the reference's dtype, at which a bin ends
    is_closed: BoolArray  # (J,) whether the value itself belongs to the bin that ends there
    # (J,) where not ``is_fixed``, the full data's cut is known to lie between this and ``at``.
    after: NDArray[Any]
    is_fixed: BoolArray  # (J,) whether the full data's cut is surely this one
    # Whether the full data surely give the same kind of cuts, in these intervals.
    is_certain: bool = True


@functools.lru_cache(maxsize=256)
def cuts(ref: Ecdf, bins: int) -> Cuts:
    """Cut a reference into about ``bins`` bins of equal mass.

    With at most ``bins`` distinct values each ends a bin, and what repeats is one of its own.
    Otherwise bins end at the reference's quantiles, and a value that holds a share of at least
    1 / bins is a bin of its own. The first and the last bin are open.
    """
    # A merge that was not compressed may repeat a value: its last cell has the full count.
    last = np.append(ref.values[1:] != ref.values[:-1], np.ones(min(1, len(ref.values)), bool))
    values, cumulative = ref.values[last], ref.cumulative[last]
    mass = np.diff(cumulative, prepend=0)
    if len(values) <= bins:
        # A value that was seen once may be one of very many.
        own, every = np.flatnonzero(mass > 1), np.arange(len(values))
        index = below = np.append(own, every)
        is_closed = np.arange(len(index)) >= len(own)
        is_certain = ref.is_exact
    else:
        ranks = quantile_ranks(ref.n, bins)
        edges = np.searchsorted(cumulative, ranks, side="left")
        # Values with surely fewer rows at or below them lie below the exact quantile.
        surely_below = np.searchsorted(cumulative + ref.uncertain, ranks, side="left") - 1
        own = np.flatnonzero(mass * bins >= ref.n)
        is_certain = not np.any((mass[own] - ref.uncertain) * bins < ref.n)
        # A quantile at such a value adds no cut, unless the full data may have it further down.
        is_own = np.isin(edges, own)
        kept = ~is_own | (surely_below < edges - 1)
        index = np.concatenate([own, own, edges[kept]])
        below = np.concatenate([own, own, surely_below[kept]])
        is_closed = np.arange(len(index)) >= len(own)
        is_closed[2 * len(own) :] = ~is_own[kept]
    order = np.lexsort((is_closed, index))
    index, below, is_closed = index[order], below[order], is_closed[order]
    # The smallest value is exact, so no quantile lies below it.
    after = values[np.maximum(below, 0)]
    return Cuts(values[index], is_closed, after, below >= index - 1, bool(is_certain))


def quantile_ranks(n: int, bins: int) -> IntArray:
    """Ranks (1-based) of the rows of a sorted reference at which bins of equal mass end."""
    return -(-np.arange(1, bins, dtype=np.int64) * n // bins)


def cut_side(side: Ecdf, found: Cuts) -> Side:
    """Rows of one side per bin: an estimate, and the interval of the exact count."""
    below = np.append(0, side.cumulative)
    opened = np.searchsorted(side.values, found.at, side="left")
    place = np.where(found.is_closed, np.searchsorted(side.values, found.at, "right"), opened)
    low = below[place]
    high = np.minimum(low + side.uncertain, side.n)
    inside = (place > 0) & (place < len(side.values))
    high = np.where(inside, high, low)
    count = low + np.where(inside, _rows_into_cell(side, place, found.at), 0)
    if not found.is_fixed.all():
        earliest = below[np.searchsorted(side.values, found.after, side="right")]
        low = np.where(found.is_fixed, low, np.minimum(earliest, low))
    count = np.maximum.accumulate(np.clip(count, low, high))
    ends = np.array([0]), np.array([side.n])
    low, count, high = (np.concatenate([ends[0], rows, ends[1]]) for rows in (low, count, high))
    moved = int(np.maximum(high - count, count - low).sum())
    return Side(
        np.diff(count),
        np.maximum(low[1:] - high[:-1], 0),
        high[1:] - low[:-1],
        min(moved, side.n),
    )


def _rows_into_cell(side: Ecdf, place: IntArray, at: NDArray[Any]) -> IntArray:
    """Estimate the rows of cell ``place`` that lie below ``at``; 0 where the cell is one value."""
    if side.is_exact:
        return np.zeros(len(place), dtype=np.int64)
    cell = np.clip(place, 1, len(side.values) - 1)
    end = side.values[cell].astype(np.float64)
    start = side.values[cell - 1].astype(np.float64)
    mass = side.mass[cell]
    width = np.maximum(end - start, np.finfo(np.float64).tiny)
    # The cell's mean tells how many of its rows lie before its last value, if they are spread
    # evenly; a cell that is a single value has none.
    spread = 2.0 * (end * mass - side.total[cell]) / width
    inner = np.clip(spread, 0.0, np.minimum(side.uncertain, mass - 1))
    share = np.clip((at.astype(np.float64) - start) / width, 0.0, 1.0)
    return np.rint(share * inner).astype(np.int64)
