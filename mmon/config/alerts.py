"""What an alert waits for, and whom it tells: a part of the configuration."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self, TypeAlias

from pydantic import Field, model_validator

from mmon.config.destination import Template
from mmon.config.fields import Duration, Flag, Integer, Section, Text
from mmon.errors import closest
from mmon.results import ResultKind, Status

RUN_FAILED = "run-failed"
APP_FAILED = "mm-app-failed"

_STATUSES = {"detected": Status.DETECTED, "suspected": Status.POTENTIAL_DETECTION}

EVENTS: Mapping[str, tuple[ResultKind, Status]] = {
    f"{kind.value.replace('_', '-')}-{word}": (kind, status)
    for kind, (word, status) in itertools.product(ResultKind, _STATUSES.items())
}
"""MLRun's names of what results say, and the kind and the status that each stands for."""

_MISSING = (
    "data-quality.missing_share",
    "data-quality.missing_column",
    "system-performance.completeness",
    "system-performance.freshness",
    "system-performance.longest_gap",
    "mmon.windows",
)

TEMPLATES: Mapping[str, Mapping[str, Any]] = {
    "data_drift": {"on": {"events": ["data-drift-detected"]}, "severity": "medium"},
    "performance_dropped": {"on": {"events": ["model-performance-detected"]}, "severity": "high"},
    "data_missing": {"on": {"results": _MISSING, "statuses": ["detected"]}, "severity": "high"},
    "run_failed": {"on": {"events": [RUN_FAILED]}, "severity": "high"},
}
"""Alerts that need no more than their name, and what each stands for."""

if TYPE_CHECKING:
    Event: TypeAlias = str
    Kind: TypeAlias = str
    StatusName: TypeAlias = str
else:
    Event = Literal[*EVENTS, APP_FAILED, RUN_FAILED]
    Kind = Literal[*(kind.value for kind in ResultKind)]
    StatusName = Literal[*(status.value for status in Status)]
Severity = Literal["low", "medium", "high"]


class On(Section):
    """What an alert waits for: a result for which all of this holds; what is not set always does.

    The name of an event, or a list of them, is short for ``{events: …}``.
    """

    SHORT: ClassVar[str | None] = "events"

    events: Annotated[tuple[Event, ...], Field(examples=[["data-drift-detected"]])] = ()
    """What happened, by MLRun's names: a kind of result with ``-detected`` or ``-suspected``
    (potential), such as ``concept-drift-suspected``; ``mm-app-failed``, an application that
    failed; and ``run-failed``, a run that ended before it had a verdict. One of them is enough."""
    results: Annotated[tuple[Text, ...], Field(examples=[["data-drift.psi", "*.recall*"]])] = ()
    """Results as APPLICATION.NAME, or patterns of that."""
    columns: Annotated[tuple[Text, ...], Field(examples=[["income", "age_*"]])] = ()
    """Results of these columns, or of patterns."""
    segments: Annotated[tuple[Text, ...], Field(examples=[["country=*"]])] = ()
    """Results of these segments, or of patterns; without it, of all rows and of every segment."""
    kinds: Annotated[tuple[Kind, ...], Field(examples=[["data_drift"]])] = ()
    """Results of these kinds."""
    statuses: Annotated[tuple[StatusName, ...], Field(examples=[["detected"]])] = ()
    """Results with these statuses; by default those of the events, else potential_detection and
    detected."""
    decides: Flag | None = None
    """Whether only results that take part in the verdict count. Null: yes, unless ``segments`` are
    named, whose results may not."""

    @classmethod
    def from_short_form(cls, value: Any) -> Any:
        """One event may stand by itself."""
        return super().from_short_form([value] if isinstance(value, str) else value)

    @model_validator(mode="after")
    def _is_something(self) -> Self:
        of_results = (self.results, self.columns, self.segments, self.kinds, self.statuses)
        if not (self.events or any(of_results)):
            raise ValueError("waits for nothing: set events, results, columns, segments or kinds")
        if RUN_FAILED in self.events and (len(self.events) > 1 or any(of_results)):
            raise ValueError(f"{RUN_FAILED} cannot stand beside others: a failed run has no result")
        return self

    @property
    def is_of_runs(self) -> bool:
        """Whether it waits for runs that fail, and not for a result."""
        return RUN_FAILED in self.events


class Criteria(Section):
    """How often it must happen before the alert becomes active."""

    count: Annotated[Integer, Field(ge=1, le=10_000)] = 1
    """In so many windows."""
    period: Duration | None = Field(default=None, examples=["1d"])
    """That end within this time, up to the end of the last of them: the clock does not matter, so
    that windows analysed later alert as they would have. Null: in so many windows on end."""


class Alert(Section):
    """One alert.

    A name alone stands for a ready-made one: ``data_drift``, ``performance_dropped``,
    ``data_missing`` or ``run_failed``.
    """

    SHORT: ClassVar[str | None] = "name"

    name: Text = Field(examples=["drift_for_days"])
    """What it is called, in messages and by ``mmon alerts``; a ready-made one's brings what is not
    set here."""
    on: Annotated[On, Field(examples=["data-drift-detected"])]
    severity: Severity = "medium"
    """How bad it is: low, medium or high."""
    summary: Template | None = Field(
        default=None, examples=["{{ results[0].column }} drifted at {{ endpoint }}"]
    )
    """What it says: a Jinja template over ``results`` (what was judged in the window, worst first),
    ``window``, ``endpoint`` and all that a condition may name; null says what was found."""
    criteria: Criteria = Criteria()
    cooldown: Duration | None = Field(default=None, examples=["6h"])
    """How long after the window in which it became active it does not do so again."""
    reset: Literal["auto", "manual"] = "auto"
    """How it ends: by itself, in the next complete window with rows and without what it waits for,
    or by ``mmon alerts reset``. Until then it is not told again."""
    resolved: Flag = False
    """Whether its end is told, too."""
    notify: Annotated[tuple[Text, ...] | None, Field(examples=[["slack"]])] = None
    """The notifications that tell it, by name; null is all of them, [] none."""
    act: Annotated[tuple[Text, ...], Field(examples=[["retrain"]])] = ()
    """The actions that it starts, by name."""

    @model_validator(mode="after")
    def _ends(self) -> Self:
        if self.on.is_of_runs and self.reset == "manual":
            raise ValueError("ends with the next run that does not fail, and cannot be reset")
        return self

    @classmethod
    def from_short_form(cls, value: Any) -> Any:
        """What a ready-made alert brings, below what is set."""
        whole = super().from_short_form(value)
        name = whole.get("name") if isinstance(whole, Mapping) else None
        ready = TEMPLATES.get(name, {}) if isinstance(name, str) else {}
        if isinstance(whole, Mapping) and not ready and "on" not in whole and "name" in whole:
            known = ", ".join(TEMPLATES)
            meant = closest(str(name), TEMPLATES, "")
            raise ValueError(
                f"an alert needs 'on', unless it is a ready-made one: {known}"
                + (f"; {meant}" if meant else "")
            )
        return {**ready, **whole} if isinstance(whole, Mapping) else whole
