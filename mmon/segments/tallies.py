"""Rows of segments by level of the loss, with the reference brought to production's mix.

Where rows moved between the bins of a segment, its mean changes although the model did not. So the
reference's rows are weighted until every bin has the share that it has in production (direct
standardisation), and count as the number of equal rows that tell as much (Kish).

References
----------
Kitagawa, *Standardized comparisons in population research*, Demography 1964. Kish, *Survey
Sampling*, 1965, 11.7 (the effective number of rows). Deming and Stephan, *On a least squares
adjustment of a sampled frequency table*, Annals of Mathematical Statistics 1940 (the weights of two
features).
"""

from __future__ import annotations

import dataclasses

import numpy as np

from mmon.records.arrays import BoolArray, FloatArray
from mmon.segments._rows import Rows
from mmon.segments.conditions import Condition, Segment, over_runs

# Of the proportional fitting of two margins; each leaves a fraction of the last one's gap.
_ROUNDS = 20
# Counts that are whole must be so in spite of rounding: the tests sum over whole numbers.
_DIGITS = 6


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """Rows of S segments, and of what is outside of each, by level of the loss.

    Attributes
    ----------
    values : (K,) float64, ascending
        The loss at each level: (0, 1) for classes, right and wrong.
    ref, cur, ref_rest, cur_rest : (S, K) float64
        The reference's are effective rows: fewer than there are where the mix changed.
    """

    values: FloatArray
    ref: FloatArray
    cur: FloatArray
    ref_rest: FloatArray
    cur_rest: FloatArray

    def take(self, segments: BoolArray) -> Tally:
        """The given segments only."""
        return Tally(
            self.values,
            self.ref[segments],
            self.cur[segments],
            self.ref_rest[segments],
            self.cur_rest[segments],
        )

    def rows(self) -> tuple[float, float]:
        """Rows of either side, inside and outside of a segment."""
        ref, cur = self.ref + self.ref_rest, self.cur + self.cur_rest
        # The reference's are fewer where a segment's bins had to be weighted.
        return float(ref.sum(axis=1).max()), float(cur.sum(axis=1).max())

    def are_at_least(self, least: tuple[float, float], least_rest: float) -> BoolArray:
        """(S,) whether segment and rest have so many rows; that says nothing of their losses."""
        sides = (self.ref, least[0]), (self.cur, least[1])
        rests = (self.ref_rest, least_rest), (self.cur_rest, least_rest)
        enough = [rows.sum(axis=1) >= count for rows, count in (*sides, *rests)]
        all_enough: BoolArray = np.logical_and.reduce(enough)
        return all_enough


def tally_conditions(
    values: FloatArray, bins: list[FloatArray], families: list[list[Condition]]
) -> Tally:
    """The tally of conditions on single features.

    Parameters
    ----------
    values : (K,) float64
    bins : F arrays (B, 2, K)
        Rows of each feature's bins by side and level of the loss.
    families : F lists of Condition
        The segments are theirs, one after the other; there is at least one feature.
    """
    found = [_tally(*pair) for pair in zip(bins, families, strict=True)]
    parts = (np.concatenate(part) for part in zip(*found, strict=True))
    return Tally(values, *parts)


def _tally(bins: FloatArray, family: list[Condition]) -> tuple[FloatArray, ...]:
    """The four arrays of `Tally` for one feature."""
    ref, cur = bins[:, 0], bins[:, 1]
    n, m = ref.sum(axis=1), cur.sum(axis=1)
    # Production's rows in bins that the reference does not know have no counterpart.
    weight = m / np.where(n > 0, n, np.inf)
    weighted = np.concatenate(
        [ref * weight[:, np.newaxis], (weight * n)[:, np.newaxis], (weight * m)[:, np.newaxis]],
        axis=1,
    )
    inside, inside_cur = over_runs(weighted, family), over_runs(cur, family)
    return (
        _effective(inside),
        inside_cur,
        _effective(weighted.sum(axis=0) - inside),
        cur.sum(axis=0) - inside_cur,
    )


def _effective(weighted: FloatArray) -> FloatArray:
    """(S, K) effective rows from weighted ones, the sum of the weights and that of their squares.

    With the weights w of rows, (sum w)² / sum w² equal rows tell as much.
    """
    squares = weighted[:, -1]
    factor = weighted[:, -2] / np.where(squares > 0, squares, np.inf)
    found: FloatArray = np.round(weighted[:, :-2] * factor[:, np.newaxis], _DIGITS)
    return np.maximum(found, 0.0)


def tally_pairs(rows: Rows, pairs: list[Segment]) -> Tally:
    """The tally of segments of two features, on the given rows."""
    levels = len(rows.values)
    found = []
    for pair in pairs:
        inside = rows.within(pair)
        weight = np.where(rows.is_cur, 1.0, _mix_weights(rows, pair, inside))
        code = rows.is_cur[~inside] * levels + rows.level[~inside]
        outside = np.bincount(code, minlength=2 * levels)
        sides = []
        for some in (inside & ~rows.is_cur, inside & rows.is_cur):
            weighted = np.bincount(rows.level[some], weight[some], levels)
            sums = weight[some].sum(), (weight[some] ** 2).sum()
            sides.append(_effective(np.array([[*weighted, *sums]]))[0])
        found.append([*sides, *outside.reshape(2, levels).astype(np.float64)])
    return Tally(rows.values, *np.array(found).transpose(1, 0, 2))


def _mix_weights(rows: Rows, pair: Segment, inside: BoolArray) -> FloatArray:
    """(k,) weights that bring the reference's rows inside to production's shares of bins.

    Of the bins of either feature, not of their crossings: these are too many for few rows.
    """
    first, second = pair
    shape = first.last - first.first + 1, second.last - second.first + 1
    code = (rows.bins[first.feature] - first.first) * shape[1]
    code = np.where(inside, code + rows.bins[second.feature] - second.first, 0)
    ref, cur = (
        np.bincount(code[inside & side], minlength=shape[0] * shape[1]).reshape(shape)
        for side in (~rows.is_cur, rows.is_cur)
    )
    weight = np.ones(shape)
    for _ in range(_ROUNDS if max(shape) > 1 else 0):
        for axis in (0, 1):
            has = (weight * ref).sum(axis=axis, keepdims=True)
            weight *= cur.sum(axis=axis, keepdims=True) / np.where(has > 0, has, np.inf)
    by_row: FloatArray = weight.ravel()[code]
    return by_row
