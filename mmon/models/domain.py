"""How well a classifier tells rows of production from rows of the reference."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np

from mmon.chance.ranks.areas import Area, area, mean_area
from mmon.models import one_thread
from mmon.models.rows import Rows, learnable
from mmon.records.arrays import FloatArray, IntArray

if TYPE_CHECKING:
    from sklearn.ensemble import HistGradientBoostingClassifier

_PARTS = 4
# Trees of few leaves and a low rate: of many small effects, and quickly fitted.
_TREES, _LEAVES, _RATE, _LEAST = 40, 8, 0.15, 20
# Rows of the larger side beyond so many of the smaller one say little, and cost as much.
_LARGER = 4
FEWEST = 40
"""Rows of either side below which nothing is fitted: ten would be left to learn from."""
# Beyond so many values both sides are cut to fewer rows, so that a run with many features ends.
_MOST_VALUES = 1_000_000
# What drives the classifier is asked of so many rows of either side, for so many features.
_ASKED_ROWS, _REPEATS = 1_000, 3
# What is lost by chance is no driver.
_LEAST_LOST, _LEAST_OF_MOST = 0.005, 0.05


@dataclasses.dataclass(frozen=True, slots=True)
class Driver:
    """A feature and how much of the area is lost without it: with its values shuffled."""

    name: str
    lost: float


@dataclasses.dataclass(frozen=True, slots=True)
class Separation:
    """How far production is told from the reference, on how many rows, and by what.

    ``n`` and ``m`` are the rows of both sides that were looked at; the area has those that were
    scored, three in four.
    """

    area: Area
    n: int
    m: int
    drivers: tuple[Driver, ...]


def separation(rows: Rows, *, seed: int = 0, alpha: float = 0.05, most: int = 5) -> Separation:
    """Fit classifiers that tell the sides apart, and test them on rows that they did not see.

    The rows come in an order that says nothing of them, and are cut into four parts. Each but the
    first is scored by a classifier of the parts before it. So what one part says is unbiased
    whatever the others came to, and the mean of the areas has the variance of independent ones. In
    cross-validation each part is scored by what the others taught and teaches them in turn: its
    areas vary together, and a test that takes them as independent raises too many alarms.

    Parameters
    ----------
    rows : Rows
        At least `FEWEST` of either side, and a feature.
    seed : int
        Of the classifiers, and of the shuffles by which its drivers are found.
    alpha : float
        Drivers are asked for where the sides are told apart at this level.
    most : int
        How many drivers are named, those that matter most first.

    References
    ----------
    Lopez-Paz and Oquab, *Revisiting classifier two-sample tests*, ICLR 2017; Dawid, *Present
    position and potential developments: the prequential approach*, JRSS A 1984; Bengio and
    Grandvalet, *No unbiased estimator of the variance of K-fold cross-validation*, JMLR 2004.
    """
    n, m = _rows_taken(rows)
    with one_thread():
        return _separation(rows, n, m, seed, alpha, most)


def _separation(rows: Rows, n: int, m: int, seed: int, alpha: float, most: int) -> Separation:
    ref, cur = rows.ref[:n], rows.cur[:m]
    cuts = [_cuts(len(side)) for side in (ref, cur)]
    found = []
    for part in range(1, _PARTS):
        model = _fitted(rows, ref[: cuts[0][part]], cur[: cuts[1][part]], seed)
        before, after = (
            side[cut[part] : cut[part + 1]] for side, cut in zip((ref, cur), cuts, strict=True)
        )
        found.append(area(*(_scores(model, side) for side in (before, after))))
    told = mean_area(found)
    is_told = told.p_value <= alpha and most > 0
    drivers = _drivers(model, rows.names, before, after, seed)[:most] if is_told else ()
    return Separation(told, n, m, tuple(drivers))


def _rows_taken(rows: Rows) -> tuple[int, int]:
    """How many rows of each side are looked at: the larger side gives up rows first."""
    n, m = len(rows.ref), len(rows.cur)
    n, m = min(n, _LARGER * m), min(m, _LARGER * n)
    room = max(_MOST_VALUES // max(len(rows.names), 1), 4 * FEWEST)
    if n + m <= room:
        return n, m
    few = min(n, m, room // 2)
    many = min(max(n, m), room - few)
    return (few, many) if n < m else (many, few)


def _cuts(rows: int) -> IntArray:
    return np.arange(_PARTS + 1) * rows // _PARTS


def _fitted(
    rows: Rows, ref: FloatArray, cur: FloatArray, seed: int
) -> HistGradientBoostingClassifier:
    from sklearn.ensemble import HistGradientBoostingClassifier

    model = HistGradientBoostingClassifier(
        max_iter=_TREES,
        max_leaf_nodes=_LEAVES,
        learning_rate=_RATE,
        min_samples_leaf=min(_LEAST, max(2, min(len(ref), len(cur)) // 5)),
        categorical_features=rows.is_category,
        class_weight="balanced",
        early_stopping=False,
        random_state=seed,
    )
    sides = np.repeat([0, 1], [len(ref), len(cur)])
    return model.fit(learnable(np.concatenate([ref, cur])), sides)


def _scores(model: Any, side: FloatArray) -> FloatArray:
    found: FloatArray = model.decision_function(side)
    return found


def _drivers(
    model: HistGradientBoostingClassifier,
    names: tuple[str, ...],
    ref: FloatArray,
    cur: FloatArray,
    seed: int,
) -> list[Driver]:
    """The features by permutation importance on rows that the classifier did not see.

    References
    ----------
    Breiman, *Random forests*, Machine Learning 2001.
    """
    from sklearn.inspection import permutation_importance

    ref, cur = ref[:_ASKED_ROWS], cur[:_ASKED_ROWS]
    sides = np.repeat([0, 1], [len(ref), len(cur)])
    found = permutation_importance(
        model,
        np.concatenate([ref, cur]),
        sides,
        scoring="roc_auc",
        n_repeats=_REPEATS if len(names) <= 100 else 1,
        random_state=seed,
    )
    lost = found["importances_mean"]
    order = np.argsort(-lost, kind="stable")
    least = max(_LEAST_LOST, _LEAST_OF_MOST * float(lost.max()))
    return [Driver(names[at], float(lost[at])) for at in order if lost[at] >= least]
