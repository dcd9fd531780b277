"""How likely chance alone makes a share that is a fault as large, or makes it rise as far."""

from __future__ import annotations

import dataclasses
import math

import numpy as np

from mmon.chance.proportions import two_proportions
from mmon.chance.small_samples import all_in_production, beyond_extremes
from mmon.records.arrays import IntArray
from mmon.verdict.evidence import Evidence


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Tested(Evidence):
    """A share whose change is tested."""

    @property
    def is_change(self) -> bool:
        """It is compared with the reference."""
        return True


@dataclasses.dataclass(frozen=True, kw_only=True)
class Risen(_Tested):
    """The increase of a share; both sides are (hits, rows)."""

    ref: tuple[int, int]
    cur: tuple[int, int]

    def p_value(self) -> float | None:
        """Of "both sides have one share"."""
        return two_proportions(*self.ref, *self.cur)

    def p_value_at(self, value: float, rows: int | None) -> float | None:
        """The same, if the share rose by ``value``."""
        (k_ref, n), (_, m) = self.ref, self.cur
        size = m if rows is None else rows
        if not n or not size:
            return None
        if k_ref / n + value > 1.0:
            # No share can rise so far, so there is nothing that more rows could show.
            return 0.0
        return two_proportions(k_ref, n, min(size, math.ceil((k_ref / n + value) * size)), size)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Outside(_Tested):
    """Of ``rows`` production values so many lie outside the range of n reference values."""

    outside: int
    n: int

    def p_value(self) -> float:
        """Of at least so many, when nothing changed."""
        return beyond_extremes(self.outside, self.n, self.rows)

    def p_value_at(self, value: float, rows: int | None) -> float:
        """Of a share of at least ``value``."""
        size = self.rows if rows is None else rows
        return beyond_extremes(math.ceil(value * size), self.n, size)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Unseen(_Tested):
    """Of ``rows`` production rows so many have a label that none of n reference rows has.

    ``pooled`` (C,) int64 has the rows of both sides by label.
    """

    pooled: IntArray
    unseen: int
    n: int

    def p_value(self) -> float:
        """Of at least so many, when nothing changed."""
        return all_in_production(self.pooled, self.n, self.rows, self.unseen)

    def p_value_at(self, value: float, rows: int | None) -> float:
        """Of a share of at least ``value``."""
        size = self.rows if rows is None else rows
        scaled = np.maximum(1, np.rint(self.pooled * ((self.n + size) / (self.n + self.rows))))
        return all_in_production(scaled, self.n, size, math.ceil(value * size))
