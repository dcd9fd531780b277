"""The configured segments: rows, status and worst findings of each value of each column."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence

from mmon.outline import severity, wording
from mmon.outline.phrases import phrase
from mmon.outline.worse import is_found_segment
from mmon.results import Document, Metric, Result, ResultKind, Segment, Status, grouped

_NAMED = 3  # findings of one segment
_ROWS = ("rows", "labelled_rows", "invocations")  # what tells them, the best first


@dataclasses.dataclass(frozen=True, slots=True)
class SegmentRow:
    """One value of a segmenting column, written out; ``rows`` are production's, of all windows.

    ``key`` is what results call it.
    ``drifted`` is how many columns have drifted or may have, ``window`` the one with the gravest
    results, where there are several. There are ``more`` findings than stand in ``findings``, the
    worst first. ``is_rest`` tells that it stands for all values that are not told apart.
    """

    key: str
    name: str
    value: str
    level: Status
    status: str
    rows: str
    drifted: str
    window: str
    findings: tuple[str, ...]
    more: int
    is_rest: bool

    def told(self, most: int) -> str:
        """The worst findings in one text, and how many more there are."""
        more = self.more + max(0, len(self.findings) - most)
        return "; ".join(self.findings[:most]) + (f" and {more:,} more" if more else "")


@dataclasses.dataclass(frozen=True, slots=True)
class SegmentTable:
    """The values of one segmenting column, worst first, all others together last."""

    column: str
    rows: tuple[SegmentRow, ...]


def segment_tables(document: Document) -> tuple[SegmentTable, ...]:
    """The configured segments of a document."""
    judged = severity.deciding(document.results, document.windows)
    found = (r for r in judged if r.segment is not None and not is_found_segment(r))
    metrics = grouped(document.metrics, lambda metric: metric.segment)
    several = len(document.windows) > 1
    known = {one.name: one for one in document.segments}
    rows: list[tuple[Segment, tuple[float, ...], SegmentRow]] = []
    for name, own in grouped(found, lambda result: result.segment or "").items():
        segment = known.get(name) or Segment(name, "", name)
        worst = max(own, key=_gravity)
        rank = (float(segment.is_rest), *(-part for part in _gravity(worst)))
        rows.append((segment, rank, _row(segment, own, metrics.get(name, []), several=several)))
    return tuple(
        SegmentTable(column, tuple(row for _, _, row in sorted(of_column, key=lambda one: one[1])))
        for column, of_column in grouped(rows, lambda one: one[0].column).items()
    )


def _row(
    segment: Segment, results: Sequence[Result], metrics: Iterable[Metric], *, several: bool
) -> SegmentRow:
    worst = max(results, key=_gravity)
    findings = _findings(results)
    judged = [
        one
        for one in results
        if one.kind is ResultKind.DATA_DRIFT
        and one.column is not None
        and one.status is not Status.IRRELEVANT
    ]
    drifted = {r.column for r in judged if r.status.severity > Status.INCONCLUSIVE.severity}
    return SegmentRow(
        key=segment.name,
        name=f"{segment.column} = {segment.value}",
        value=segment.value,
        level=worst.status,
        status="ok" if worst.status is Status.NO_DETECTION else wording.STATUS_WORDS[worst.status],
        rows=_rows(results, metrics),
        drifted=f"{len(drifted):,} of {len({r.column for r in judged}):,}" if judged else "",
        window=worst_in(results) if several and findings else "",
        findings=tuple(findings[:_NAMED]),
        more=max(0, len(findings) - _NAMED),
        is_rest=segment.is_rest,
    )


def worst_in(results: Iterable[Result]) -> str:
    """The number of the window with a segment's gravest results; empty where none needs a look."""
    looked = filter(severity.needs_a_look, results)
    worst = severity.gravest_window(r for r in looked if severity.is_of_window(r))
    return "" if worst is None else f"{worst.window + 1}"


def _gravity(result: Result) -> tuple[float, ...]:
    """Sort key of a segment's results: what happened to the model comes before what drifted."""
    level, *rest = severity.badness(result)
    return level, result.kind is ResultKind.MODEL_PERFORMANCE, *rest


def _rows(results: Iterable[Result], metrics: Iterable[Metric]) -> str:
    numbers: Iterable[Result | Metric] = (*results, *metrics)
    told = {(one.name, one.window): one.value or 0.0 for one in numbers}
    for name in _ROWS:
        rows = [value for (known, _), value in told.items() if known == name]
        if rows:
            return wording.count(sum(rows))
    return ""


def _findings(results: Sequence[Result]) -> list[str]:
    """What needs a look, once for each column or metric, in words."""
    groups = grouped(
        filter(severity.needs_a_look, results),
        lambda one: (one.kind, one.name if one.column is None else one.column),
    )
    heads = sorted(map(severity.worst, groups.values()), key=_gravity, reverse=True)
    doubts = [one for one in heads if one.status is Status.INCONCLUSIVE]
    # One that a side lacks has nothing to compare, and is no less of a finding.
    lone = {one.name: one for one in results if one.quantity.about == "segment" and one.reason}
    told = [f"{one.quantity.words}: {one.reason}" for one in lone.values()]
    told += [phrase(one, results) for one in heads if one not in doubts]
    if doubts:
        reason = doubts[0].reason or "not conclusive"
        which = f"{len(doubts):,} results inconclusive" if len(doubts) > 1 else "inconclusive"
        told.append(f"{which}: {reason}")
    return told
