"""Rank correlations of all pairs of many columns, with missing values, and their variances."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
from numpy.polynomial.legendre import legvander

from mmon.records.arrays import FloatArray, IntArray

# What a rank owes to the other rows is a smooth function of it: polynomials up to this degree.
_DEGREE = 5
_ROUNDING = 1e-12


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Correlations:
    """Correlations of all pairs of F columns.

    Attributes
    ----------
    value : (F, F) float64
        Spearman's, of the rows in which both are there; nan where one of them is constant.
    variance : (F, F) float64
        Of the value.
    rows : (F, F) float64
        In which both columns are there.
    varied : (F,) float64 in [0, 1]
        The share of a column's rows that do not have its commonest value.
    """

    value: FloatArray
    variance: FloatArray
    rows: FloatArray
    varied: FloatArray


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class _Ranks:
    """One column by its K distinct values; what follows has 0 at its end, for missing ones.

    Attributes
    ----------
    place : (n,) int64
        Which value a row has; K where it is missing.
    score : (K + 1,) float64
        Mean rank of the value, with mean 0 and variance 1 over the column's rows.
    basis : (D, K + 1) float64
        Orthonormal polynomials of the rank.
    reach : (D, K + 1) float64
        Of each polynomial the mean over the rows below a value, its own counting half, in the
        units of scores: what it does to a score where there are more rows of it.
    varied : float
        The share of its rows that do not have the commonest value.
    """

    place: IntArray
    score: FloatArray
    basis: FloatArray
    reach: FloatArray
    varied: float


def rank_correlations(columns: FloatArray) -> Correlations:
    """Of (n, F) values, nan where missing: the correlations of ranks among a column's own values.

    The variance is that of the influence function, so it is right whatever the two columns'
    distributions and relation are, with ties, too. A row counts by its own two ranks, and by how it
    moves the ranks of all others; the second part is a smooth function of either rank, and is taken
    as a polynomial, so that all pairs together are products of matrices.

    References
    ----------
    Hoeffding, *A class of statistics with asymptotically normal distribution*, Annals of
    Mathematical Statistics 1948; Croux and Dehon, *Influence functions of the Spearman and Kendall
    correlation measures*, Statistical Methods and Applications 2010.
    """
    ranks = [_ranks(one) for one in columns.T]
    if not ranks:
        nothing = np.empty((0, 0))
        return Correlations(nothing, nothing, nothing, np.empty(0))
    u = _spread([one.score for one in ranks], ranks)
    there = (~np.isnan(columns.T)).astype(np.float64)
    rows = there @ there.T
    with np.errstate(invalid="ignore", divide="ignore"):
        value = _centred(u, there, rows)
        variance = _variance(ranks, u, there, rows, value)
    return Correlations(value, variance, rows, np.array([one.varied for one in ranks]))


def _ranks(column: FloatArray) -> _Ranks:
    is_there = ~np.isnan(column)
    known, found, count = np.unique(column[is_there], return_inverse=True, return_counts=True)
    place = np.full(len(column), len(known))
    place[is_there] = found
    share = count / max(count.sum(), 1)
    score = np.cumsum(share) - share / 2.0 - 0.5
    spread = np.sqrt(share @ score**2) if len(known) > 1 else 1.0
    basis = _orthonormal(legvander(2.0 * score, _DEGREE).T[1:], share)
    reach = (np.cumsum(share * basis, axis=1) - share * basis / 2.0) / spread
    reach -= (reach @ share)[:, None]
    score = np.append(score / spread, 0.0)
    return _Ranks(place, score, _ended(basis), _ended(reach), 1.0 - share.max(initial=0.0))


def _orthonormal(functions: FloatArray, share: FloatArray) -> FloatArray:
    """(D, K) functions of K values, made orthonormal; 0 where there are too few values for all."""
    functions = functions - (functions @ share)[:, None]
    sizes, axes = np.linalg.eigh(functions * share @ functions.T)
    is_there = sizes > _ROUNDING
    scale = np.where(is_there, 1.0 / np.sqrt(np.where(is_there, sizes, 1.0)), 0.0)
    found: FloatArray = (axes * scale).T @ functions
    return found


def _ended(table: FloatArray) -> FloatArray:
    return np.column_stack([table, np.zeros(len(table))])


def _spread(tables: Sequence[FloatArray], ranks: Sequence[_Ranks]) -> FloatArray:
    """(F, n) what each row has, of what each value of a column has."""
    return np.stack([values[one.place] for values, one in zip(tables, ranks, strict=True)])


def _centred(u: FloatArray, there: FloatArray, rows: FloatArray) -> FloatArray:
    """(F, F) correlations over the rows that both columns have."""
    mean = u @ there.T / rows
    spread = (u * u) @ there.T / rows - mean**2
    value = (u @ u.T / rows - mean * mean.T) / np.sqrt(spread * spread.T)
    value[~(spread * spread.T > _ROUNDING)] = np.nan
    return np.clip(value, -1.0, 1.0)


def _variance(
    ranks: Sequence[_Ranks], u: FloatArray, there: FloatArray, rows: FloatArray, value: FloatArray
) -> FloatArray:
    """(F, F) mean squares of the influence of a row, over the number of rows."""
    own = there.sum(axis=1)
    half, square = value / 2.0, u * u
    crossed = square @ square.T / rows
    thirds = (square * u) @ u.T / rows
    fourths = (square * square) @ there.T / rows
    own_ranks = crossed - value * (thirds + thirds.T)
    own_ranks += half**2 * (fourths + fourths.T + 2.0 * crossed)
    found = own_ranks / rows
    bases, moves = [], []
    for degree in range(_DEGREE):
        basis = _spread([one.basis[degree] for one in ranks], ranks)
        by_other = _spread([one.reach[degree] for one in ranks], ranks) @ u.T / rows
        move = (by_other - value * np.diag(by_other)[:, None]) / own[:, None]
        product = (basis * u) @ u.T - half * ((basis * square) @ there.T + basis @ square.T)
        part = move * (move * own[:, None] + 2.0 * product / rows)
        found += part + part.T
        bases.append(basis)
        moves.append(move)
    for first, by_first in zip(bases, moves, strict=True):
        for second, by_second in zip(bases, moves, strict=True):
            found += 2.0 * by_first * by_second.T * (first @ second.T)
    return found
