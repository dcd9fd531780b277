"""The report as Markdown, for a pull request or the summary of a CI job: short, details folded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from mmon.outline import summary, told, units, wording
from mmon.outline.shown import artifact_lines, error_head
from mmon.outline.summary import Doubt, Head, Summary
from mmon.outline.why import why
from mmon.outline.wording import STATUS_WORDS
from mmon.reports.markdown.markup import STATUS_SIGNS, code, escaped, table
from mmon.reports.markdown.sections import sections
from mmon.results import Document, Status, Verdict

SUFFIXES = (".md", ".markdown")

# A pull request is no place for a long table, and a comment has a limit of 65,536 characters.
MOST_ROWS = 10
MOST_FOLDED_ROWS = 100
_MOST_NAMES = 10
_MOST_TOLD = 20

_VERDICT_SIGNS = {
    Verdict.PASS: "✅",
    Verdict.BREACH: "❌",
    Verdict.INCONCLUSIVE: "❔",
}


def render(document: Document) -> str:
    """The report as GitHub-flavoured Markdown, at most some 40,000 characters long."""
    parts = summary.summarise(document)
    blocks = [
        f"### {_VERDICT_SIGNS[document.verdict]} {document.verdict.value.upper()}: "
        f"{escaped(summary.subject(document) or 'mmon')}",
        *_lead(document),
        escaped(document.sentence),
        *_worst(parts, windows=len(document.windows)),
        *sections(document),
        *_alerts(document),
        *_folded("Every column with something to say", _rest(parts, len(document.windows))),
        *_folded("Windows", _windows(document)),
        *_folded("Inconclusive, and why", _doubts(parts.doubts)),
        *_folded("Beyond a level, as windows are by themselves", _doubts(summary.usual(document))),
        *_folded("Not tested", _untested(parts)),
        *_folded("How columns were read", _recognised(parts)),
        *_folded("How the run was made", _run(document)),
        *_folded("Shown in the HTML report", _shown(document)),
        *(f"**Error:** {escaped(error_head(error))}" for error in document.errors[:MOST_ROWS]),
    ]
    return "\n\n".join(blocks) + "\n"


def _lead(document: Document) -> Iterator[str]:
    """The sentence that says why the model got worse."""
    found = why(document)
    if found is not None and found.lead:
        yield f"**{escaped(found.lead)}.**"


def _alerts(document: Document) -> Iterator[str]:
    """The alerts and the failed deliveries, and folded what was sent."""
    sent = told.delivery_lines(document)
    some = [
        f"- {STATUS_SIGNS.get(one.sign, '✅')} {escaped(one.sentence)}"
        for one in told.lines(document)
        if isinstance(one, told.AlertLine) or one.sign is Status.DETECTED
    ]
    if some:
        yield "\n".join(some[:_MOST_TOLD])
    lines = [f"- {escaped(one.sentence)}" for one in sent[:_MOST_TOLD]]
    yield from _folded("What was sent", lines)


def _worst(parts: Summary, *, windows: int) -> Iterator[str]:
    if parts.findings:
        yield "\n".join(_table(parts.findings[:MOST_ROWS], windows=windows))
    counts = []
    more = len(parts.findings) - MOST_ROWS
    if more > 0:
        counts.append(f"{more:,} more with something to say")
    if parts.below:
        counts.append(f"{wording.counted(parts.below, 'column')} {wording.BELOW_WORDS}")
    if parts.calm:
        counts.append(f"{wording.counted(parts.calm, 'column')} without drift")
    if counts:
        yield ", ".join(counts)


def _rest(parts: Summary, windows: int) -> list[str]:
    if len(parts.findings) <= MOST_ROWS:
        return []
    lines = _table(parts.findings[:MOST_FOLDED_ROWS], windows=windows)
    more = len(parts.findings) - MOST_FOLDED_ROWS
    return [*lines, "", f"and {more:,} more in the HTML and JSON reports"] if more > 0 else lines


def _table(findings: Sequence[Head], *, windows: int) -> list[str]:
    columns: list[tuple[str, str, Callable[[Head], str]]] = [
        ("", ":--", lambda f: f"{STATUS_SIGNS[f.head.status]} {STATUS_WORDS[f.head.status]}"),
        ("column", ":--", lambda f: _named(f.column)),
        ("metric", ":--", lambda f: escaped(_metric(f))),
        ("value", "--:", lambda f: escaped(units.value_word(f.head))),
        ("potential / detected", ":--", lambda f: escaped(units.limits_word(f.head))),
        ("q", ":--", lambda f: escaped(wording.probability(f.head.q_value))),
        ("window", "--:", lambda f: str(f.head.window + 1)),
    ]
    return table(findings, *(columns if windows > 1 else columns[:-1]))


def _metric(finding: Head) -> str:
    others = [
        f"{row.quantity.words} {units.value_word(row)}"
        for row in finding.also
        if row.status is not Status.INCONCLUSIVE
    ]
    return finding.head.quantity.words + (f" (also {', '.join(others)})" if others else "")


def _shown(document: Document) -> list[str]:
    return [f"- {escaped(line)}" for line in artifact_lines(document)[:MOST_FOLDED_ROWS]]


def _windows(document: Document) -> list[str]:
    if len(document.windows) <= 1:
        return []
    zone = wording.zone_word(document.windows)
    clock = f" ({escaped(zone)})" if zone else ""
    lines = table(
        document.windows[-MOST_FOLDED_ROWS:],
        ("window", "--:", lambda window: str(window.index + 1)),
        (f"from{clock}", ":--", lambda window: escaped(wording.begin_word(window))),
        (f"until{clock}", ":--", lambda window: escaped(wording.end_word(window))),
        ("rows", "--:", lambda window: wording.count(window.rows)),
        ("status", ":--", wording.window_status),
    )
    earlier = len(document.windows) - MOST_FOLDED_ROWS
    return [*lines, "", f"and {earlier:,} earlier ones"] if earlier > 0 else lines


def _doubts(doubts: Sequence[Doubt]) -> list[str]:
    return [
        f"- {summary.listed([_named(name) for name in doubt.columns], _MOST_NAMES)}: "
        f"{escaped(doubt.reason)}"
        for doubt in doubts[:MOST_ROWS]
    ]


def _untested(parts: Summary) -> list[str]:
    lines = [
        f"- {code(column.name)}: {escaped(column.reason or summary.column_word(column))}"
        for column in parts.untested[:MOST_FOLDED_ROWS]
    ]
    more = len(parts.untested) - MOST_FOLDED_ROWS
    return [*lines, f"- and {more:,} more"] if more > 0 else lines


def _recognised(parts: Summary) -> list[str]:
    return [
        f"- {code(column.name)}: {escaped(column.reason or '')}"
        for column in parts.recognised[:MOST_FOLDED_ROWS]
    ]


def _run(document: Document) -> list[str]:
    seconds = summary.duration_s(document)
    lines = [
        f"- reference: {code(document.reference.source)}, "
        f"{wording.count(document.reference.rows)} rows",
        f"- production: {code(document.production.source)}, "
        f"{wording.count(document.production.rows)} rows",
        f"- fails on: {escaped(document.fail_on)}; exit status {int(document.exit_status)}",
        f"- mmon {escaped(document.mmon_version)}, configuration {code(document.config_digest)}",
    ]
    periods = [wording.period(one) for one in document.windows if one.start is not None]
    told = (
        periods[0] if len(document.windows) == len(periods) == 1 else None,
        summary.rows_outside(document),
        summary.rows_skipped(document.production),
        summary.judged_against(document),
        (summary.own_noise(document) or (None, None))[1],
    )
    lines[2:2] = [f"- {escaped(one)}" for one in told if one is not None]
    return [*lines, f"- {seconds:,.1f} s"] if seconds is not None else lines


def _folded(title: str, lines: Sequence[str]) -> Iterator[str]:
    """A block that opens on a click; nothing where there are no lines."""
    if lines:
        body = "\n".join(lines)
        yield f"<details>\n<summary>{title}</summary>\n\n{body}\n\n</details>"


def _named(name: str | None) -> str:
    return "*all columns*" if name is None else code(name)
