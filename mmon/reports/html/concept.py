"""The section on the concept: what moved besides the features, and what means another outcome."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, NamedTuple

from mmon.outline import severity, wording
from mmon.outline.concept import concept_results, told
from mmon.outline.rows import ResultRow, result_row
from mmon.reports.html import geometry
from mmon.reports.html.curves import DIAGONAL, SIZE, Plot
from mmon.results import Document, Result
from mmon.results.charts import MeaningPicture

_LISTED = 60
_TICKS = 4

_Ends = tuple[float, float]


def concept(seen: Document) -> dict[str, Any] | None:
    """What the page shows of the concept in one window; None where nothing was looked at."""
    found = concept_results(seen)
    if not found:
        return None
    shown = told(found)
    bad = sum(map(severity.needs_a_look, found))
    needs = "needs" if bad <= 1 else "need"
    picture = next((one for one in seen.meaning if one.scores), None)
    return {
        "sentence": f"{wording.count(bad) if bad else 'None'} of "
        f"{wording.counted(len(found), 'result')} {needs} a look.",
        "plot": None if picture is None else _plot(picture),
        "rows": [_row(one) for one in shown[:_LISTED]],
        "left_out": max(0, len(shown) - _LISTED),
    }


def _row(result: Result) -> ResultRow:
    row = result_row(result)
    return row if row.column is not None else dataclasses.replace(row, column="all rows")


class _Square(NamedTuple):
    """The ends of both axes."""

    across: _Ends
    up: _Ends

    def place(self, x: float, y: float) -> tuple[int, int]:
        """Where a point is drawn."""
        at, above = geometry.part(x, *self.across), geometry.part(y, *self.up)
        return round(at * SIZE), SIZE - round(above * SIZE)


def _plot(picture: MeaningPicture) -> Plot:
    """Both sides' outcomes over the score, on one scale where they are of one sort."""
    is_number = picture.is_number
    sides = (
        (picture.reference, picture.reference_half),
        (picture.production, picture.production_half),
    )
    # Shares are shown from none on.
    values = [*picture.reference, *picture.production, *([] if is_number else [0.0])]
    across, up = (min(picture.scores), max(picture.scores)), (min(values), max(values))
    is_one_sort = is_number or 0.0 <= across[0] <= across[1] <= 1.0
    if is_one_sort:
        across = up = min(across[0], up[0]), max(across[1], up[1])
    square = _Square(_wide(across), _wide(up))
    reference, production = (
        (
            _line(picture, line, square),
            _dots(picture, line, square),
            _whiskers(picture, line, half, square),
        )
        for line, half in sides
    )
    return Plot(
        title=f"Outcome by {'prediction' if is_number else 'score'}",
        label=picture.label,
        x_title="mean prediction" if is_number else "mean score",
        y_title="mean target" if is_number else "share of positive outcomes",
        reference=reference[0],
        production=production[0],
        reference_dots=reference[1],
        production_dots=production[1],
        base=DIAGONAL if is_one_sort else "",
        x_ticks=_ticks(square.across),
        y_ticks=tuple((100 - at, text) for at, text in _ticks(square.up)),
        reference_ends=reference[2],
        production_ends=production[2],
    )


def _wide(ends: _Ends) -> _Ends:
    """An axis that is no point."""
    return ends if ends[1] > ends[0] else (ends[0] - 0.5, ends[1] + 0.5)


def _ticks(ends: _Ends) -> tuple[tuple[float, str], ...]:
    low, high = ends
    decimals = max(0, wording.decimals_for(high - low) - 1)
    return tuple(
        (100.0 * i / _TICKS, f"{low + (high - low) * i / _TICKS:,.{decimals}f}")
        for i in range(_TICKS + 1)
    )


def _line(picture: MeaningPicture, line: Sequence[float], square: _Square) -> str:
    points = [square.place(x, y) for x, y in zip(picture.scores, line, strict=True)]
    path = "L".join(f"{x},{y}" for x, y in points)
    return f"M{path}" if len(points) > 1 else f"M{path}h0"


def _whiskers(
    picture: MeaningPicture, line: Sequence[float], half: Sequence[float], square: _Square
) -> str:
    ends = [
        (square.place(x, y - width), square.place(x, y + width))
        for x, y, width in zip(picture.scores, line, half, strict=True)
    ]
    return "".join(f"M{low[0]},{low[1]}V{high[1]}" for low, high in ends)


def _dots(
    picture: MeaningPicture, line: Sequence[float], square: _Square
) -> tuple[tuple[str, str], ...]:
    rows = zip(picture.scores, line, picture.rows, strict=True)
    return tuple(
        (
            "M{},{}h0".format(*square.place(x, y)),
            f"{wording.number(x)}: {wording.number(y)} ({wording.count(count)} rows of production)",
        )
        for x, y, count in rows
    )
