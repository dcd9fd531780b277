"""Tables that chance alone produces, from which binned metrics take their p-values.

Under "nothing changed" the rows of both sides are exchangeable: every way to deal the pooled rows
to the reference and to production is equally likely. Tables of such deals are drawn exactly,
including that the reference's own quantiles move with the deal. The draws are seeded, so that the
same input gives the same p-value, and shared by the metrics of a column.

References
----------
Good, *Permutation, Parametric and Bootstrap Tests of Hypotheses*, 3rd ed., 2005. Wilks,
*Statistical prediction with special reference to the problem of tolerance limits*, Ann. Math.
Stat. 1942: a second sample's counts between a first one's order statistics are
Dirichlet-multinomial.
"""

from __future__ import annotations

import dataclasses
import functools

import numpy as np

from mmon.metrics._bins import FloatArray, IntArray, quantile_ranks, tabulate
from mmon.profile.counts import Counts
from mmon.profile.ecdf import Ecdf

# Cells drawn per column: 2,000 deals of ten bins, which take about 2 ms.
_CELLS = 24_000
_FEWEST, _MOST = 300, 2_000
_SEED = 20_240_229
# numpy draws hypergeometric numbers of populations below this.
_LARGEST_POPULATION = 1_000_000_000
# Ties lighter than this share of the noise of a bin are as good as none.
_LIGHT = 0.1
# Categories drawn one by one when there are more than twice as many; the rest are many and small,
# so that their sums are known from their moments.
_HEAD = 24
_NONE = np.empty((1, 0), dtype=np.int64)


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class NullTables:
    """Rows per bin in R equally likely deals.

    Attributes
    ----------
    ref, cur : (R, C) int64 or float64
        The bins of a numeric column; of a categorical one, those that vary most.
    n, m : int
        Rows of the reference and of production in every deal.
    pooled : (C,) int64
        Rows of both sides per bin of the observed table.
    is_fixed : bool
        Whether the bins are the same in every deal.
    rest : (D,) int64
        Those of ``pooled`` that are not in ``ref`` and ``cur``.
    rest_rows : (R,) int64
        Production rows in all of ``rest``, per deal.
    noise : (R,) float64
        Standard normal numbers: how one deal of ``rest`` differs from another.
    """

    ref: IntArray
    cur: IntArray
    n: int
    m: int
    pooled: IntArray
    is_fixed: bool = True
    rest: IntArray = dataclasses.field(default_factory=lambda: _NONE[0])
    rest_rows: IntArray = dataclasses.field(default_factory=lambda: _NONE[0])
    noise: FloatArray = dataclasses.field(default_factory=lambda: np.empty(0))

    @property
    def weight(self) -> float:
        """The reference's share of all rows."""
        return self.n / (self.n + self.m)


@functools.lru_cache(maxsize=16)
def null_tables(
    ref: Ecdf | Counts, cur: Ecdf | Counts, bins: int, rows: int | None = None
) -> NullTables:
    """Deal the pooled rows ``R`` times to a reference and a production of ``rows`` rows."""
    table = tabulate(ref, cur, bins)
    n, m = table.ref.rows, table.cur.rows if rows is None else rows
    rng = np.random.default_rng(_SEED)
    pooled = _scaled(table.ref.mass + table.cur.mass, n + m)
    pooled = pooled[pooled > 0]
    if isinstance(ref, Ecdf) and isinstance(cur, Ecdf) and cur.n and len(ref.values) > bins:
        ref_mass, cur_mass = _moving(ref, cur, bins, n, m, rng)
        return NullTables(ref_mass, cur_mass, n, m, pooled, is_fixed=False)
    if len(pooled) <= 2:
        # Two categories are summed exactly: nothing to draw.
        return NullTables(_NONE, _NONE, n, m, np.append(pooled, [0, 0])[:2])
    return _fixed(pooled, n, m, rng)


def _fixed(pooled: IntArray, n: int, m: int, rng: np.random.Generator) -> NullTables:
    """Deals into categories that do not move."""
    if len(pooled) <= 2 * _HEAD:
        drawn = deal(pooled, m, _deals(len(pooled)), rng)
        return NullTables(pooled - drawn, drawn, n, m, pooled)
    pooled = np.sort(pooled)
    rest, head = pooled[:-_HEAD], pooled[-_HEAD:]
    drawn = deal(np.append(head, rest.sum()), m, _deals(_HEAD), rng)
    noise = rng.standard_normal(len(drawn))
    own = drawn[:, :-1]
    return NullTables(head - own, own, n, m, pooled, True, rest, drawn[:, -1], noise)


