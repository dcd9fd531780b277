"""What all binned metrics share: from two distributions to a Score.

A metric on bins says how far one row of shares is from another; this says on which rows to ask,
what compression may hide, and how often chance alone goes as far.
"""

from __future__ import annotations

import dataclasses
import functools
import math
from typing import ClassVar

import numpy as np

from mmon.metrics._bins import FloatArray, IntArray, Table, tabulate
from mmon.metrics._null_sums import rest_sums
from mmon.metrics._null_tails import log_tail
from mmon.metrics._null_tables import NullTables, null_tables
from mmon.metrics._proportions import two_tails
from mmon.profile.counts import Counts
from mmon.profile.ecdf import Ecdf
from mmon.results import ColumnKind, Score

Distribution = Ecdf | Counts

# Values closer than this are the same table summed in another order.
_ROUNDING = 1e-9
# Share of the deals beyond which their own frequencies are too few to count.
_TAIL = 0.05
# A p-value is never 0: this is the smallest normal float.
_SMALLEST = float(np.finfo(np.float64).tiny)
# Points of a search for the first count that is far enough, per round.
_SEARCH = 65


@dataclasses.dataclass(frozen=True)
class Binned:
    """A drift metric that is a sum of terms, one a bin; metrics say which (at most one level)."""

    kinds: ClassVar[frozenset[ColumnKind]] = frozenset(
        {ColumnKind.NUMERIC, ColumnKind.DATETIME, ColumnKind.CATEGORICAL}
    )
    is_symmetric: ClassVar[bool] = False
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    default_thresholds: ClassVar[tuple[float, float] | None] = None
    # Power of the value that grows like a sum of squares, whose chance tail is a gamma's.
    power: ClassVar[int] = 2

    bins: int = 10

    def __post_init__(self) -> None:
        if not 2 <= self.bins <= 1000:
            raise ValueError(f"bins must be from 2 to 1000, not {self.bins}")

    def terms(self, p: FloatArray, q: FloatArray, weight: float) -> FloatArray:
        """One term a bin, jointly convex in (p, q), homogeneous, and 0 where both agree."""
        raise NotImplementedError

    def of_sum(self, total: FloatArray) -> FloatArray:
        """The metric's value of the sum of its terms; increasing."""
        return total

    def distance(self, p: FloatArray, q: FloatArray, weight: float) -> FloatArray:
        """The metric's value of shares (…, C) of the reference and of production."""
        return self.of_sum(self.combined(self.terms(p, q, weight)))

    def combined(self, terms: FloatArray) -> FloatArray:
        """What the last axis of ``terms`` comes to."""
        return np.asarray(terms.sum(axis=-1))

    def deal_values(self, null: NullTables) -> FloatArray:
        """(R,) values that chance alone gives."""
        total = self.terms(null.ref / null.n, null.cur / null.m, null.weight).sum(axis=-1)
        if len(null.rest):
            total = np.maximum(total + rest_sums(self.terms, null), 0.0)
        return self.of_sum(total)

    def to_sum(self, value: float) -> float:
        """The sum of terms that gives ``value``; the inverse of ``of_sum``."""
        return value

    def log_tail(self, value: float, null: NullTables) -> float:
        """Log of the probability of ``value`` or more by chance, up to a constant."""
        return log_tail(self.terms, self.to_sum(value), null)

    def reach(self, ref_moved: float, cur_moved: float) -> float:
        """How far the value can go when these shares of the rows may sit in wrong bins."""
        return math.inf

    def bracket(self, table: Table) -> tuple[float, float]:
        """Bounds of the value on the full data, given what compression hides.

        A term is jointly convex, so that over the rectangle of shares its largest value is at a
        corner, and its smallest at the corner nearest to the diagonal, or 0 on it.
        """
        n, m = table.ref.rows, table.cur.rows
        weight = n / (n + m)
        p_low, p_high = table.ref.low / n, table.ref.high / n
        q_low, q_high = table.cur.low / m, table.cur.high / m
        high = np.maximum(self.terms(p_low, q_high, weight), self.terms(p_high, q_low, weight))
        high = np.maximum(high, self.terms(p_low, q_low, weight))
        high = np.maximum(high, self.terms(p_high, q_high, weight))
        low = np.where(
            p_low > q_high,
            self.terms(p_low, np.minimum(q_high, p_low), weight),
            np.where(q_low > p_high, self.terms(np.minimum(p_high, q_low), q_low, weight), 0.0),
        )
        if any(table.hidden):
            # Labels that were not kept: at worst no two rows of different sides share one.
            sides = np.array([table.hidden[0] / n, 0.0]), np.array([0.0, table.hidden[1] / m])
            low[-1], high[-1] = 0.0, float(self.terms(*sides, weight).sum())
        return tuple(float(self.of_sum(self.combined(side))) for side in (low, high))

    def score(self, ref: Distribution, cur: Distribution) -> Score:
        """The distance of production from the reference; see ``Metric.score``."""
        table = tabulate(ref, cur, self.bins)
        n, m = table.ref.rows, table.cur.rows
        if not n or not m:
            return Score(None, reason=f"the {'reference' if not n else 'production'} has no rows")
        p, q = table.ref.mass / n, table.cur.mass / m
        value = float(self.distance(p, q, n / (n + m)))
        return Score(value, self.error(value, table), self.p_value(value, ref, cur))

    def error(self, value: float, table: Table) -> float:
        """Bound on how far ``value`` is from that of the full data."""
        if table.is_exact:
            return 0.0
        if not table.is_bounded:
            return math.inf
        low, high = self.bracket(table)
        high = min(high, self.bounds[1])
        moved = table.ref.moved / table.ref.rows, table.cur.moved / table.cur.rows
        return max(0.0, min(max(value - low, high - value), self.reach(*moved)))

    def p_value(
        self, value: float, ref: Distribution, cur: Distribution, *, rows: int | None = None
    ) -> float | None:
        """Probability of a distance of at least ``value`` by chance; see ``Metric.p_value``."""
        table = tabulate(ref, cur, self.bins)
        if not table.ref.rows or not table.cur.rows or rows == 0:
            return None
        if value <= 0:
            return 1.0
        null = null_tables(ref, cur, self.bins, rows)
        if null.is_fixed and len(null.pooled) <= 2:
            p = _of_two_categories(self, value, null)
        else:
            p = _of_deals(self, value, null)
        return max(p, _SMALLEST)


