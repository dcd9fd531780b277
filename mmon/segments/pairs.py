"""Segments of two features: the best few candidates of one half of the rows."""

from __future__ import annotations

import itertools

import numpy as np

from mmon.records.arrays import FloatArray
from mmon.segments._rises import Rise, VarianceAt
from mmon.segments._rows import Rows
from mmon.segments.conditions import Condition, Segment, over_runs

CANDIDATES = 20
"""Pairs that go on to be confirmed: each costs the others power."""
MOST_FEATURES = 100
"""Features of which pairs are tried: of 500 there are 125,000 pairs, and each takes a while."""
# Deviations that a candidate must show on the rows that discover: most of what shows less is not
# confirmed by as many others.
_LEAST_SCORE = 2.0


def discover(
    rows: Rows,
    families: list[list[Condition]],
    sizes: list[int],
    least: tuple[float, float],
    variance_at: VarianceAt,
) -> list[Segment]:
    """The candidates among all pairs of conditions on two features, best first.

    The score of a pair is the smallest of three: how many deviations its mean rose more than that
    of all other rows, and than that of the other rows of either of its conditions. What a single
    condition explains is so no candidate. Each two features give at most one.

    Parameters
    ----------
    rows : Rows
        Those that discover, and take no part in the confirmation.
    families : list of F lists of Condition
    sizes : list of F int
        Bins of each feature.
    least : (float, float)
        Rows that a segment must have on either side.
    variance_at : callable
    """
    scored = []
    crossing = _Crossing(rows, sizes)
    chosen = list(range(len(sizes)))
    if len(sizes) > MOST_FEATURES:
        single = [_most(crossing.bins(at), families[at], variance_at) for at in chosen]
        chosen = sorted(np.argsort(-np.array(single), kind="stable")[:MOST_FEATURES].tolist())
    for first, second in itertools.combinations(chosen, 2):
        cells = crossing.cells(first, second)
        score = _scores(cells, families[first], families[second], least, variance_at)
        at = int(np.argmax(score))
        best = float(score.flat[at])
        if best >= _LEAST_SCORE:
            one, other = np.unravel_index(at, score.shape)
            scored.append((best, (families[first][int(one)], families[second][int(other)])))
    scored.sort(key=lambda pair: (-pair[0], pair[1]))
    return [segment for _, segment in scored[:CANDIDATES]]


class _Crossing:
    """Counts rows, and sums their losses, by side and the bins of two features."""

    def __init__(self, rows: Rows, sizes: list[int]) -> None:
        self.sizes = sizes
        self.side = rows.is_cur.astype(np.int64)
        self.columns = rows.bins
        # Rows that are right add nothing to the sums: few are wrong.
        lossy = rows.cut_loss > 0
        self.loss, self.lossy_side = rows.cut_loss[lossy], self.side[lossy]
        self.lossy_columns = rows.bins[:, lossy]

    def bins(self, feature: int) -> FloatArray:
        """(B, 4): the same of the bins of one feature."""
        shape = 2, self.sizes[feature]
        rows = np.bincount(self.side * shape[1] + self.columns[feature], minlength=2 * shape[1])
        code = self.lossy_side * shape[1] + self.lossy_columns[feature]
        sums = np.bincount(code, self.loss, 2 * shape[1])
        return np.concatenate([rows.reshape(shape), sums.reshape(shape)]).T

    def cells(self, first: int, second: int) -> FloatArray:
        """(B1, B2, 4): rows of the reference and of production, and their sums of losses."""
        shape = 2, self.sizes[first], self.sizes[second]
        code = (self.side * shape[1] + self.columns[first]) * shape[2] + self.columns[second]
        rows = np.bincount(code, minlength=int(np.prod(shape))).reshape(shape)
        code = self.lossy_side * shape[1] + self.lossy_columns[first]
        code = code * shape[2] + self.lossy_columns[second]
        sums = np.bincount(code, self.loss, int(np.prod(shape))).reshape(shape)
        return np.concatenate([rows, sums]).transpose(1, 2, 0)


def _most(bins: FloatArray, family: list[Condition], variance_at: VarianceAt) -> float:
    """How many deviations the condition of a feature rose above the rest that did the most."""
    inside = over_runs(bins, family)
    rest = Rise(bins.sum(axis=0) - inside, variance_at)
    return float(Rise(inside, variance_at).deviations_beyond(rest).max())


def _scores(
    cells: FloatArray,
    first: list[Condition],
    second: list[Condition],
    least: tuple[float, float],
    variance_at: VarianceAt,
) -> FloatArray:
    """(S1, S2) the scores of all pairs of conditions; -inf where there are too few rows."""
    by_first = over_runs(cells, first)
    both = over_runs(by_first.transpose(1, 0, 2), second).transpose(1, 0, 2)
    inside = Rise(both, variance_at)
    one = by_first.sum(axis=1)[:, np.newaxis]
    other = over_runs(cells.sum(axis=0), second)[np.newaxis]
    score = np.minimum(
        inside.deviations_beyond(Rise(cells.sum(axis=(0, 1)) - both, variance_at)),
        np.minimum(
            inside.deviations_beyond(Rise(one - both, variance_at)),
            inside.deviations_beyond(Rise(other - both, variance_at)),
        ),
    )
    is_big = (both[..., 0] >= least[0]) & (both[..., 1] >= least[1])
    return np.where(is_big, score, -np.inf)
