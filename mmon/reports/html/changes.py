"""The section on when performance changed: the loss over time, its level between changes, words."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from mmon.outline import units, wording
from mmon.outline.changes import ChangesPart, changes_part
from mmon.reports.html import geometry
from mmon.results import Document
from mmon.results.loss_picture import LossPicture
from mmon.results.quantity import Quantity, ResultKind, Unit

_TICKS = 6
_POINTED = 130  # cells wide enough to be pointed at
_ABOVE = 1.1  # times the largest mean: the upper end


@dataclasses.dataclass(frozen=True, slots=True)
class LossChart:
    """The loss over ``width`` cells, each ``cell`` long, as path data.

    ``levels`` are the means between changes, ``reference`` that of the reference, ``places`` the
    intervals in which the changes lie; empty where there is none. ``points`` is what each cell says
    when pointed at; empty where they are too narrow.
    """

    width: int
    title: str
    cell: str
    zone: str
    top: str
    line: str
    levels: str
    reference: str
    places: str
    ticks: tuple[tuple[float, str], ...]
    points: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Changes:
    """The section: its words and its charts."""

    part: ChangesPart
    charts: tuple[LossChart, ...]


def changes(document: Document) -> Changes | None:
    """What the page shows of all windows together; None where nobody looked."""
    part = changes_part(document)
    if part is None:
        return None
    zone = wording.zone_word(document.windows)
    return Changes(part, tuple(_chart(one, zone) for one in document.losses))


def _chart(picture: LossPicture, zone: str) -> LossChart:
    known = [one for one in picture.means if one is not None]
    fixed = [one for one in (picture.reference,) if one is not None]
    top = max([*known, *fixed, *(one.mean for one in picture.levels)], default=0.0) * _ABOVE or 1.0
    if picture.unit is Unit.SHARE:
        top = min(top, 1.0)
    width = len(picture.starts)
    reference = "" if not fixed else f"M0,{geometry.height(fixed[0], 0.0, top)}h{width}"
    names = [_name(one, picture, zone) for one in picture.starts]
    return LossChart(
        width=width,
        title=picture.loss.replace("_", " "),
        cell=_length(picture),
        zone=zone if picture.is_timed else "",
        top=units.amount(_quantity(picture), top),
        line=geometry.broken_line(picture.means, 0.0, top),
        levels="".join(
            f"M{one.first:g},{geometry.height(one.mean, 0.0, top)}H{one.past:g}"
            for one in picture.levels
        ),
        reference=reference,
        places="".join(
            f"M{one.earliest:g},0H{max(one.latest, one.earliest + 0.5):g}V{geometry.HEIGHT}"
            f"H{one.earliest:g}z"
            for one in picture.changes
        ),
        ticks=_ticks(names),
        points=tuple(_points(picture, names)) if width <= _POINTED else (),
    )


def _quantity(picture: LossPicture) -> Quantity:
    """What says how the loss is written."""
    kind = ResultKind.CONCEPT_DRIFT
    return Quantity("", kind, picture.loss, "", unit=picture.unit)


def _length(picture: LossPicture) -> str:
    if picture.is_timed:
        return units.duration(picture.step_s)
    return wording.counted(round(picture.step_s), "row")


def _name(start: str, picture: LossPicture, zone: str) -> str:
    if not picture.is_timed:
        return f"row {int(start):,}" if start.isdigit() else start
    return wording.iso_moment(wording.on_clock(start, zone or "UTC"))


def _ticks(names: Sequence[str]) -> tuple[tuple[float, str], ...]:
    """The starts of a few cells as far from each other."""
    last = len(names)
    chosen = sorted({round(last * i / _TICKS) for i in range(_TICKS)})
    return tuple((round(i / last * 100, 1), names[i]) for i in chosen if i < last)


def _points(picture: LossPicture, names: Sequence[str]) -> list[str]:
    quantity = _quantity(picture)
    return [
        f"{name}: {wording.counted(rows, 'row')}"
        + ("" if mean is None else f", {quantity.words} {units.amount(quantity, mean)}")
        for name, rows, mean in zip(names, picture.rows, picture.means, strict=True)
    ]
