"""What a run was given and how it was made: sources, period, versions, errors of approximation."""

from __future__ import annotations

import datetime as dt

from mmon.outline import wording
from mmon.results import Document, ResultKind, Source, Status


def facts(document: Document) -> tuple[tuple[str, str, str], ...]:
    """Rows ``(title, what, where)`` on what was compared."""
    windows = document.windows
    found = [
        ("Reference", f"{wording.count(document.reference.rows)} rows", document.reference.source),
        (
            "Production",
            f"{wording.count(document.production.rows)} rows",
            document.production.source,
        ),
    ]
    if windows and windows[0].start is not None:
        start, end = wording.iso_moment(windows[0].start), wording.iso_moment(windows[-1].end)
        cut = f"{len(windows)} windows" if len(windows) > 1 else "one window"
        found.append(("Period", f"{start} to {end}", cut))
    elif len(windows) > 1:
        found.append(("Windows", f"{len(windows)}", f"of {wording.count(windows[0].rows)} rows"))
    judged = len(tested(document))
    left = len(document.columns) - judged
    found.append(("Columns", f"{judged} tested", f"{left} not tested" if left else ""))
    found.append(("Fails on", document.fail_on, f"exit status {int(document.exit_status)}"))
    return tuple(found)


def tested(document: Document) -> set[str]:
    """The columns with a drift result that is judged."""
    return {
        result.column
        for result in document.results
        if result.column is not None
        and result.kind is ResultKind.DATA_DRIFT
        and result.status is not Status.IRRELEVANT
    }


def untested(document: Document) -> tuple[tuple[str, str, str, str], ...]:
    """Rows ``(name, kind, dtype, why)`` for the columns without a judged drift result."""
    judged = tested(document)
    measured = {r.column for r in document.results if r.kind is ResultKind.DATA_DRIFT}
    return tuple(
        (
            column.name,
            column.kind.value,
            wording.dtype_word(column.dtype),
            column.reason
            or (
                "measured, but none of its metrics has a threshold"
                if column.name in measured
                else "no metric applies to it"
            ),
        )
        for column in document.columns
        if column.name not in judged
    )


def recognised(document: Document) -> tuple[tuple[str, str, str], ...]:
    """Rows ``(name, kind, how)`` for judged columns whose values had to be recognised."""
    judged = tested(document)
    return tuple(
        (column.name, column.kind.value, column.reason)
        for column in document.columns
        if column.name in judged and column.reason
    )


def run(document: Document) -> tuple[tuple[str, str], ...]:
    """Rows ``(title, what)`` on how the run was made."""
    versions = ", ".join(f"{name} {version}" for name, version in document.versions.items())
    return (
        ("Run", document.run_id),
        ("Started", wording.iso_moment(document.started_at) + " UTC"),
        ("Took", _duration(document.started_at, document.finished_at)),
        ("mmon", document.mmon_version),
        ("Versions", versions),
        ("Reference", _read(document.reference)),
        ("Production", _read(document.production)),
        ("Configuration", document.config_digest),
    )


def _read(source: Source) -> str:
    rows = f"{wording.count(source.rows)} rows, all of them read"
    if source.rank_error == 0:
        return f"{rows}; every rank is exact"
    return f"{rows}; ranks are known to {source.rank_error * 100:.2g}% of the rows"


def _duration(started_at: str, finished_at: str) -> str:
    try:
        start, end = (dt.datetime.fromisoformat(text) for text in (started_at, finished_at))
        seconds = (end - start).total_seconds()
    except (ValueError, TypeError):
        return wording.NOTHING
    return f"{wording.number(seconds)} s"
