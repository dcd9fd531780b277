"""Measures beside their intervals and levels, drawn."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from mmon.outline import severity
from mmon.outline.measures import Measure
from mmon.outline.rows import MeasureRow, measure_rows
from mmon.reports.html import marks
from mmon.reports.html.columns import scale_of


@dataclasses.dataclass(frozen=True, slots=True)
class DrawnRow:
    """A measure's texts, both intervals on one axis, and its change or value beside the levels."""

    texts: MeasureRow
    whiskers: marks.Whiskers | None
    scale: marks.Scale | None


def drawn_rows(found: Sequence[Measure]) -> tuple[DrawnRow, ...]:
    """Measures on one common scale."""
    ratios = [severity.ratio(m.change, m.change.value) for m in found if m.change is not None]
    reach = min(max([1.5, *ratios]), 4.0)
    return tuple(
        DrawnRow(texts, _whiskers(one), scale_of(one.change or one.result, reach))
        for texts, one in zip(measure_rows(found), found, strict=True)
    )


def _whiskers(measure: Measure) -> marks.Whiskers | None:
    one = measure.result
    if one.reference_interval is None and one.interval is None:
        return None
    return marks.whiskers(one.reference_value, one.reference_interval, one.value, one.interval)
