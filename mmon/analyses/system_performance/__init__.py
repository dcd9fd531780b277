"""Operational performance: did the data arrive, how fast was the model, how often did it fail?

The reference's value next to a metric is that of as much time (``invocations``,
``predictions_per_second``, ``gaps``) or of as many rows (``error_count``, ``duplicate_ids``) as
production has. Levels on a change are levels on a share of the reference's value;
``error_rate_increase`` is the one metric that is a difference, production's failure rate minus the
reference's, in points of share. Where a number is subject to chance, it must surely lie beyond its
level; latencies and errors are taken for independent from row to row, the times of rows are not
(see ``rates``).
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from mmon.config.fields import Duration, PositiveInt, Section
from mmon.config.levels import Floors, Losses, Thresholds
from mmon.results.quantity import Bound, Quantity, ResultKind, Unit, by_name

if TYPE_CHECKING:
    from mmon.analyses import Context, Findings

APPLICATION = "system-performance"


class SystemLevels(Section):
    """Levels of one operational metric."""

    min: Floors = Floors()
    """Levels that the value itself must not fall below."""
    max: Thresholds = Thresholds()
    """Levels that the value itself must not exceed."""
    max_drop: Losses = Thresholds()
    """How far below the reference it may be, as a share of the reference's value."""
    max_rise: Losses = Thresholds()
    """How far above the reference it may be, as a share of the reference's value."""

    def bounds(self) -> tuple[Bound, ...]:
        """All limits."""
        return (
            self.min.bound("min"),
            self.max.bound("max"),
            self.max_rise.bound("max_rise"),
            self.max_drop.bound("max_drop"),
        )


class SystemPerformance(Section):
    """Did the expected data arrive, how fast was the model, and how often did it fail?"""

    thresholds: dict[str, SystemLevels] = {}
    """Levels by metric, in the place of its own: on the value itself (min, max), or on its change
    as a share of the reference's value (max_drop, max_rise); ``{}`` takes it out of the verdict."""
    expected_rows: PositiveInt | None = Field(default=None, examples=[10_000])
    """Rows that each window should have; null takes the reference's rate."""
    step: Duration | None = Field(default=None, examples=["1h"])
    """Length of the steps that gaps are counted in; null takes one that suits the data."""
    gate: Literal["any", "none"] = "any"
    """What makes a breach: any metric past its level, or nothing (only tell)."""


Settings = SystemPerformance

_of_window = functools.partial(Quantity, APPLICATION, ResultKind.SYSTEM_PERFORMANCE)
_latency = functools.partial(_of_window, role="latency", worse="higher")
_failures = functools.partial(_of_window, role="error", worse="higher", unit=Unit.SHARE)

_LATER = Bound("max_rise", potential=0.2, detected=0.5)
_MORE_ERRORS = Bound("max", potential=0.01, detected=0.05)
_LESS = Bound("min", potential=0.95, detected=0.8)

QUANTITIES = (
    _of_window("invocations", "rows that arrived", unit=Unit.COUNT),
    _of_window("predictions_per_second", "rows that arrived a second"),
    _latency("avg_latency", "mean latency, in the column's unit"),
    _latency("latency_p50", "median latency, in the column's unit"),
    _latency("latency_p95", "latency that 95 % of rows do not exceed", bounds=(_LATER,)),
    _latency("latency_p99", "latency that 99 % of rows do not exceed"),
    _failures("error_count", "rows that failed", unit=Unit.COUNT),
    _failures(
        "error_rate",
        "share of rows that failed, of those of which it is known",
        title="failure rate",
    ),
    _failures(
        "error_rate_increase",
        "production's failure rate minus the reference's, in points",
        title="failure rate increase",
        bounds=(_MORE_ERRORS,),
        part_of="error_rate",
    ),
    _of_window(
        "freshness",
        "seconds from the newest row to the window's end, or to now if that is earlier",
        unit=Unit.SECONDS,
        worse="higher",
    ),
    _of_window(
        "completeness",
        "rows that arrived, as a share of those expected",
        unit=Unit.SHARE,
        worse="lower",
        bounds=(_LESS,),
        sentence="{} of the expected rows arrived",
        page="""Rows that arrived, as a share of those that should have.

Expected are ``expected_rows`` where that is set, else as many as the reference's rate brings in so
much time: of the same hours of the week, or of the day, where the reference covers enough of them.
A reference of training samples does not tell how much traffic there should be; so by itself the
completeness decides with ``expected_rows`` only, at 95 % and 80 %.""",
    ),
    _of_window(
        "gaps",
        "steps of time without a row where rows were surely expected",
        unit=Unit.COUNT,
        worse="higher",
    ),
    _of_window(
        "longest_gap", "longest time without any row, in seconds", unit=Unit.SECONDS, worse="higher"
    ),
    _of_window(
        "late_rows", "rows that came after their window had closed", unit=Unit.COUNT, worse="higher"
    ),
    _of_window(
        "duplicate_ids",
        "rows that repeat the id of another",
        unit=Unit.COUNT,
        worse="higher",
        role="id",
    ),
)
"""Every metric, with the levels that it has when the configuration says nothing: more errors by 1
and 5 points of share, a 95 % latency that is longer by a fifth and by half, where both sides have
these columns; and a twentieth or a fifth of ``expected_rows`` missing, where that is set."""

METRICS = by_name(QUANTITIES)


def quantities() -> tuple[Quantity, ...]:
    """Every metric."""
    return QUANTITIES


def analyse(context: Context) -> Findings:
    """Every metric that the columns allow, and the judged ones."""
    from mmon.analyses.system_performance import measured

    return measured.analyse(context)
