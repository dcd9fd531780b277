"""Performance and operational metrics: each with both sides and what was judged of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Container, Iterable, Mapping, Sequence

from mmon.reports import _severity as severity
from mmon.reports import _wording as wording
from mmon.results import Document, Metric, Result, ResultKind, Status, Window

KINDS = frozenset({ResultKind.MODEL_PERFORMANCE, ResultKind.SYSTEM_PERFORMANCE})
"""The kinds of results that are about no column, and have sections of their own."""

WORSE_SEGMENT = "worse_segment"

CHANGES = ("_drop", "_rise", "_increase")
"""How the names of results end that compare a metric with the reference's."""

# Labels are joined once for all windows.
_OF_ALL_WINDOWS = frozenset(
    {
        "conflicting_labels",
        "labels_without_prediction",
        "repeated_labels",
        "repeated_predictions",
    }
)
_CHECKS = _OF_ALL_WINDOWS | {
    "constant_prediction",
    "label_coverage",
    "score_outside",
    "single_target",
    "unknown_prediction",
    "unknown_target",
    "unreadable_score",
}
_ENDS = ("_reference_low", "_reference_high")


@dataclasses.dataclass(frozen=True, slots=True)
class Measure:
    """One metric of one window, all together.

    Attributes
    ----------
    values : tuple of Result
        The metric itself, once for each bound that is set on it: production's value, the
        reference's, production's interval.
    reference_interval : (float, float) or None
    changes : tuple of Result
        Its judged drop, or rise, against the reference.
    """

    values: tuple[Result, ...]
    reference_interval: tuple[float, float] | None
    changes: tuple[Result, ...]

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
        return any(
            one.potential is not None or one.detected is not None
            for one in (*self.values, *self.changes)
        )

    @property
    def change(self) -> Result | None:
        """The change that is told: the worst one."""
        return severity.worst(self.changes) if self.changes else None


@dataclasses.dataclass(frozen=True, slots=True)
class Shown:
    """The window that a section tells of.

    Attributes
    ----------
    window : int
    results : tuple of Result
        All of the kind, of that window and about the labels of all windows.
    measures : tuple of Measure
        The metrics among them.
    """

    window: int
    results: tuple[Result, ...]
    measures: tuple[Measure, ...]


def measures(
    results: Iterable[Result], metrics: Iterable[Metric], kind: ResultKind
) -> list[Measure]:
    """The metrics among results of one kind, window and segment, in the document's order.

    Of the told numbers only the reference's intervals are taken, which every window shares.
    """
    own: dict[str, list[Result]] = {}
    for result in results:
        if result.kind is kind and result.column is None:
            own.setdefault(result.name, []).append(result)
    told = {m.name: m.value for m in metrics if m.column is None}
    found = []
    for name, values in own.items():
        if is_change(name, own) or is_check(values[0]):
            continue
        changes = tuple(one for end in CHANGES for one in own.get(name + end, ()))
        low, high = (told.get(name + end) for end in _ENDS)
        interval = None if low is None or high is None else (low, high)
        found.append(Measure(tuple(values), interval, changes))
    return found


def is_change(name: str, names: Container[str]) -> bool:
    """Whether a result compares another metric, one of ``names``, with the reference's."""
    return any(name.endswith(end) and name.removesuffix(end) in names for end in CHANGES)


def is_check(result: Result) -> bool:
    """Whether a result is about labels, scores or segments, and no metric of the model."""
    is_named = result.name in _CHECKS or result.name == WORSE_SEGMENT
    return result.kind is ResultKind.MODEL_PERFORMANCE and (is_named or wording.is_share(result))


def worst_first(found: Iterable[Measure]) -> list[Measure]:
    """What is judged before what is only told, each in the order of its status."""
    return sorted(found, key=lambda one: (not one.is_judged, -one.head.status.severity))


def interval_end(name: str) -> bool:
    """Whether a told number is an end of the reference's interval."""
    return name.endswith(_ENDS)


def worst_window(results: Iterable[Result], windows: Sequence[Window]) -> int:
    """The window that a section shows: its worst result's; the last one where all are as bad."""
    known = {window.index for window in windows}
    last = windows[-1].index if windows else 0
    found = [r for r in results if r.window in known and r.value is not None]
    if not found:
        return last
    worst = max(found, key=lambda r: (*severity.order(r), r.window))
    return worst.window if worst.status.severity > Status.NO_DETECTION.severity else last


def shown(document: Document, kind: ResultKind) -> Shown | None:
    """What a section tells of a whole document; None where nothing of the kind was measured."""
    found = [r for r in document.results if r.kind is kind and r.segment is None]
    if not found:
        return None
    window = worst_window([r for r in found if not is_check(r)] or found, document.windows)
    own = [r for r in found if r.window == window]
    names = {r.name for r in own}
    # What is said of the labels of all windows stands in the first one.
    own += [r for r in found if r.name in _OF_ALL_WINDOWS and r.name not in names]
    told = [m for m in document.metrics if m.segment is None and interval_end(m.name)]
    return Shown(window, tuple(own), tuple(measures(own, told, kind)))


def by_window(
    results: Iterable[Result], metrics: Iterable[Metric], kind: ResultKind
) -> Mapping[int, list[Measure]]:
    """The measures of every window."""
    rows: dict[int, list[Result]] = {}
    for result in results:
        rows.setdefault(result.window, []).append(result)
    ends = [metric for metric in metrics if interval_end(metric.name)]
    return {window: measures(rows[window], ends, kind) for window in sorted(rows)}
