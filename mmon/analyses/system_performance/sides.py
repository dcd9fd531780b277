"""One operational metric on both sides: how far it rose or fell, and whether by chance."""

from __future__ import annotations

import abc
import dataclasses

from mmon.analyses.system_performance import METRICS
from mmon.chance.levels import is_surely_below, stricter
from mmon.results.quantity import Aspect
from mmon.verdict.evidence import Change, Evidence
from mmon.verdict.finding import Finding


@dataclasses.dataclass(frozen=True, kw_only=True)
class Sides(Evidence):
    """A metric of both sides, by itself without any noise.

    Attributes
    ----------
    name : str
    value : float or None
        Production's.
    error : float
        Bound on ``|value - exact value|`` that comes from summaries.
    reference : float or None
        The reference's, of as much time or as many rows; None where it has none.
    least : float
        A reference of less is taken for this much, so that relative changes stay finite: half a
        row, for counts; 0 where a reference of 0 leaves them undefined.
    """

    name: str = ""
    value: float | None = None
    error: float = 0.0
    reference: float | None = None
    least: float = 0.0

    def change(self) -> Change:
        """How much larger or smaller than the reference, as a share of the reference's value."""
        if self.value is None:
            return Change(None, is_relative=True)
        if self.reference is None:
            return Change(None, is_relative=True, reason=f"the reference has no {self.name}")
        before = max(self.reference, self.least)
        if before <= 0.0:
            reason = "the reference's value is not above 0: set a max instead"
            return Change(None, is_relative=True, reason=reason)
        rise = (self.value - self.reference) / before
        return Change(self.rising(rise), self.error / before, is_relative=True)

    def rising(self, change: float) -> float:
        """A change in the direction of the aspect as a rise, and the other way round."""
        return -change if self.aspect == "drop" else change


@dataclasses.dataclass(frozen=True, kw_only=True)
class Noisy(Sides, abc.ABC):
    """A metric with noise: a change from the reference is tested."""

    is_fact = False

    def p_value(self) -> float | None:
        """Of "production is as the reference"; None of a value by itself."""
        return None if self.aspect == "value" else self.of_no_change()

    def p_value_against(self, level: float) -> float | None:
        """Of "the true value, or change, is on the good side of the level"."""
        if self.aspect == "value":
            return self.of_level(level, is_floor=self.direction == "below")
        if level == 0.0:
            return self.p_value()
        change = self.measured_change
        return None if change is None else self._of_change(change, level, None)

    def is_below(self, level: float) -> bool:
        """Whether a change is surely smaller than the level."""
        change = self.measured_change
        if self.aspect == "value" or change is None:
            return False
        return is_surely_below(self._of_change(change, level, None))

    def is_found(self, level: float, alpha: float, rows: int | None) -> bool:
        """Whether a change of twice the level would be told from it with so many rows."""
        if self.aspect == "value" or (self.aspect == "drop" and 2.0 * level >= 1.0):
            return True
        p_value = self._of_change(2.0 * level, level, self.rows if rows is None else rows)
        return p_value is not None and p_value <= stricter(alpha)

    @property
    def measured_change(self) -> float | None:
        """The change that is judged; what is an increase by itself is that."""
        return self.value if self.aspect == "increase" else self.change().value

    def _of_change(self, change: float, level: float, rows: int | None) -> float | None:
        return self.of_rise(self.rising(change), self.rising(level), rows)

    @abc.abstractmethod
    def of_no_change(self) -> float | None:
        """The p-value of "production is as the reference"."""

    @abc.abstractmethod
    def of_rise(self, rise: float, level: float, rows: int | None) -> float | None:
        """One-sided p-value of a value ``1 + rise`` times the reference's, were it ``1 + level``.

        A level below 0 is that of a drop. ``rows`` replaces the number of production rows.
        """

    def of_level(self, level: float, *, is_floor: bool) -> float | None:
        """The one-sided p-value of "the true value is on the good side"; 0 where it is certain."""
        del level, is_floor
        return 0.0


def measured(
    name: str,
    value: float | None,
    *,
    evidence: Sides | None = None,
    interval: tuple[float, float] | None = None,
    aspect: Aspect = "value",
    reason: str | None = None,
) -> Finding:
    """A metric of one window; without evidence it is a fact that is compared with nothing."""
    known = evidence or Sides()
    known = dataclasses.replace(known, name=name, value=value, aspect=aspect)
    return Finding(
        METRICS[name],
        value,
        known.error,
        interval,
        reference_value=known.reference,
        evidence=known,
        aspect=aspect,
        reason=reason,
    )
