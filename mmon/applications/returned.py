"""Makes findings of what an application returned, and says in one sentence what it must not."""

from __future__ import annotations

import dataclasses
import math
import numbers
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from mmon.analyses import Findings
from mmon.applications.given import Metric, Result
from mmon.errors import DataError, closest
from mmon.results import Metric as ToldMetric
from mmon.results import Quantity, ResultKind, Status
from mmon.results.quantity import APP_FAILED, Bound, Unit
from mmon.verdict.evidence import Change, Evidence
from mmon.verdict.finding import Finding, expanded

if TYPE_CHECKING:
    from mmon.config.applications import Application as Entry

    E = TypeVar("E", ResultKind, Status, Unit)

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
_TAKES = "return a Result, a Metric, a list of them, or a dict of numbers by name"
_LONGEST = 500


@dataclasses.dataclass(frozen=True, kw_only=True)
class Stated(Evidence):
    """What an application says is so: nothing is left to chance, and it may have judged already.

    Attributes
    ----------
    value, reference_value : float or None
        The number of both sides.
    told : Status or None
        The application's own judgement.
    """

    value: float | None
    reference_value: float | None = None
    told: Status | None = None

    @property
    def status(self) -> Status | None:
        """The application's own judgement."""
        return self.told

    def change(self) -> Change:
        """How far the number fell or rose from that of the reference."""
        if self.value is None or self.reference_value is None:
            return Change(None, reason="the application gave no reference_value")
        rise = self.value - self.reference_value
        return Change(-rise if self.aspect == "drop" else rise)


def findings_of(entry: Entry, name: str, page: str, returned: object, alone: str) -> Findings:
    """What an application returned, as findings.

    Parameters
    ----------
    entry : Entry
        Its part of the configuration, with levels.
    name : str
        The application's.
    page : str
        Its manual page.
    returned : object
        What ``do_tracking`` returned.
    alone : str
        What a plain number is called.

    Raises
    ------
    DataError
        When that is nothing that an application may return.
    """
    given = list(_listed(returned, alone))
    _check_names(given)
    made = _Made(entry, name, page)
    results = [one for one in given if isinstance(one, Result)]
    # What has levels and was not given could not be judged.
    lost = entry.by_result.keys() - {one.name for one in given}
    reason = "the application gave no such result"
    results += [Result(one, None, reason=reason) for one in sorted(lost)]
    return Findings(
        [finding for one in results for finding in made.judged(one)],
        [made.metric(one) for one in given if isinstance(one, Metric)],
    )


def _listed(returned: object, alone: str) -> Iterator[Result | Metric]:
    if isinstance(returned, Result | Metric):
        yield returned
    elif _is_number(returned):
        yield Result(alone, float(returned))  # type: ignore[arg-type]  # as was just looked at
    elif isinstance(returned, Mapping):
        for name, value in returned.items():
            if not _is_number(value):
                kind = type(value).__name__
                raise DataError(f"its dict holds a {kind} under {name!r}, which is no number")
            yield Result(name, float(value))
    elif isinstance(returned, Sequence) and not isinstance(returned, str | bytes):
        for one in returned:
            if not isinstance(one, Result | Metric):
                kind = type(one).__name__
                raise DataError(f"it returned a list that holds a {kind}", hint=_TAKES)
            yield one
    elif returned is None:
        raise DataError("it returned nothing (None)", hint=_TAKES)
    else:
        kind = type(returned).__name__
        hint = _TAKES
        if kind in ("DataFrame", "LazyFrame", "Series"):
            hint = f"show a table with context.log_artifact, and {_TAKES}"
        raise DataError(f"it returned a {kind}", hint=hint)


def _is_number(value: object) -> bool:
    return isinstance(value, numbers.Real)


def _check_names(given: Sequence[Result | Metric]) -> None:
    seen: set[tuple[str, str | None]] = set()
    kinds: dict[str, tuple[object, ...]] = {}
    for one in given:
        name: object = one.name
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise DataError(
                f"it named a result {one.name!r}",
                hint="a name is made of letters, digits and underscores",
            )
        if one.name == APP_FAILED:
            raise DataError(f"it named a result {APP_FAILED!r}, which is mmon's own")
        column: object = one.column
        if column is not None and not isinstance(column, str):
            raise DataError(f"the column of {one.name!r} is {column!r}, which is no text")
        what = (one.name, one.column)
        if what in seen:
            hint = "name one of them otherwise"
            raise DataError(f"it returned two results named {one.name!r}", hint=hint)
        seen.add(what)
        kind = type(one), str(getattr(one, "kind", "")), str(one.unit), one.column is None
        if kinds.setdefault(one.name, kind) != kind:
            raise DataError(f"its results named {one.name!r} differ in kind or unit, or in columns")


