"""What happened over time in one window: invocations, failures, latencies, late and repeated rows.

Rows are counted in steps of time that hold their beginning and not their end, [start, end), as
windows do: a row at 12:00:00 is the first of its hour. A *date* is the whole day.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Annotated

import numpy as np

from mmon.profiles.activity.batch_steps import MOST_STEPS, BatchSteps, lead_us, resolution
from mmon.profiles.activity.identities import EVERY_HASH, MOST_IDS, Identities
from mmon.profiles.activity.latency_steps import LatencySteps
from mmon.profiles.activity.requests import Requests
from mmon.profiles.activity.steps import LADDER_US, coarser, joined
from mmon.profiles.distributions.presence import are_counts
from mmon.profiles.merging import LARGEST, SMALLEST, merged
from mmon.records import Count, require
from mmon.records.arrays import BoolArray, IntArray
from mmon.windows.timestamps import DAY_US


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Activity:
    """A mergeable summary of when rows came and how they fared.

    Attributes
    ----------
    rows : int
        All rows, with and without a time.
    without_time : int
        Rows whose time is missing; all of them where there is no timestamp column.
    oldest_us, newest_us : int or None
        First and last event time, in microseconds since 1970-01-01 UTC; None without any.
    resolution_us : int
        The longest step of the ladder that divides all differences of the event times: an hour
        where they come in whole hours. 0 when there is none, or when all times are one instant.
    is_daily : bool
        Whether the times are dates.
    step_us : int
        Length of a step in microseconds.
    starts : (T,) int64, ascending
        Starts of the steps that have rows: multiples of ``step_us`` since the epoch.
    counts : (T,) int64
        Rows of each step.
    failures : (T,) int64 or None
        Failed rows of each step; None without an error column.
    errors, error_known : int
        Failed rows, and rows of which it is known whether they failed.
    latency : LatencySteps or None
        Latencies by step, for charts; None without a latency column.
    late_rows : int or None
        Rows that came after their window had closed; None where windows do not close.
    identities : Identities or None
        None without an id column.
    """

    rows: Count
    without_time: Count
    oldest_us: Annotated[int, SMALLEST] | None
    newest_us: Annotated[int, LARGEST] | None
    resolution_us: Count
    is_daily: bool
    step_us: Count
    starts: IntArray
    counts: IntArray
    failures: IntArray | None
    errors: Count
    error_known: Count
    latency: LatencySteps | None
    late_rows: Count | None
    identities: Identities | None

    def check(self) -> None:
        """Raise `MisfitError` when what was read back does not fit together."""
        timed = self.rows - self.without_time
        require(timed >= 0, "has more rows without a time than rows")
        require({self.oldest_us is None, self.newest_us is None} == {timed == 0}, "has other times")
        require((self.oldest_us or 0) <= (self.newest_us or 0), "ends before it begins")
        require(
            self.step_us in LADDER_US or self.step_us % DAY_US == 0 < self.step_us, "has no step"
        )
        require(self.starts.ndim == 1 and self.counts.shape == self.starts.shape, "is ragged")
        is_ladder = (self.starts[1:] > self.starts[:-1]).all()
        require(is_ladder and not (self.starts % self.step_us).any(), "has steps out of step")
        require(are_counts(self.counts, timed), "has steps of other rows")
        failures = self._failures
        require(failures.shape == self.counts.shape, "is ragged")
        is_part = (failures >= 0).all() and (failures <= self.counts).all()
        require(is_part and self.errors <= self.error_known <= self.rows, "has too many failures")
        require((self.late_rows or 0) <= self.rows, "has more late rows than rows")

    @property
    def _failures(self) -> IntArray:
        return np.zeros_like(self.counts) if self.failures is None else self.failures

    @classmethod
    def of(
        cls,
        rows: int,
        requests: Requests | None = None,
        *,
        ids_kept: int = MOST_IDS,
        ids_bound: int = EVERY_HASH,
    ) -> Activity:
        """Summarise a batch of so many rows, and what is known of them.

        At most ``ids_kept`` ids are kept; ids with hashes above ``ids_bound`` need not be looked at
        (see `Identities.of`).
        """
        found = requests or Requests()
        known, is_timed = _timed(rows, found.instants, found.missing)
        steps = BatchSteps.of(known, is_daily=found.is_daily)
        failed = failures = None
        if found.is_error is not None and found.error_known is not None:
            failed = found.is_error & found.error_known
            failures = steps.count(known[failed[is_timed]])
        return cls(
            rows=rows,
            without_time=rows - len(known),
            oldest_us=int(known.min()) if len(known) else None,
            newest_us=int(known.max()) if len(known) else None,
            resolution_us=resolution(known),
            is_daily=found.is_daily,
            step_us=steps.step_us,
            starts=steps.numbers * steps.step_us,
            counts=steps.counts,
            failures=failures,
            errors=_true(failed) or 0,
            error_known=_true(found.error_known) or 0,
            latency=found.latency
            if found.latency is None
            else steps.latencies(known, found.latency[is_timed]),
            late_rows=_true(found.late),
            identities=found.ids
            if found.ids is None
            else Identities.of(found.ids, kept=ids_kept, bound=ids_bound),
        )

    @classmethod
    def merge(
        cls,
        parts: Sequence[Activity],
        *,
        ids_kept: int = MOST_IDS,
        steps_kept: int = MOST_STEPS,
    ) -> Activity:
        """All parts' rows together, with at most so many ids, and steps with rows.

        The parts are of one dataset, or of datasets whose columns mean the same; what they make is
        the same in any order and any grouping.
        """
        if not parts:
            return cls.of(rows=0)
        timed = [part for part in parts if len(part.starts)]
        step_us = max((part.step_us for part in timed), default=LADDER_US[0])
        ids = [part.identities for part in parts if part.identities is not None]
        is_told = any(part.failures is not None for part in parts)
        starts, counts = _added(timed, step_us, [part.counts for part in timed])
        failures = [part._failures for part in timed]
        given = {
            "resolution_us": _resolution_of(timed),
            "is_daily": bool(timed) and all(part.is_daily for part in timed),
            "step_us": step_us,
            "starts": starts,
            "counts": counts,
            "failures": _added(timed, step_us, failures)[1] if is_told else None,
            "identities": Identities.merge(ids, kept=ids_kept) if ids else None,
        }
        return merged(parts, given).coarsened(steps_kept)

    def coarsened(self, most: int) -> Activity:
        """The same in steps so long that at most so many have rows."""
        found = self
        while len(found.starts) > most:
            found = found.at(coarser(found.step_us))
        return found

    def at(self, step_us: int) -> Activity:
        """The same in longer steps, a multiple of ``step_us``."""
        if step_us == self.step_us:
            return self
        starts, counts = _added([self], step_us, [self.counts])
        failures = None if self.failures is None else _added([self], step_us, [self.failures])[1]
        return dataclasses.replace(
            self, step_us=step_us, starts=starts, counts=counts, failures=failures
        )

    @staticmethod
    def day_of(date_us: int) -> int:
        """The start of the day, on the grid of steps, that a date's instant stands for."""
        return (date_us + lead_us(is_daily=True)) // DAY_US * DAY_US


