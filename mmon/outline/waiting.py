"""Why performance is not told: labels that are still to come, too few of them, or unusable rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mmon.results import Result, ResultKind, Status, Window

_MODEL = ResultKind.MODEL_PERFORMANCE
MOST_LABELS = 0.5
"""With labels of a smaller share of a window's rows the others are taken to be on their way."""


def waiting(judged: Iterable[Result], results: Iterable[Result], windows: Sequence[Window]) -> str:
    """That performance waits for labels: nothing is told of it, and most are still to come."""
    own = of_model(judged)
    known = {window.index for window in windows}
    shares = {r.window: r.value or 0.0 for r in results if r.window in known and _is_coverage(r)}
    if any(r.status is not Status.INCONCLUSIVE for r in own) or not own:
        return ""
    if any(share >= MOST_LABELS for share in shares.values()) or not shares:
        return ""
    rows = sum(window.rows for window in windows)
    labels = sum(round(shares.get(window.index, 0.0) * window.rows) for window in windows)
    return f"performance waits for labels: {labels:,} of {rows:,}"


def few_labels(rows: Sequence[Result], results: Sequence[Result]) -> str:
    """How many labels there are and how many it takes, where the lack of them is the reason."""
    coverage = [r for r in results if r.name == "label_coverage" and r.reason]
    is_short = any(r.rows_needed is not None and r.kind is _MODEL for r in rows)
    if not is_short or not coverage or (coverage[0].value or 0.0) >= 1.0:
        return ""
    reason = commonest(rows)
    needed = next((r.rows_needed for r in rows if r.reason == reason and r.rows_needed), None)
    told = f"too few labels: {coverage[0].reason}"
    return told if needed is None else f"{told}; it takes about {needed:,}"


def of_model(judged: Iterable[Result]) -> list[Result]:
    """What is judged of the model as a whole, as labels show it."""
    own = [r for r in judged if r.kind is _MODEL and r.segment is None]
    return [r for r in own if not r.quantity.is_check and r.quantity.estimates is None]


def _is_coverage(result: Result) -> bool:
    return result.name == "label_coverage" and result.segment is None


def commonest(rows: Iterable[Result]) -> str:
    """The reason that most of them are inconclusive for; empty where none is."""
    reasons = [r.reason for r in rows if r.status is Status.INCONCLUSIVE and r.reason]
    return max(reasons, key=reasons.count) if reasons else ""


def unusable(rows: Iterable[Result]) -> str:
    """Why metrics have no value at all, whatever number of rows came."""
    return commonest(r for r in rows if r.value is None and r.rows_needed is None)
