"""What a short report says of a document: the findings worst first, and what there is besides."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from mmon.outline import severity, units, wording
from mmon.outline.measures import by_columns, is_measure
from mmon.outline.severity import needs_a_look
from mmon.results import (
    Column,
    ColumnKind,
    Document,
    Result,
    ResultKind,
    Source,
    Status,
    Window,
    grouped,
)
from mmon.results.charts import Picture


@dataclasses.dataclass(frozen=True, slots=True)
class Head:
    """A column, or the dataset as a whole (None), with something to say.

    ``head`` is the result that speaks for it, of its worst window; ``also`` its other results of
    that window that call for attention, worst first; ``trend`` (W,) how high the head's value is in
    each, its threshold being 1.
    """

    column: str | None
    head: Result
    also: tuple[Result, ...]
    trend: tuple[float | None, ...]
    picture: Picture | None


@dataclasses.dataclass(frozen=True, slots=True)
class Doubt:
    """Why columns are inconclusive: a reason, and those it holds for."""

    reason: str
    columns: tuple[str | None, ...]
    windows: tuple[int, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Summary:
    """The parts of a short report.

    ``findings`` are inconclusive, potential and detected ones, worst first; ``doubts`` why some are
    inconclusive, the most frequent reason first; ``below`` how many tested columns surely drifted,
    by less than a level; ``calm`` how many have nothing to say; ``untested`` those that no finding
    is about; ``recognised`` tested ones of which there is something to tell on how they were read.
    """

    findings: tuple[Head, ...]
    doubts: tuple[Doubt, ...]
    below: int
    calm: int
    untested: tuple[Column, ...]
    recognised: tuple[Column, ...]

    @property
    def changes(self) -> tuple[Head, ...]:
        """The findings that are more than inconclusive."""
        return tuple(f for f in self.findings if f.head.status is not Status.INCONCLUSIVE)


def summarise(document: Document) -> Summary:
    """The short form of a document."""
    windows, every = document.windows, by_columns(document)
    by_column = {name: severity.deciding(rows, windows) for name, rows in every.items()}
    pictures: Mapping[tuple[str | None, int], Picture] = {
        (picture.column, picture.window): picture for picture in document.pictures
    }
    troubled = {name: rows for name, rows in by_column.items() if any(map(needs_a_look, rows))}
    findings = [
        _finding(name, rows, every[name], windows, pictures) for name, rows in troubled.items()
    ]
    findings.sort(key=lambda finding: severity.order(finding.head), reverse=True)
    known = tested(document)
    quiet = known - troubled.keys()
    below = quiet & drifted_below(severity.deciding(document.results, windows))
    return Summary(
        findings=tuple(findings),
        doubts=_doubts(result for rows in troubled.values() for result in rows),
        below=len(below),
        calm=len(quiet - below),
        untested=tuple(
            column
            for column in document.columns
            if column.name not in known | of_outcome(document) and column.name not in troubled
        ),
        recognised=recognised(document),
    )


def tested(document: Document) -> set[str | None]:
    """The columns that some result judges; for drift, if the run looked for drift at all."""
    found = [row for row in document.results if not is_measure(row)]
    drift = [row for row in found if row.kind is ResultKind.DATA_DRIFT]
    match document.configuration:
        case {"analyses": {"data_drift": {}}}:
            # It did, even where no column could be measured.
            judging = drift
        case _:
            judging = drift or found
    return {row.column for row in judging if row.has_levels} - {None}


def of_outcome(document: Document) -> set[str | None]:
    """The columns of what came true and of what the model said, which are looked at as no feature
    is."""
    concept = (row for row in document.results if row.kind is ResultKind.CONCEPT_DRIFT)
    return {row.column for row in concept} - {None}


def drifted_below(results: Iterable[Result]) -> set[str | None]:
    """The columns of which drift is sure, and less than its levels."""
    return {r.column for r in results if r.is_below and r.kind is ResultKind.DATA_DRIFT} - {None}


def unclear_columns(judged: Iterable[Result]) -> dict[str, list[Result]]:
    """Columns of which something is inconclusive, and nothing worse, with the results that are."""
    kinds = (ResultKind.DATA_DRIFT, ResultKind.DATA_QUALITY)
    found = grouped(
        (r for r in judged if r.segment is None and r.kind in kinds), lambda r: r.column
    )
    return {
        column: [one for one in rows if one.status is Status.INCONCLUSIVE]
        for column, rows in found.items()
        if column is not None and severity.worst(rows).status is Status.INCONCLUSIVE
    }


def recognised(document: Document) -> tuple[Column, ...]:
    """Tested columns of which there is something to tell on how they were read."""
    known = tested(document)
    return tuple(column for column in document.columns if column.name in known and column.reason)


def rows_outside(document: Document) -> str | None:
    """How many production rows were not looked at, and why; None when all were."""
    strays = [one for one in document.results if one.name == "stray_rows"]
    told = [one.reason for one in strays if one.reason]
    counts = {one.name: one.value or 0.0 for one in document.metrics}
    untimed = counts.get("rows_without_time", 0.0)
    rest = counts.get("rows_outside_windows", 0.0) - untimed
    rest -= sum(one.value or 0.0 for one in strays)
    for rows, why in ((untimed, "without a usable time"), (rest, "outside the limits")):
        if rows > 0:
            are = "row is" if rows == 1 else "rows are"
            told.append(f"{rows:,.0f} production {are} in no window: {why}")
    return "; ".join(told) or None


def judged_against(document: Document) -> str | None:
    """In words, what windows were judged against; None where they have one reference."""
    told = [f"{source} ({count})" for source, count in references(document)]
    return f"judged against {', and '.join(told)}" if told else None


def references(document: Document) -> list[tuple[str, str]]:
    """What windows were judged against, and how many; empty where they have one reference."""
    counts = Counter(one.reference for one in document.windows if one.reference is not None)
    # What the newest is judged against comes first.
    return [(source, wording.counted(count, "window")) for source, count in [*counts.items()][::-1]]


def rows_skipped(source: Source) -> str | None:
    """What of a dataset was left unread for its time; None when nothing was."""
    found = source.skipped
    if found is None:
        return None
    files = wording.counted(found.files, "file")
    ways = (found.by_name, "by the dates in their names"), (found.by_time, "by the times in them")
    told = [f"{wording.count(count)} {way}" for count, way in ways if count]
    if told:
        head, *rest = told
        many, _, way = head.partition(" ")
        told = [f"{many} of {files} skipped {way}", *rest]
    if found.rows:
        rows = wording.counted(found.rows, "row")
        told.append(
            f"{rows} of the others" if told else f"{rows} of {files} skipped by their times"
        )
    return ", ".join(told)


def own_noise(document: Document) -> tuple[str, str | None] | None:
    """How many windows of the reference tell what windows do by themselves, and why too few do;
    None where windows are not cut."""
    found = next((one for one in document.results if one.name == "reference_blocks"), None)
    if found is None:
        return None
    return wording.counted(found.value or 0.0, "window"), found.reason


def usual(document: Document) -> tuple[Doubt, ...]:
    """Why values beyond their levels are no change, and the columns and windows that have them."""
    found = [
        one
        for one in severity.deciding(document.results, document.windows)
        if one.gating and one.status is Status.NO_DETECTION and severity.is_beyond(one)
    ]
    told = []
    for rows in grouped(found, lambda one: (one.column, one.segment, one.name)).values():
        most = max(rows, key=severity.by_size)
        if most.reason is not None:
            where = f" where {most.segment}" if most.segment is not None else ""
            text = f"{most.quantity.words} {units.value_word(most)}{where}: {most.reason}"
            windows = tuple(dict.fromkeys(one.window for one in rows))
            told.append(Doubt(text, (most.column,), windows))
    return tuple(told)


def column_word(column: Column) -> str:
    """In a word, why a column is not tested for drift."""
    if column.kind is ColumnKind.DATETIME:
        return column.reason or "a date, told but not judged"
    if column.kind is ColumnKind.UNSUPPORTED:
        if column.dtype.startswith("Struct"):
            return "nested objects"
        return wording.dtype_word(column.dtype) or "unsupported"
    is_number = column.kind is ColumnKind.IDENTIFIER and column.dtype != "String"
    if is_number or column.kind is ColumnKind.TEXT:
        return column.kind.value
    return column.reason or column.kind.value


def duration_s(document: Document) -> float | None:
    """Seconds that the run took; None when its times are not known."""
    try:
        start, end = (
            dt.datetime.fromisoformat(text) for text in (document.started_at, document.finished_at)
        )
        return (end - start).total_seconds()
    except (TypeError, ValueError):
        return None


def subject(document: Document) -> str:
    """What was compared, by its project and endpoint; empty where it has no name."""
    return " / ".join(filter(None, (document.project, document.endpoint)))


def listed(names: Sequence[str], most: int) -> str:
    """Names in a sentence, and how many more there are."""
    if len(names) <= most:
        return wording.listing(names)
    return f"{', '.join(names[:most])} and {len(names) - most:,} more"


def _finding(
    name: str | None,
    rows: Sequence[Result],
    every: Sequence[Result],
    windows: Sequence[Window],
    pictures: Mapping[tuple[str | None, int], Picture],
) -> Head:
    """What rows of windows that are judged say of a column; the trend has those of every one."""
    troubles = [row for row in rows if needs_a_look(row)]
    head = severity.worst(troubles)
    what = head.kind, head.name
    same = {row.window: row.value for row in every if (row.kind, row.name) == what}
    also = [
        row
        for row in sorted(troubles, key=severity.badness, reverse=True)
        if row.window == head.window and (row.kind, row.name) != what
    ]
    trend = severity.heights(head, (same.get(w.index) for w in windows))
    return Head(name, head, tuple(also), trend, pictures.get((name, head.window)))


def _doubts(results: Iterable[Result]) -> tuple[Doubt, ...]:
    unclear = (one for one in results if one.status is Status.INCONCLUSIVE and one.reason)
    doubts = [
        Doubt(
            reason,
            tuple(dict.fromkeys(one.column for one in rows)),
            tuple(dict.fromkeys(one.window for one in rows)),
        )
        for reason, rows in grouped(unclear, lambda one: one.reason or "").items()
    ]
    return tuple(sorted(doubts, key=lambda doubt: len(doubt.columns), reverse=True))
