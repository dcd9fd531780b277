"""Confusion matrices as tables: shares of each true class as shades, rows as numbers."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from mmon.outline import wording
from mmon.results.charts import PerformancePicture

_SIDE_BY_SIDE = 6
"""Up to so many classes both matrices stand beside each other."""


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
    title: str
    lines: tuple[tuple[str, tuple[Cell, ...]], ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Confusions:
    """Both sides' matrices."""

    classes: tuple[str, ...]
    sides: tuple[Confusion, ...]
    is_wide: bool


def confusions(picture: PerformancePicture) -> Confusions | None:
    """Lay out the matrices of a classification; None where there is none."""
    sides = (("reference", picture.reference), ("production", picture.production))
    found = tuple(
        Confusion(name, name.capitalize(), _lines(picture.classes, side.confusion))
        for name, side in sides
        if side is not None and side.confusion is not None
    )
    if not found:
        return None
    return Confusions(picture.classes, found, is_wide=len(picture.classes) > _SIDE_BY_SIDE)


def _lines(
    classes: Sequence[str], matrix: Sequence[Sequence[int]]
) -> tuple[tuple[str, tuple[Cell, ...]], ...]:
    return tuple(
        (name, tuple(_cell(rows, sum(line)) for rows in line))
        for name, line in zip(classes, matrix, strict=True)
    )


def _cell(rows: int, total: int) -> Cell:
    share = rows / total if total else 0.0
    return Cell(wording.count(rows), wording.share(share) if total else "", round(share * 100))
