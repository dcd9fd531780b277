"""What a run was given and how it was made: sources, period, versions, errors of approximation."""

from __future__ import annotations

from mmon.outline import wording
from mmon.outline.summary import (
    duration_s,
    of_outcome,
    own_noise,
    references,
    rows_outside,
    rows_skipped,
    tested,
)
from mmon.results import Document, ResultKind, Source


def facts(document: Document) -> tuple[tuple[str, str, str], ...]:
    """Rows ``(title, what, where)`` on what was compared."""
    windows, judged = document.windows, len(tested(document) | of_outcome(document))
    left = len(document.columns) - judged
    found = [
        (title, f"{wording.count(side.rows)} rows", side.source)
        for title, side in (("Reference", document.reference), ("Production", document.production))
    ]
    if windows and windows[0].start is not None:
        start, end = wording.begin_word(windows[0]), wording.end_word(windows[-1])
        zone = wording.zone_word(windows)
        cut = wording.windows_word(windows) if len(windows) > 1 else "one window"
        period = f"{start} to {end}" + (f", {zone}" if zone else "")
        found.append(("Period", period, cut))
    elif len(windows) > 1:
        found.append(("Windows", f"{len(windows)}", f"of {wording.count(windows[0].rows)} rows"))
    found += [("Judged against", source, count) for source, count in references(document)]
    if outside := rows_outside(document):
        found.append(("In no window", outside, ""))
    if (noise := own_noise(document)) is not None:
        told, why = noise
        learned = f"learned from {told} of the reference"
        found.append(("Noise of windows", "not known" if why else learned, why or ""))
    found.append(("Columns", f"{judged} tested", f"{left} not tested" if left else ""))
    found.append(("Fails on", document.fail_on, f"exit status {int(document.exit_status)}"))
    return tuple(found)


def untested(document: Document) -> tuple[tuple[str, str, str, str], ...]:
    """Rows ``(name, kind, dtype, why)`` for the columns without a judged drift result."""
    judged = tested(document) | of_outcome(document)
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


def run(document: Document) -> tuple[tuple[str, str], ...]:
    """Rows ``(title, what)`` on how the run was made."""
    seconds = duration_s(document)
    versions = ", ".join(f"{name} {version}" for name, version in document.versions.items())
    return (
        ("Run", document.run_id),
        ("Started", wording.iso_moment(document.started_at) + " UTC"),
        ("Took", wording.NOTHING if seconds is None else f"{wording.number(seconds)} s"),
        ("mmon", document.mmon_version),
        ("Versions", versions),
        ("Reference", _read(document.reference)),
        ("Production", _read(document.production)),
        ("Configuration", document.config_digest),
    )


def _read(source: Source) -> str:
    rows = f"{wording.count(source.rows)} rows, all of them read"
    if skipped := rows_skipped(source):
        rows = f"{rows}; {skipped}"
    if source.rank_error == 0:
        return f"{rows}; every rank is exact"
    return f"{rows}; ranks are known to {source.rank_error * 100:.2g}% of the rows"
