"""Why performance is not told: labels that are still to come, too few of them, or unusable rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mmon.outline.units import percent
from mmon.outline.wording import counted
from mmon.results import Document, Result, ResultKind, Status, Window, grouped

_MODEL = ResultKind.MODEL_PERFORMANCE
MOST_LABELS = 0.5
"""With labels of a smaller share of a window's rows the others are taken to be on their way."""
# With fewer labels a person has to know what is told of how many rows.
_MANY = 0.9


def waiting(document: Document, judged: Iterable[Result], windows: Sequence[Window]) -> str:
    """That performance waits for labels: nothing is told of it, and most are still to come."""
    shares, own = _coverage(document.results), grouped(of_model(judged), lambda one: one.window)
    # Targets that are no class are there, and wait for nobody.
    for one in document.results:
        if one.name == "unknown_target" and one.segment is None and one.value:
            shares.pop(one.window, None)
    late = [
        window
        for window in windows
        if shares.get(window.index, 1.0) < MOST_LABELS
        and all(r.status is Status.INCONCLUSIVE for r in own.get(window.index, ()))
    ]
    if not own or not late:
        return ""
    rows = sum(window.rows for window in late)
    labels = sum(round(shares[window.index] * window.rows) for window in late)
    which = "" if len(late) == len(windows) else f" of {counted(len(late), 'window')}"
    if which and late == [windows[-1]]:
        which = " of the newest window"
    return f"performance{which} waits for labels: {labels:,} of {rows:,}"


def few_of_rows(failing: Iterable[Result], results: Iterable[Result]) -> str:
    """Of how many rows labels tell what failed, where many are missing."""
    shares = _coverage(results)
    told = [r for r in failing if r.kind in (_MODEL, ResultKind.CONCEPT_DRIFT)]
    share = min((shares.get(r.window, 1.0) for r in told), default=1.0)
    words = f"as {percent(share)} of the rows say, which have labels"
    return words if 0.0 < share < _MANY else ""


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


def _coverage(results: Iterable[Result]) -> dict[int, float]:
    """The share of labelled rows by window."""
    own = (r for r in results if r.name == "label_coverage" and r.segment is None)
    return {r.window: r.value or 0.0 for r in own}


def commonest(rows: Iterable[Result]) -> str:
    """The reason that most of them are inconclusive for; empty where none is."""
    reasons = [r.reason for r in rows if r.status is Status.INCONCLUSIVE and r.reason]
    return max(reasons, key=reasons.count) if reasons else ""


def unusable(rows: Iterable[Result]) -> str:
    """Why metrics have no value at all, whatever number of rows came."""
    return commonest(r for r in rows if r.value is None and r.rows_needed is None)
