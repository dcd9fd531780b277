"""What stands at the top: a title of one line, since when, and a tile for each sort of analysis."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence

from mmon.outline import severity, units, wording
from mmon.outline.concept import concept_results
from mmon.outline.measures import APPLICATIONS, is_measure
from mmon.outline.phrases import phrase
from mmon.results import Document, Result, ResultKind, Status, Verdict

_LONGEST = 90  # characters that one or two lines of a title hold
_NEWEST = {
    Status.POTENTIAL_DETECTION: "may be affected",
    Status.INCONCLUSIVE: "has too little to tell",
}
_BREAKS = re.compile(r"; |, |: | \(")


@dataclasses.dataclass(frozen=True, slots=True)
class Tile:
    """One sort of analysis in the window shown: ``anchor`` is empty where it was not measured."""

    title: str
    anchor: str
    severity: int
    status: str
    count: str
    worst: str


def title(sentence: str, since: str = "") -> str:
    """The gravest of what a sentence tells, as it is written there, without what stands below it.

    >>> title("roc_auc fell 0.873 → 0.812; 1 of 9 columns drifted: age (ks 0.4)")
    'roc_auc fell 0.873 → 0.812; 1 of 9 columns drifted: age (ks 0.4)'
    >>> title("no drift in " + "a" * 60 + ", " + "b" * 60)[-4:]
    'aaa…'
    >>> title("roc_auc fell 0.9 → 0.8 since 2024-08-05", "fails since 2024-08-05, ongoing")
    'roc_auc fell 0.9 → 0.8'
    """
    told = since.removeprefix("fails").removesuffix(", ongoing")
    return _shortened(sentence.strip()).removesuffix(told)


def _shortened(text: str) -> str:
    if len(text) <= _LONGEST:
        return text
    ends = [found.start() for found in _BREAKS.finditer(text) if found.start() < _LONGEST]
    whole = [end for end in ends if text[end] == ";"]
    if whole:
        return text[: whole[-1]]
    return text[: ends[-1] if ends else _LONGEST - 1] + "…"


def since(document: Document) -> str:
    """Since when a run fails, and whether its newest judged window does; empty where none fails."""
    judged = [window for window in document.windows if window.is_judged]
    failed = [r for r in document.results if severity.fails(r, document.fail_on)]
    failing = {r.window for r in failed}
    hit = [window for window in judged if window.index in failing]
    # Of one window that is judged nobody can tell since when.
    if document.verdict is not Verdict.BREACH or len(judged) < 2 or not hit:
        return ""
    if hit[-1] is not judged[-1]:
        often = f"in {len(hit)} of {len(judged)} windows, the last " if len(hit) > 1 else "in "
        what = {_subject(result) for result in failed}
        now = [r for r in document.results if r.window == judged[-1].index and _subject(r) in what]
        worst = severity.worst(now).status if now else Status.NO_DETECTION
        told = _NEWEST.get(worst, "is not affected")
        return f"failed {often}{wording.period(hit[-1])}; the newest window {told}"
    calm = [place for place, window in enumerate(judged) if window.index not in failing]
    first = judged[calm[-1] + 1 if calm else 0]
    return f"fails since {wording.begin_word(first)}, ongoing"


def _subject(result: Result) -> tuple[object, ...]:
    return result.quantity.key, result.column, result.segment


def tiles(seen: Document) -> tuple[Tile, ...]:
    """The sorts of analyses in the window seen."""
    drift, quality = ResultKind.DATA_DRIFT, ResultKind.DATA_QUALITY
    model, system = ResultKind.MODEL_PERFORMANCE, ResultKind.SYSTEM_PERFORMANCE
    concept = ResultKind.CONCEPT_DRIFT
    # Not every run has columns of an outcome.
    has_concept = bool(concept_results(seen))
    told = [_tile(seen, "Concept", "concept", concept, ("result", "moved"))] if has_concept else []
    words = ("judged number", "to look at")
    has_own = any(r.kind is APPLICATIONS and is_measure(r) for r in seen.results)
    own = [_tile(seen, "Applications", "applications", APPLICATIONS, words)] if has_own else []
    return (
        _tile(seen, "Data", "columns", drift, ("column", "drifted")),
        _tile(seen, "Quality", "data_quality", quality, ("column", "to look at")),
        _tile(seen, "Model", "performance", model, ("judged metric", "worse")),
        *told,
        _tile(seen, "Operations", "operations", system, ("judged metric", "worse")),
        *own,
    )


def _tile(
    seen: Document, title: str, anchor: str, kind: ResultKind, words: tuple[str, str]
) -> Tile:
    found = [r for r in seen.results if r.kind is kind and r.segment is None]
    if kind is ResultKind.CONCEPT_DRIFT:
        found = concept_results(seen)
    if kind is APPLICATIONS:
        found = [r for r in found if is_measure(r)]
    judged = [r for r in found if r.status is not Status.IRRELEVANT]
    if not judged:
        told = "measured, not judged" if found else "not measured"
        return Tile(title, anchor if found else "", Status.IRRELEVANT.severity, told, "", "")
    worst, noun = severity.worst(judged), words[0]
    # What is said of all columns together is no further column.
    counted = [r for r in judged if r.column is not None or noun != "column"]
    every = {_what(r) for r in counted}
    raised = {_what(r) for r in counted if r.status.severity > Status.INCONCLUSIVE.severity}
    unclear = {_what(r) for r in counted if r.status is Status.INCONCLUSIVE} - raised
    sure = raised
    if kind is ResultKind.DATA_DRIFT:
        sure = {_what(r) for r in counted if r.status is Status.DETECTED}
    told = words[1] if sure or not raised else f"may have {words[1]}"
    count = f"{len(sure or raised)} of {wording.counted(len(every), noun)} {told}"
    if sure and len(raised) > len(sure):
        count += f", {len(raised) - len(sure)} may have"
    if unclear:
        count += f", {len(unclear)} inconclusive"
    return Tile(
        title=title,
        anchor=anchor,
        severity=worst.status.severity,
        status=units.status_word(worst),
        count=count,
        worst=_told(worst, seen.results),
    )


def _what(result: Result) -> str:
    if result.kind is ResultKind.CONCEPT_DRIFT:
        return f"{result.name} {result.column}"
    return result.quantity.part_of or result.name if result.column is None else result.column


def _told(worst: Result, results: Sequence[Result]) -> str:
    if not severity.needs_a_look(worst):
        return ""
    if worst.status is Status.INCONCLUSIVE:
        return worst.reason or ""
    return phrase(worst, results)
