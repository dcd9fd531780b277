"""What all binned metrics share: from two distributions to a Score.

A metric on bins says how far one row of shares is from another; this says on which rows to ask,
what compression may hide, and how often chance alone goes as far.
"""

from __future__ import annotations

import abc
import dataclasses
import functools
import math
from typing import ClassVar

import numpy as np

from mmon.chance.bins.dealt_tables import ROUNDS, NullTables, null_tables
from mmon.chance.bins.far_tails import log_tail
from mmon.chance.bins.small_categories import rest_sums
from mmon.chance.bins.table import Table, tabulate
from mmon.chance.proportions import SMALLEST, two_tails
from mmon.metrics import Metric
from mmon.profiles.distributions import Distribution
from mmon.records.arrays import FloatArray, IntArray
from mmon.results import ColumnKind, Score

# Values closer than this are the same table summed in another order.
ROUNDING = 1e-9
# Share and number of deals below which their own frequencies are too few to count.
_TAIL = 0.02
_FEWEST = 20
# Deals that go as far, from which on their share is known well enough (Besag and Clifford 1991).
_ENOUGH = 50
# A normal number's mean of anything smooth is that of these points.
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(9)
_WEIGHTS /= _WEIGHTS.sum()
# Points of one round of the search for the first count that is far enough.
_SEARCH = 65


_PAGE_PARTS = {
    "p-value": """\
The p-value is two-sample and exact up to simulation: the pooled rows are dealt to both sides at
random, numeric columns are cut at each deal's own quantiles, and beyond the deals a saddlepoint
tail takes over. It holds with empty and rare categories.""",
    "missing values": """\
Missing values are left out: ``missing_share`` judges them.""",
    "bins": """\
bins : int, default 10
    Bins of equal reference mass that a numeric or datetime column is cut into.""",
    "score of three regions": """\
>>> from mmon.metrics import load
>>> from mmon.profiles.distributions.counts import Counts
>>> reference = Counts.from_mapping({"north": 50, "south": 30, "west": 20})
>>> production = Counts.from_mapping({"north": 30, "south": 30, "west": 40})
>>> score = load("{name}").score(reference, production)
>>> f"{score.value:.4f}", f"{score.p_value:.3f}\"""",
}


