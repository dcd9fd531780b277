"""Summarises what happened when, window by window and segment by segment."""

from __future__ import annotations

import dataclasses
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mmon.engine.local import column_of
from mmon.profiles.activity.activity import Activity
from mmon.profiles.activity.batch_steps import MOST_STEPS
from mmon.profiles.activity.identities import EVERY_HASH, MOST_IDS, ids_kept
from mmon.profiles.activity.requests import are_dates, read_errors, read_latency
from mmon.profiles.folding.batches import Batch
from mmon.profiles.folding.growing import Piles, Waiting
from mmon.profiles.folding.keys import Key
from mmon.records.arrays import BoolArray, FloatArray, IntArray
from mmon.windows.timestamps import to_instants

# Ids of segments are those of the whole: few are enough to see which segment repeats its own.
_SEGMENT_IDS = 1 << 14
# Fewer parts wait until merging them is worth its cost.
_FEWEST_PARTS = 4
# Beyond this many windows each keeps fewer steps: still a day by minutes for a year of days.
_MANY_WINDOWS = 64
_FEWEST_STEPS = 200


@dataclasses.dataclass(frozen=True, slots=True)
class ActivityPlan:
    """Where times, latencies, errors and ids stand; None where there is no such column.

    Attributes
    ----------
    timestamp, latency, error, id : str or None
    timezone : str
        Of times that carry none.
    """

    timestamp: str | None = None
    latency: str | None = None
    error: str | None = None
    id: str | None = None
    timezone: str = "UTC"

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that is read."""
        every = (self.timestamp, self.latency, self.error, self.id)
        return tuple(name for name in every if name is not None)


@dataclasses.dataclass(frozen=True, slots=True)
class _Read:
    """One batch's columns in the form that `Activity.of` takes."""

    instants: IntArray | None
    missing: BoolArray | None
    is_daily: bool
    errors: tuple[BoolArray, BoolArray] | None
    latency: FloatArray | None
    late: BoolArray | None
    ids: pl.Series | None

    def take(self, order: NDArray[np.uint32] | None, first: int, past: int) -> _Read:
        rows: slice | NDArray[np.uint32] = slice(first, past)
        ids = None if self.ids is None else self.ids.slice(first, past - first)
        if order is not None:
            rows = order[first:past]
            ids = None if self.ids is None else self.ids.gather(order[first:past])
        errors = self.errors
        return _Read(
            instants=None if self.instants is None else self.instants[rows],
            missing=None if self.missing is None else self.missing[rows],
            is_daily=self.is_daily,
            errors=None if errors is None else (errors[0][rows], errors[1][rows]),
            latency=None if self.latency is None else self.latency[rows],
            late=None if self.late is None else self.late[rows],
            ids=ids,
        )

    def activity(self, rows: int, ids_kept: int, ids_bound: int) -> Activity:
        return Activity.of(
            rows=rows,
            instants=self.instants,
            missing=self.missing,
            is_daily=self.is_daily,
            errors=self.errors,
            latency=self.latency,
            late=self.late,
            ids=self.ids,
            ids_kept=ids_kept,
            ids_bound=ids_bound,
        )


class Kept(NamedTuple):
    """The most ids and steps of time that a window keeps."""

    ids: int = MOST_IDS
    steps: int = MOST_STEPS

    @classmethod
    def shared_by(cls, windows: int) -> Kept:
        """What each of so many windows keeps, so that memory does not grow with all of them."""
        share = MOST_STEPS * _MANY_WINDOWS // max(windows, _MANY_WINDOWS)
        return cls(ids_kept(windows), max(_FEWEST_STEPS, share))


class ActivityPile:
    """Parts of one window, in any order."""

    def __init__(self) -> None:
        self._kept = Kept()
        self._parts: Waiting[Activity] = Waiting(self._join, _size)

    def add(self, part: Activity, kept: Kept) -> None:
        """Take a part."""
        self._kept = kept
        self._parts.add(part, _FEWEST_PARTS)

    def cut(self, kept: Kept) -> None:
        """Drop what is more than may be kept by now."""
        self._kept = kept
        self._parts.merge()

    def finish(self, kept: Kept) -> Activity:
        """The activity of all parts."""
        self._kept = kept
        return self._parts.merge() or Activity.of(rows=0)

    @property
    def ids_bound(self) -> int:
        """Hashes of ids above this are of no use any more: see `Identities.of`."""
        whole = self._parts.whole
        ids = None if whole is None else whole.identities
        return EVERY_HASH if ids is None else ids.bound

    def _join(self, parts: list[Activity]) -> Activity:
        return Activity.merge(parts, ids_kept=self._kept.ids, steps_kept=self._kept.steps)


def _size(part: Activity) -> int:
    """Numbers that a merge has to look at."""
    latency = 0 if part.latency is None else len(part.latency.keys)
    ids = 0 if part.identities is None else len(part.identities.hashes)
    return len(part.starts) + latency + ids


class ActivityFold:
    """The activity of one dataset, window by window."""

    def __init__(self, plan: ActivityPlan) -> None:
        self._plan = plan
        self._piles = Piles(ActivityPile, self._cut)

    def add(self, batch: pl.DataFrame, context: Batch) -> None:
        read = self._read(batch, context.late)
        for cut in context.cuts[context.is_known :]:
            self._piles.open(key for key, _, _ in cut.parts)
            for key, first, past in cut.parts:
                pile = self._piles.by_key[key]
                kept = self._kept(key)
                part = read.take(cut.order, first, past)
                if key.segment:
                    # Latencies over time are for the chart of all rows.
                    part = dataclasses.replace(part, latency=None)
                pile.add(part.activity(past - first, kept.ids, pile.ids_bound), kept)

    def _cut(self, pile: ActivityPile, sharing: int) -> None:
        pile.cut(Kept.shared_by(sharing))

    def _kept(self, key: Key) -> Kept:
        kept = Kept.shared_by(self._piles.sharing(key))
        return kept._replace(ids=min(kept.ids, _SEGMENT_IDS)) if key.segment else kept

    def _read(self, batch: pl.DataFrame, late: BoolArray | None) -> _Read:
        plan = self._plan
        times = _column(batch, plan.timestamp)
        errors, latency = _column(batch, plan.error), _column(batch, plan.latency)
        instants = missing = None
        if times is not None:
            found = to_instants(times, plan.timezone)
            missing = found.is_null().to_numpy() if found.null_count() else None
            instants = found.fill_null(0).to_numpy()
        return _Read(
            instants=instants,
            missing=missing,
            is_daily=times is not None and are_dates(times),
            errors=None if errors is None else read_errors(errors),
            latency=None if latency is None else read_latency(latency),
            late=late,
            ids=_column(batch, plan.id),
        )

    def finish(self) -> dict[Key, Activity]:
        piles = self._piles.by_key
        return {key: pile.finish(self._kept(key)) for key, pile in piles.items()}


def _column(batch: pl.DataFrame, name: str | None) -> pl.Series | None:
    return None if name is None else column_of(batch, name)
