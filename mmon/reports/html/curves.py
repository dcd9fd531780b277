"""The curves of a classifier as lines in the unit square."""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Mapping, Sequence

from mmon.outline import wording
from mmon.reports.html import geometry
from mmon.results.charts import Curve, PerformancePicture, PerformanceSide

SIZE = 240
_MOST = 24  # classes whose curves a page has room for

_Point = tuple[int, int]


@dataclasses.dataclass(frozen=True, slots=True)
class Plot:
    """Two lines, or one, in a square, as path data; of one class where there is a label.

    Dots are points worth pointing at: path data of each, and what it says. ``base`` is the line of
    no skill, or of perfection. Ticks are positions in percent, from the left and from the top;
    ends are those of intervals.
    """

    title: str
    label: str | None
    x_title: str
    y_title: str
    reference: str
    production: str
    reference_dots: tuple[tuple[str, str], ...]
    production_dots: tuple[tuple[str, str], ...]
    base: str
    x_ticks: tuple[tuple[float, str], ...]
    y_ticks: tuple[tuple[float, str], ...]
    reference_ends: str = ""
    production_ends: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class CurveGroup:
    """The same curve of one class or of several, and how many more classes there are."""

    title: str
    plots: tuple[Plot, ...]
    left_out: int

    @property
    def is_single(self) -> bool:
        """Whether it is about the model as a whole."""
        return len(self.plots) == 1 and not self.left_out


_TITLES = {
    "roc": ("ROC", "false positive rate", "true positive rate"),
    "precision_recall": ("Precision and recall", "recall", "precision"),
    "calibration": ("Calibration", "mean score", "share of hits"),
}
DIAGONAL = f"M0,{SIZE}L{SIZE},0"


def curve_groups(picture: PerformancePicture) -> tuple[CurveGroup, ...]:
    """The curves in the unit square, those of one sort together."""
    sides = [_by_name(side) for side in (picture.reference, picture.production)]
    groups = []
    for name, (title, _, _) in _TITLES.items():
        labels = dict.fromkeys(label for side in sides for sort, label in side if sort == name)
        plots = [
            _unit_plot(name, label, *(side.get((name, label)) for side in sides))
            for label in labels
        ]
        if plots:
            groups.append(CurveGroup(title, tuple(plots[:_MOST]), max(0, len(plots) - _MOST)))
    return tuple(groups)


def _by_name(side: PerformanceSide | None) -> Mapping[tuple[str, str | None], Curve]:
    return {(curve.name, curve.label): curve for curve in (side.curves if side else ())}


def _unit_plot(
    name: str, label: str | None, reference: Curve | None, production: Curve | None
) -> Plot:
    title, x_title, y_title = _TITLES[name]
    ticks = tuple((i * 25.0, f"{i / 4:g}") for i in range(5))
    ref, cur = ([] if side is None else _points(side) for side in (reference, production))
    is_dotted = name == "calibration"
    return Plot(
        title=title,
        label=label,
        x_title=x_title,
        y_title=y_title,
        reference=_path(ref),
        production=_path(cur),
        reference_dots=_dots(reference, ref) if is_dotted else (),
        production_dots=_dots(production, cur) if is_dotted else (),
        base="" if name == "precision_recall" else DIAGONAL,
        x_ticks=ticks,
        y_ticks=tuple((100 - at, text) for at, text in ticks),
    )


def _points(curve: Curve) -> list[_Point]:
    def place(value: float) -> int:
        return round(geometry.part(value, 0.0, 1.0) * SIZE)

    return [
        (place(x), SIZE - place(y))
        for x, y in zip(curve.x, curve.y, strict=True)
        if math.isfinite(x) and math.isfinite(y)
    ]


def _path(points: Sequence[_Point]) -> str:
    """Path data, without the points that would be drawn on the one before."""
    distinct = [point for point, _ in itertools.groupby(points)]
    if not distinct:
        return ""
    start = f"M{distinct[0][0]},{distinct[0][1]}"
    moves = ",".join(f"{bx - ax},{by - ay}" for (ax, ay), (bx, by) in itertools.pairwise(distinct))
    return f"{start}l{moves.replace(',-', '-')}" if moves else f"{start}h0"


def _dots(curve: Curve | None, points: Sequence[_Point]) -> tuple[tuple[str, str], ...]:
    if curve is None or len(points) != len(curve.x):
        return ()
    weights = curve.weights or (None,) * len(points)
    return tuple(
        (
            f"M{x},{y}h0",
            f"{wording.number(at)}: {wording.number(hits)}"
            + ("" if rows is None else f" ({wording.count(rows)} rows)"),
        )
        for (x, y), at, hits, rows in zip(points, curve.x, curve.y, weights, strict=True)
    )
