"""One operational metric on both sides, as candidates: its value, its rise and its drop."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable

from mmon.analyses import Context
from mmon.candidate import Candidate
from mmon.config_analyses import Floors, SystemLevels, SystemPerformance, Thresholds
from mmon.results import Direction, ResultKind, Score

APPLICATION = "system-performance"


@dataclasses.dataclass(frozen=True, slots=True)
class Measured:
    """A metric of one window.

    Attributes
    ----------
    name : str
    value : float or None
        Production's; None when undefined, and ``reason`` says why.
    error : float
        Bound on ``|value - exact value|`` that comes from summaries.
    reference : float or None
        The reference's, of as much time or as many rows; None where it has none.
    interval : (float, float) or None
        At 95 %, where there is sampling noise.
    reason : str or None
        What the numbers stand for, in words.
    rows : int
        Production rows behind the value.
    noun : str
        What ``rows`` counts.
    least : float
        A reference of less is taken for this much, so that relative changes stay finite: half a
        row, for counts; 0 where a reference of 0 leaves them undefined.
    p_value : float or None
        Of "production is as the reference".
    p_value_at : callable or None
        ``(change, rows)`` to the p-value of a value ``1 + change`` times the reference's; None
        where the numbers are facts.
    p_value_against : callable or None
        ``(threshold, is_floor)`` to the one-sided p-value of "the true value is on the good side".
    is_change : bool
        Whether the value is itself a change from the reference: its own p-value decides.
    is_final : bool
        Whether it may be judged: not while its window is still open.
    """

    name: str
    value: float | None
    error: float = 0.0
    reference: float | None = None
    interval: tuple[float, float] | None = None
    reason: str | None = None
    rows: int = 0
    noun: str = "production rows"
    least: float = 0.0
    p_value: float | None = None
    p_value_at: Callable[[float, int | None], float | None] | None = None
    p_value_against: Callable[[float, bool], float | None] | None = None
    is_change: bool = False
    is_final: bool = True

    def change(self) -> Score:
        """How much larger than the reference it is, as a share of the reference's value."""
        if self.value is None or self.reference is None:
            missing = "production" if self.value is None else "the reference"
            return Score(None, reason=self.reason or f"{missing} has no {self.name}")
        before = max(self.reference, self.least)
        if before <= 0.0:
            return Score(None, reason="the reference's value is not above 0: set a max instead")
        change = (self.value - self.reference) / before
        return Score(change, self.error / before, self.p_value)


def settings(context: Context) -> SystemPerformance:
    """The analysis' part of the configuration."""
    return context.config.analyses.system_performance or SystemPerformance()


def candidates(context: Context, measured: Measured, levels: SystemLevels) -> list[Candidate]:
    """The value, once for each bound that it has or else told, and the judged changes."""
    if not measured.is_final:
        levels = SystemLevels()
    sides: tuple[tuple[Thresholds | Floors, Direction], ...] = (
        (levels.min, "below"),
        (levels.max, "above"),
    )
    bounds = [(bound, direction) for bound, direction in sides if not bound.is_empty]
    found = [
        _value(context, measured, bound, direction)
        for bound, direction in bounds or [(Thresholds(), "above")]
    ]
    for name, limit, sign in (("rise", levels.max_rise, 1.0), ("drop", levels.max_drop, -1.0)):
        if not limit.is_empty:
            found.append(_change(context, measured, f"{measured.name}_{name}", limit, sign))
    return found


def _value(
    context: Context, measured: Measured, bound: Thresholds | Floors, direction: Direction
) -> Candidate:
    against = measured.p_value_against

    def p_value_against(threshold: float) -> float | None:
        return None if against is None else against(threshold, direction == "below")

    return _candidate(
        context,
        measured,
        name=measured.name,
        score=Score(
            measured.value,
            measured.error,
            measured.p_value if measured.is_change else None,
            reason=measured.reason,
        ),
        thresholds=bound,
        p_value_at=measured.p_value_at if measured.is_change else None,
        p_value_against=None if against is None else p_value_against,
        direction=direction,
        interval=_finite(measured.interval),
    )


def _change(
    context: Context, measured: Measured, name: str, limit: Thresholds, sign: float
) -> Candidate:
    score = measured.change()
    if score.value is not None:
        score = dataclasses.replace(score, value=sign * score.value)
    at = measured.p_value_at

    def p_value_at(value: float, rows: int | None) -> float | None:
        return None if at is None else at(sign * value, rows)

    return _candidate(
        context,
        measured,
        name=name,
        score=score,
        thresholds=limit,
        p_value_at=None if at is None else p_value_at,
    )


def _candidate(
    context: Context,
    measured: Measured,
    *,
    name: str,
    score: Score,
    thresholds: Thresholds | Floors,
    p_value_at: Callable[[float, int | None], float | None] | None = None,
    p_value_against: Callable[[float], float | None] | None = None,
    direction: Direction = "above",
    interval: tuple[float, float] | None = None,
) -> Candidate:
    return Candidate(
        application=APPLICATION,
        kind=ResultKind.SYSTEM_PERFORMANCE,
        name=name,
        score=score,
        thresholds=thresholds,
        p_value_at=p_value_at,
        rows=measured.rows,
        window=context.window,
        reference_value=measured.reference,
        interval=interval,
        noun=measured.noun,
        p_value_against=p_value_against,
        direction=direction,
        gating=not thresholds.is_empty and settings(context).gate == "any",
        is_signed=True,
        reason=measured.reason,
    )


def _finite(interval: tuple[float, float] | None) -> tuple[float, float] | None:
    return interval if interval is not None and all(map(math.isfinite, interval)) else None
