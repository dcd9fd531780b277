"""What reports say of the concept: what moved besides features, and what it means now."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence

from mmon.outline import measures, severity, wording
from mmon.outline.changes import is_of_changes
from mmon.outline.occasions import Told
from mmon.outline.phrases import column_word, phrase
from mmon.outline.rows import ResultRow, result_row
from mmon.outline.why import tells_why
from mmon.results import Document, Result, ResultKind, Status, grouped

_MOST = 10
_MOST_DOUBTS = 3  # inconclusive results of one quantity that have a line each


@dataclasses.dataclass(frozen=True, slots=True)
class ConceptLine:
    """One result, written out; ``remark`` is empty where nothing needs a look, and ``trend`` is
    (W,) how high the value is in each window, its threshold being 1."""

    row: ResultRow
    status: Status
    about: str
    remark: str
    trend: tuple[float | None, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class ConceptPart:
    """What there is to say of one window, and what is only told.

    ``doubts`` are many inconclusive results in a line, of which none stands in ``lines``.
    """

    window: str
    lines: tuple[ConceptLine, ...]
    notes: tuple[str, ...]
    doubts: tuple[str, ...] = ()


def concept_results(document: Document) -> list[Result]:
    """All that is said of the concept in all rows; when and why are told apart."""
    return _of_windows(document.results)


def _of_windows(results: Iterable[Result]) -> list[Result]:
    own = (r for r in results if r.kind is ResultKind.CONCEPT_DRIFT and r.segment is None)
    return [one for one in own if not (is_of_changes(one) or tells_why(one))]


def told(results: Sequence[Result]) -> list[Result]:
    """What is worth a line: what needs a look, the worst first, and what a reader asks for."""
    shown = [r for r in results if r.quantity.is_main or severity.needs_a_look(r)]
    return sorted(shown, key=severity.order, reverse=True)


def concept_part(document: Document) -> ConceptPart | None:
    """The concept in the window where it is worst; None where nothing was looked at."""
    calm = "with the same relation to the target"
    return part_of(document, concept_results(document), "feature", calm)


def part_of(
    document: Document, every: Sequence[Result], noun: str, calm: str
) -> ConceptPart | None:
    """Results in the window where they are worst, and how many are calm; None where none are."""
    found = severity.deciding(every, document.windows)
    if not found:
        return None
    judged = [one for one in document.windows if one.is_judged]
    window = measures.worst_window(found, judged or document.windows)
    own = [r for r in found if r.window == window]
    lacks = [r for r in own if _lacks(r)]
    own = [r for r in own if r not in lacks]
    looked = told(own)
    many = _many_doubts(looked)
    told_once = {id(r) for rows in many for r in rows}
    shown = [r for r in looked if id(r) not in told_once]
    notes = [f"and {len(shown) - _MOST:,} more to look at"] if len(shown) > _MOST else []
    if len(own) > len(looked):
        notes.append(f"{wording.counted(len(own) - len(looked), noun)} {calm}")
    notes += [f"{r.quantity.words} is not told: {r.reason}" for r in lacks]
    return ConceptPart(
        window=wording.window_title(document.windows, window),
        lines=tuple(_line(document, every, one) for one in shown[:_MOST]),
        notes=tuple(notes),
        doubts=tuple(_doubt(rows, noun) for rows in many),
    )


def _many_doubts(results: Sequence[Result]) -> list[list[Result]]:
    """The inconclusive results of each quantity that has too many of them for a line each."""
    doubts = (r for r in results if r.status is Status.INCONCLUSIVE)
    by_name = grouped(doubts, lambda r: r.quantity.key)
    return [rows for rows in by_name.values() if len(rows) > _MOST_DOUBTS]


def _doubt(rows: Sequence[Result], noun: str) -> str:
    """Results of one quantity, and the reason that most of them have.

    Those that lack rows have one reason, told with the most rows that any of them takes.
    """
    count = wording.counted(len({r.column for r in rows}), noun)
    reasons = grouped(rows, lambda r: r.reason if r.rows_needed is None else "")
    most = max(reasons.values(), key=len)
    told = max(most, key=lambda r: r.rows_needed or 0).reason or "not conclusive"
    others = len(rows) - len(most)
    more = f" ({others:,} for other reasons: see the HTML and JSON reports)" if others else ""
    return f"{rows[0].quantity.words} of {count}: {told}{more}"


def concept_told(results: Sequence[Result], *, drifted: bool) -> list[Told]:
    """What a verdict's sentence says of the concept, of the results that count in it.

    That it is the concept and not the data is said where all rows surely show it and no feature
    ``drifted``: relations of features alone may come of something that is no column.
    """
    # That labels are selected is no drift: what they say is told with that doubt.
    own = [r for r in _of_windows(results) if r.name != "label_selection"]
    meant = [r for r in own if not r.quantity.is_evidence]
    moved = grouped((r for r in own if r.quantity.is_evidence), lambda r: (r.name, r.column))
    told = [
        Told(phrase(max(rows, key=severity.by_size), ()), _windows(rows)) for rows in moved.values()
    ]
    scores = [r for r in meant if r.column is None]
    features = [r for r in meant if r.column is not None]
    said = [phrase(max(scores, key=severity.by_size), ())] if scores else []
    if features:
        worst, count = max(features, key=severity.by_size), len({r.column for r in features})
        of = wording.counted(count, "feature")
        said.append(f"{of} with another relation to the target: {phrase(worst, ())}")
    is_sure = any(one.status is Status.DETECTED for one in scores)
    name = "concept drift, not data drift: " if is_sure and not drifted else "concept drift: "
    text = (name if scores else "") + ", ".join(said)
    return [Told(text, _windows(meant)), *told] if said else told


def _lacks(result: Result) -> bool:
    """Whether it was not looked at, for a reason."""
    is_judged = result.value is not None or result.status is not Status.IRRELEVANT
    return result.quantity.is_main and bool(result.reason) and not is_judged


def _windows(results: Sequence[Result]) -> frozenset[int]:
    return frozenset(result.window for result in results)


def _line(document: Document, every: Sequence[Result], one: Result) -> ConceptLine:
    what = one.quantity, one.column, one.aspect
    same = {r.window: r.value for r in every if (r.quantity, r.column, r.aspect) == what}
    return ConceptLine(
        row=result_row(one),
        status=one.status,
        about="" if one.column is None else column_word(one.column),
        remark=one.reason if one.reason and severity.needs_a_look(one) else "",
        trend=severity.heights(one, (same.get(window.index) for window in document.windows)),
    )
