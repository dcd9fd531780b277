"""The section on the model's performance: metrics, curves, features, and what got worse."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from mmon.outline import measures, units, wording
from mmon.outline.estimates import with_estimates
from mmon.outline.measures import Measure
from mmon.outline.rows import ResultRow, result_row
from mmon.outline.worse import distinct, sample_words, segments_tested, worse_segments
from mmon.reports.html.column_chart import Chart, chart
from mmon.reports.html.curves import curve_groups
from mmon.reports.html.features import features
from mmon.reports.html.matrices import confusions, heat_maps
from mmon.reports.html.measures import section
from mmon.reports.html.whole import Whole
from mmon.results import ColumnKind, Document, Result, ResultKind, Status
from mmon.results.charts import PerformancePicture, Picture

_MOST_CLASSES = 100
_MOST_WORSE = 5


@dataclasses.dataclass(frozen=True, slots=True)
class ClassTable:
    """Metrics of each class: one row a class, one cell a metric.

    A row is the class, and for each metric its severity and both sides' values; ``left_out``
    classes are in the JSON result only.
    """

    metrics: tuple[str, ...]
    rows: tuple[tuple[str, tuple[tuple[int, str, str], ...]], ...]
    left_out: int


def performance(document: Document, seen: Document, whole: Whole) -> dict[str, Any] | None:
    """All that the section shows of the window seen; None where nothing of it was measured."""
    worst, kind = distinct(worse_segments(seen)), ResultKind.MODEL_PERFORMANCE
    shown = measures.shown(seen, kind)
    if not shown.results and not worst:
        return None
    of_all = measures.worst_first(one for one in shown.measures if one.quantity.label is None)
    of_all = with_estimates(document, of_all)
    own = [
        m for m in shown.measures if m.quantity.label is not None and not m.quantity.stands_beside
    ]
    picture = next((one for one in seen.performance if one.segment is None), None)
    return {
        **section(of_all, whole.trends[kind]),
        "classes": _classes(own),
        "checks": [_check(document, one) for one in measures.checks(shown)],
        "labelled": _labelled(picture) if picture else "",
        "curves": curve_groups(picture) if picture else (),
        "confusions": confusions(picture) if picture else None,
        "errors": _errors(picture) if picture else None,
        "planes": heat_maps(picture) if picture else (),
        "features": features(document, seen),
        "worse": worst[:_MOST_WORSE],
        "worse_left_out": max(0, len(worst) - _MOST_WORSE),
        "tested": segments_tested(seen, shown.window),
        "sampled": sample_words(seen),
    }


def _check(document: Document, one: Result) -> ResultRow:
    row = result_row(one)
    return dataclasses.replace(row, name=row.name + measures.run_words(document, one))


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
        ref, cur = (
            "" if value is None else units.figure(value, 3)
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
    return chart(drawn, ColumnKind.NUMERIC)
