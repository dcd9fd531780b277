"""The section on operations: did the data arrive, how fast was the model, how often did it fail?"""

from __future__ import annotations

import dataclasses

from mmon.outline import measures, wording
from mmon.outline.rows import defined, undefined
from mmon.reports.html import timeline as timelines
from mmon.reports.html import trends
from mmon.reports.html.measure_rows import DrawnRow, drawn_rows
from mmon.results import Document, ResultKind


@dataclasses.dataclass(frozen=True, slots=True)
class Operations:
    """The table of one window, the windows, and the steps in time.

    Attributes
    ----------
    window : str
        Which window the table is about; empty where there is one only.
    rows : tuple of DrawnRow
    undefined : tuple of str
        Metrics without a value, and why.
    trends : tuple of TrendFigure
    timeline : Timeline or None
    """

    window: str
    rows: tuple[DrawnRow, ...]
    undefined: tuple[str, ...]
    trends: tuple[trends.TrendFigure, ...]
    timeline: timelines.Timeline | None


def operations(document: Document) -> Operations | None:
    """Lay the section out; None where nothing of it was measured."""
    shown = measures.shown(document, ResultKind.SYSTEM_PERFORMANCE)
    timeline = timelines.timeline(document.activity)
    if shown is None and timeline is None:
        return None
    shown = shown or measures.Shown(0, (), ())
    return Operations(
        window=wording.window_title(document.windows, shown.window),
        rows=drawn_rows(defined(shown.measures)),
        undefined=undefined(shown.measures),
        trends=trends.trend_figures(document, ResultKind.SYSTEM_PERFORMANCE),
        timeline=timeline,
    )
