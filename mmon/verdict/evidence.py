"""What tells a finding from chance, and how many rows that takes."""

from __future__ import annotations

import dataclasses
import math
from typing import ClassVar, Self

from mmon.results import Direction, Status
from mmon.results.quantity import Aspect

_MOST_ROWS = 1 << 40
# Of nothing at all metrics draw their p-value; of next to nothing they know it.
_ANY = 1e-9


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
    interval : (float, float) or None
        At 95 %.
    reason : str or None
        Why there is no value, or what it was.
    """

    value: float | None
    error: float = 0.0
    is_relative: bool = False
    interval: tuple[float, float] | None = None
    reason: str | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Evidence:
    """What is known of one finding's noise; by itself the finding is a fact, without any.

    Attributes
    ----------
    rows : int
        Production rows that it rests on: as many independent ones as they count as.
    of_rows : int
        As many as they are, where they count as fewer; 0 where each counts.
    design_effect : float
        So many rows count as one: see `mmon.chance.effective_rows`.
    aspect : Aspect
        What of the quantity is judged.
    direction : {"above", "below"}
        On which side of a level the value is worse.
    """

    noun: ClassVar[str] = "production rows"
    """What the rows are, in the plural."""
    is_fact: ClassVar[bool] = True
    """Whether nothing is left to chance: the value alone decides."""

    is_dear: ClassVar[bool] = False
    """Whether `p_value` takes so long that of segments, which are many, it is left out."""

    adds_up: ClassVar[bool] = False
    """Whether it is that of many windows: corrected with others of its kind only."""

    rows: int = 0
    of_rows: int = 0
    design_effect: float = 1.0
    aspect: Aspect = "value"
    direction: Direction = "above"

    def facing(self, aspect: Aspect, direction: Direction) -> Self:
        """The evidence on another aspect, or towards levels on another side."""
        return dataclasses.replace(self, aspect=aspect, direction=direction)

    @property
    def q_value(self) -> float | None:
        """An already corrected p-value, of a family of tests of which only some become results."""
        return None

    @property
    def status(self) -> Status | None:
        """A judgement that was made already, in the place of levels."""
        return None

    def change(self) -> Change:
        """How much the quantity changed, by the aspect."""
        return Change(None, reason="there is nothing to compare it with")

    def p_value(self) -> float | None:
        """The probability of a change at least as large when nothing changed; in [0, 1]."""
        return None

    def p_value_against(self, level: float) -> float | None:
        """The one-sided p-value of "the true value is on the good side of the level".

        None where the noise is not known.
        """
        return None

    def is_below(self, level: float) -> bool:
        """Whether the true value is surely, at 95 %, on the good side of the level."""
        del level
        return False

    def is_found(self, level: float, alpha: float, rows: int | None) -> bool:
        """Whether, of so many rows, a change of twice the level would be found often enough.

        Independent rows. ``alpha`` is what the p-value against the level may be; None stands for
        the rows there are.
        """
        return True

    def rows_needed(self, level: float, alpha: float) -> float:
        """How many rows it takes that a change of twice the level is not missed.

        Rows as they come, of which several may count as one.
        0 where those there are suffice, and for a level of 0, which asks for significance only;
        infinity where no number does.
        """
        if level == 0.0 or self.is_found(level, alpha, None):
            return 0.0
        if not self.is_found(level, alpha, _MOST_ROWS):
            return math.inf
        low, high = max(self.rows, 1), max(self.rows, 1) * 2
        while high < _MOST_ROWS and not self.is_found(level, alpha, high):
            low, high = high, high * 2
        while high - low > max(1, low // 50):
            middle = (low + high) // 2
            low, high = (low, middle) if self.is_found(level, alpha, middle) else (middle, high)
        return _round_up(math.ceil(high * self.design_effect))


@dataclasses.dataclass(frozen=True, kw_only=True)
class Settled(Evidence):
    """A finding whose p-value, and its correction, come from whoever tested a whole family."""

    is_fact = False
    p: float
    q: float

    @property
    def q_value(self) -> float:
        """As it was corrected."""
        return self.q

    def p_value(self) -> float:
        """As it was found."""
        return self.p


@dataclasses.dataclass(frozen=True, kw_only=True)
class Lasting(Evidence):
    """Evidence that added up over windows, of an effect that is surely there.

    Attributes
    ----------
    log_evidence : float
        Log of an e-value, or of a sum of them: on average at most 1 a window where nothing changed.
    effect : Evidence
        That of the effect of the windows since the change on the original reference.
    alpha : float
        What the p-value of the effect against a level may be: so sure is it to be beyond.
    """

    is_fact, adds_up = False, True
    log_evidence: float
    effect: Evidence
    alpha: float

    @property
    def is_weak(self) -> bool:
        """Whether there is too little of it to ask how large the effect is."""
        return math.exp(-max(0.0, self.log_evidence)) > self.alpha

    def p_value(self) -> float:
        """The e-value's reciprocal, which is corrected as a p-value is; 1 without an effect."""
        return self.p_value_against(_ANY)

    def p_value_against(self, level: float) -> float:
        """The same where the effect is surely beyond the level; else 1."""
        p_value = math.exp(-max(0.0, self.log_evidence))
        if self.is_weak:
            return p_value
        of_effect = self.effect.p_value_against(max(level, _ANY))
        return 1.0 if of_effect is None or of_effect > self.alpha else p_value


def _round_up(rows: int) -> int:
    """Two significant digits, never fewer rows than needed."""
    step = int(10 ** max(0, math.floor(math.log10(rows)) - 1))
    return math.ceil(rows / step) * step
