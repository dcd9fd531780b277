"""Tails of the conditional laws of a 2 x 2 table, for many tables at once and far out.

Given a table's margins, the production rows among its wrong rows follow Fisher's noncentral
hypergeometric law, which depends on nothing but the odds ratio. Given the margins of two tables and
the wrong production rows of both together, those of the first follow the product of both laws,
which depends on nothing but the ratio of the two odds ratios (Zelen's exact test of homogeneity).

References
----------
Fisher, *The logic of inductive inference*, JRSS 1935. Zelen, *The analysis of several 2 x 2
contingency tables*, Biometrika 1971.
"""

from __future__ import annotations

import dataclasses
import functools
from typing import Protocol

import numpy as np
from scipy.special import gammaln, logsumexp, roots_legendre

from mmon.records.arrays import BoolArray, FloatArray

# A law's window: beyond twelve deviations, and a score of rows where these are few, no mass is left
# that a float could hold beside that at the mode.
_DEVIATIONS = 12.0
_ROWS = 20.0
# Windows with more points than this are integrated by Gauss and Legendre with as many nodes; with
# deviations so large (above 8 rows) a sum is an integral to 0.04 % in the middle and 3 % at a p
# of 1e-15.
_NODES = 256
# From any table to within a row of the mode.
_HALVINGS = 40


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Tables:
    """S tables of right and wrong rows of two sides.

    Attributes
    ----------
    n, m : (S,) float64
        Rows of the reference and of production.
    k_ref, k_cur : (S,) float64
        Wrong rows among them.
    """

    n: FloatArray
    m: FloatArray
    k_ref: FloatArray
    k_cur: FloatArray

    def take(self, rows: BoolArray) -> Tables:
        """The given tables only."""
        return Tables(self.n[rows], self.m[rows], self.k_ref[rows], self.k_cur[rows])

    @property
    def wrong(self) -> FloatArray:
        """(S,) wrong rows of both sides."""
        return self.k_ref + self.k_cur

    @property
    def support(self) -> tuple[FloatArray, FloatArray]:
        """The fewest and the most wrong production rows that the margins allow."""
        return np.maximum(0.0, self.wrong - self.n), np.minimum(self.wrong, self.m)

    def cells(self, x: FloatArray) -> tuple[FloatArray, ...]:
        """The tables' cells for ``x`` (S,) or (S, J) wrong production rows."""
        n, m, k = (_beside(one, x) for one in (self.n, self.m, self.wrong))
        return x, m - x, k - x, n - k + x


def _beside(column: FloatArray, x: FloatArray) -> FloatArray:
    """Shapes (S,) for ``x`` of (S,), and (S, 1) for ``x`` of (S, J)."""
    return column if x.ndim == 1 else column[:, np.newaxis]


def log_tail_of_odds(tables: Tables, log_odds_ratio: FloatArray) -> FloatArray:
    """Log of P(as many wrong production rows as there are, or more), given the odds ratio.

    Parameters
    ----------
    tables : Tables
    log_odds_ratio : (S,) float64
        Of being wrong in production against in the reference.

    Returns
    -------
    (S,) float64, at most 0
    """
    return _log_tail(_OddsLaw(tables, log_odds_ratio), tables.k_cur)


def log_tail_of_homogeneity(tables: Tables, rest: Tables) -> FloatArray:
    """Log of P(as many wrong production rows in ``tables``, or more), if both odds ratios agree.

    Parameters
    ----------
    tables, rest : Tables
        The segments, and the rows outside of each.

    Returns
    -------
    (S,) float64, at most 0
    """
    return _log_tail(_HomogeneityLaw(tables, rest), tables.k_cur)


