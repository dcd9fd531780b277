"""Summarises what happened when, window by window and segment by segment."""

from __future__ import annotations

import dataclasses
import functools

import polars as pl

from mmon.engine.local import column_of
from mmon.profiles.activity.activity import Activity
from mmon.profiles.activity.identities import EVERY_HASH
from mmon.profiles.activity.requests import ActivityPlan, Requests, read_errors, read_latency
from mmon.profiles.folding.batches import Batch
from mmon.profiles.folding.growing import Join, Limits, Piles, Waiting
from mmon.profiles.folding.keys import Key
from mmon.records.arrays import BoolArray, taken
from mmon.windows.timestamps import to_instants

# Fewer parts wait until merging them is worth its cost.
_FEWEST_PARTS = 4


class ActivityFold:
    """The activity of one dataset, window by window."""

    def __init__(self, plan: ActivityPlan, limits: Limits) -> None:
        self._plan = plan
        self._piles: Piles[Waiting[Activity]] = Piles(
            limits, lambda: Waiting(_size), lambda pile, kept: pile.merge(_join(kept))
        )

    def add(self, batch: pl.DataFrame, context: Batch) -> None:
        read = self._read(batch, context.late)
        for cut in context.cuts[context.is_known :]:
            ordered = cut.ordered(read)
            for key, pile, limits, rows in self._piles.of(cut):
                part = taken(ordered, rows)
                if key.segment:
                    # Latencies over time are for the chart of all rows.
                    part = dataclasses.replace(part, latency=None)
                ids = None if pile.whole is None else pile.whole.identities
                bound = EVERY_HASH if ids is None else ids.bound
                size = rows.stop - rows.start
                found = Activity.of(size, part, ids_kept=limits.ids, ids_bound=bound)
                pile.add(found, _join(limits), _FEWEST_PARTS)

    def _read(self, batch: pl.DataFrame, late: BoolArray | None) -> Requests:
        plan = self._plan
        times, errors, latency, ids = (
            None if name is None else column_of(batch, name)
            for name in (plan.timestamp, plan.error, plan.latency, plan.id)
        )
        instants = missing = is_error = error_known = None
        if times is not None:
            found = to_instants(times, plan.timezone)
            missing = found.is_null().to_numpy() if found.null_count() else None
            instants = found.fill_null(0).to_numpy()
        if errors is not None:
            is_error, error_known = read_errors(errors)
        return Requests(
            instants=instants,
            missing=missing,
            is_daily=times is not None and times.dtype == pl.Date,
            is_error=is_error,
            error_known=error_known,
            latency=None if latency is None else read_latency(latency),
            late=late,
            ids=ids,
        )

    def finish(self) -> dict[Key, Activity]:
        return {
            key: pile.merge(_join(limits)) or Activity.of(rows=0)
            for key, pile, limits in self._piles.finished()
        }


def _join(limits: Limits) -> Join[Activity]:
    return functools.partial(Activity.merge, ids_kept=limits.ids, steps_kept=limits.steps)


def _size(part: Activity) -> int:
    """Numbers that a merge has to look at."""
    latency = 0 if part.latency is None else len(part.latency.keys)
    ids = 0 if part.identities is None else len(part.identities.hashes)
    return len(part.starts) + latency + ids
