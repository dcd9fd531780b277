"""Says a verdict in one sentence: what changed, by how much, and why that is or is not enough."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mmon.outline.changes import largest_told, steps_told
from mmon.outline.concept import concept_told
from mmon.outline.measures import APPLICATIONS, is_measure
from mmon.outline.occasions import Told, joined, shortened, when
from mmon.outline.phrases import before_after, phrase, value_of
from mmon.outline.severity import by_size, deciding, fails, is_of_window
from mmon.outline.summary import drifted_below, unclear_columns
from mmon.outline.waiting import commonest, few_labels, few_of_rows, of_model, unusable, waiting
from mmon.outline.wording import BELOW_WORDS, counted
from mmon.outline.worse import is_found_segment, is_worse_segment
from mmon.results import Document, Result, ResultKind, Status, Verdict, Window, grouped

_NAMED, _CALM = 3, 2  # columns, and things that a pass tells besides drift
_DRIFT, _QUALITY = ResultKind.DATA_DRIFT, ResultKind.DATA_QUALITY
_MODEL, _SYSTEM = ResultKind.MODEL_PERFORMANCE, ResultKind.SYSTEM_PERFORMANCE
_CONCEPT = ResultKind.CONCEPT_DRIFT
_OPEN = "performance is inconclusive"
_POTENTIAL = Status.POTENTIAL_DETECTION.severity


def sentence(document: Document) -> str:
    """One sentence that explains a verdict, without a full stop."""
    unmeasured = [r.reason for r in document.results if r.name == "unmeasured" and r.reason]
    return "; ".join([_of_verdict(document), *unmeasured])


def _of_verdict(document: Document) -> str:
    windows = [window for window in document.windows if window.is_judged]
    results, fail_on = deciding(document.results, document.windows), document.fail_on
    judged = [result for result in results if result.status is not Status.IRRELEVANT]
    waits = waiting(document, judged, windows)
    if document.verdict is Verdict.BREACH:
        failing = [result for result in judged if fails(result, fail_on)]
        return _breach(failing, judged, results, windows, waits)
    if document.verdict is Verdict.INCONCLUSIVE:
        if not windows:
            unfilled = "no window is complete yet" if document.windows else ""
            return unfilled or "no production row falls into any window"
        return _inconclusive([r for r in judged if r.gating] or judged, results, windows)
    return _pass(judged, results, fail_on, windows, waits)


def _breach(
    failing: list[Result],
    judged: list[Result],
    results: Sequence[Result],
    windows: Sequence[Window],
    waits: str,
) -> str:
    """The gravest things: the model, the segment that explains it, columns, operations."""
    model = _measured(failing, results, _MODEL)
    raised = [one for one in judged if one.status.severity >= _POTENTIAL]
    concept = concept_told(failing, drifted=bool(_columns(raised)))
    dated = largest_told([r for r in raised if not r.gating] if model else [], judged, windows)
    groups = [
        model,
        _explained(judged) if model else [],
        concept,
        _drifted(failing, judged),
        _checked(failing),
        steps_told(failing, judged, windows),
        _measured(failing, results, _SYSTEM),
        _measured(failing, results, APPLICATIONS),
        _in_segments(failing, results),
    ]
    own = [r for r in _whole(judged, _MODEL) if r.gating and r.quantity.stands_beside is None]
    reason = unusable(own) if all(r.status is Status.INCONCLUSIVE for r in own) else ""
    text = joined([*shortened(groups, most=_NAMED + bool(concept)), *dated], windows)
    few = few_of_rows(failing, results)
    return "; ".join(filter(None, [text, few, waits or (reason and f"{_OPEN}: {reason}")]))


def _explained(judged: Sequence[Result]) -> list[Told]:
    """The segment in which the model got worse, where it is one; many explain nothing."""
    worse = [r for r in judged if is_worse_segment(r) and r.status.severity >= _POTENTIAL]
    segments = {result.segment for result in worse}
    return [Told(f"worst where {segments.pop()}", _windows(worse))] if len(segments) == 1 else []


def _drifted(failing: Sequence[Result], judged: Sequence[Result]) -> list[Told]:
    drifted, tested = _columns(failing), _columns(judged)
    parts = []
    if drifted:
        told = ", ".join(_worst(failing, column) for column in drifted[:_NAMED])
        more = f" and {len(drifted) - _NAMED} more" if len(drifted) > _NAMED else ""
        text = f"{len(drifted)} of {counted(len(tested), 'column')} drifted: {told}{more}"
        own = [r for r in _whole(failing, _DRIFT) if r.column is not None]
        parts.append(Told(text, _windows(own)))
    return parts + _each((one, ()) for one in _whole(failing, _DRIFT) if one.column is None)


def _checked(failing: Sequence[Result]) -> list[Told]:
    whole = [r for r in failing if r.segment is None and r.kind is not _DRIFT]
    return _each((one, ()) for one in whole if not is_measure(one))


def _each(found: Iterable[tuple[Result, Sequence[Result]]]) -> list[Told]:
    """Each thing once, with all windows in which it happened."""
    worded = grouped(((phrase(one, rows), one) for one, rows in found), lambda pair: pair[0])
    return [Told(text, _windows(one for _, one in pairs)) for text, pairs in worded.items()]


def _windows(results: Iterable[Result]) -> frozenset[int]:
    return frozenset(result.window for result in results if is_of_window(result))


def _inconclusive(
    gating: list[Result], results: Sequence[Result], windows: Sequence[Window]
) -> str:
    if not any(window.rows for window in windows):
        return "production has no rows"
    known = [one for one in gating if one.quantity.stands_beside is None]
    # What an analysis as a whole lacks, such as labels, explains more than any of its results.
    reasons = [
        few_labels(rows, results) or commonest(rows)
        for rows in grouped(known, lambda result: result.application).values()
        if all(row.status is Status.INCONCLUSIVE for row in rows)
    ]
    if any(reasons):
        return "; ".join(dict.fromkeys(filter(None, reasons)))
    if not any(result.kind in (_DRIFT, _CONCEPT) for result in gating):
        if any(r.kind in (_DRIFT, _CONCEPT) and r.value is not None for r in results):
            return "no metric that decides was computed: give one thresholds"
        return "no column could be tested"
    return commonest(gating) or "no result was conclusive"


def _pass(
    judged: list[Result],
    results: Sequence[Result],
    fail_on: str,
    windows: Sequence[Window],
    waits: str,
) -> str:
    if not judged:
        return "nothing was tested"
    raised = [r for r in judged if r.status.severity >= _POTENTIAL]
    drift = _drift_passed(judged, raised, fail_on, windows)
    others = shortened(
        [
            _measured(raised, results, _MODEL) or [*map(Told, _held(judged, results, waits))],
            concept_told(raised, drifted=bool(_columns(raised))),
            _measured(raised, results, _SYSTEM),
            _measured(raised, results, APPLICATIONS),
            _checked(raised),
            steps_told(raised, judged, windows),
            _in_segments_passed(raised, results),
        ],
        most=_CALM,
    )
    told = filter(None, [*drift, *(one.text for one in others), waits])
    return "; ".join(told) or "nothing needs a look"


def _drift_passed(
    judged: Sequence[Result], raised: Sequence[Result], fail_on: str, windows: Sequence[Window]
) -> list[str]:
    every = _columns(judged)
    unclear = unclear_columns(judged)
    known = [column for column in every if column not in unclear]
    if not every and any(map(is_measure, judged)):
        return []
    tested = counted(len(known), "column")
    drifted = _columns(raised)
    if drifted:
        is_sure = any(r.status is Status.DETECTED for r in _whole(raised, _DRIFT))
        verb = "drifted" if is_sure else "may have drifted"
        none = "none" if len(drifted) > 1 else "not"
        few = "which decides nothing" if is_sure and fail_on == "detected" else ""
        few = few or f"{none} enough to fail (fails on: {fail_on})"
        text = f"{len(drifted)} of {tested} {verb}, {few}"
    else:
        below = sum(column in drifted_below(judged) for column in known)
        calm = counted(len(known) - below, "column")
        text = f"no drift in {calm}" if len(known) > below else ""
        if below:
            text += f"{', ' if text else ''}{counted(below, 'column')} {BELOW_WORDS}"
    # A column that could not be judged is no column without drift: it is always told.
    open_ = _windows(row for rows in unclear.values() for row in rows)
    told = f"{counted(len(unclear), 'column')} inconclusive{when(open_, windows)}"
    return [text, *([told] if unclear else [])]


def _held(judged: Sequence[Result], results: Sequence[Result], waits: str) -> list[str]:
    """The judged performance that is good enough, and what could not be told."""
    own = of_model(judged)
    calm = [r for r in own if r.status is Status.NO_DETECTION]
    held = list(dict.fromkeys(r.quantity.words for r in calm))
    unclear = {r.name for r in own if r.status is Status.INCONCLUSIVE}
    parts = []
    if len(held) == 1:
        signs = {"above": 1.0, "below": -1.0}
        gravest = max(calm, key=lambda r: signs[r.direction] * (r.value or 0.0))
        told = before_after(value_of(gravest, results))
        known = {r.window for r in calm}
        at_worst = " at worst" if len(known) > 1 else ""
        verb = BELOW_WORDS if any(r.is_below for r in calm) else "held"
        # Of windows in which it could not be told nobody shall think that it held there.
        every = known | {r.window for r in own if r.status is Status.INCONCLUSIVE}
        where = f" in {len(known)} of {len(every)} windows" if len(every) > len(known) else ""
        parts.append(f"{held[0]} {verb}{where} ({told}{at_worst})")
    elif held:
        parts.append(f"{counted(len(held), 'performance metric')} held")
    if unclear and not waits:
        reason = unusable(own)
        told = f"{counted(len(unclear), 'performance metric')} inconclusive"
        parts.append(f"{told}: {reason}" if reason else told)
    return parts


def _measured(failing: Iterable[Result], results: Sequence[Result], kind: ResultKind) -> list[Told]:
    """Metrics of the model or of operations, each once, where it was worst."""
    return _phrases(_whole(failing, kind), results)


def _phrases(failing: Iterable[Result], results: Sequence[Result]) -> list[Told]:
    """What happened to each metric, where it was worst; the model as a whole before its classes."""
    by_name = grouped(failing, lambda result: result.quantity.part_of or result.name).values()
    worst = [(max(rows, key=lambda one: abs(one.value or 0.0)), rows) for rows in by_name]
    worst.sort(key=lambda pair: pair[0].quantity.label is not None)
    return [Told(phrase(one, results), _windows(rows)) for one, rows in worst]


def _in_segments(failing: Sequence[Result], results: Sequence[Result]) -> list[Told]:
    """What failed in segments only: the model first, then drift and quality."""
    worse = [result for result in failing if is_worse_segment(result)]
    return [*_got_worse(worse, results), *_of_segments(failing, results)]


def _in_segments_passed(raised: Sequence[Result], results: Sequence[Result]) -> list[Told]:
    """What needs a look in segments only; what may be worse is last, and only counted."""
    worse = [result for result in raised if is_worse_segment(result)]
    parts = _of_segments(raised, results)
    if worse:
        is_sure = any(result.status is Status.DETECTED for result in worse)
        segments = counted(len({result.segment for result in worse}), "segment")
        verb = "got" if is_sure else "may have got"
        parts.append(Told(f"{segments} {verb} worse", _windows(worse)))
    return parts


def _of_segments(found: Sequence[Result], results: Sequence[Result]) -> list[Told]:
    """Of the configured segments what was measured, then drift and quality."""
    own = [r for r in found if r.segment is not None and not is_found_segment(r)]
    measured = grouped((r for r in own if r.kind in (_MODEL, _SYSTEM)), lambda r: r.segment or "")
    parts = []
    for segment, rows in measured.items():
        told = _phrases(rows, results)
        more = f" and {len(told) - 1} more" if len(told) > 1 else ""
        parts.append(Told(f"{told[0].text}{more} in {segment}", told[0].windows))
    kinds = ((_CONCEPT, "concept drift"), (_DRIFT, "drift"), (_QUALITY, "data quality"))
    for kind, what in kinds:
        hit = grouped((r for r in own if r.kind is kind), lambda r: r.segment or "")
        if hit:
            first, *others = hit
            more = f" and {counted(len(others), 'more segment')}" if others else ""
            parts.append(Told(f"{what} in {first}{more}", _windows(hit[first])))
    return parts


def _got_worse(found: Sequence[Result], results: Sequence[Result]) -> list[Told]:
    if not found:
        return []
    worst = max(found, key=by_size)
    others = len({r.segment for r in found}) - 1
    more = f", as did {counted(others, 'more segment')}" if others else ""
    own = [r for r in found if r.segment == worst.segment]
    return [Told(phrase(worst, results) + more, _windows(own))]


def _whole(results: Iterable[Result], kind: ResultKind) -> list[Result]:
    return [r for r in results if r.kind is kind and r.segment is None]


def _columns(results: Iterable[Result]) -> list[str]:
    """Columns of drift results, those with the largest values first."""
    size: dict[str, float] = {}
    for result in _whole(results, _DRIFT):
        if result.column is not None:
            before = size.get(result.column, 0.0)
            size[result.column] = max(before, abs(result.value or 0.0))
    return sorted(size, key=lambda column: (-size[column], column))


def _worst(results: Iterable[Result], column: str) -> str:
    mine = [r for r in _whole(results, _DRIFT) if r.column == column]
    return phrase(max(mine, key=lambda r: abs(r.value or 0.0)), ())