class _Law(Protocol):
    """S log-concave laws on integers."""

    @property
    def support(self) -> tuple[FloatArray, FloatArray]: ...

    def log_mass(self, x: FloatArray) -> FloatArray:
        """Up to a constant, of ``x`` (S,) or (S, J)."""
        ...

    def slope(self, x: FloatArray) -> FloatArray:
        """Derivative of the log-mass at ``x`` (S,), about; it falls in x."""
        ...

    def curvature(self, x: FloatArray) -> FloatArray:
        """How fast the slope falls at ``x`` (S,), about."""
        ...


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class _OddsLaw:
    tables: Tables
    log_odds_ratio: FloatArray

    @property
    def support(self) -> tuple[FloatArray, FloatArray]:
        return self.tables.support

    def log_mass(self, x: FloatArray) -> FloatArray:
        return _log_mass(self.tables, x) + x * _beside(self.log_odds_ratio, x)

    def slope(self, x: FloatArray) -> FloatArray:
        return _slope(self.tables, x) + self.log_odds_ratio

    def curvature(self, x: FloatArray) -> FloatArray:
        return _curvature(self.tables, x)


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class _HomogeneityLaw:
    tables: Tables
    rest: Tables

    @property
    def total(self) -> FloatArray:
        return self.tables.k_cur + self.rest.k_cur

    @property
    def support(self) -> tuple[FloatArray, FloatArray]:
        (low, high), (rest_low, rest_high) = self.tables.support, self.rest.support
        return np.maximum(low, self.total - rest_high), np.minimum(high, self.total - rest_low)

    def log_mass(self, x: FloatArray) -> FloatArray:
        others = _beside(self.total, x) - x
        return _log_mass(self.tables, x) + _log_mass(self.rest, others)

    def slope(self, x: FloatArray) -> FloatArray:
        return _slope(self.tables, x) - _slope(self.rest, self.total - x)

    def curvature(self, x: FloatArray) -> FloatArray:
        return _curvature(self.tables, x) + _curvature(self.rest, self.total - x)


def _log_mass(tables: Tables, x: FloatArray) -> FloatArray:
    """Up to a constant, the log-mass of ``x`` when the odds ratio is 1."""
    a, b, c, d = (gammaln(cell + 1) for cell in tables.cells(x))
    return -(a + b + c + d)


def _slope(tables: Tables, x: FloatArray) -> FloatArray:
    # Half a row in each cell: finite at the ends, and within a row of the mode.
    a, b, c, d = (np.maximum(cell, 0.0) + 0.5 for cell in tables.cells(x))
    return np.log(b) + np.log(c) - np.log(a) - np.log(d)


def _curvature(tables: Tables, x: FloatArray) -> FloatArray:
    a, b, c, d = (1 / (np.maximum(cell, 0.0) + 0.5) for cell in tables.cells(x))
    return a + b + c + d


def _log_tail(law: _Law, start: FloatArray) -> FloatArray:
    if len(start) == 0:
        return np.empty(0)
    low, high = law.support
    mode = _mode(law, low, high)
    reach = np.ceil(_DEVIATIONS / np.sqrt(law.curvature(mode)) + _ROWS)
    all_mass = _log_sum(law, np.maximum(low, mode - reach), np.minimum(high, mode + reach))
    above = _log_sum(law, start, np.minimum(high, np.maximum(start, mode) + reach))
    return np.minimum(above - all_mass, 0.0)


def _mode(law: _Law, low: FloatArray, high: FloatArray) -> FloatArray:
    below, above = low, high
    for _ in range(_HALVINGS):
        middle = (below + above) / 2
        rises = law.slope(middle) > 0
        below, above = np.where(rises, middle, below), np.where(rises, above, middle)
    return np.round((below + above) / 2)


@functools.cache
def _nodes() -> tuple[FloatArray, FloatArray]:
    """Nodes and weights of Gauss and Legendre's rule on (-1, 1)."""
    # NumPy's own rule takes several times as long: it treats a banded matrix as a full one.
    nodes, weights = roots_legendre(_NODES)
    return nodes, weights


def _log_sum(law: _Law, first: FloatArray, last: FloatArray) -> FloatArray:
    """Log of the mass on the integers from ``first`` to ``last``."""
    count = last - first + 1
    points = int(min(_NODES, count.max()))
    nodes, weights = _nodes()
    is_short = (count <= _NODES)[:, np.newaxis]
    steps = np.arange(points)
    x = first[:, np.newaxis] + np.minimum(steps, count[:, np.newaxis] - 1)
    weight = (steps < count[:, np.newaxis]).astype(np.float64)
    if not is_short.all():
        # From half a row before the first to half a row after the last.
        half = count[:, np.newaxis] / 2
        x = np.where(is_short, x, first[:, np.newaxis] - 0.5 + half * (1 + nodes))
        weight = np.where(is_short, weight, half * weights)
    found: FloatArray = logsumexp(law.log_mass(x), axis=1, b=weight)
    return found