@functools.lru_cache(maxsize=32)
def _null_values(metric: Binned, null: NullTables) -> FloatArray:
    return np.sort(metric.deal_values(null))


def _of_deals(metric: Binned, value: float, null: NullTables) -> float:
    """Mid-p frequency among the deals; beyond them, the saddlepoint's tail, joined on to it."""
    dealt = _null_values(metric, null)
    slack = _ROUNDING * value
    above = len(dealt) - np.searchsorted(dealt, [value - slack, value + slack], side="left")
    share = float(above.sum()) / (2 * len(dealt))
    if share >= _TAIL:
        return share
    anchor = float(dealt[-math.ceil(_TAIL * len(dealt))])
    if not anchor < value:
        return _TAIL
    away = metric.log_tail(value, null) - metric.log_tail(anchor, null)
    return min(_TAIL, _TAIL * math.exp(min(away, 0.0)))


def _of_two_categories(metric: Binned, value: float, null: NullTables) -> float:
    """Exact mid-p: sum the counts of the first category that lie as far out on either side."""
    total = int(null.pooled[0])
    n, m = null.n, null.m
    first, last = max(0, total - n), min(total, m)
    middle = total * m // (n + m)
    lower, lower_ties = _first_beyond(metric, value, null, middle, first - 1)
    upper, upper_ties = _first_beyond(metric, value, null, middle + 1, last + 1)
    return two_tails(lower, upper, total, n, m, ties=(lower_ties, upper_ties))


def _first_beyond(
    metric: Binned, value: float, null: NullTables, start: int, stop: int
) -> tuple[int, bool]:
    """First count from ``start`` towards ``stop`` whose distance reaches ``value``.

    Returns
    -------
    (int, bool) : the count, ``stop`` if there is none; whether it is at ``value`` exactly.
    """
    slack = _ROUNDING * value
    near, far = start, stop
    step = 1 if stop > start else -1
    # The distance grows away from the middle, as a convex function that is 0 there.
    while True:
        tried = np.unique(np.linspace(near, far, _SEARCH).astype(np.int64))[::step]
        inside = tried[tried != stop]
        reached = _distance_of_counts(metric, inside, null) >= value - slack
        if not reached.any():
            if len(tried) >= abs(far - near) + 1:
                return stop, False
            near = int(inside[-1]) + step
            continue
        index = int(np.argmax(reached))
        if index == 0 or abs(int(inside[index]) - int(inside[index - 1])) == 1:
            found = int(inside[index])
            at = float(_distance_of_counts(metric, inside[index : index + 1], null)[0])
            return found, at <= value + slack
        near, far = int(inside[index - 1]) + step, int(inside[index])


def _distance_of_counts(metric: Binned, count: IntArray, null: NullTables) -> FloatArray:
    other = null.pooled.sum() - null.pooled[0]
    cur = np.stack([count, null.m - count], axis=-1)
    ref = np.stack([null.pooled[0] - count, other - (null.m - count)], axis=-1)
    return metric.distance(ref / null.n, cur / null.m, null.weight)


def smoothed(p, q, amount):
    middle = amount / 2 * (p + q)
    tiny = np.finfo(np.float64).tiny
    return np.maximum((1 - amount) * p + middle, tiny), np.maximum((1 - amount) * q + middle, tiny)
