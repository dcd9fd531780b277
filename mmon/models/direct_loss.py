"""How large a model's errors are to be expected, learnt from those of the reference (DLE)."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from typing import Any, Self, TypeAlias

import numpy as np
import polars as pl

from mmon.models import one_thread
from mmon.models.rows import codes_of, edges_of, in_bins, numbers
from mmon.records.arrays import FloatArray, IntArray

# Folds that are left out in turn, and trees of few leaves: of many small effects, quickly fitted.
_FOLDS, _TREES, _LEAVES = 3, 80, 15
_Codes: TypeAlias = Mapping[str, float] | FloatArray
FEWEST = 200
"""Labelled rows of the reference below which nothing is fitted."""


@dataclasses.dataclass(frozen=True, slots=True)
class ExpectedLoss:
    """The mean loss to be expected of rows, and its variance around what labels will show."""

    value: float
    variance: float


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class LossLearner:
    """What a reference's rows say of their losses.

    Attributes
    ----------
    codes : mapping of str to (mapping of str to float, or array of float)
        The columns that are looked at, and the codes of their labels, or the edges of their bins.
    models : sequence of scikit-learn regressors
        Each fitted without one fold; none where no column differs between rows.
    mean : float
        The mean loss of the reference.
    excess : float
        By how much it is larger than what models say of the fold that they did not see.
    spread : float
        The variance of single losses around what they say.
    rows : int
    """

    codes: Mapping[str, _Codes]
    models: Sequence[Any]
    mean: float
    excess: float
    spread: float
    rows: int

    @classmethod
    def of(cls, features: pl.DataFrame, losses: FloatArray, *, seed: int = 0) -> Self:
        """Learn (n,) losses of rows in an order that says nothing of them."""
        from sklearn.ensemble import HistGradientBoostingRegressor

        fold = np.arange(len(losses)) % _FOLDS
        every = {one.name: _codes(one) for one in features.get_columns()}
        codes = {
            name: code
            for name, code in every.items()
            if _is_telling(_matrix(features, {name: code})[:, 0], fold)
        }
        matrix = _matrix(features, codes)
        told, models = np.full(len(losses), losses.mean()), []
        for one in range(_FOLDS if codes else 0):
            model = HistGradientBoostingRegressor(
                max_iter=_TREES,
                max_leaf_nodes=_LEAVES,
                early_stopping=False,
                categorical_features=[isinstance(code, Mapping) for code in codes.values()],
                random_state=seed,
            )
            with one_thread():
                models.append(model.fit(matrix[fold != one], losses[fold != one]))
                told[fold == one] = model.predict(matrix[fold == one])
        rest = losses - told
        mean = float(losses.mean())
        return cls(codes, models, mean, float(rest.mean()), float(rest.var()), len(losses))

    def expected(self, features: pl.DataFrame, rows: int) -> ExpectedLoss:
        """The mean loss of as many rows, of which (m,) uniformly sampled ones are given.

        The variance adds the noise of their losses, that of the sample, that of the reference's
        losses, and of what was learnt from them (the jackknife over the folds).
        """
        if not self.models:
            return ExpectedLoss(self.mean, self.spread * (1.0 / rows + 1.0 / self.rows))
        matrix = _matrix(features, self.codes)
        with one_thread():
            told = np.array([model.predict(matrix) for model in self.models])
        every, means = told.mean(axis=0), told.mean(axis=1)
        value = max(float(every.mean()) + self.excess, 0.0)
        # Larger losses differ more, in proportion.
        growth = (value / self.mean) ** 2 if self.mean else 1.0
        m = len(matrix)
        variance = self.spread * growth / rows + self.spread / self.rows
        variance += float(every.var()) / m * (1.0 - min(m / rows, 1.0))
        variance += (_FOLDS - 1) / _FOLDS * float(np.sum((means - means.mean()) ** 2))
        return ExpectedLoss(value, variance)


def root(one: ExpectedLoss) -> ExpectedLoss:
    """The root of a mean loss, by the delta method."""
    value = math.sqrt(one.value)
    return ExpectedLoss(value, one.variance / (4.0 * one.value) if one.value else 0.0)


def _is_telling(values: FloatArray, fold: IntArray) -> bool:
    """Whether (n,) values differ in all rows but those of a fold, whichever that is."""
    rest = (values[fold != one] for one in range(_FOLDS))
    return all(len(np.unique(some[~np.isnan(some)])) > 1 for some in rest)


def _codes(column: pl.Series) -> _Codes:
    return codes_of(column) if column.dtype == pl.String else edges_of(numbers(column, None))


def _matrix(features: pl.DataFrame, codes: Mapping[str, _Codes]) -> FloatArray:
    """(n, F) codes of labels and bins; nan where missing, and where a label was never seen."""
    columns = [_coded(features.get_column(name), known) for name, known in codes.items()]
    return np.column_stack(columns) if columns else np.empty((len(features), 0))


def _coded(column: pl.Series, known: _Codes) -> FloatArray:
    if isinstance(known, Mapping):
        return numbers(column, known)
    return in_bins(numbers(column, None), known)
