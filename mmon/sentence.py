"""Says a verdict in one sentence: what drifted, by how much, and why that is or is not enough."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mmon.results import Result, ResultKind, Status, Verdict, Window
from mmon.verdict import Rule, reaches

_NAMED = 3

# Quality checks in words; `{}` is the column.
_CHECKS = {
    "missing_share": "{} has more missing values",
    "infinite_share": "{} has more infinite values",
    "unseen_share": "{} has unseen categories",
    "out_of_range_share": "{} is out of the reference's range",
    "type_change": "{} changed its type",
    "constant": "{} became constant",
    "missing_column": "{} is missing",
    "new_column": "{} is new",
    "duplicate_share": "more rows are duplicates",
}


def sentence(
    verdict: Verdict, results: Sequence[Result], windows: Sequence[Window], rule: Rule
) -> str:
    """One sentence that explains a verdict, without a full stop.

    Examples
    --------
    >>> sentence(Verdict.PASS, [], [], Rule())
    'nothing was tested'
    """
    judged = [result for result in results if result.status is not Status.IRRELEVANT]
    if verdict is Verdict.BREACH:
        return _breach([r for r in judged if r.gating and reaches(r, rule)], judged, windows)
    if verdict is Verdict.INCONCLUSIVE:
        return _inconclusive([r for r in judged if r.gating], results, windows)
    return _pass(judged, rule)


def _breach(failing: list[Result], judged: list[Result], windows: Sequence[Window]) -> str:
    drifted = _columns(failing, ResultKind.DATA_DRIFT)
    tested = _columns(judged, ResultKind.DATA_DRIFT)
    parts = []
    if drifted:
        told = ", ".join(_worst(failing, column) for column in drifted[:_NAMED])
        more = f" and {len(drifted) - _NAMED} more" if len(drifted) > _NAMED else ""
        parts.append(f"{len(drifted)} of {_count(len(tested), 'column')} drifted: {told}{more}")
    parts += [
        f"{result.name.replace('_', ' ')} is {result.value:.3g}"
        for result in failing
        if result.kind is ResultKind.DATA_DRIFT and result.column is None
    ]
    checks = [_check(r) for r in failing if r.kind is not ResultKind.DATA_DRIFT]
    parts += _shortened(list(dict.fromkeys(checks)))
    text = "; ".join(parts)
    hit = {result.window for result in failing}
    if len(windows) > 1:
        text += f" (in {len(hit)} of {len(windows)} windows)"
    return text


def _inconclusive(
    gating: list[Result], results: Sequence[Result], windows: Sequence[Window]
) -> str:
    if not windows:
        return "no production row falls into any window"
    if not any(window.rows for window in windows):
        return "production has no rows"
    if not any(result.kind is ResultKind.DATA_DRIFT for result in gating):
        if any(r.kind is ResultKind.DATA_DRIFT and r.value is not None for r in results):
            return "no metric that decides was computed: give one thresholds"
        return "no column could be tested"
    reasons = [r.reason for r in gating if r.status is Status.INCONCLUSIVE and r.reason]
    return max(reasons, key=reasons.count) if reasons else "no result was conclusive"


def _pass(judged: list[Result], rule: Rule) -> str:
    if not judged:
        return "nothing was tested"
    conclusive = [r for r in judged if r.status is not Status.INCONCLUSIVE]
    known = _columns(conclusive, ResultKind.DATA_DRIFT)
    unclear = [c for c in _columns(judged, ResultKind.DATA_DRIFT) if c not in known]
    tested = _count(len(known), "column")
    raised = [r for r in judged if r.status.severity >= Status.POTENTIAL_DETECTION.severity]
    drifted = _columns(raised, ResultKind.DATA_DRIFT)
    if drifted:
        verb = "drifted" if _any_detected(raised) else "may have drifted"
        text = f"{len(drifted)} of {tested} {verb}, {_none(drifted)} enough to fail"
        text += f" (fails on: {rule.fail_on})"
    else:
        text = f"no drift in {tested}"
    checks = list(dict.fromkeys(_check(r) for r in raised if r.kind is ResultKind.DATA_QUALITY))
    # A column that could not be judged is no column without drift: it is always told.
    doubts = [f"{_count(len(unclear), 'column')} inconclusive"] if unclear else []
    return "; ".join([text, *doubts, *_shortened(checks)])


def _none(drifted: Sequence[str]) -> str:
    return "none" if len(drifted) > 1 else "not"


def _any_detected(results: Iterable[Result]) -> bool:
    return any(r.status is Status.DETECTED for r in results if r.kind is ResultKind.DATA_DRIFT)


def _shortened(texts: list[str]) -> list[str]:
    if len(texts) <= _NAMED:
        return texts
    return [*texts[:_NAMED], f"and {len(texts) - _NAMED} more"]


def _columns(results: Iterable[Result], kind: ResultKind) -> list[str]:
    """Columns of results, those with the largest values first."""
    size: dict[str, float] = {}
    for result in results:
        if result.column is not None and result.kind is kind:
            before = size.get(result.column, 0.0)
            size[result.column] = max(before, abs(result.value or 0.0))
    return sorted(size, key=lambda column: (-size[column], column))


def _worst(results: Iterable[Result], column: str) -> str:
    mine = [r for r in results if r.column == column and r.kind is ResultKind.DATA_DRIFT]
    worst = max(mine, key=lambda r: abs(r.value or 0.0))
    return f"{column} ({worst.name.replace('_', ' ')} {worst.value:.3g})"


def _check(result: Result) -> str:
    text = _CHECKS.get(result.name, "{} " + result.name.replace("_", " "))
    return text.replace("{}", result.column or "")


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
