"""A document as it is seen in one of its windows, and which windows a report can show."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from typing import TypeVar

from mmon.outline.severity import deciding, worst_window
from mmon.results import Document, Metric, Result, Window
from mmon.results.artifacts import Artifact
from mmon.results.charts import (
    ActivityPicture,
    FeatureBin,
    MeaningPicture,
    PerformancePicture,
    Picture,
)
from mmon.results.pair_picture import PairPicture

N = TypeVar("N", Result, Metric)
P = TypeVar(
    "P", Picture, PerformancePicture, MeaningPicture, FeatureBin, ActivityPicture, PairPicture
)
R = TypeVar(
    "R",
    Result,
    Metric,
    Picture,
    PerformancePicture,
    MeaningPicture,
    FeatureBin,
    ActivityPicture,
    PairPicture,
    Artifact,
)

_MOST_WINDOWS = 64
_MOST_CHARTS = 3_500  # of columns, in all windows: a page of more is no page


def shown_windows(windows: Sequence[Window], results: Sequence[Result], columns: int) -> list[int]:
    """The windows that a report can show: the one it opens with, the worst one, then the newest."""
    if not windows:
        return []
    most = max(2, min(_MOST_WINDOWS, _MOST_CHARTS // max(columns, 1)))
    worst = worst_window(deciding(results, windows))
    first = [first_window(windows), *([] if worst is None else [worst.window])]
    newest = [window.index for window in reversed(windows)]
    return list(dict.fromkeys([*first, *newest]))[:most]


def first_window(windows: Sequence[Window]) -> int:
    """The window that a report opens with: the newest one that is judged and not empty.

    The last one where none is.
    """
    newest = sorted(windows, key=lambda one: (one.is_judged, one.rows > 0, one.index))
    return newest[-1].index if newest else 0


def seen(document: Document, index: int) -> Document:
    """What a document tells of one window, and of the run as a whole, as if it had no other."""
    return dataclasses.replace(
        document,
        windows=[one for one in document.windows if one.index == index],
        results=_told(document.results, index),
        metrics=_told(document.metrics, index),
        pictures=_drawn(document.pictures, index),
        performance=_drawn(document.performance, index),
        bins=_drawn(document.bins, index),
        activity=_drawn(document.activity, index),
        meaning=_drawn(document.meaning, index),
        pairs=_drawn(document.pairs, index),
    )


def alone(document: Document, index: int) -> Document:
    """What a document tells of one window, as its only one."""
    one = seen(document, index)

    def first(rows: Sequence[R]) -> list[R]:
        return [dataclasses.replace(row, window=0) for row in rows]

    return dataclasses.replace(
        one,
        windows=[dataclasses.replace(window, index=0) for window in one.windows],
        results=first(one.results),
        metrics=first(one.metrics),
        pictures=first(one.pictures),
        performance=first(one.performance),
        bins=first(one.bins),
        activity=first(one.activity),
        meaning=first(one.meaning),
        pairs=first(one.pairs),
        artifacts=first([one for one in document.artifacts if one.window == index]),
    )


def undrawn(document: Document) -> Document:
    """The same without drawings, which of a year of windows take gigabytes."""
    return dataclasses.replace(
        document,
        pictures=(),
        performance=(),
        bins=(),
        meaning=(),
        pairs=(),
        losses=(),
        artifacts=(),
    )


def _told(rows: Iterable[N], index: int) -> list[N]:
    """What is said of the window; what is said of the run stands in its first one."""
    return [
        row if row.window == index else dataclasses.replace(row, window=index)
        for row in rows
        if row.window == index or row.quantity.about == "run"
    ]


def _drawn(pictures: Iterable[P], index: int) -> list[P]:
    return [one for one in pictures if one.window == index]
