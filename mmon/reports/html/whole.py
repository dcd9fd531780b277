"""What is the same in the views of all windows: lines over time, and where segments were worst."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from mmon.outline.measures import APPLICATIONS
from mmon.reports.html.columns import Lines
from mmon.reports.html.measures import TrendFigure, trend_figures
from mmon.reports.html.segments import worst_windows
from mmon.results import Document, ResultKind


@dataclasses.dataclass(frozen=True, slots=True)
class Whole:
    """What the whole run tells, found once for the views of all windows."""

    lines: Lines
    trends: Mapping[ResultKind, Sequence[TrendFigure]]
    worst_windows: Mapping[str, str]


def whole(document: Document) -> Whole:
    """What a document tells of all windows together."""
    kinds = (ResultKind.MODEL_PERFORMANCE, ResultKind.SYSTEM_PERFORMANCE, APPLICATIONS)
    return Whole(
        Lines.of(document),
        {kind: trend_figures(document, kind) for kind in kinds},
        worst_windows(document),
    )
