"""The findings as annotations of GitHub Actions, on the page of a workflow run.

Under GitHub Actions (``GITHUB_ACTIONS=true``) every run does three things by itself. It appends
the Markdown report to the summary of the job (``GITHUB_STEP_SUMMARY``); it sets outputs of its step
(``GITHUB_OUTPUT``): ``verdict``, ``exit_status``, ``sentence``, ``project``, ``endpoint`` and
``findings``, how many there are; and it writes annotations to standard error, where the runner
looks for them as on standard output. Where it should not, take the variable from its environment:
``env -u GITHUB_ACTIONS mmon …``.

GitHub shows ten annotations of a sort a step: there are at most ten in all, the verdict first
unless the run passed, then the findings, worst first. What makes the run a breach is an error, what
is detected or potential a warning, what is inconclusive a notice. A run that comes to no verdict
has one, which says why. ``--report github=-`` prints them anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator

from mmon.outline import summary
from mmon.outline.cases import Case, worst_cases
from mmon.results import Document, Status, Verdict
from mmon.texts.screen import safe

SUFFIXES = ()  # workflow commands are no files

# https://docs.github.com/en/actions/reference/limits: of each sort so many are shown.
MOST_ANNOTATIONS = 10
# The page cuts long titles; the API of checks takes 64 KiB of text.
_LONGEST_TITLE, _LONGEST_TEXT = 200, 4000


def render(document: Document) -> str:
    """Workflow commands, one a line; empty on a pass with nothing to say."""
    return "".join(f"{line}\n" for line in [*_lines(document)][:MOST_ANNOTATIONS])


def failure(message: str) -> str:
    """The annotation of a run that came to no verdict."""
    return _command("error", "mmon", message)


def _lines(document: Document) -> Iterator[str]:
    if document.verdict is not Verdict.PASS:
        level = "error" if document.exit_status else "warning"
        title = f"mmon {document.verdict.value.upper()} {summary.subject(document)}".rstrip()
        yield _command(level, title, document.sentence)
    for one in worst_cases(document):
        title = f"{summary.subject(document)} {one.title}".strip()
        text = "; ".join(filter(None, [one.text, one.window, one.details]))
        yield _command(_level(one), title, text)


def _level(one: Case) -> str:
    if one.fails:
        return "error"
    return "notice" if one.result.status is Status.INCONCLUSIVE else "warning"


def _command(level: str, title: str, text: str) -> str:
    return f"::{level} title={_property(title[:_LONGEST_TITLE])}::{_data(text[:_LONGEST_TEXT])}"


def _data(text: str) -> str:
    # `safe` leaves neither line ends nor other characters that end a command.
    return safe(text, unicode=True).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
