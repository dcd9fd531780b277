"""What tells a finding from chance, and how many rows that takes."""

from __future__ import annotations

import dataclasses
import math
from typing import ClassVar, Self

from mmon.results import Direction
from mmon.results.quantity import Aspect

_MOST_ROWS = 1 << 40


@dataclasses.dataclass(frozen=True)
class Change:
    """How much a quantity changed.

    Attributes
    ----------
    value : float or None
        In the direction of the aspect that was asked for.
    error : float
        Bound on ``|value - exact value|`` that comes from summaries.
    is_relative : bool
        Whether it is a share of the reference's value.
    reason : str or None
        Why there is no value, or what it was.
    """

    value: float | None
    error: float = 0.0
    is_relative: bool = False
    reason: str | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Evidence:
    """What is known of one finding's noise; by itself the finding is a fact, without any.

    Attributes
    ----------
    rows : int
        Production rows that it rests on.
    aspect : Aspect
        What of the quantity is judged.
    direction : {"above", "below"}
        On which side of a level the value is worse.
    """

    noun: ClassVar[str] = "production rows"
    """What the rows are, in the plural."""

    rows: int = 0
    aspect: Aspect = "value"
    direction: Direction = "above"

    def facing(self, aspect: Aspect, direction: Direction) -> Self:
        """The evidence on another aspect, or towards levels on another side."""
        return dataclasses.replace(self, aspect=aspect, direction=direction)

    @property
    def is_change(self) -> bool:
        """Whether "nothing changed" is tested; else the finding counts as it is."""
        return False

    @property
    def q_value(self) -> float | None:
        """An already corrected p-value, of a family of tests of which only some become results."""
        return None

    def change(self) -> Change:
        """How much the quantity changed, by the aspect."""
        return Change(None, reason="there is nothing to compare it with")

    def p_value(self) -> float | None:
        """The probability of a change at least as large when nothing changed; in [0, 1]."""
        return None

    def p_value_at(self, value: float, rows: int | None) -> float | None:
        """The p-value that a change of ``value`` would have with so many production rows.

        None stands for as many rows as there are, and for what cannot be known.
        """
        return None

    def p_value_against(self, level: float) -> float | None:
        """The p-value of "the true value is on the good side of the level".

        0 where no noise could have carried the value over it; None where that is not known.
        """
        return 0.0

    def rows_needed(self, level: float, alpha: float) -> float:
        """How many rows it takes for a change of ``level`` to be significant at ``alpha``.

        0 where those there are suffice, and for a level of 0, which asks for significance only;
        infinity where no number does.
        """
        if not self.is_change or level == 0.0 or self._suffices(level, alpha, None):
            return 0.0
        if not self._suffices(level, alpha, _MOST_ROWS):
            return math.inf
        low, high = max(self.rows, 1), max(self.rows, 1) * 2
        # So many rows suffice, whatever rounding makes of some number on the way.
        while high < _MOST_ROWS and not self._suffices(level, alpha, high):
            low, high = high, high * 2
        while high - low > max(1, low // 50):
            middle = (low + high) // 2
            low, high = (low, middle) if self._suffices(level, alpha, middle) else (middle, high)
        return _round_up(high)

    def _suffices(self, level: float, alpha: float, rows: int | None) -> bool:
        p_value = self.p_value_at(level, rows)
        return p_value is not None and p_value <= alpha


@dataclasses.dataclass(frozen=True, kw_only=True)
class Settled(Evidence):
    """A finding whose p-value, and its correction, come from whoever tested a whole family."""

    p: float | None
    q: float | None = None

    @property
    def q_value(self) -> float | None:
        """As it was corrected; None where it is corrected with those of other findings."""
        return self.q

    @property
    def is_change(self) -> bool:
        """It was tested."""
        return True

    def p_value(self) -> float | None:
        """As it was found."""
        return self.p

    def p_value_at(self, value: float, rows: int | None) -> float:
        """No shortage of rows of its own: where there was one, there is no such finding."""
        return 0.0


def _round_up(rows: int) -> int:
    """Two significant digits, never fewer rows than needed."""
    step = int(10 ** max(0, math.floor(math.log10(rows)) - 1))
    return math.ceil(rows / step) * step
