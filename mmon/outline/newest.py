"""What a document says of the newest window, for monitors that keep one number at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mmon.outline import severity
from mmon.results import Document, Metric, Result, Status, Window

STATUS_NUMBERS: Mapping[Status, float] = {
    Status.IRRELEVANT: -1,
    Status.NO_DETECTION: 0,
    Status.INCONCLUSIVE: 0.5,
    Status.POTENTIAL_DETECTION: 1,
    Status.DETECTED: 2,
}
"""MLRun's numbers, and one for what it does not have, below all that calls for an alarm."""


_MISSING = "missing_share"


def newest(document: Document) -> Window | None:
    """The newest window that is judged, or of all where none is."""
    judged = [one for one in document.windows if one.is_judged]
    return next(iter((judged or list(document.windows))[-1:]), None)


def now(document: Document) -> Iterator[Result | Metric]:
    """The results and told numbers of the newest window that is judged, and of the whole run.

    Labels that wait are missing values of the target, and no fault of the data: `label_coverage`
    tells of them.
    """
    window, target = newest(document), _target(document)
    index = 0 if window is None else window.index
    judged = [
        one
        for one in severity.deciding(document.results, document.windows)
        if one.has_levels or target is None or (one.name, one.column) != (_MISSING, target)
    ]
    for rows in (judged, document.metrics):
        yield from (one for one in rows if one.window == index or one.quantity.about == "run")


def _target(document: Document) -> str | None:
    match document.configuration:
        case {"columns": {"target": str(name)}}:
            return name
    return None
