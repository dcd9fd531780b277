"""Where predictions fall against targets, on a grid that both sides share."""

from __future__ import annotations

import dataclasses
import math
from typing import Annotated, Self

import numpy as np
from numpy.typing import NDArray

from mmon.profiles.distributions.ecdf import Ecdf
from mmon.profiles.distributions.presence import are_counts
from mmon.profiles.merging import SAME, Rows, Sums
from mmon.records import require
from mmon.records.arrays import FloatArray

CELLS = 24
"""Cells along each side of the plane."""

_STEPS = 20
# The plane spans these quantiles of targets and predictions, and a tenth more on both sides: room
# for some drift. What lies beyond is counted in the border cells.
_CORE = (0.005, 0.995)
_MARGIN = 0.1
_LARGEST = float(np.finfo(np.float64).max)


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """The cells that rows are counted in; drawn up once, for all rows of a reference.

    Attributes
    ----------
    edges : (P + 1,) float64, ascending
        Of targets and predictions alike. Cells are (lo, hi]; the outer ones are open.
    cuts : (Q - 1,) float64, ascending
        Inner edges of the Q steps of the prediction; about equally many rows in each.
    """

    edges: FloatArray
    cuts: FloatArray

    def check(self) -> None:
        """Raise `MisfitError` when what was read back is no grid."""
        require(self.edges.shape == (CELLS + 1,) and self.cuts.ndim == 1, "has other cells")
        require(len(self.cuts) < _STEPS, "has too many steps")
        for edges in (self.edges, self.cuts):
            is_axis = np.isfinite(edges).all() and (edges[1:] >= edges[:-1]).all()
            require(is_axis, "has edges that do not ascend")

    @classmethod
    def of(cls, target: Ecdf, prediction: Ecdf) -> Self:
        """The grid that suits targets and predictions; there must be some."""
        both = Ecdf.merge([target, prediction]).compress(None)
        low, high = (both.quantile(end) for end in _CORE)
        # Halved first: the range may be beyond the largest double.
        half_range = high / 2 - low / 2
        margin = _MARGIN * 2 * half_range
        size = max(abs(low), abs(high))
        if half_range < 64 * math.ulp(size):
            # All but constant: so few doubles between them cannot be cut into cells.
            margin = max(0.5, size * 1e-9)
        low, high = max(low - margin, -_LARGEST), min(high + margin, _LARGEST)
        with np.errstate(over="ignore"):
            edges = 2.0 * (low / 2 + (high / 2 - low / 2) * np.linspace(0.0, 1.0, CELLS + 1))
        steps = np.arange(1, _STEPS) / _STEPS
        cuts = np.unique([prediction.quantile(step) for step in steps])
        return cls(np.clip(edges, -_LARGEST, _LARGEST), cuts[cuts < prediction.max])


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Plane:
    """Rows counted on a grid.

    Attributes
    ----------
    rows : (P, P) int64
        Rows by target (down) and prediction (across).
    steps : (Q,) int64
        Rows in each step of the prediction.
    prediction_sums, target_sums, error_squares : (Q,) float64
        Sums of predictions, of targets and of squared errors in each step; infinite where they
        overflow.
    """

    grid: Annotated[Grid, SAME]
    rows: Rows
    steps: Rows
    prediction_sums: Sums
    target_sums: Sums
    error_squares: Sums

    def check(self) -> None:
        """Raise `MisfitError` when what was read back was not counted on its grid."""
        sums = (self.prediction_sums, self.target_sums, self.error_squares)
        lines = {one.shape for one in (self.steps, *sums)}
        require(lines == {(len(self.grid.cuts) + 1,)}, "has other steps than its grid")
        require(self.rows.shape == (CELLS, CELLS), "has other cells than its grid")
        is_whole = are_counts(self.steps) and are_counts(self.rows, int(self.steps.sum()))
        require(is_whole, "has steps and cells of different rows")

    @classmethod
    def of(cls, target: FloatArray, prediction: FloatArray, grid: Grid) -> Self:
        """Count (n,) finite targets and predictions."""
        inner = grid.edges[1:-1]
        size = len(inner) + 1
        cell = _cells(target, inner).astype(np.int64) * size + _cells(prediction, inner)
        rows = np.bincount(cell, minlength=size * size).reshape(size, size)
        step = _cells(prediction, grid.cuts)
        count = len(grid.cuts) + 1
        steps = np.bincount(step, minlength=count)
        with np.errstate(over="ignore", invalid="ignore"):
            predictions, targets, squares = (
                np.bincount(step, numbers, count).astype(np.float64, copy=False)
                for numbers in (prediction, target, (target - prediction) ** 2)
            )
        return cls(grid, rows, steps, predictions, targets, squares)

    @property
    def predictions(self) -> FloatArray:
        """(Q,) mean prediction in each step; 0 in an empty one."""
        return self.prediction_sums / np.maximum(self.steps, 1)

    @property
    def targets(self) -> FloatArray:
        """(Q,) mean target in each step; 0 in an empty one."""
        return self.target_sums / np.maximum(self.steps, 1)


def _cells(values: FloatArray, inner: FloatArray) -> NDArray[np.uint8]:
    """(n,) uint8, how many of the inner edges are below each value."""
    # Few edges: comparing with each in turn takes a quarter of the time of a binary search, whose
    # branches no processor can foresee.
    cells = np.zeros(len(values), dtype=np.uint8)
    for edge in inner:
        cells += values > edge
    return cells