@dataclasses.dataclass(frozen=True)
class Binned(Metric):
    """A distance between two rows of shares that combines one term per bin.

    A metric gives ``terms`` and what they combine to.

    Attributes
    ----------
    is_root : bool
        Whether the value is the square root of what the terms combine to, which is at most 1.
    is_true_distance : bool
        Whether it obeys the triangle inequality, and moving a share of the rows changes what the
        terms combine to by at most that share.
    """

    kinds = frozenset(
        {
            ColumnKind.NUMERIC,
            ColumnKind.DATETIME,
            ColumnKind.CATEGORICAL,
            ColumnKind.EMBEDDING,
            ColumnKind.TEXT,
        }
    )
    # The reference decides where a numeric column is cut.
    is_symmetric = False
    page_parts = _PAGE_PARTS
    is_root: ClassVar[bool] = False
    is_true_distance: ClassVar[bool] = False

    bins: int = 10

    def __post_init__(self) -> None:
        if isinstance(self.bins, bool) or not isinstance(self.bins, int):
            raise TypeError(f"bins must be a whole number, not {self.bins!r}")
        if not 2 <= self.bins <= 1000:
            raise ValueError(f"bins must be from 2 to 1000, not {self.bins}")

    @abc.abstractmethod
    def terms(self, p: FloatArray, q: FloatArray, weight: float) -> FloatArray:
        """(…, C) one term a bin: not negative, 0 where both agree, jointly convex in (p, q).

        p and q are the shares of the reference and of production; ``weight`` is the reference's
        share of all rows.
        """

    def combine(self, terms: FloatArray) -> FloatArray:
        """What the terms of the last axis come to."""
        return np.asarray(terms.sum(axis=-1))

    def of_sum(self, total: FloatArray) -> FloatArray:
        """The value of combined terms; increasing."""
        return np.sqrt(np.minimum(total, 1.0)) if self.is_root else total

    def to_sum(self, value: float) -> float:
        """The inverse of ``of_sum``."""
        return value * value if self.is_root else value

    def reach(self, ref_moved: float, cur_moved: float) -> float:
        """How far the value may go when these shares of the rows sit in wrong bins."""
        if not self.is_true_distance:
            return math.inf
        return float(self.of_sum(np.array([ref_moved, cur_moved])).sum())

    def distance(self, p: FloatArray, q: FloatArray, weight: float) -> FloatArray:
        """The value for shares (…, C) of the reference and of production."""
        return self.of_sum(self.combine(self.terms(p, q, weight)))

    def deal_values(self, null: NullTables) -> FloatArray:
        """(R,) values that chance alone gives."""
        total = self.combine(self.terms(null.ref / null.n, null.cur / null.m, null.weight))
        if len(null.rest):
            total = np.maximum(total + rest_sums(self.terms, null), 0.0)
        return self.of_sum(total)

    def log_tail(self, value: float, null: NullTables) -> float:
        """Log of the probability of at least ``value`` by chance, up to a constant."""
        return log_tail(self.terms, self.to_sum(value), null)

    def chance(self, value: float, null: NullTables) -> float:
        """Probability of at least ``value`` by chance, ties by half."""
        return _of_deals(self, value, null)

    def score(self, ref: Distribution, cur: Distribution, *, with_p_value: bool = True) -> Score:
        """The distance of production from the reference, its error and its p-value."""
        table = tabulate(ref, cur, self.bins)
        n, m = table.ref.rows, table.cur.rows
        if not n or not m:
            side = "production" if n else "the reference"
            return Score(None, reason=f"no row of {side} has a value")
        value = float(self.distance(table.ref.mass / n, table.cur.mass / m, n / (n + m)))
        p_value = self.p_value(value, ref, cur) if with_p_value else None
        return Score(value, self.error(value, table), p_value)

    def by_chance(self, ref: Distribution, cur: Distribution) -> float:
        """The terms' mean over the counts of production that chance gives, bin by bin."""
        table = tabulate(ref, cur, self.bins)
        n, m = table.ref.rows, table.cur.rows
        part, rows = m / (n + m), (table.ref.mass + table.cur.mass).astype(np.float64)
        spread = np.sqrt(rows * part * (1.0 - part))
        dealt = np.clip(rows * part + _NODES[:, None] * spread, 0.0, rows)
        terms = self.terms((rows - dealt) / n, dealt / m, n / (n + m))
        return float(self.of_sum(np.asarray((_WEIGHTS @ terms).sum())))

    def error(self, value: float, table: Table) -> float:
        """Bound on how far ``value`` is from that of the full data."""
        if table.is_exact:
            return 0.0
        if not table.is_bounded:
            return math.inf
        low, high = _bracket(self, table)
        high = min(high, self.bounds[1])
        moved = table.ref.moved / table.ref.rows, table.cur.moved / table.cur.rows
        return max(0.0, min(max(value - low, high - value), self.reach(*moved)))

    def p_value(
        self, value: float, ref: Distribution, cur: Distribution, *, rows: int | None = None
    ) -> float | None:
        """Probability of at least ``value`` by chance; see ``Metric.p_value``."""
        table = tabulate(ref, cur, self.bins)
        if not table.ref.rows or not table.cur.rows or rows == 0:
            return None
        if value <= 0:
            return 1.0
        p = 0.0
        for most in ROUNDS:
            null = null_tables(ref, cur, self.bins, rows, most)
            if null.is_fixed and len(null.pooled) <= 2:
                p = _of_two_categories(self, value, null)
                break
            p = self.chance(value, null)
            if p >= _ENOUGH / most:
                break
        return max(p, SMALLEST)


