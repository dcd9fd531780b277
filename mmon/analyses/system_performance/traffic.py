"""Whether the data arrived: how many rows, how fresh, with what gaps, late or twice."""

from __future__ import annotations

import dataclasses

from mmon.analyses import Context
from mmon.analyses.system_performance import SystemPerformance
from mmon.analyses.system_performance.arrivals import Expectation
from mmon.analyses.system_performance.gaps import find_gaps, longest_gap_us
from mmon.analyses.system_performance.rates import Rates, rates_of
from mmon.analyses.system_performance.sides import Noisy, Sides, measured
from mmon.analyses.system_performance.spans import Span
from mmon.analyses.system_performance.untimely import duplicate_ids, late_rows
from mmon.profiles.activity.activity import Activity
from mmon.verdict.finding import Finding
from mmon.windows.durations import length_us
from mmon.windows.timestamps import DAY_US

_SECOND_US = 1_000_000


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Traffic:
    """What arrived in one window, and what should have.

    Attributes
    ----------
    context : Context
    ref : Activity or None
    cur : Activity
    rates : Rates or None
        The reference's; None where it tells none.
    span : Span or None
        The window as far as it is over, or from the first to the last row where it has no bounds.
    expectation : Expectation or None
        Of the reference, for this span.
    is_open : bool
        Whether the window is not over yet.
    """

    context: Context
    ref: Activity | None
    cur: Activity
    rates: Rates | None
    span: Span | None
    expectation: Expectation | None
    is_open: bool

    @classmethod
    def of(cls, context: Context) -> Traffic:
        """Read both sides."""
        cur = context.production.activity or Activity.of(rows=context.production.rows)
        ref = context.reference.activity
        windows = context.config.windows
        rates = None if ref is None else rates_of(ref, windows.timezone if windows else "UTC")
        span, is_open = _span(context, cur)
        expectation = None
        if rates is not None and span is not None and rates.activity.is_daily == cur.is_daily:
            expectation = Expectation.of(rates, span)
        return cls(context, ref, cur, rates, span, expectation, is_open)

    @property
    def asked_rows(self) -> int | None:
        """Rows that the configuration expects; of all segments together only."""
        asked = self.context.settings(SystemPerformance).expected_rows
        return asked if self.context.segment is None else None

    def is_final(self, name: str) -> bool:
        """Whether a metric may be judged: a window that is not over yet lacks rows."""
        return name != "completeness" or self.asked_rows is None or not self.is_open

    def tells_filling(self, name: str) -> bool:
        """Whether a metric tells that rows are missing which were to come by now."""
        is_due = name == "completeness" and self.asked_rows is not None
        return self.context.is_begun and (is_due or name == "freshness")

    @property
    def seconds(self) -> float | None:
        """Length of the span."""
        return None if self.span is None else self.span.length / _SECOND_US


def _span(context: Context, cur: Activity) -> tuple[Span | None, bool]:
    start, end = context.bounds
    if start is None or end is None:
        return Span.of_rows(cur), False
    # Times after now are of another clock, which says nothing of what is over.
    is_open = start < context.now_us < end and (cur.newest_us or start) <= context.now_us
    return Span.of_window((start, context.now_us if is_open else end), cur), is_open


def traffic(found: Traffic) -> list[Finding]:
    """Every metric about what arrived."""
    every = [
        _invocations(found),
        _speed(found),
        _completeness(found),
        _freshness(found),
        *_gaps(found),
        late_rows(found.cur),
        duplicate_ids(found.ref, found.cur),
    ]
    return [one for one in every if one is not None]


def _invocations(found: Traffic) -> Finding:
    expected = None if found.expectation is None else found.expectation.rows
    return _counted(found, "invocations", float(found.cur.rows), 1.0, expected)


def _speed(found: Traffic) -> Finding:
    seconds, expectation = found.seconds, found.expectation
    if not seconds:
        why = "the times span no time" if found.cur.rows else "there are no rows"
        return measured("predictions_per_second", None, reason=why)
    expected = None if expectation is None else expectation.rows / seconds
    return _counted(
        found, "predictions_per_second", found.cur.rows / seconds, 1.0 / seconds, expected
    )


def _completeness(found: Traffic) -> Finding:
    asked, rows = found.asked_rows, found.cur.rows
    if asked is not None:
        told = f"{rows:,} of {asked:,} rows arrived"
        return measured(
            "completeness",
            rows / asked,
            evidence=Sides(rows=rows),
            reason=f"{told}; the window is not over yet" if found.is_open else told,
        )
    expectation = found.expectation
    if expectation is None:
        return measured("completeness", None, reason=_why_unexpected(found))
    share = rows / expectation.rows
    one = _counted(found, "completeness", share, 1.0 / expectation.rows, 1.0)
    return dataclasses.replace(one, interval=expectation.interval(rows))


