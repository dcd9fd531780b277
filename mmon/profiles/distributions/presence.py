"""How many rows of a column hold a usable value, and what the others hold instead."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mmon.records import Count


@dataclasses.dataclass(frozen=True, slots=True)
class Presence:
    """Row counts of one column; the four sum to the rows read.

    Attributes
    ----------
    present : int
        Rows with a usable (finite) value.
    null, nan, inf : int
        Rows that are null, not a number, or infinite of either sign.
    """

    present: Count = 0
    null: Count = 0
    nan: Count = 0
    inf: Count = 0

    @property
    def rows(self) -> int:
        return self.present + self.null + self.nan + self.inf

    @property
    def missing(self) -> int:
        """Rows without a value: null or NaN."""
        return self.null + self.nan

    @property
    def missing_share(self) -> float:
        """Share of rows without a value, in [0, 1]; 0 when there are no rows."""
        return self.missing / self.rows if self.rows else 0.0


def are_counts(rows: NDArray[Any], total: int | None = None, *, most: int | None = None) -> bool:
    """Whether whole numbers are counts of rows, and how many these are together or at most."""
    if rows.size == 0:
        return total in (None, 0)
    # In doubles first: the sum of damaged numbers may overflow.
    if rows.min() < 0 or rows.sum(dtype=np.float64) >= 2.0**62:
        return False
    found = int(rows.sum())
    return total in (None, found) and (most is None or found <= most)
