"""Rows squeezed into a few principal components and rebuilt: how far they come out from where they
were."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Self

import numpy as np
import polars as pl

from mmon.models.rows import label_counts, numbers
from mmon.records.arrays import FloatArray

EXPLAINED = 0.65
"""The share of the variance that the components explain, as NannyML has it."""


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Rebuilder:
    """The principal components of one side's rows.

    Attributes
    ----------
    shares : mapping of str to mapping
        Of each column of labels, the share of rows that each label has.
    filled : (F,) float64
        What stands for a missing value.
    mean, spread : (F,) float64
        Of the encoded columns.
    axes : (F, k) float64
        The components, orthonormal.
    """

    names: tuple[str, ...]
    shares: Mapping[str, Mapping[str, float]]
    filled: FloatArray
    mean: FloatArray
    spread: FloatArray
    axes: FloatArray

    @property
    def is_exact(self) -> bool:
        """Whether nothing is lost: as many components as there are columns that vary."""
        return bool(self.axes.shape[1] >= np.count_nonzero(self.spread))

    @classmethod
    def of(cls, frame: pl.DataFrame) -> Self:
        """The components of rows of numbers and labels.

        Missing numbers, infinite ones too, are the mean, and missing labels the most frequent one;
        a label is its share of the rows; columns are scaled to mean 0 and variance 1. There are as
        few components as explain more than 65 % of the variance.

        References
        ----------
        NannyML, *DataReconstructionDriftCalculator*, which takes scikit-learn's ``SimpleImputer``,
        ``StandardScaler`` and ``PCA(n_components=0.65)``, and category_encoders'
        ``CountEncoder(normalize=True)``.
        """
        names = tuple(frame.columns)
        shares: dict[str, Mapping[str, float]] = {}
        filled, columns = np.zeros(len(names)), []
        for at, name in enumerate(names):
            if frame.schema[name] == pl.String:
                shares[name] = _shares(frame[name])
                filled[at] = max(shares[name].values(), default=0.0)
            values = _encoded(frame[name], shares.get(name))
            if name not in shares and not np.isnan(values).all():
                filled[at] = np.nanmean(values)
            columns.append(np.where(np.isnan(values), filled[at], values))
        matrix = np.column_stack(columns)
        mean, spread = matrix.mean(axis=0), matrix.std(axis=0)
        # What differs by rounding alone is constant.
        spread[spread <= 1e-12 * np.abs(mean)] = 0.0
        scaled = (matrix - mean) / np.where(spread > 0.0, spread, 1.0)
        sizes, axes = np.linalg.eigh(scaled.T @ scaled)
        sizes, axes = np.maximum(sizes[::-1], 0.0), axes[:, ::-1]
        explained = np.cumsum(sizes) / max(sizes.sum(), 1e-300)
        most = int(np.searchsorted(explained, EXPLAINED, side="right")) + 1
        return cls(names, shares, filled, mean, spread, axes[:, :most])

    def errors(self, frame: pl.DataFrame) -> FloatArray:
        """(n,) Euclidean distances of rows from what is rebuilt of them, in scaled columns."""
        columns = [_encoded(frame[name], self.shares.get(name)) for name in self.names]
        matrix = np.column_stack(columns)
        matrix = np.where(np.isnan(matrix), self.filled, matrix)
        scaled = (matrix - self.mean) / np.where(self.spread > 0.0, self.spread, 1.0)
        rest = scaled - scaled @ self.axes @ self.axes.T
        found: FloatArray = np.linalg.norm(rest, axis=1)
        return found


def _shares(labels: pl.Series) -> dict[str, float]:
    """Missing labels count as the most frequent one."""
    counts = label_counts(labels)
    total = max(len(labels), 1)
    shares = {label: count / total for label, count in counts.items()}
    if shares:
        first = next(iter(shares))
        shares[first] += labels.null_count() / total
    return shares


def _encoded(column: pl.Series, shares: Mapping[str, float] | None) -> FloatArray:
    """(n,) numbers, nan where missing; a label that nobody knows is one of no rows."""
    if shares is None:
        values = column.cast(pl.Float64).to_numpy()
        return np.where(np.isfinite(values), values, np.nan)
    # Polars might take the own name of a column for a pattern.
    column = column.alias("label")
    found = numbers(column, shares)
    return np.where(np.isnan(found) & ~column.is_null().to_numpy(), 0.0, found)
