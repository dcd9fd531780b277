"""Segments as analyses see them: the same value of a segmenting column on both sides."""

from __future__ import annotations

import dataclasses

from mmon.analyses import Context
from mmon.profiles.distributions.counts import Counts
from mmon.profiles.features.tables import OTHER
from mmon.profiles.table import SegmentProfile
from mmon.results.quantity import Quantity, ResultKind, Unit
from mmon.verdict.finding import Finding

_SHOWN = 3

LONE_SEGMENTS = tuple(
    Quantity(
        "mmon",
        ResultKind.DATA_QUALITY,
        name,
        f"rows of a segment that {where}, so that it cannot be compared",
        unit=Unit.COUNT,
        about="segment",
        is_evidence=False,
    )
    for name, where in (
        ("missing_segment", "production does not have"),
        ("new_segment", "the reference does not have"),
    )
)


def segments(context: Context) -> list[Context]:
    """The contexts of the values of segmenting columns that both sides have."""
    before = {one.name: one for one in context.reference.segments}
    return [
        dataclasses.replace(
            context,
            reference=before[one.name].profile,
            production=one.profile,
            segment=one.name,
            new_columns=(),
        )
        for one in context.production.segments
        if one.name in before
    ]


def lone_segments(context: Context) -> list[Finding]:
    """Segments that one side lacks: told, for there is nothing to compare them with."""
    before = {one.name: one for one in context.reference.segments}
    after = {one.name: one for one in context.production.segments}
    missing, new = LONE_SEGMENTS
    return [
        Finding(
            quantity,
            float(one.profile.rows),
            window=context.window,
            segment=one.name,
            column=one.column,
            reason=f"{reason} ({one.profile.rows:,} rows){_values(one)}",
        )
        for quantity, own, others, reason in (
            (missing, before, after, "no production row has it"),
            (new, after, before, "the reference has no such rows"),
        )
        for name, one in own.items()
        if name not in others
    ]


def _values(segment: SegmentProfile) -> str:
    """The values of a segment that holds what has no segment of its own, the commonest first."""
    column = segment.profile.column(segment.column)
    if segment.value != OTHER or column is None or not isinstance(column.distribution, Counts):
        return ""
    found = column.distribution
    names = found.labels.gather((-found.mass).argsort(kind="stable")).to_list()
    more = f" and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else ""
    return f": {', '.join(names[:_SHOWN])}{more}" if names else ""
