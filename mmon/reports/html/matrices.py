"""Rows by what was true and what was predicted: confusion matrices, and shades in a square."""

from __future__ import annotations

import bisect
import dataclasses
import itertools
import math
from collections.abc import Sequence

from mmon.outline import wording
from mmon.reports.html import geometry
from mmon.results.charts import PerformancePicture, PerformanceSide

_SIDE_BY_SIDE = 6  # up to so many classes both confusion matrices stand beside each other
_LEVELS = 6  # shades that can be told apart
_TICKS = 4


@dataclasses.dataclass(frozen=True, slots=True)
class Cell:
    """Rows of one true class that were given one predicted class; shade in percent."""

    rows: str
    share: str
    shade: int


@dataclasses.dataclass(frozen=True, slots=True)
class Confusion:
    """One side's matrix: a row for each true class, its cells in the order of the classes."""

    side: str
    lines: tuple[tuple[str, tuple[Cell, ...]], ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Confusions:
    """Both sides' matrices."""

    classes: tuple[str, ...]
    sides: tuple[Confusion, ...]
    is_wide: bool


@dataclasses.dataclass(frozen=True, slots=True)
class HeatMap:
    """Rows by target and prediction of one side as shaded cells of a square of ``cells`` each way.

    ``shades`` are rows (level of a shade, 1 to 6, path data of the cells that have it), ``mean`` is
    path data of the mean target at each prediction, in cells.
    """

    side: str
    cells: int
    shades: tuple[tuple[int, str], ...]
    mean: str
    ticks: tuple[tuple[float, str], ...]


def confusions(picture: PerformancePicture) -> Confusions | None:
    """Lay out the matrices of a classification; None where there is none."""
    found = tuple(
        Confusion(
            name,
            tuple(
                (label, tuple(_cell(rows, sum(line)) for rows in line))
                for label, line in zip(picture.classes, side.confusion, strict=True)
            ),
        )
        for name, side in picture.sides.items()
        if side.confusion is not None
    )
    is_wide = len(picture.classes) > _SIDE_BY_SIDE
    return Confusions(picture.classes, found, is_wide) if found else None


def _cell(rows: int, total: int) -> Cell:
    share = rows / total if total else 0.0
    return Cell(wording.count(rows), wording.share(share) if total else "", round(share * 100))


def heat_maps(picture: PerformancePicture) -> tuple[HeatMap, ...]:
    """Predictions against targets of both sides, on one scale of shares."""
    edges = picture.plane_edges
    planes = {name: side for name, side in picture.sides.items() if side.plane}
    if len(edges) < 2 or not planes:
        return ()
    shares = {name: _shares(side.plane) for name, side in planes.items()}
    top = max(value for plane in shares.values() for line in plane for value in line) or 1.0
    return tuple(
        HeatMap(
            side=name,
            cells=len(edges) - 1,
            shades=_shades(shares[name], top),
            mean=_mean(side, edges),
            ticks=_cell_ticks(edges),
        )
        for name, side in planes.items()
    )


def _shares(plane: Sequence[Sequence[int]]) -> list[list[float]]:
    total = sum(map(sum, plane)) or 1
    return [[rows / total for rows in line] for line in plane]


def _shades(plane: Sequence[Sequence[float]], top: float) -> tuple[tuple[int, str], ...]:
    """Runs of neighbouring cells of one shade; targets grow upwards."""
    paths: dict[int, list[str]] = {}
    for down, line in enumerate(reversed(plane)):
        # The root: a cell with a tenth of the rows of the fullest one must still be seen.
        levels = [math.ceil(math.sqrt(value / top) * _LEVELS) for value in line]
        at = 0
        for level, run in itertools.groupby(levels):
            length = len(list(run))
            if level:
                paths.setdefault(level, []).append(f"M{at},{down}h{length}v1h-{length}z")
            at += length
    return tuple((level, "".join(paths[level])) for level in sorted(paths))


def _mean(side: PerformanceSide, edges: Sequence[float]) -> str:
    """The curve of mean targets, in cells with one decimal place."""
    cells = len(edges) - 1
    points = [
        (_in_cells(x, edges), cells - _in_cells(y, edges))
        for curve in side.curves
        if curve.name == "predicted_actual"
        for x, y in zip(curve.x, curve.y, strict=True)
        if math.isfinite(x) and math.isfinite(y)
    ]
    return "".join(f"{'L' if i else 'M'}{x:g},{y:g}" for i, (x, y) in enumerate(points))


def _in_cells(value: float, edges: Sequence[float]) -> float:
    """A value's place on an axis on which every cell is equally long."""
    cell = min(max(bisect.bisect_right(edges, value) - 1, 0), len(edges) - 2)
    low, high = edges[cell], edges[cell + 1]
    return round(cell + geometry.part(value, low, high), 1)


def _cell_ticks(edges: Sequence[float]) -> tuple[tuple[float, str], ...]:
    last = len(edges) - 1
    chosen = sorted({round(last * i / (_TICKS - 1)) for i in range(_TICKS)})
    spread = (edges[-1] - edges[0]) / (_TICKS - 1)
    places = max(0, wording.decimals_for(spread) - 1) if spread < 1 else 0
    return tuple(
        (round(i / last * 100, 1), wording.number(edges[i], decimals=places)) for i in chosen
    )
