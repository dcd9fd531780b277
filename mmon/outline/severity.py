"""Which of a column's results speaks for it, and in which order columns are shown."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Sequence

from mmon.results import Result, ResultKind, Status, Window


def ratio(result: Result, value: float | None) -> float:
    """How far ``value`` is on the way from harmless (0) to the result's worst threshold (1).

    0 when there is no value or no threshold; ``inf`` where the threshold leaves no way to go.
    """
    worst = result.detected if result.detected is not None else result.potential
    if value is None or worst is None:
        return 0.0
    if result.direction == "above":
        # A distance is judged by its size; a better model is no worse one.
        is_signed = result.quantity.worse != "farther"
        start = result.quantity.harmless if result.aspect == "value" else 0.0
        travelled, way = (value if is_signed else abs(value)) - start, abs(worst) - start
    else:
        before = result.reference_value
        start = worst if before is None else before
        if start <= worst:
            start = worst + max(abs(worst), 1e-9)
        travelled, way = start - value, start - worst
    if way == 0:
        return math.inf if travelled > 0 else 0.0
    return max(travelled / way, 0.0)


def heights(result: Result, values: Iterable[float | None]) -> tuple[float | None, ...]:
    """How high values of a result's quantity are drawn: 1 is its worst threshold.

    Without one they are drawn by their size, the largest being 1; None where there is no value.
    """
    if result.has_levels:
        return tuple(None if value is None else ratio(result, value) for value in values)
    sizes = [None if value is None else abs(value) for value in values]
    top = max((size for size in sizes if size is not None), default=0.0) or 1.0
    return tuple(None if size is None else size / top for size in sizes)


def badness(result: Result) -> tuple[int, bool, bool, float]:
    """Sort key: the larger, the more a reader must see it; drift before quality where equal."""
    return (
        result.status.severity,
        result.gating,
        result.kind is ResultKind.DATA_DRIFT,
        ratio(result, result.value),
    )


def needs_a_look(result: Result) -> bool:
    """Whether a result calls for attention: inconclusive, potential or detected."""
    return result.status.severity >= Status.INCONCLUSIVE.severity


def deciding(results: Sequence[Result], windows: Iterable[Window]) -> Sequence[Result]:
    """The results of windows that are judged, and of the run as a whole; not those of context.

    Where none of the windows is judged there is nothing to choose.
    """
    every = list(windows)
    context = {window.index for window in every if not window.is_judged}
    if len(context) in (0, len(every)):
        return results
    return [
        one
        for one in results
        if one.window not in context or one.gating or one.quantity.about == "run"
    ]


def fails(result: Result, fail_on: str) -> bool:
    """Whether a gating result's status is bad enough to fail the run."""
    worst = Status.POTENTIAL_DETECTION if fail_on == "potential" else Status.DETECTED
    return result.gating and result.status.severity >= worst.severity


def is_beyond(result: Result) -> bool:
    """Whether the value as it is lies beyond the milder of its levels, sure or not."""
    levels = [one for one in (result.potential, result.detected) if one is not None]
    if result.value is None or not levels:
        return False
    if result.direction == "below":
        return result.value <= levels[0]
    is_size = result.quantity.worse == "farther"
    return (abs(result.value) if is_size else result.value) >= levels[0] > 0.0


def order(result: Result) -> tuple[int, float]:
    """Sort key among the results that each speak for a column: the larger, the worse."""
    return result.status.severity, ratio(result, result.value)


def by_size(result: Result) -> tuple[int, float]:
    """Sort key among results of one quantity: the larger, the worse."""
    return result.status.severity, abs(result.value or 0.0)


@dataclasses.dataclass(frozen=True, slots=True)
class WorstWindow:
    """The window with the most findings: columns and metrics that were hit, detected or potential.

    A single one is the worst of all windows; several are the most, while a worse one may be alone
    in another window.
    """

    window: int
    findings: int


def is_of_window(result: Result) -> bool:
    """Whether it says something of its window, and not of the data of all of them."""
    return result.quantity.about != "run" or result.kind is not ResultKind.DATA_QUALITY


def worst_window(results: Iterable[Result]) -> WorstWindow | None:
    """The window that hit the most columns and metrics, of all rows, with what decides; None
    without any."""
    return gravest_window(r for r in results if r.gating and r.segment is None and is_of_window(r))


def gravest_window(results: Iterable[Result]) -> WorstWindow | None:
    """The window with the most columns and metrics that are hit, detected ones first.

    Where windows hit as many, the one with the largest value beside its threshold; then the first.
    """
    hit: dict[int, dict[tuple[str | None, str | None], tuple[int, float]]] = {}
    for result in results:
        columns = hit.setdefault(result.window, {})
        what = result.column, None if result.column is not None else result.name
        columns[what] = max(columns.get(what, (0, 0.0)), order(result))

    def badness_of(window: int) -> tuple[int, int, float, int]:
        found = hit[window].values()
        detected = sum(level == Status.DETECTED.severity for level, _ in found)
        potential = sum(level == Status.POTENTIAL_DETECTION.severity for level, _ in found)
        return detected, potential, max(size for _, size in found), -window

    if not hit:
        return None
    found = max(hit, key=badness_of)
    return WorstWindow(found, sum(badness_of(found)[:2]))


def worst(results: Iterable[Result]) -> Result:
    """The result that speaks for all of them; the first one where several are as bad."""
    return max(results, key=badness)
