"""How much the association of two categories changed between two tables of counts."""

from __future__ import annotations

import dataclasses
import math

import numpy as np

from mmon.records.arrays import FloatArray, IntArray

# Rows that the rarest cell is to have, were there no association: Cochran's rule.
_FEWEST = 5.0
_ROUNDING = 1e-15


@dataclasses.dataclass(frozen=True, slots=True)
class TableChange:
    """The change of the association of one pair, in the units of Cramér's V.

    Attributes
    ----------
    ref, cur : float in [0, 1]
        Cramér's V of each side, without its bias.
    squared : float
        Square of the change, as it is in the samples.
    unit, freedom : float
        ``squared / unit`` is distributed as chi square where nothing changed.
    variances : (float, float)
        What each side adds to the variance of the change, where it is large.
    """

    ref: float
    cur: float
    squared: float
    unit: float
    freedom: float
    variances: tuple[float, float]


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class _Side:
    """The (r, c) table of one side.

    Attributes
    ----------
    rows : float
    residuals : (r * c,) float64
        Standardised: their squares add up to phi squared.
    covariance : (r * c, r * c) float64
        Of the residuals.
    """

    rows: float
    residuals: FloatArray
    covariance: FloatArray


def table_change(ref: FloatArray, cur: FloatArray) -> TableChange | None:
    """What changed between two (r, c) tables; None where they have too few rows or categories.

    Each side's standardised residuals (p_ij - p_i p_j) / sqrt(p_i p_j) say which categories go
    together more than by chance, by their own margins: that a category became more frequent is no
    change. Their squares add up to phi squared, and those of their differences to that of the
    change. So an association that is as strong, and between other categories, changed as well.

    Where nothing changed the squared change is a weighted sum of squares of normal numbers; it is
    taken as a chi square of the same mean and variance.

    References
    ----------
    Bergsma, *A bias-correction for Cramér's V and Tschuprow's T*, Journal of the Korean Statistical
    Society 2013; Satterthwaite, *An approximate distribution of estimates of variance components*,
    Biometrics 1946; Rao and Scott, *On chi-squared tests for multiway contingency tables*, Annals
    of Statistics 1984.
    """
    kept = _frequent(ref, cur)
    if kept is None:
        return None
    one, other = (_side(table[kept]) for table in (ref, cur))
    r, c = kept[0].size, kept[1].size
    least = min(r, c) - 1
    change = other.residuals - one.residuals
    squared = float(change @ change)
    covariance = one.covariance + other.covariance
    mean, square = float(np.trace(covariance)), float((covariance**2).sum())
    # Of categories that tell each other without fault on both sides nothing varies.
    unit, freedom = (square / mean, mean**2 / square) if mean > _ROUNDING else (_ROUNDING, 1.0)
    # Of tables that are the same the change has no direction, and any will do.
    variances = [
        float(change @ side.covariance @ change) / squared
        if squared > _ROUNDING
        else float(np.trace(side.covariance)) / freedom
        for side in (one, other)
    ]
    return TableChange(
        _cramers_v(one, r, c),
        _cramers_v(other, r, c),
        squared / least,
        unit / least,
        freedom,
        (variances[0] / least, variances[1] / least),
    )


def _frequent(ref: FloatArray, cur: FloatArray) -> tuple[IntArray, ...] | None:
    """The categories of which both sides have enough rows, as places on two axes."""
    kept = []
    for axis in (1, 0):
        enough = [t.sum(axis=axis) >= math.sqrt(_FEWEST * max(t.sum(), 1.0)) for t in (ref, cur)]
        kept.append(np.flatnonzero(enough[0] & enough[1]))
    if min(map(len, kept)) < 2:
        return None
    places = np.ix_(*kept)
    for table in (ref[places], cur[places]):
        down, across = table.sum(axis=1), table.sum(axis=0)
        # Of a category that goes with rare ones too little is left.
        if not down.min() * across.min() >= _FEWEST / 2.0 * max(table.sum(), 1.0):
            return None
    return places


def _side(table: FloatArray) -> _Side:
    rows = float(table.sum())
    share = table / rows
    down, across = share.sum(axis=1), share.sum(axis=0)
    root = np.sqrt(np.outer(down, across))
    residuals = share / root - root
    # What a row of cell (a, b) adds to the residual of cell (i, j), by its cell and its margins.
    is_down, is_across = np.eye(len(down)), np.eye(len(across))
    influence = np.einsum("ai,bj->abij", is_down - down, is_across - across) / root
    by_margin = (is_down / down)[:, None, :, None] + (is_across / across)[None, :, None, :]
    influence -= 0.5 * residuals * by_margin
    influence = influence.reshape(table.size, table.size)
    weights = share.ravel()
    influence -= weights @ influence
    return _Side(rows, residuals.ravel(), influence.T * weights @ influence / rows)


def _cramers_v(side: _Side, r: int, c: int) -> float:
    phi = float(side.residuals @ side.residuals) - (r - 1) * (c - 1) / (side.rows - 1.0)
    levels = min(k - (k - 1) ** 2 / (side.rows - 1.0) for k in (r, c))
    return math.sqrt(min(max(phi, 0.0) / (levels - 1.0), 1.0))
