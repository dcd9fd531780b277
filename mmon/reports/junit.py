"""The results as JUnit XML, for the test pages of Jenkins, GitLab, Azure DevOps and others.

``--report drift.xml``, or ``--report junit=FILE``. Each judged result of a window that is judged is
a test case, in a suite of its analysis. It has failed where it makes the run a breach, by
``fail_on``; it is skipped, with the reason, where it is inconclusive; else it has passed, though it
may be potential. What is only told is no test. The verdict, its sentence and what the run was of
are the properties of each suite.

The file has what the schemas of Jenkins (junit-4 to junit-10 of its xUnit plugin) have in common.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence

from mmon.outline import summary
from mmon.outline.cases import Case, cases
from mmon.results import Document, Status, grouped
from mmon.texts.screen import safe

SUFFIXES = (".xml",)

# What XML 1.0 has no place for, not even escaped, and what `safe` leaves as it is.
_NO_XML = re.compile("[^\t\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_UNKNOWN = (Status.INCONCLUSIVE, Status.IRRELEVANT)


def render(document: Document) -> str:
    """The XML, in UTF-8, one element a line."""
    suites = grouped(cases(document), lambda one: one.result.application)
    every = [one for ones in suites.values() for one in ones]
    seconds = summary.duration_s(document)
    head = {
        "name": summary.subject(document) or "mmon",
        **_counts(every),
        **({} if seconds is None else {"time": f"{max(seconds, 0.0):.3f}"}),
    }
    del head["skipped"]  # which only a suite may have
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f"<testsuites{_attributes(head)}>"]
    # Without any test there is a suite all the same: it tells of the verdict.
    for name, ones in (suites or {"mmon": []}).items():
        lines += _suite(document, name, ones)
    return "\n".join([*lines, "</testsuites>"]) + "\n"


def _suite(document: Document, name: str, ones: Sequence[Case]) -> Iterator[str]:
    started = {"timestamp": document.started_at[:19]}  # by the schema of Ant it has no zone
    yield f" <testsuite{_attributes({'name': name, **_counts(ones), **started})}>"
    yield "  <properties>"
    for key, value in _properties(document).items():
        yield f"   <property{_attributes({'name': key, 'value': value})}/>"
    yield "  </properties>"
    places = [document.project, document.endpoint, name]
    group = ".".join(place.replace(".", "_") for place in places if place)
    for one in ones:
        title = f"{one.title}, {one.window}" if one.window else one.title
        yield f"  <testcase{_attributes({'name': title, 'classname': group})}>"
        yield from _outcome(one)
        yield "  </testcase>"
    yield " </testsuite>"


def _outcome(one: Case) -> Iterator[str]:
    if one.fails:
        about = {"type": one.result.status.value, "message": one.text}
        yield f"   <failure{_attributes(about)}>{_text(one.details)}</failure>"
    elif one.result.status in _UNKNOWN:
        yield f"   <skipped>{_text(one.result.reason or one.details)}</skipped>"
    yield f"   <system-out>{_text(f'{one.text}: {one.details}')}</system-out>"


def _counts(ones: Sequence[Case]) -> dict[str, str]:
    failed = sum(one.fails for one in ones)
    skipped = sum(one.result.status in _UNKNOWN for one in ones)
    counts = {"tests": len(ones), "failures": failed, "errors": 0, "skipped": skipped}
    return {name: str(count) for name, count in counts.items()}


def _properties(document: Document) -> dict[str, str]:
    told = {
        "verdict": document.verdict.value,
        "sentence": document.sentence,
        "exit_status": str(int(document.exit_status)),
        "fail_on": document.fail_on,
        "project": document.project,
        "endpoint": document.endpoint,
        "reference": f"{document.reference.source} ({document.reference.rows:,} rows)",
        "production": f"{document.production.source} ({document.production.rows:,} rows)",
        "windows": str(len(document.windows)),
        "run_id": document.run_id,
        "mmon_version": document.mmon_version,
    }
    return {name: value for name, value in told.items() if value is not None}


def _attributes(values: dict[str, str]) -> str:
    return "".join(f' {name}="{_text(value)}"' for name, value in values.items())


def _text(text: str) -> str:
    shown = _NO_XML.sub(lambda found: f"\\u{ord(found[0]):04x}", safe(text, unicode=True))
    return html.escape(shown)
