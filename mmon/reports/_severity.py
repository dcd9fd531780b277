"""Which of a column's results speaks for it, and in which order columns are shown."""

from __future__ import annotations

import math
from collections.abc import Iterable

from mmon.results import Result, ResultKind


def ratio(result: Result, value: float | None) -> float:
    """How far ``value`` is on the way from harmless (0) to the result's worst threshold (1).

    0 when there is no value or no threshold; ``inf`` where the threshold leaves no way to go.
    """
    worst = result.detected if result.detected is not None else result.potential
    if value is None or worst is None:
        return 0.0
    if result.direction == "above":
        # Signed effects are judged by their size; a share that falls is not a fault of quality.
        is_signed = result.kind is ResultKind.DATA_QUALITY
        travelled, way = value if is_signed else abs(value), abs(worst)
    else:
        start = result.reference_value
        if start is None or start <= worst:
            start = worst + max(abs(worst), 1e-9)
        travelled, way = start - value, start - worst
    if way == 0:
        return math.inf if travelled > 0 else 0.0
    return max(travelled / way, 0.0)


def badness(result: Result) -> tuple[int, bool, bool, float]:
    """Sort key: the larger, the more a reader must see it; drift before quality where equal."""
    return (
        result.status.severity,
        result.gating,
        result.kind is ResultKind.DATA_DRIFT,
        ratio(result, result.value),
    )


def order(result: Result) -> tuple[int, float]:
    """Sort key among the results that each speak for a column: the larger, the worse."""
    return result.status.severity, ratio(result, result.value)


def worst(results: Iterable[Result]) -> Result:
    """The result that speaks for all of them; the first one where several are as bad."""
    return max(results, key=badness)