def _deals(cells: int) -> int:
    return int(np.clip(_CELLS // cells, _FEWEST, _MOST))


def _scaled(mass: IntArray, total: int) -> IntArray:
    """Whole rows in proportion to ``mass`` that sum to ``total``."""
    rows = int(mass.sum())
    if rows == total:
        return mass
    ends = np.rint(np.cumsum(mass) * (total / rows)).astype(np.int64)
    return np.diff(ends, prepend=0)


def deal(pooled: IntArray, m: int, deals: int, rng: np.random.Generator) -> IntArray:
    """Draw production's rows per category, (deals, C): multivariate hypergeometric."""
    if pooled.sum() < _LARGEST_POPULATION:
        return rng.multivariate_hypergeometric(pooled, m, size=deals, method="marginals")
    # Beyond numpy's range: rare categories are Poisson, the others normal given the sum.
    share = m / float(pooled.sum())
    variance = pooled * share * (1 - share)
    is_rare = variance < 100.0
    drawn = np.empty((deals, len(pooled)))
    drawn[:, is_rare] = rng.poisson(pooled[is_rare] * share, (deals, int(is_rare.sum())))
    drawn[:, is_rare] = np.minimum(drawn[:, is_rare], pooled[is_rare])
    common = rng.standard_normal((deals, int((~is_rare).sum()))) * np.sqrt(variance[~is_rare])
    drawn[:, ~is_rare] = common + pooled[~is_rare] * share
    weight = np.where(is_rare, 0.0, variance) / variance[~is_rare].sum()
    drawn += (m - drawn.sum(axis=1, keepdims=True)) * weight
    return np.clip(np.rint(drawn), 0, pooled).astype(np.int64)


def _moving(
    ref: Ecdf, cur: Ecdf, bins: int, n: int, m: int, rng: np.random.Generator
) -> tuple[IntArray, IntArray]:
    """Deals of a numeric column, with the cuts at the quantiles of each deal's reference."""
    cur_rows = cur.presence.rows
    apart = np.array(
        [
            ref.presence.missing + cur.presence.missing,
            getattr(ref.presence, "inf", 0) + getattr(cur.presence, "inf", 0),
        ]
    )
    finite_m = m if m == cur_rows and not apart.any() else round(m * cur.n / cur_rows)
    finite_m = max(finite_m, 1)
    deals = _deals(bins)
    ref_mass, cur_mass = _finite(ref, cur, bins, finite_m, deals, rng)
    if apart.any():
        pooled = _scaled(np.append(apart, ref.n + cur.n), n + m)
        drawn = deal(pooled, m, deals, rng)
        kept = pooled - drawn
        # Given how many values are missing, the others are dealt as if they were alone.
        ref_mass = np.column_stack([ref_mass * (kept[:, 2:] / ref.n), kept[:, :2]])
        cur_mass = np.column_stack([cur_mass * (drawn[:, 2:] / finite_m), drawn[:, :2]])
    return ref_mass, cur_mass


def _finite(
    ref: Ecdf, cur: Ecdf, bins: int, m: int, deals: int, rng: np.random.Generator
) -> tuple[IntArray, IntArray]:
    ranks = quantile_ranks(ref.n, bins)
    widths = np.diff(ranks, prepend=0, append=ref.n + 1)
    shares = rng.standard_gamma(widths.astype(np.float64), (deals, bins))
    shares /= shares.sum(axis=1, keepdims=True)
    between = rng.multinomial(m, shares)
    places = ranks + np.cumsum(between[:, :-1], axis=1)
    starts, ends = _ties(ref, cur, ref.n + m, bins, m)
    atom = np.searchsorted(ends, places)
    safe = np.minimum(atom, len(ends) - 1) if len(ends) else atom
    is_tied = (atom < len(ends)) & (starts[safe] < places) if len(ends) else atom < 0
    if not is_tied.any():
        ref_mass = np.broadcast_to(np.diff(ranks, prepend=0, append=ref.n), between.shape)
        return ref_mass, between
    start = np.where(is_tied, starts[safe], places - 1)
    end = np.where(is_tied, ends[safe], places)
    return _with_ties(_Gaps(ranks, between, places, start, end, ref.n, m), bins, rng)


def _ties(
    ref: Ecdf, cur: Ecdf, rows: int, bins: int, m: int
) -> tuple[IntArray, IntArray]:
    """Ranks ``(start, end]`` that tied values take among the pooled rows, heavy ties only."""
    values = np.unique(np.concatenate([ref.values, cur.values]))
    end = np.zeros(len(values), dtype=np.int64)
    for side in (ref, cur):
        end += np.append(0, side.cumulative)[np.searchsorted(side.values, values, side="right")]
    mass = np.diff(end, prepend=0)
    noise = (ref.n + cur.n) * _LIGHT * np.sqrt((1 / ref.n + 1 / m) / bins)
    # A cell of a compressed summary is not a tie, though its rows stand at one value.
    heavy = mass > max(1.0, noise, 2.0 * (ref.uncertain + cur.uncertain))
    scale = rows / (ref.n + cur.n)
    ends = np.rint(end[heavy] * scale).astype(np.int64)
    starts = np.rint((end - mass)[heavy] * scale).astype(np.int64)
    return starts, ends


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class _Gaps:
    """R deals cut at the reference's quantiles, before ties are taken together.

    Attributes
    ----------
    ranks : (J,) int64, the quantiles' ranks in the reference
    between : (R, J + 1) int64, production rows between one quantile and the next
    places : (R, J) int64, the quantiles' ranks among the pooled rows
    start, end : (R, J) int64, the ranks ``(start, end]`` tied with each quantile
    n, m : int
    """

    ranks: IntArray
    between: IntArray
    places: IntArray
    start: IntArray
    end: IntArray
    n: int
    m: int


def _with_ties(gaps: _Gaps, bins: int, rng: np.random.Generator) -> tuple[IntArray, IntArray]:
    """Move each cut to the end of its tie, and give ties that hold 1 / bins a bin of their own."""
    ranks, places, start, end = gaps.ranks, gaps.places, gaps.start, gaps.end
    # Reference rows strictly between a quantile and the next; the last gap has no next.
    good = np.append(np.diff(ranks) - 1, gaps.n - ranks[-1])
    bad = gaps.between[:, 1:]
    next_place = np.column_stack([places[:, 1:], np.full(len(places), gaps.n + gaps.m + 1)])
    shared = next_place <= end
    after = np.where(shared, 0, end - places)
    gained = _hypergeometric(np.broadcast_to(good, bad.shape), bad, after, rng)
    upper = ranks + gained
    for j in range(len(ranks) - 2, -1, -1):
        upper[:, j] = np.where(shared[:, j], upper[:, j + 1], upper[:, j])
    heavy_rows = gaps.n / bins
    if not ((end - start) >= heavy_rows).any():
        return _masses(upper, end, gaps)
    # The tie's lower end lies in the gap before it, unless the quantile before shares the tie.
    first = np.column_stack([np.ones(len(places), dtype=bool), ~shared[:, :-1]])
    left = np.column_stack([np.zeros(len(places), np.int64), upper[:, :-1]])
    left_end = np.column_stack([np.zeros(len(places), np.int64), end[:, :-1]])
    good_left = ranks - 1 - left
    bad_left = (places - 1 - left_end) - good_left
    take = np.where(first & (end - start >= heavy_rows), start - left_end, 0)
    ok = first
    drawn = _hypergeometric(np.where(ok, good_left, 0), np.where(ok, bad_left, 0), take, rng)
    lower = left + drawn
    is_own = first & (end - start >= heavy_rows) & (upper - lower >= heavy_rows)
    lower = np.where(is_own, lower, left)
    lower_end = np.where(is_own, start, left_end)
    counts = np.stack([lower, upper], axis=2).reshape(len(places), -1)
    positions = np.stack([lower_end, end], axis=2).reshape(len(places), -1)
    return _masses(counts, positions, gaps)


def _masses(counts: IntArray, positions: IntArray, gaps: _Gaps) -> tuple[IntArray, IntArray]:
    ref = np.diff(counts, axis=1, prepend=0, append=gaps.n)
    cur = np.diff(positions - counts, axis=1, prepend=0, append=gaps.m)
    return ref, cur


def _hypergeometric(
    good: IntArray, bad: IntArray, take: IntArray, rng: np.random.Generator
) -> IntArray:
    """Good rows among ``take`` rows; numpy's draw where it can, the normal one beyond."""
    drawn = np.zeros(take.shape, dtype=np.int64)
    needed = take > 0
    good, bad, take = good[needed], bad[needed], take[needed]
    small = np.maximum(good, bad) < _LARGEST_POPULATION
    result = np.zeros(len(take), dtype=np.int64)
    result[small] = rng.hypergeometric(good[small], bad[small], take[small])
    if not small.all():
        g, b, t = (side[~small].astype(np.float64) for side in (good, bad, take))
        share = g / (g + b)
        spread = np.sqrt(t * share * (1 - share) * (1 - t / (g + b)))
        wanted = np.rint(t * share + spread * rng.standard_normal(len(t)))
        result[~small] = np.clip(wanted, np.maximum(0, t - b), np.minimum(g, t)).astype(np.int64)
    drawn[needed] = result
    return drawn
