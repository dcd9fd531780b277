"""How many rows of a column hold a usable value, and what the others hold instead."""

from __future__ import annotations

import dataclasses


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

    present: int = 0
    null: int = 0
    nan: int = 0
    inf: int = 0

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

    def __add__(self, other: Presence) -> Presence:
        return Presence(
            self.present + other.present,
            self.null + other.null,
            self.nan + other.nan,
            self.inf + other.inf,
        )
