"""A score on its way to becoming a result, and the rule by which it is judged."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Literal

from mmon.config_analyses import Floors, Thresholds
from mmon.results import Direction, ResultKind, Score

FailOn = Literal["potential", "detected", "never"]


@dataclasses.dataclass(frozen=True, slots=True)
class Candidate:
    """A score on its way to becoming a result.

    Attributes
    ----------
    score : Score
    thresholds : Thresholds or Floors
        Both levels None where the number is only shown; `Floors` go with the direction "below".
    p_value_at : callable or None
        ``(value, rows)`` to the p-value that a score of ``value`` would have with so many
        production rows (None: as many as there are). Without it the number is a fact, such as a
        missing column, and needs no significance.
    rows : int
        Production rows the score was computed from.
    segment : str or None
        The segment it is about, as ``country = BR``.
    interval : (float, float) or None
        Confidence interval of the score's value.
    q_value : float or None
        An already corrected p-value, for a family of tests of which only some become results; by
        default the correction is over the candidates of one application, name, window and
        segmenting column.
    noun : str
        What ``rows`` counts, in the plural.
    too_few : str or None
        Why a value that reaches no level proves nothing; None where it does.
    p_value_against : callable or None
        For a threshold on the value itself: threshold to the p-value of "the true value is on its
        good side". A level counts as reached only where that is at most alpha.
    """

    application: str
    kind: ResultKind
    name: str
    score: Score
    thresholds: Thresholds | Floors = dataclasses.field(default_factory=Thresholds)
    p_value_at: Callable[[float, int | None], float | None] | None = None
    rows: int = 0
    window: int = 0
    column: str | None = None
    segment: str | None = None
    reference_value: float | None = None
    interval: tuple[float, float] | None = None
    q_value: float | None = None
    noun: str = "production rows"
    too_few: str | None = None
    p_value_against: Callable[[float], float | None] | None = None
    direction: Direction = "above"
    gating: bool = False
    is_signed: bool = False
    reason: str | None = None

    @property
    def is_fact(self) -> bool:
        """Whether the number is certain, so that no chance could explain it."""
        return self.p_value_at is None and self.q_value is None

    @property
    def segmentation(self) -> str:
        """The column whose values make the segments; empty for everything together."""
        return (self.segment or "").partition(" = ")[0]


@dataclasses.dataclass(frozen=True, slots=True)
class Rule:
    """What decides: the level of significance and the status that fails the run."""

    alpha: float = 0.05
    fail_on: FailOn = "detected"

    @property
    def level(self) -> Literal["potential", "detected"]:
        """The threshold level that gates."""
        return "potential" if self.fail_on == "potential" else "detected"
