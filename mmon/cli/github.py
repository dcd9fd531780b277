"""What a run leaves where GitHub Actions looks: the job's summary, the step's outputs, annotations.

How each looks is told in `mmon.reports.github`, its manual page (``mmon explain github``).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from mmon.cli import console
from mmon.errors import MmonError, OutputError
from mmon.texts.screen import safe

if TYPE_CHECKING:
    from mmon.results import Document

# https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands: a step that
# has written more has no summary at all.
MOST_SUMMARY_BYTES = 1024 * 1024


def is_here() -> bool:
    """Whether this process is a step of a job of GitHub Actions."""
    return os.environ.get("GITHUB_ACTIONS") == "true"


def announce(document: Document) -> Iterator[Exception]:
    """Write all three; what could not be written is returned, and keeps nothing else back."""
    from mmon import reports

    files: tuple[tuple[str, Callable[[Document, Path], str]], ...] = (
        ("GITHUB_STEP_SUMMARY", _summary),
        ("GITHUB_OUTPUT", _outputs),
    )
    for variable, render in files:
        try:
            if os.environ.get(variable):
                path = Path(os.environ[variable])
                _append(path, render(document, path), variable)
        except MmonError as error:
            yield error
    annotations = str(reports.render("github", document))
    if annotations:
        console.tell(annotations.rstrip("\n"))


def tell_failure(error: BaseException) -> None:
    """Annotate why a command of this step did not finish."""
    if is_here() and isinstance(error, MmonError):
        from mmon.reports.github import failure

        console.tell(failure(error.message))


def _summary(document: Document, path: Path) -> str:
    """The Markdown report, or where there is no room for it the verdict, or nothing."""
    from mmon import reports

    room = MOST_SUMMARY_BYTES - _size(path)
    whole = str(reports.render("markdown", document))
    short = whole.split("\n\n", 1)[0] + "\n\n" + safe("the report has no room here", unicode=True)
    texts = (f"{text}\n" for text in (whole, short))
    return next((text for text in texts if len(text.encode()) <= room), "")


def _size(path: Path) -> int:
    """Bytes of what the step has written before."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _outputs(document: Document, _path: Path) -> str:
    """The values, each between two lines that no value can know."""
    from mmon.outline.cases import worst_cases

    values = {
        "verdict": document.verdict.value,
        "exit_status": str(int(document.exit_status)),
        "sentence": document.sentence,
        "project": document.project or "",
        "endpoint": document.endpoint or "",
        "findings": str(len(worst_cases(document))),
    }
    import secrets  # it loads OpenSSL

    end = f"mmon_{secrets.token_hex(16)}"
    return "".join(
        f"{name}<<{end}\n{safe(value, unicode=True)}\n{end}\n" for name, value in values.items()
    )


def _append(path: Path, text: str, variable: str) -> None:
    try:
        with path.open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
    except (OSError, ValueError) as error:
        why = (getattr(error, "strerror", None) or str(error)).lower()
        raise OutputError(
            f"cannot write {path}, which {variable} names: {why}",
            hint="GitHub Actions sets it; elsewhere, unset GITHUB_ACTIONS",
        ) from error
