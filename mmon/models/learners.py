"""What rows of one side say of their targets: chances of classes, or an expected number."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from mmon.models.rows import learnable
from mmon.records.arrays import BoolArray, FloatArray

# Small trees, many of them where there are many rows.
_FEWEST_TREES, _TREES, _ROWS_A_TREE, _LEAVES, _RATE, _LEAST = 20, 80, 40, 12, 0.15, 20
# Of several classes each has its own trees: no more than these of all.
_TREES_OF_ALL = 240


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Targets:
    """What came true of the rows of both sides.

    Attributes
    ----------
    ref, cur : (n,) and (m,) float64
        Codes of classes from 0, or numbers.
    classes : int
        How many there are; 0 of numbers.
    """

    ref: FloatArray
    cur: FloatArray
    classes: int


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Learner:
    """One fitted model, or the one answer where all targets were the same.

    Attributes
    ----------
    model : a scikit-learn estimator, or None
    known : (k,) int64
        The classes that it knows.
    always : (C,) float64
        What is told of every row by no model.
    """

    model: Any
    known: Any
    always: FloatArray

    def told(self, rows: FloatArray) -> FloatArray:
        """(n, C) chances of classes, or (n, 1) expected numbers."""
        found = np.tile(self.always, (len(rows), 1))
        if self.model is None or not len(rows):
            return found
        if len(self.always) == 1:
            found[:, 0] = self.model.predict(rows)
        else:
            found[:, self.known] = self.model.predict_proba(rows)
        return found


def learner(
    rows: FloatArray, targets: FloatArray, is_category: BoolArray, classes: int, *, seed: int
) -> Learner:
    """Histogram gradient boosting of (n, F) rows and (n,) targets.

    Of numbers it tells their median, which has the smallest absolute error.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    known = np.unique(targets)
    always = np.zeros(max(classes, 1))
    if classes == 0:
        always[0] = targets[0]
    elif len(known) == 1:
        always[int(known[0])] = 1.0
    if len(known) == 1:
        return Learner(None, known.astype(np.int64), always)
    trees = min(max(_FEWEST_TREES, len(rows) // _ROWS_A_TREE), _TREES)
    if classes > 2:
        trees = min(trees, max(_TREES_OF_ALL // classes, 5))
    kind = HistGradientBoostingClassifier if classes else HistGradientBoostingRegressor
    model = kind(
        loss="log_loss" if classes else "absolute_error",
        max_iter=trees,
        max_leaf_nodes=_LEAVES,
        learning_rate=_RATE,
        min_samples_leaf=max(2, min(_LEAST, len(rows) // 20)),
        categorical_features=is_category,
        early_stopping=False,
        random_state=seed,
    )
    return Learner(model.fit(learnable(rows), targets), known.astype(np.int64), always)
