"""How likely chance alone makes a share that is a fault as large, or makes it rise as far."""

from __future__ import annotations

import abc
import dataclasses
import math

import numpy as np

from mmon.chance.levels import is_surely_below, stricter
from mmon.chance.proportions import (
    Interval,
    one_sided,
    rise_interval,
    risen,
    two_proportions,
    wilson,
)
from mmon.chance.small_samples import all_in_production, beyond_extremes
from mmon.profiles.distributions.counts import Counts, align
from mmon.profiles.distributions.ecdf import Ecdf
from mmon.records.arrays import IntArray
from mmon.verdict.evidence import Evidence


@dataclasses.dataclass(frozen=True, kw_only=True)
class Risen(Evidence):
    """The increase of a share; both sides are (hits, rows)."""

    is_fact = False
    ref: tuple[int, int]
    cur: tuple[int, int]

    def p_value(self) -> float | None:
        """Of "both sides have one share"."""
        return two_proportions(*self.ref, *self.cur)

    def p_value_against(self, level: float) -> float | None:
        """Of "the share rose by no more than the level"."""
        return self.p_value() if level == 0.0 else risen(*self.ref, *self.cur, level)

    @property
    def interval(self) -> Interval | None:
        """Of the rise, at 95 %."""
        has_rows = self.ref[1] and self.cur[1]
        return rise_interval(*self.ref, *self.cur) if has_rows else None

    def is_below(self, level: float) -> bool:
        """By the same normal deviation."""
        return is_surely_below(risen(*self.ref, *self.cur, level))

    def is_found(self, level: float, alpha: float, rows: int | None) -> bool:
        """Whether twice the level, as a rise, would be told from it."""
        (hits, n), rows = self.ref, self.rows if rows is None else rows
        if not n or not rows:
            return False
        share = min(hits / n + 2.0 * level, 1.0)
        return risen(hits, n, share * rows, rows, level) <= stricter(alpha)


@dataclasses.dataclass(frozen=True, kw_only=True)
class New(Evidence, abc.ABC):
    """Of ``rows`` production rows ``hits`` are as no row of n reference rows is."""

    is_fact = False
    hits: int
    n: int

    def p_value(self) -> float:
        """Of at least so many, when nothing changed."""
        return self.chance(self.hits, self.rows)

    def p_value_against(self, level: float) -> float:
        """Of so many, when the share is the level; no less than when nothing changed."""
        return self.against(self.hits, self.rows, level)

    @property
    def interval(self) -> Interval | None:
        """Of the share, at 95 %."""
        return wilson(self.hits, self.rows) if self.rows else None

    def is_below(self, level: float) -> bool:
        """Whether the interval of the share ends below the level."""
        return self.interval is not None and self.interval[1] < level

    def is_found(self, level: float, alpha: float, rows: int | None) -> bool:
        """Whether a share of twice the level would be told from it."""
        rows = self.rows if rows is None else rows
        return self.against(math.ceil(2.0 * level * rows), rows, level) <= stricter(alpha)

    def against(self, hits: int, rows: int, level: float) -> float:
        """The p-value of so many of so many rows."""
        return max(one_sided(hits, rows, level, is_floor=False), self.chance(hits, rows))

    @abc.abstractmethod
    def chance(self, hits: int, rows: int) -> float:
        """Of at least so many of so many rows, when nothing changed."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Outside(New):
    """Production values outside the range of the reference's."""

    def chance(self, hits: int, rows: int) -> float:
        """The outermost values of the reference may lie anywhere among all rows."""
        return beyond_extremes(hits, self.n, rows)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Unseen(New):
    """Rows with a label that the reference lacks; ``pooled`` (C,) int64 has all rows by label."""

    pooled: IntArray

    def chance(self, hits: int, rows: int) -> float:
        """All rows of a label may have fallen into production."""
        pooled = self.pooled
        if rows != self.rows:
            scale = (self.n + rows) / (self.n + self.rows)
            pooled = np.maximum(1, np.rint(pooled * scale)).astype(np.int64)
        return all_in_production(pooled, self.n, rows, hits)


def pooled_with_constant(ref: Ecdf | Counts, cur: Ecdf | Counts) -> IntArray:
    """Rows of both sides by value, where production has only one."""
    if isinstance(ref, Counts) and isinstance(cur, Counts):
        both = align(ref, cur)
        return both.ref + both.cur
    if isinstance(ref, Ecdf) and isinstance(cur, Ecdf):
        value = cur.values[0]
        cell = int(np.searchsorted(ref.values, value, side="left"))
        # Between retained values it may be any of the cell's; the sum is then an upper bound.
        is_known = cell < len(ref.values) and (not ref.is_exact or ref.values[cell] == value)
        pooled = ref.mass.copy() if is_known else np.append(ref.mass, 0)
        pooled[cell if is_known else -1] += cur.n
        return pooled
    raise TypeError("one side is numeric and the other categorical")
