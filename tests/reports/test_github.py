"""Annotations are workflow commands, within the limits that GitHub documents."""

from __future__ import annotations

import dataclasses
import re

import pytest

from mmon import reports
from mmon.errors import ExitStatus
from mmon.results import Document, Verdict
from tests.reports.sample_document import sample_document

COMMAND = re.compile(r"::(error|warning|notice) title=((?:[^,:%]|%[0-9A-F]{2})*)::(.*)")


def commands(document: Document) -> list[tuple[str, str, str]]:
    """As the runner reads them: level, title and text."""
    found = []
    for line in str(reports.render("github", document)).splitlines():
        match = COMMAND.fullmatch(line)
        assert match is not None, line
        level, title, text = (decoded(part) for part in match.groups())
        found.append((level, title, text))
    return found


def decoded(text: str) -> str:
    for code, char in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(code, char)
    return text


def test_the_verdict_comes_first_and_the_worst_before_the_rest() -> None:
    first, second, *rest = commands(sample_document(5, 3))
    assert first == ("error", "mmon BREACH lending / credit-risk", "1 of 6 columns drifted")
    assert second[:2] == ("error", "lending / credit-risk lead_time: ks")
    assert {level for level, _, _ in rest} == {"warning", "notice"}


@pytest.mark.parametrize("columns", [40, 200])
def test_there_are_at_most_ten(columns: int) -> None:
    found = commands(sample_document(columns, 2))
    assert len(found) == 10


def test_hostile_names_begin_no_command() -> None:
    document = sample_document(9, 2, hostile=True)
    odd = dataclasses.replace(document, sentence="50%\n::stop-commands::x\r\n##[error]y, z: é")
    (_, _, text), *_ = commands(odd)
    assert text == "50%\\n::stop-commands::x\\r\\n##[error]y, z: é"


def test_a_run_that_passed_has_no_error() -> None:
    document = dataclasses.replace(
        sample_document(5), verdict=Verdict.PASS, exit_status=ExitStatus.PASS, fail_on="never"
    )
    assert "error" not in {level for level, _, _ in commands(document)}


def test_an_inconclusive_run_is_an_error_where_it_fails_the_job() -> None:
    document = dataclasses.replace(sample_document(0), verdict=Verdict.INCONCLUSIVE)
    for status, level in ((ExitStatus.INCONCLUSIVE, "error"), (ExitStatus.PASS, "warning")):
        assert commands(dataclasses.replace(document, exit_status=status))[0][0] == level
