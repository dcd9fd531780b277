"""The section on the model's performance: metrics, curves, features, and what got worse."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from mmon.outline import measures, units, wording
from mmon.outline.measures import Measure
from mmon.outline.rows import ResultRow, defined, result_row, undefined
from mmon.outline.worse import Worse, sample_words, segments_tested, worse_segments
from mmon.reports.html.column_chart import Chart, chart
from mmon.reports.html.confusion import Confusions, confusions
from mmon.reports.html.curves import CurveGroup, curve_groups
from mmon.reports.html.features import Features, features
from mmon.reports.html.measure_rows import DrawnRow, drawn_rows
from mmon.reports.html.planes import HeatMap, heat_maps
from mmon.reports.html.trends import TrendFigure, trend_figures
from mmon.results import ColumnKind, Document, ResultKind, Status
from mmon.results.charts import PerformancePicture, Picture

_MOST_CLASSES = 100
_MOST_WORSE = 20


@dataclasses.dataclass(frozen=True, slots=True)
class ClassTable:
    """Metrics of each class: one row a class, one cell a metric.

    Attributes
    ----------
    metrics : tuple of str
    rows : tuple of (str, tuple of (int, str, str))
        The class, and for each metric its severity and both sides' values.
    left_out : int
        Classes that only the JSON result has.
    """

    metrics: tuple[str, ...]
    rows: tuple[tuple[str, tuple[tuple[int, str, str], ...]], ...]
    left_out: int


@dataclasses.dataclass(frozen=True, slots=True)
class Performance:
    """Everything the section shows; parts are empty or None where they do not apply."""

    window: str
    labelled: str
    rows: tuple[DrawnRow, ...]
    undefined: tuple[str, ...]
    classes: ClassTable | None
    checks: tuple[ResultRow, ...]
    trends: tuple[TrendFigure, ...]
    picture_window: str
    curves: tuple[CurveGroup, ...]
    confusions: Confusions | None
    errors: Chart | None
    planes: tuple[HeatMap, ...]
    features: Features | None
    features_window: str
    worse: tuple[Worse, ...]
    worse_left_out: int
    tested: int | None
    sampled: str


def performance(document: Document) -> Performance | None:
    """Lay the section out; None where nothing of it was measured."""
    worst, tested = worse_segments(document), segments_tested(document)
    shown = measures.shown(document, ResultKind.MODEL_PERFORMANCE)
    if shown is None and not worst:
        return None
    shown = shown or measures.Shown(0, (), ())
    window, of_window = shown.window, shown.measures
    whole = measures.worst_first(one for one in of_window if one.quantity.label is None)
    picture = _picture(document, window)
    by_feature = features(document, window)
    return Performance(
        window=_title(document, window),
        labelled="" if picture is None else _labelled(picture),
        rows=drawn_rows(defined(whole)),
        undefined=undefined(whole),
        classes=_classes([one for one in of_window if one.quantity.label is not None]),
        checks=tuple(map(result_row, measures.checks(shown))),
        trends=trend_figures(document, ResultKind.MODEL_PERFORMANCE),
        picture_window="" if picture is None else _title(document, picture.window),
        curves=() if picture is None else curve_groups(picture),
        confusions=None if picture is None else confusions(picture),
        errors=None if picture is None else _errors(picture),
        planes=() if picture is None else heat_maps(picture),
        features=by_feature,
        features_window="" if by_feature is None else _title(document, by_feature.window),
        worse=worst[:_MOST_WORSE],
        worse_left_out=max(0, len(worst) - _MOST_WORSE),
        tested=tested,
        sampled=sample_words(document),
    )


def _title(document: Document, window: int) -> str:
    return wording.window_title(document.windows, window)


def _picture(document: Document, window: int) -> PerformancePicture | None:
    shown = [one for one in document.performance if one.segment is None]
    return min(shown, key=lambda one: (abs(one.window - window), one.window), default=None)


def _labelled(picture: PerformancePicture) -> str:
    """How many rows the numbers are about."""
    told = []
    for name, side in (("the reference", picture.reference), ("production", picture.production)):
        if side is None or not side.labelled:
            told.append(f"{name} has no labels")
        elif side.labelled == side.rows:
            told.append(f"all {wording.count(side.rows)} rows of {name} have a label")
        else:
            rows = f"{wording.count(side.labelled)} of {wording.count(side.rows)} rows"
            share = units.percent(side.labelled / side.rows)
            told.append(f"{rows} of {name} have a label ({share})")
    text = "; ".join(told) + "."
    return text[0].upper() + text[1:]


def _classes(found: Sequence[Measure]) -> ClassTable | None:
    cells: dict[str, dict[str, tuple[int, str, str]]] = {}
    names: dict[str, None] = {}
    for one in found:
        name, label = one.quantity.metric or "", one.quantity.label or ""
        names[name] = None
        decimals = 3
        ref, cur = (
            "" if value is None else units.figure(value, decimals)
            for value in (one.result.reference_value, one.result.value)
        )
        cells.setdefault(label, {})[name] = (one.head.status.severity, ref, cur)
    if not cells:
        return None
    blank = (Status.IRRELEVANT.severity, "", "")
    rows = [
        (label, tuple(of_label.get(name, blank) for name in names))
        for label, of_label in cells.items()
    ]
    left_out = max(0, len(rows) - _MOST_CLASSES)
    return ClassTable(tuple(names), tuple(rows[:_MOST_CLASSES]), left_out)


def _errors(picture: PerformancePicture) -> Chart | None:
    """The distribution of prediction minus target, drawn as a column's is."""
    sides = (picture.reference, picture.production)
    counts = [() if side is None else side.errors for side in sides]
    if len(picture.error_edges) < 2 or not any(counts):
        return None
    bins = len(picture.error_edges) - 1
    ref, cur = (tuple(side) or (0,) * bins for side in counts)
    drawn = Picture(
        column="",
        window=picture.window,
        edges=picture.error_edges,
        labels=None,
        reference=ref,
        production=cur,
        quantiles=(),
        reference_presence=(sum(ref), 0, 0, 0),
        production_presence=(sum(cur), 0, 0, 0),
    )
    return chart(drawn, ColumnKind.NUMERIC, "")