def _bracket(metric: Binned, table: Table) -> tuple[float, float]:
    """Bounds of the value on the full data, given the interval of each count.

    A term is jointly convex: over a rectangle of shares it is largest at a corner, and smallest at
    the corner nearest to the diagonal, or 0 if the diagonal crosses the rectangle.
    """
    n, m = table.ref.rows, table.cur.rows
    weight = n / (n + m)
    p_low, p_high = table.ref.low / n, table.ref.high / n
    q_low, q_high = table.cur.low / m, table.cur.high / m
    corners = [metric.terms(p, q, weight) for p in (p_low, p_high) for q in (q_low, q_high)]
    high = np.max(corners, axis=0)
    nearest = metric.terms(np.clip(q_low, p_low, p_high), np.clip(p_low, q_low, q_high), weight)
    low = np.where((p_low <= q_high) & (q_low <= p_high), 0.0, nearest)
    if any(table.hidden):
        # Labels that were not kept: at worst no two rows of different sides share one.
        apart = np.array([table.hidden[0] / n, 0.0]), np.array([0.0, table.hidden[1] / m])
        low[-1], high[-1] = 0.0, float(metric.terms(*apart, weight).sum())
    low_value, high_value = (metric.of_sum(metric.combine(side)) for side in (low, high))
    return float(low_value), float(high_value)


@functools.lru_cache(maxsize=64)
def _null_values(metric: Binned, null: NullTables) -> FloatArray:
    return np.sort(metric.deal_values(null))


@functools.lru_cache(maxsize=64)
def _tail_at(anchor: float, metric: Binned, null: NullTables) -> float:
    return metric.log_tail(anchor, null)


def _of_deals(metric: Binned, value: float, null: NullTables) -> float:
    """Mid-p frequency among the deals; where they are too few, the tail that joins on to it."""
    dealt = _null_values(metric, null)
    share = _share_beyond(value, dealt)
    enough = max(_TAIL, _FEWEST / len(dealt))
    # Whether few deals leave too much open, which more are to settle, the share alone tells.
    if share >= enough or len(dealt) == ROUNDS[0]:
        return share
    # The most extreme deal whose own frequency can be trusted.
    anchor = float(dealt[-math.ceil(enough * len(dealt))])
    if anchor <= 0:
        return share
    log_p = metric.log_tail(value, null)
    if log_p == -math.inf:
        return 0.0
    away = min(0.0, log_p - _tail_at(anchor, metric, null))
    return min(enough, _share_beyond(anchor, dealt) * math.exp(away))


def _share_beyond(value: float, dealt: FloatArray) -> float:
    """Share of sorted ``dealt`` above ``value``, and half of those at it."""
    slack = ROUNDING * value
    below = np.searchsorted(dealt, [value - slack, value + slack], side="left")
    return 1 - float(below.sum()) / (2 * len(dealt))


def _of_two_categories(metric: Binned, value: float, null: NullTables) -> float:
    """Exact mid-p: sum the counts of the first category that lie as far out on either side."""
    total = int(null.pooled[0])
    first, last = max(0, total - null.n), min(total, null.m)
    middle = total * null.m // (null.n + null.m)
    lower, lower_ties = _first_beyond(metric, value, null, middle, first - 1)
    upper, upper_ties = _first_beyond(metric, value, null, middle + 1, last + 1)
    return two_tails(lower, upper, total, null.n, null.m, ties=(lower_ties, upper_ties))


def _first_beyond(
    metric: Binned, value: float, null: NullTables, start: int, stop: int
) -> tuple[int, bool]:
    """First count from ``start`` towards ``stop`` whose distance reaches ``value``, or ``stop``.

    The distance grows away from the middle, because it is convex and 0 there. Also tells whether it
    is at ``value`` exactly.
    """
    step = 1 if stop > start else -1
    slack = ROUNDING * value
    while start != stop:
        tried = np.unique(np.linspace(start, stop - step, _SEARCH).astype(np.int64))[::step]
        reached = _distances(metric, tried, null)
        index = int(np.searchsorted(reached >= value - slack, True))
        if index == len(tried):
            return stop, False
        found = int(tried[index])
        start = int(tried[index - 1]) + step if index else found
        if start == found:
            return found, bool(reached[index] <= value + slack)
        stop = found + step
    return stop, False


def _distances(metric: Binned, count: IntArray, null: NullTables) -> FloatArray:
    """The distance for each count of production rows in the first of two categories."""
    first, second = null.pooled[0], null.pooled[1:].sum()
    cur = np.stack([count, null.m - count], axis=-1)
    ref = np.stack([first - count, second - (null.m - count)], axis=-1)
    return metric.distance(ref / null.n, cur / null.m, null.weight)
