"""The section on operations: did the data arrive, how fast was the model, how often did it fail?"""

from __future__ import annotations

import dataclasses

from mmon.reports import _measure_rows as written
from mmon.reports import _measures as measures
from mmon.reports import _timeline as timelines
from mmon.reports import _trends as trends
from mmon.reports import _wording as wording
from mmon.results import Document, ResultKind


@dataclasses.dataclass(frozen=True, slots=True)
class Operations:
    """The table of one window, the windows, and the steps in time.

    Attributes
    ----------
    window : str
        Which window the table is about; empty where there is one only.
    rows : tuple of MeasureRow
    undefined : tuple of str
        Metrics without a value, and why.
    trends : tuple of TrendFigure
    timeline : Timeline or None
    """

    window: str
    rows: tuple[written.MeasureRow, ...]
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
        window=window_title(document, shown.window),
        rows=written.rows(written.defined(shown.measures)),
        undefined=written.undefined(shown.measures),
        trends=trends.trend_figures(document, ResultKind.SYSTEM_PERFORMANCE),
        timeline=timeline,
    )


def window_title(document: Document, index: int) -> str:
    """A window in words; empty where it is the only one."""
    windows = {window.index: window for window in document.windows}
    if len(windows) < 2 or index not in windows:
        return ""
    return wording.window_word(windows[index], windows=len(windows))
