"""Tables of a numeric column that chance alone produces, cut at each deal's own quantiles.

Bins end at the reference's quantiles, so that another deal of the pooled rows has other bins. For
distinct values the rows of production between the reference's quantiles are Dirichlet-multinomial
whatever the distribution (Wilks 1942); where a quantile falls on a tie, the bin takes the whole
tie, as it does in the data.

References
----------
Wilks, *Statistical prediction with special reference to the problem of tolerance limits*, Ann.
Math. Stat. 1942.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from mmon.chance.bins.deals import draw_good
from mmon.chance.bins.table import quantile_ranks
from mmon.profiles.distributions.ecdf import Ecdf
from mmon.records.arrays import IntArray

# Ties lighter than this share of a bin's chance deviation are as good as none, ...
_LIGHT = 0.1
# ... but for so few rows of production that distances take few values, which bins of unequal rows
# tell apart.
_FEW = 100


def deal_cut(
    ref: Ecdf,
    cur: Ecdf,
    m: int,
    bins: int,
    *,
    held: IntArray,
    deals: int,
    rng: np.random.Generator,
) -> tuple[IntArray, IntArray]:
    """Deal the pooled finite rows to a reference and a production of ``m`` rows, and bin them.

    The reference has more than ``bins`` distinct values, and ``held`` rows in the bins that it was
    cut into. Returns the rows of both, (deals, C) each. Without ties the reference's is a broadcast
    row: as many as it holds.
    """
    starts, ends = _ties(ref, cur, m, bins)
    is_cut_so = not len(ends) and len(held) == bins
    ranks = np.cumsum(held)[:-1] if is_cut_so else quantile_ranks(ref.n, bins)
    widths = np.diff(ranks, prepend=0, append=ref.n + 1)
    shares = rng.standard_gamma(widths.astype(np.float64), (deals, bins))
    between = rng.multinomial(m, shares / shares.sum(axis=1, keepdims=True))
    places = ranks + np.cumsum(between[:, :-1], axis=1)
    tie = np.searchsorted(ends, places)
    is_tied = (np.append(starts, ref.n + m)[tie]) < places
    if not is_tied.any():
        ref_mass = np.diff(ranks, prepend=0, append=ref.n)
        return np.broadcast_to(ref_mass, between.shape), between
    start = np.where(is_tied, np.append(starts, 0)[tie], places - 1)
    end = np.where(is_tied, np.append(ends, 0)[tie], places)
    return _with_ties(_Quantiles(ranks, between, places, start, end, ref.n, m), bins, rng)


def _ties(ref: Ecdf, cur: Ecdf, m: int, bins: int) -> tuple[IntArray, IntArray]:
    """Ranks ``(start, end]`` that tied values take among the pooled rows, light ties left out."""
    values = np.unique(np.concatenate([ref.values, cur.values]))
    end = np.zeros(len(values), dtype=np.int64)
    for side in (ref, cur):
        end += np.append(0, side.cumulative)[np.searchsorted(side.values, values, side="right")]
    mass = np.diff(end, prepend=0)
    rows = ref.n + cur.n
    deviation = rows * np.sqrt((1 / ref.n + 1 / m) / bins)
    # A cell of a compressed summary is no tie, though its rows are counted at one value.
    light = 0.0 if m < _FEW else _LIGHT * deviation
    is_tie = mass > max(1.0, light, 2.0 * (ref.uncertain + cur.uncertain))
    scale = (ref.n + m) / rows
    starts, ends = (np.rint(rank[is_tie] * scale) for rank in (end - mass, end))
    return starts.astype(np.int64), ends.astype(np.int64)


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class _Quantiles:
    """The reference's quantiles in R deals, before ties are taken together."""

    ranks: IntArray  # (J,) ranks in the reference
    between: IntArray  # (R, J + 1) production rows from one quantile to the next
    places: IntArray  # (R, J) ranks among the pooled rows
    # (R, J) the pooled ranks ``(start, end]`` that are tied with each quantile
    start: IntArray
    end: IntArray
    n: int
    m: int


def _with_ties(at: _Quantiles, bins: int, rng: np.random.Generator) -> tuple[IntArray, IntArray]:
    """Move each cut to the end of its tie, and make a tie that fills a bin a bin of its own."""
    shared, upper = _upper_counts(at, rng)
    is_first = np.column_stack([np.ones(len(upper), dtype=bool), ~shared[:, :-1]])
    is_heavy = is_first & ((at.end - at.start) * bins >= at.n)
    if not is_heavy.any():
        return _masses(upper, at.end, at)
    # The start of a tie lies in the gap before it: deal that gap's rows to both sides of it.
    none = np.zeros((len(upper), 1), dtype=np.int64)
    left, left_end = (np.hstack([none, side[:, :-1]]) for side in (upper, at.end))
    good = np.where(is_heavy, at.ranks - 1 - left, 0)
    bad = np.where(is_heavy, at.places - 1 - left_end, 0) - good
    lower = left + draw_good(good, bad, np.where(is_heavy, at.start - left_end, 0), rng)
    is_own = is_heavy & ((upper - lower) * bins >= at.n)
    lower = np.where(is_own, lower, left)
    lower_end = np.where(is_own, at.start, left_end)
    counts = np.stack([lower, upper], axis=2).reshape(len(upper), -1)
    places = np.stack([lower_end, at.end], axis=2).reshape(len(upper), -1)
    return _masses(counts, places, at)


def _upper_counts(
    at: _Quantiles, rng: np.random.Generator
) -> tuple[np.ndarray[tuple[int, int], np.dtype[np.bool_]], IntArray]:
    """Whether a quantile shares its tie with the next, and the reference rows up to its end."""
    last = np.full((len(at.places), 1), at.n + at.m + 1)
    shared = np.hstack([at.places[:, 1:], last]) <= at.end
    # Reference rows strictly between a quantile and the next; the last gap has no next.
    good = np.append(np.diff(at.ranks) - 1, at.n - at.ranks[-1])
    good = np.broadcast_to(good, shared.shape)
    beyond = np.where(shared, 0, at.end - at.places)
    upper = at.ranks + draw_good(good, at.between[:, 1:], beyond, rng)
    for j in range(upper.shape[1] - 2, -1, -1):
        upper[:, j] = np.where(shared[:, j], upper[:, j + 1], upper[:, j])
    return shared, upper


def _masses(counts: IntArray, places: IntArray, at: _Quantiles) -> tuple[IntArray, IntArray]:
    ref = np.diff(counts, axis=1, prepend=0, append=at.n)
    cur = np.diff(places - counts, axis=1, prepend=0, append=at.m)
    return ref, cur