def _true(flags: BoolArray | None) -> int | None:
    return None if flags is None else int(flags.sum())


def _timed(
    rows: int, instants: IntArray | None, missing: BoolArray | None
) -> tuple[IntArray, BoolArray | slice]:
    """The known instants, and where they are."""
    if instants is None:
        return np.empty(0, dtype=np.int64), np.zeros(rows, dtype=np.bool_)
    if missing is None or not missing.any():
        return instants, slice(None)
    return instants[~missing], ~missing


def _resolution_of(parts: Sequence[Activity]) -> int:
    """The resolution of all parts' times together, whose oldest ones stand for them."""
    if not parts:
        return 0
    oldest = np.array([part.oldest_us for part in parts], dtype=np.int64)
    one_instant = all(part.oldest_us == part.newest_us for part in parts)
    among = resolution(oldest)
    own = [part.resolution_us for part in parts if part.oldest_us != part.newest_us]
    if (oldest == oldest[0]).all():
        return 0 if one_instant else min(own)
    return min([among, *own])


def _added(
    parts: Sequence[Activity], step_us: int, rows: Sequence[IntArray]
) -> tuple[IntArray, IntArray]:
    """Rows of the parts' steps, added up in steps of one length."""
    if not parts:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    return joined([part.starts // step_us * step_us for part in parts], rows)
