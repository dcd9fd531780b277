"""One message, as every channel tells it and every action is given it."""

from __future__ import annotations

import dataclasses
import hashlib
from typing import Any, Literal

from mmon.outline import units
from mmon.outline.phrases import phrase
from mmon.outline.severity import badness
from mmon.results import Document, Result, Status

Severity = Literal["low", "medium", "high"]


@dataclasses.dataclass(frozen=True, slots=True)
class Finding:
    """One bad result, in words: its status, what happened, its value and its levels."""

    status: Literal["detected", "potential"]
    words: str
    value: str
    limits: str


@dataclasses.dataclass(frozen=True, slots=True)
class Message:
    """What is told, and of what.

    Attributes
    ----------
    reason : str
        What it is sent for: ``breach``, ``potential``, ``inconclusive``, ``error``, ``recovered``,
        ``always``, ``alert``, ``resolved`` or ``test``.
    title : str
        One line of at most 90 characters.
    text : str
        The sentence.
    key : str
        The same for the same thing told again, wherever it is sent.
    document : Document or None
        None where the run failed before a verdict.
    window : int or None
        The window of the document that it is about, where it is about one.
    alert : str or None
        The alert's name.
    link : str or None
        Where the report is.
    """

    project: str | None
    endpoint: str | None
    reason: str
    title: str
    text: str
    severity: Severity
    key: str
    document: Document | None
    window: int | None = None
    alert: str | None = None
    link: str | None = None

    def body(self) -> dict[str, Any]:
        """What templates and conditions may name, in plain data.

        ``results`` are those that were judged, worst first: of the window, where it is about one.
        """
        document = {} if self.document is None else self.document.to_dict()
        windows = document.get("windows", [])
        in_range = self.window is not None and self.window < len(windows)
        return {
            "alert": self.alert,
            "document": document,
            "endpoint": self.endpoint,
            "key": self.key,
            "link": self.link,
            "project": self.project,
            "reason": self.reason,
            "results": self._results(document.get("results", [])),
            "sentence": self.text if self.document is None else self.document.sentence,
            "severity": self.severity,
            "text": self.text,
            "title": self.title,
            "verdict": "error" if self.document is None else self.document.verdict.value,
            "window": windows[self.window] if in_range and self.window is not None else None,
        }

    def _results(self, plain: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [plain[place] for place in self._judged()]

    def _judged(self) -> list[int]:
        """The places of the judged results in the document, worst first."""
        rows = () if self.document is None else self.document.results
        kept = [
            place
            for place, row in enumerate(rows)
            if row.status is not Status.IRRELEVANT and self.window in (None, row.window)
        ]
        return sorted(kept, key=lambda place: badness(rows[place]), reverse=True)

    def findings(self, most: int) -> list[Finding]:
        """The worst results that are detected or potential, in words, and at most so many."""
        rows = () if self.document is None else self.document.results
        bad = [rows[place] for place in self._judged() if _is_bad(rows[place])]
        return [
            Finding(
                "detected" if one.status is Status.DETECTED else "potential",
                phrase(one, rows) + (f", in {one.segment}" if one.segment else ""),
                units.value_word(one),
                units.limits_word(one),
            )
            for one in bad[:most]
        ]

    def key_for(self, destination: str) -> str:
        """What tells a server that it got this before: the same for one destination."""
        return hashlib.sha256(f"{self.key}\n{destination}".encode()).hexdigest()[:32]

    @property
    def subject(self) -> str:
        """Whose model it is about: "lending / credit-risk"."""
        return " / ".join(name for name in (self.project, self.endpoint) if name)


def _is_bad(result: Result) -> bool:
    return result.status in (Status.POTENTIAL_DETECTION, Status.DETECTED)


def shortened(text: str, most: int) -> str:
    """A text of at most so many characters."""
    return text if len(text) <= most else f"{text[: most - 1]}…"
