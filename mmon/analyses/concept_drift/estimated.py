"""An estimate with a normal deviation, as evidence."""

from __future__ import annotations

import dataclasses
import math
from typing import ClassVar

from mmon.chance.levels import beyond, is_powerful, is_surely_below
from mmon.verdict.evidence import Evidence


@dataclasses.dataclass(frozen=True, kw_only=True)
class Estimated(Evidence):
    """A value whose noise is normal; ``deviation`` is its standard deviation."""

    is_fact = False
    noun: ClassVar[str] = "labelled rows"
    value: float
    deviation: float

    def p_value(self) -> float:
        """Of "the true value is 0", two-sided."""
        return min(1.0, 2.0 * beyond(abs(self.value), self.deviation))

    def p_value_against(self, level: float) -> float:
        """Of "the true value is at most the level"."""
        return beyond(self.value - level, self.deviation)

    def is_below(self, level: float) -> bool:
        """Whether the true value is surely below the level."""
        return is_surely_below(self.p_value_against(level))

    def is_found(self, level: float, alpha: float, rows: int | None) -> bool:
        """Whether twice the level would be told from it, of so many rows."""
        ratio = 1.0 if rows is None else max(self.rows, 1) / max(rows, 1)
        return is_powerful(level, self.deviation * math.sqrt(ratio), alpha)
