"""Tables that chance alone produces, from which binned metrics take their p-values.

Under "nothing changed" the rows of both sides are exchangeable: every way to deal the pooled rows
to the reference and to production is equally likely. The deals are seeded by the data, so that the
same input gives the same p-value, and are shared by the metrics of a column.

References
----------
Good, *Permutation, Parametric and Bootstrap Tests of Hypotheses*, 3rd ed., 2005.
"""

from __future__ import annotations

import dataclasses
import functools
import zlib
from collections.abc import Callable
from typing import TypeGuard

import numpy as np

from mmon.chance.bins.deals import deal
from mmon.chance.bins.dealt_cuts import deal_cut
from mmon.chance.bins.table import tabulate
from mmon.profiles.distributions import Distribution, Ecdf
from mmon.records.arrays import FloatArray, IntArray

Terms = Callable[[FloatArray, FloatArray, float], FloatArray]
"""Of a metric: one term a category, from both sides' shares and the reference's of all rows."""

# Cells drawn per column: 2,000 deals of up to 12 bins, in about 2 ms.
_CELLS = 24_000
_FEWEST, _MOST = 300, 2_000
ROUNDS = (250, _MOST)
"""How many deals are tried at most, at first, and where those leave too much open."""
# Categories drawn one by one when there are more than twice as many; the rest are many and small,
# so that their sums are known from their moments.
_HEAD = 24
_SEED = 0
_NO_ROWS = np.empty(0, dtype=np.int64)


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class NullTables:
    """Rows per bin in R equally likely deals."""

    # (R, C) the bins of a numeric column; of a categorical one, those that vary most.
    ref: IntArray | FloatArray
    cur: IntArray | FloatArray
    # Rows of the reference and of production in every deal.
    n: int
    m: int
    pooled: IntArray  # (B,) rows of both sides in each bin of the observed table
    is_fixed: bool = True  # whether the bins are the same in every deal
    # (C,) where the bins move so that the reference has the same rows in each, those rows; else
    # empty.
    held: IntArray = dataclasses.field(default_factory=lambda: _NO_ROWS)
    # (D,) those of ``pooled`` that are not in ``ref`` and ``cur``.
    rest: IntArray = dataclasses.field(default_factory=lambda: _NO_ROWS)
    # (R,) production rows in all of ``rest``, per deal.
    rest_rows: IntArray = dataclasses.field(default_factory=lambda: _NO_ROWS)
    # (R,) standard normal numbers: how one deal of ``rest`` differs from another.
    noise: FloatArray = dataclasses.field(default_factory=lambda: np.empty(0))

    @property
    def weight(self) -> float:
        """The reference's share of all rows."""
        return self.n / (self.n + self.m)


# Enough for the labels of all segments of a column: asked for a score, and again for a verdict.
@functools.lru_cache(maxsize=64)
def null_tables(
    ref: Distribution, cur: Distribution, bins: int, rows: int | None = None, most: int = _MOST
) -> NullTables:
    """Deal the pooled rows to a reference of its own size and a production of ``rows`` values.

    That is done as often as a number of bins allows, and at ``most`` so many times.
    """
    table = tabulate(ref, cur, bins)
    n, m = table.ref.rows, table.cur.rows
    m = m if rows is None else rows
    pooled = _scaled(table.ref.mass + table.cur.mass, n + m)
    pooled = pooled[pooled > 0]
    # Seeded by the data: the errors of different columns are independent, and average out.
    rng = np.random.default_rng([_SEED, zlib.crc32(pooled.tobytes())])
    if _has_quantiles(ref, bins) and isinstance(cur, Ecdf) and cur.n:
        ref_mass, cur_mass = deal_cut(
            ref, cur, max(1, m), bins, held=table.ref.mass, deals=_deals(bins, most), rng=rng
        )
        held = ref_mass[0] if ref_mass.strides[0] == 0 else _NO_ROWS
        return NullTables(ref_mass, cur_mass, n, m, pooled, is_fixed=False, held=held)
    if len(pooled) <= 2:
        # Two categories are summed exactly: nothing to draw.
        nothing = np.empty((0, len(pooled)), dtype=np.int64)
        return NullTables(nothing, nothing, n, m, pooled)
    return _fixed(pooled, n, m, most, rng)


def _has_quantiles(ref: Distribution, bins: int) -> TypeGuard[Ecdf]:
    return isinstance(ref, Ecdf) and len(ref.values) > bins


def _scaled(mass: IntArray, total: int) -> IntArray:
    """Whole rows in proportion to ``mass`` that sum to ``total``."""
    rows = int(mass.sum())
    if rows == total:
        return mass
    ends = np.rint(np.cumsum(mass) * (total / rows)).astype(np.int64)
    return np.asarray(np.diff(ends, prepend=0))


def _deals(cells: int, most: int) -> int:
    return int(min(np.clip(_CELLS // cells, _FEWEST, _MOST), most))


def _fixed(pooled: IntArray, n: int, m: int, most: int, rng: np.random.Generator) -> NullTables:
    """Deals into categories that do not move."""
    if len(pooled) <= 2 * _HEAD:
        drawn = deal(pooled, m, _deals(len(pooled), most), rng)
        return NullTables(pooled - drawn, drawn, n, m, pooled)
    pooled = np.sort(pooled)
    rest, head = pooled[:-_HEAD], pooled[-_HEAD:]
    drawn = deal(np.append(head, rest.sum()), m, _deals(_HEAD, most), rng)
    own, rest_rows = drawn[:, :-1], drawn[:, -1]
    noise = rng.standard_normal(len(drawn))
    return NullTables(head - own, own, n, m, pooled, rest=rest, rest_rows=rest_rows, noise=noise)
