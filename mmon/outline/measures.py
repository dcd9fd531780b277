"""Performance and operational metrics: each with both sides and what was judged of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence

from mmon.outline import severity
from mmon.results import Document, Result, ResultKind, Status, Window, grouped
from mmon.results.quantity import Quantity

APPLICATIONS = ResultKind.MM_APP_ANOMALY
"""The kind of what applications of the user's own find, and of what is said of the run itself."""
OF_RUN = "mmon"
_KINDS = frozenset(
    {ResultKind.CONCEPT_DRIFT, ResultKind.MODEL_PERFORMANCE, ResultKind.SYSTEM_PERFORMANCE}
)


@dataclasses.dataclass(frozen=True, slots=True)
class Measure:
    """One metric of one window, all together.

    ``values`` are the metric itself, once for each bound that is set on it, ``changes`` its judged
    drop, or rise, against the reference.
    """

    values: tuple[Result, ...]
    changes: tuple[Result, ...]

    @property
    def quantity(self) -> Quantity:
        """The metric."""
        return self.values[0].quantity

    @property
    def result(self) -> Result:
        """The metric itself; the worst bound where there are several."""
        return severity.worst(self.values)

    @property
    def head(self) -> Result:
        """The result that speaks for it; a judged change where nothing is wrong."""
        return severity.worst((*self.changes, *self.values))

    @property
    def is_judged(self) -> bool:
        """Whether a threshold is set for it."""
        return any(one.has_levels for one in (*self.values, *self.changes))

    @property
    def change(self) -> Result | None:
        """The change that is told: the worst one."""
        return severity.worst(self.changes) if self.changes else None


def is_measure(result: Result) -> bool:
    """Whether a result says nothing of a feature's values, and has a section of its own."""
    is_own = result.kind is APPLICATIONS and result.column is None
    return result.kind in _KINDS or (is_own and result.application != OF_RUN)


@dataclasses.dataclass(frozen=True, slots=True)
class Shown:
    """The window that a section tells of, and the metrics among its results.

    The results are all of the kind, of that window and about the labels of all windows.
    """

    window: int
    results: tuple[Result, ...]
    measures: tuple[Measure, ...]


def measures(results: Iterable[Result], kind: ResultKind) -> list[Measure]:
    """The metrics among results of one kind, window and segment, in the document's order."""
    values: dict[tuple[str, str], list[Result]] = {}
    changes: dict[tuple[str, str], list[Result]] = {}
    for result in results:
        is_told = is_measure(result) and not result.quantity.is_check
        if result.kind is kind and result.column is None and is_told:
            name = result.application, result.quantity.part_of or result.name
            (values if result.aspect == "value" else changes).setdefault(name, []).append(result)
    return [Measure(tuple(own), tuple(changes.get(name, ()))) for name, own in values.items()]


def is_together(result: Result) -> bool:
    """Whether a result is about what many columns show together, which has a section of its own."""
    return result.application == "multivariate-drift" and result.column is None


def by_columns(document: Document) -> dict[str | None, list[Result]]:
    """The results of the whole that are no measures, by their columns."""
    whole = (r for r in document.results if r.segment is None and not is_together(r))
    own = (r for r in whole if not is_measure(r))
    return grouped(own, lambda result: result.column)


def worst_first(found: Iterable[Measure]) -> list[Measure]:
    """What is judged before what is only told, each in the order of its status."""
    return sorted(found, key=lambda one: (not one.is_judged, -one.head.status.severity))


def worst_window(results: Iterable[Result], windows: Sequence[Window]) -> int:
    """The window that a section shows: its worst result's; the last one where all are as bad."""
    known = {window.index for window in windows}
    last = windows[-1].index if windows else 0
    found = [r for r in results if r.window in known and r.value is not None]
    if not found:
        return last
    worst = max(found, key=lambda r: (*severity.order(r), r.window))
    return worst.window if worst.status.severity > Status.NO_DETECTION.severity else last


def shown(document: Document, kind: ResultKind) -> Shown:
    """What a section tells of a whole document; nothing where nothing of the kind was measured."""
    judged = severity.deciding(document.results, document.windows)
    found = [r for r in judged if r.kind is kind and r.segment is None and is_measure(r)]
    if not found:
        return Shown(0, (), ())
    metrics = [r for r in found if not r.quantity.is_check]
    judged_windows = [one for one in document.windows if one.is_judged]
    window = worst_window(metrics or found, judged_windows or document.windows)
    # What is said of the labels of all windows stands in the first one.
    own = [r for r in found if r.window == window]
    own += [r for r in found if r.window != window and r.quantity.about == "run"]
    return Shown(window, tuple(own), tuple(measures(own, kind)))


def by_name(document: Document, kind: ResultKind) -> dict[str, dict[int, Measure]]:
    """The measures of the whole, by their names and windows."""
    whole = [r for r in document.results if r.segment is None and is_measure(r)]
    own = [r for r in whole if r.kind is kind]
    rows = grouped(own, lambda result: result.window)
    found: dict[str, dict[int, Measure]] = {}
    for window in sorted(rows):
        for one in measures(rows[window], kind):
            found.setdefault(one.result.name, {})[window] = one
    return found


def checks(shown: Shown) -> list[Result]:
    """Results about labels, predictions and scores that say something: all that is no metric."""
    kept = [
        result
        for result in shown.results
        if (result.quantity.is_check or result.column is not None)
        and (result.status is not Status.IRRELEVANT or _says_something(result))
    ]
    # What is counted for every window and for the whole run is the same where there is one window.
    return list({(r.name, r.column, r.value, r.status): r for r in reversed(kept)}.values())[::-1]


def run_words(document: Document, result: Result) -> str:
    """What to say behind a number that is none of the window that a section tells of."""
    is_of_run = result.quantity.about == "run" and len(document.windows) > 1
    return " in the whole run" if is_of_run else ""


def _says_something(result: Result) -> bool:
    """Whether a check is not just in order: that all rows have labels is what one expects."""
    return result.value != (1.0 if result.quantity.worse == "lower" else 0.0)
