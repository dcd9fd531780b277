"""What applications show besides numbers, and what failed, in the words of every report."""

from __future__ import annotations

from mmon.outline.wording import counted, window_name
from mmon.results import Document
from mmon.results.artifacts import Artifact

_KINDS = {"png": "a picture", "svg": "a picture", "html": "a page"}


def artifact_words(one: Artifact) -> str:
    """What an artifact is, and whose."""
    what = _KINDS.get(one.kind) or f"a table of {counted(one.total_rows, 'row')}"
    return f"{one.name}: {what}, by {one.application}"


def artifact_lines(document: Document) -> list[str]:
    """One line for each artifact, with its window where there are several."""
    several = len(document.windows) > 1
    return [
        artifact_words(one) + (f" [{window_name(document.windows, one.window)}]" if several else "")
        for one in document.artifacts
    ]


def error_head(error: str) -> str:
    """An error in one line, without what explains it below."""
    return error.partition("\n")[0]