@dataclasses.dataclass(frozen=True, slots=True)
class _Made:
    """Makes findings of one application's results."""

    entry: Entry
    application: str
    page: str

    def judged(self, one: Result) -> Iterator[Finding]:
        """One for each of its limits."""
        value = _finite(one.name, "value", one.value)
        reference = _finite(one.name, "reference_value", one.reference_value)
        if one.direction not in ("above", "below"):
            raise DataError(f"{one.name!r} has the direction {one.direction!r}, not above or below")
        if one.status is not None and (one.potential, one.detected) != (None, None):
            raise DataError(f"{one.name!r} has a status and levels", hint="give one of them")
        status = None if one.status is None else _member(Status, one.name, "status", one.status)
        bounds = self._bounds(one)
        # Levels of the configuration are in the place of what the application thinks.
        status = None if bounds else status
        if value is None and status is None and not one.reason:
            one = dataclasses.replace(one, reason="the application gave no value")
        finding = Finding(
            self._quantity(one, ResultKind.MM_APP_ANOMALY),
            value,
            reference_value=reference,
            evidence=Stated(
                direction=one.direction, value=value, reference_value=reference, told=status
            ),
            column=one.column,
            gating=self.entry.gate != "none" and (bool(bounds) or _decides(status)),
            reason=_reason(one),
        )
        yield from expanded(finding, bounds) if bounds else (finding,)

    def metric(self, one: Metric) -> ToldMetric:
        """A number that is only told."""
        value = _finite(one.name, "value", one.value)
        return ToldMetric(self._quantity(one, ResultKind.MM_APP_ANOMALY), value, column=one.column)

    def _quantity(self, one: Result | Metric, kind: ResultKind) -> Quantity:
        worse = None
        if isinstance(one, Result):
            kind = _member(ResultKind, one.name, "kind", one.kind)
            worse = "lower" if one.direction == "below" else "higher"
        return Quantity(
            self.application,
            kind,
            one.name,
            f"what the application {self.application} gives",
            unit=_member(Unit, one.name, "unit", one.unit),
            about="window" if one.column is None else "column",
            worse=worse,  # type: ignore[arg-type]  # one of its texts
            page=self.page,
        )

    def _bounds(self, one: Result) -> tuple[Bound, ...]:
        """Those of the configuration, else the application's own."""
        levels = self.entry.by_result.get(one.name, self.entry.thresholds)
        if found := levels.bounds():
            return found
        potential = _finite(one.name, "potential level", one.potential)
        detected = _finite(one.name, "detected level", one.detected)
        if one.name in self.entry.by_result or (potential, detected) == (None, None):
            return ()
        is_below = one.direction == "below"
        if potential is not None and detected is not None:
            milder, worse = (detected, potential) if is_below else (potential, detected)
            if milder > worse:
                raise DataError(f"{one.name!r} has its potential level beyond its detected one")
        return (Bound("min" if is_below else "max", potential, detected),)


def _decides(status: Status | None) -> bool:
    return status is not None and status is not Status.IRRELEVANT


def _finite(name: str, what: str, value: object) -> float | None:
    if value is None:
        return None
    if not _is_number(value):
        kind = type(value).__name__
        raise DataError(f"the {what} of {name!r} is a {kind}, which is no number")
    number = float(value)  # type: ignore[arg-type]  # as was just looked at
    if not math.isfinite(number):
        hint = "give None and a reason where it cannot be computed"
        raise DataError(f"the {what} of {name!r} is {number}, which is no number", hint=hint)
    return number


def _member(kind: type[E], name: str, what: str, value: Any) -> E:
    try:
        return kind(value)
    except ValueError:
        known = [one.value for one in kind]
        told = f"{name!r} has the {what} {value!r}, which mmon does not know"
        raise DataError(told, hint=closest(str(value), known)) from None


def _reason(one: Result) -> str | None:
    """What is told beside it, with its extra data."""
    reason: object = one.reason
    if reason is not None and not isinstance(reason, str):
        raise DataError(f"the reason of {one.name!r} is {reason!r}, which is no text")
    extra: object = one.extra_data
    if not isinstance(extra, Mapping):
        raise DataError(f"the extra_data of {one.name!r} is no mapping")
    more = [f"{key}: {value}" for key, value in extra.items()]
    text = ", ".join(filter(None, [reason, *more]))
    return (text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…") or None
