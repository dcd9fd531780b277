"""How well a classifier tells rows of production from rows of the reference."""

from __future__ import annotations

import dataclasses
import functools
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from mmon.chance.ranks.areas import Area, area
from mmon.models import one_thread
from mmon.models.parted import Score, cuts_of, parted_area, rows_taken
from mmon.models.rows import Rows, binned, learnable
from mmon.records.arrays import FloatArray

if TYPE_CHECKING:
    from sklearn.ensemble import HistGradientBoostingClassifier

# Trees of few leaves and a low rate: of many small effects, and quickly fitted.
_TREES, _LEAVES, _RATE, _LEAST = 25, 6, 0.25, 20
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
    drivers: tuple[Driver, ...] = ()


def separation(rows: Rows, *, seed: int = 0, alpha: float = 0.05, most: int = 5) -> Separation:
    """Fit classifiers that tell the sides apart, and test them on rows that they did not see.

    Parameters
    ----------
    rows : Rows
        In an order that says nothing of them, at least `parted.FEWEST` of either side, and a
        feature.
    seed : int
        Of the classifiers, and of the shuffles by which its drivers are found.
    alpha : float
        Drivers are asked for where the sides are told apart at this level.
    most : int
        How many drivers are named, those that matter most first.

    References
    ----------
    Lopez-Paz and Oquab, *Revisiting classifier two-sample tests*, ICLR 2017.
    """
    n, m = rows_taken(len(rows.ref), len(rows.cur), _MOST_VALUES // max(len(rows.names), 1))
    with one_thread():
        return _separation(rows, n, m, seed, alpha, most)


def _separation(rows: Rows, n: int, m: int, seed: int, alpha: float, most: int) -> Separation:
    rows = binned(dataclasses.replace(rows, ref=rows.ref[:n], cur=rows.cur[:m]))
    ref, cur = rows.ref, rows.cur
    models = []

    def learnt(before: FloatArray, after: FloatArray) -> Score:
        models.append(_fitted(rows, before, after, seed))
        return functools.partial(_scores, models[-1])

    told = parted_area(ref, cur, learnt)
    is_told = told.p_value <= alpha and most > 0
    before, after = (side[cuts_of(len(side))[-2] :] for side in (ref, cur))
    drivers = _drivers(models[-1], rows.names, before, after, seed)[:most] if is_told else ()
    return Separation(told, n, m, tuple(drivers))


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


def _scores(model: HistGradientBoostingClassifier, side: FloatArray) -> FloatArray:
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
    ref, cur = ref[:_ASKED_ROWS], cur[:_ASKED_ROWS]
    rows, rng = np.concatenate([ref, cur]), np.random.default_rng(seed)
    whole, lost = _areas(model, rows[None], len(ref))[0], np.zeros(len(names))
    repeats = _REPEATS if len(names) <= 100 else 1
    asked = np.repeat(np.arange(len(names)), repeats)
    # Many at once: to ask a model costs as much as what it is asked.
    at_once = max(1, _MOST_VALUES // rows.size)
    for some in np.array_split(asked, math.ceil(len(asked) / at_once)):
        shuffled = np.repeat(rows[None], len(some), axis=0)
        for at, feature in enumerate(some):
            rng.shuffle(shuffled[at, :, feature])
        np.add.at(lost, some, (whole - _areas(model, shuffled, len(ref))) / repeats)
    order = np.argsort(-lost, kind="stable")
    least = max(_LEAST_LOST, _LEAST_OF_MOST * float(lost.max()))
    return [Driver(names[at], float(lost[at])) for at in order if lost[at] >= least]


def _areas(model: Any, rows: FloatArray, n: int) -> FloatArray:
    """(A,) the areas of (A, n + m, F) rows, the reference's first."""
    scores = _scores(model, rows.reshape(-1, rows.shape[2])).reshape(len(rows), -1)
    return np.array([area(one[:n], one[n:]).value for one in scores])