def _counted(
    found: Traffic, name: str, value: float, unit: float, expected: float | None
) -> Finding:
    """A multiple of the number of rows, of which one is worth ``unit`` of the metric."""
    rows, expectation = found.cur.rows, found.expectation
    evidence = Sides(reference=expected, rows=rows)
    if expectation is not None:
        evidence = _Arrived(reference=expected, rows=rows, expectation=expectation, unit=unit)
    return measured(name, value, evidence=evidence, reason=_told(found))


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Arrived(Noisy):
    """A count of rows beside what was expected, in which one row is worth ``unit``."""

    expectation: Expectation
    unit: float

    def of_no_change(self) -> float | None:
        """Of "rows come at the reference's rate"."""
        return self.expectation.p_value(self.rows)

    def of_rise(self, rise: float, level: float, rows: int | None) -> float | None:
        """Of a rise, over a time so long that it brings so many rows."""
        expectation = self.expectation
        if rows is not None:
            expectation = expectation.times(rows / max(self.rows, 1))
        arrived = max(0, round((1.0 + rise) * expectation.rows))
        tails = expectation.tails(arrived, max(1.0 + level, 0.0))
        return None if tails is None else tails[0 if level < 0.0 else 1]

    def of_level(self, level: float, *, is_floor: bool) -> float | None:
        """Of "so much is due, or less"."""
        share = max(level, 0.0) / self.unit / self.expectation.rows
        tails = self.expectation.tails(self.rows, share)
        return None if tails is None else tails[0 if is_floor else 1]


def _told(found: Traffic) -> str | None:
    expectation, rates = found.expectation, found.rates
    if expectation is None or rates is None:
        return None
    told = f"{found.cur.rows:,} rows, {expectation.rows:,.0f} expected by {rates.what}"
    if found.asked_rows is not None:
        # Expected is what the configuration says.
        told = f"{found.cur.rows:,} rows; by {rates.what} it would be {expectation.rows:,.0f}"
    if found.is_open:
        told += " up to now"
    if expectation.noise is None:
        return f"{told}; it is too short to tell how much that varies"
    return told


def _why_unexpected(found: Traffic) -> str:
    if found.ref is None or not len(found.ref.starts):
        return "the reference has no times, and expected_rows is not set"
    if found.rates is None:
        return "the times of the reference span no time"
    if found.span is None:
        return "production has no times that span any"
    if found.ref.is_daily != found.cur.is_daily:
        return "one side has dates and the other times"
    return "the reference does not tell how many rows so short a time should have"


def _freshness(found: Traffic) -> Finding | None:
    """Seconds from the newest row to the window's end, or to now if that is earlier."""
    (start, end), now = found.context.bounds, found.context.now_us
    if not now and end is None:
        return None
    until = end if end is not None and (not now or end < now) else now
    newest = found.cur.newest_us
    if newest is None:
        if start is None:
            return measured("freshness", None, reason="there are no times")
        seconds = (until - start) / _SECOND_US
        return measured("freshness", seconds, reason="at least: the window has no row")
    ahead = "the newest row is in the future" if newest > until else None
    # A date stands for the whole day: until that is over nothing is newer.
    newest = max(newest, min(newest + DAY_US, until)) if found.cur.is_daily else newest
    return measured("freshness", (until - newest) / _SECOND_US, reason=ahead)


def _gaps(found: Traffic) -> list[Finding]:
    span, cur = found.span, found.cur
    if span is None:
        return []
    ref_span = None if found.rates is None else found.rates.span
    longest, more = longest_gap_us(cur, span)
    before = None
    if found.ref is not None and ref_span is not None:
        before = longest_gap_us(found.ref, ref_span)[0] / _SECOND_US
    return [
        _empty_steps(found, span),
        measured(
            "longest_gap",
            longest / _SECOND_US,
            evidence=Sides(error=more / _SECOND_US, reference=before),
        ),
    ]


def _empty_steps(found: Traffic, span: Span) -> Finding:
    asked = found.context.settings(SystemPerformance).step
    step_us = None if asked is None else length_us(asked)
    rates = found.rates if found.expectation is not None else Rates.of(found.cur, "UTC")
    gaps = None if rates is None else find_gaps(found.cur, span, rates, step_us)
    if rates is None or gaps is None:
        return measured("gaps", None, reason="in no step of time are rows surely expected")
    before = None
    if found.ref is not None and rates is found.rates:
        usual = find_gaps(found.ref, rates.span, rates, gaps.step_us)
        if usual is not None:
            before = usual.empty * span.length / rates.span.length
    whose = rates.what if rates is found.rates else "production's own rate"
    told = (
        f"of {gaps.told:,} steps of {_length_word(gaps.step_us)} that should have rows by {whose}"
    )
    evidence = Sides(reference=before, least=0.5)
    return measured("gaps", float(gaps.empty), evidence=evidence, reason=told)


def _length_word(length: int) -> str:
    """A length of time in its largest whole unit.

    >>> _length_word(900_000_000)
    '15 min'
    """
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if length % (size * _SECOND_US) == 0:
            return f"{length // (size * _SECOND_US):,} {unit}"
    return f"{length / _SECOND_US:,g} s"
