"""What a score means: the chance of the class at each score, as the labels of a side have it."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Self

import numpy as np
from scipy.optimize import isotonic_regression

from mmon.performance._ranking import Ranking
from mmon.profiles.outcomes.class_scores import ClassScores
from mmon.records.arrays import BoolArray, FloatArray, IntArray

# As NannyML's `needs_calibration`: bins of equal mass, and folds that are left out in turn.
_BINS, _FOLDS = 10, 3
# Bootstrap draws: a standard error is known to a tenth. They need no finer grid than this.
_DRAWS, _CELLS = 64, 512
_SEED = 20_240_108


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """The chance of one class by its score.

    Attributes
    ----------
    scores : (K,) ascending
    chances : (K,) in [0, 1], never falling; between two scores it is interpolated
    grid : (G,) ascending scores
    draws : (64, G) the chances there, of bootstrap samples of the labelled rows
    rank_error : float
        By which share of rows scores may be misplaced.
    """

    scores: FloatArray
    chances: FloatArray
    grid: FloatArray
    draws: FloatArray
    rank_error: float

    @classmethod
    def isotonic(cls, one: ClassScores) -> Self:
        """The chances that never fall and fit the labels best."""
        ranking = Ranking.of(one.inside, one.outside)
        error = one.inside.rank_error + one.outside.rank_error
        return cls(
            ranking.values, _fitted(ranking.inside, ranking.outside), *_draws(ranking), error
        )

    @classmethod
    def weighted(cls, score: FloatArray, is_of: BoolArray, weight: FloatArray) -> Self:
        """The same of (n,) rows that count for as many as their positive weights say."""
        values, place = np.unique(score, return_inverse=True)
        inside, outside = (_sums(place, weight * of) for of in (is_of, ~is_of))
        return cls(
            values, _fitted(inside, outside), *_weighted_draws(score, is_of, weight), rank_error=0.0
        )

    def as_told(self) -> Self:
        """The chances that the scores themselves are."""
        return dataclasses.replace(self, chances=np.clip(self.scores, 0.0, 1.0))

    def at(self, scores: FloatArray) -> FloatArray:
        """(n,) chances at (n,) scores."""
        return np.asarray(np.interp(scores, self.scores, self.chances))

    def deviations(self, scores: FloatArray, weights: FloatArray) -> FloatArray:
        """(64,) by how much a weighted sum of the chances at (n,) scores is off in each draw."""
        place = np.interp(scores, self.grid, np.arange(len(self.grid)))
        below = place.astype(np.int64)
        above, share = np.minimum(below + 1, len(self.grid) - 1), place - below
        size = len(self.grid)
        on_grid = np.bincount(below, weights * (1.0 - share), size)
        on_grid += np.bincount(above, weights * share, size)
        return np.asarray(self.draws @ on_grid)


def is_better_calibrated(classes: Sequence[ClassScores]) -> bool:
    """Whether fitted chances are nearer to what came true than the scores themselves.

    By the expected calibration error over bins of equal mass, of rows that were not fitted: the
    rows of a score and an outcome are dealt to three folds by chance, which is what cross-fitting
    of single rows comes to.

    References
    ----------
    NannyML, ``nannyml.calibration.needs_calibration``.
    """
    rng = np.random.default_rng(_SEED)
    fitted = told = 0.0
    for one in classes:
        ranking = Ranking.of(one.inside, one.outside)
        cell = _cells(ranking.inside + ranking.outside, _BINS)
        dealt = [
            rng.multinomial(rows.astype(np.int64), np.full(_FOLDS, 1 / _FOLDS)).astype(np.float64)
            for rows in (ranking.inside, ranking.outside)
        ]
        for inside, outside in zip(*(rows.T for rows in dealt), strict=True):
            others = ranking.inside - inside, ranking.outside - outside
            if not (others[0] + others[1]).any():
                continue
            rows, chances = inside + outside, _fitted(*others, ranking.values)
            # Fold by fold: over all of them together the errors cancel.
            fitted += _gap(cell, rows * chances - inside)
            told += _gap(cell, rows * np.clip(ranking.values, 0.0, 1.0) - inside)
    return fitted < told


def _gap(cell: IntArray, differences: FloatArray) -> float:
    return float(np.abs(np.bincount(cell, differences)).sum())


def _fitted(
    inside: FloatArray, outside: FloatArray, scores: FloatArray | None = None
) -> FloatArray:
    """(K,) chances at ascending scores of which each has so many rows; where none, interpolated."""
    rows = inside + outside
    there = rows > 0
    found = isotonic_regression(inside[there] / rows[there], weights=rows[there]).x
    if there.all():
        return np.asarray(found)
    at = np.arange(len(rows), dtype=np.float64) if scores is None else scores
    return np.asarray(np.interp(at, at[there], found))


def _cells(rows: FloatArray, size: int) -> IntArray:
    """(K,) which of so many parts of about equal mass each place belongs to."""
    middle = np.cumsum(rows) - rows / 2
    return np.asarray(np.minimum(middle * (size / rows.sum()), size - 1), dtype=np.int64)


def weighted_cells(score: FloatArray, weight: FloatArray, size: int) -> IntArray:
    """(n,) which of at most so many cells of about equal weight each row belongs to, by score.

    Rows of one score are in one cell; every cell has rows.
    """
    place = np.unique(score, return_inverse=True)[1]
    cell = _cells(_sums(place, weight), size)
    return np.asarray(np.unique(cell, return_inverse=True)[1][place])


def _sums(place: IntArray, numbers: FloatArray) -> FloatArray:
    """(K,) the sum of the numbers of each place; every place has some."""
    return np.bincount(place, numbers).astype(np.float64)


def _weighted_draws(
    score: FloatArray, is_of: BoolArray, weight: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """As `_draws`, of single rows with weights."""
    cell = weighted_cells(score, weight, _CELLS)

    def sides(by: FloatArray) -> tuple[FloatArray, FloatArray]:
        return _sums(cell, by * is_of), _sums(cell, by * ~is_of)

    grid = _sums(cell, weight * score) / _sums(cell, weight)
    rng = np.random.default_rng(_SEED)
    whole = _fitted(*sides(weight))
    drawn = (weight * rng.poisson(1.0, len(weight)) for _ in range(_DRAWS))
    return grid, np.array([_fitted(*sides(by), grid) - whole for by in drawn if by.any()])


def _draws(ranking: Ranking) -> tuple[FloatArray, FloatArray]:
    """The grid, and on it the chances of bootstrap samples, less those of all rows."""
    rows = ranking.inside + ranking.outside
    _, cell = np.unique(_cells(rows, _CELLS), return_inverse=True)
    mass, inside = (np.bincount(cell, some).astype(np.float64) for some in (rows, ranking.inside))
    grid = np.bincount(cell, rows * ranking.values) / mass
    rng = np.random.default_rng(_SEED)
    sides = np.array([inside, mass - inside])
    drawn: FloatArray = rng.poisson(sides, (_DRAWS, *sides.shape)).astype(np.float64)
    whole = _fitted(inside, mass - inside)
    draws = [
        _fitted(of_class, others, grid) - whole
        for of_class, others in drawn
        if of_class.sum() + others.sum()
    ]
    return grid, np.array(draws)
