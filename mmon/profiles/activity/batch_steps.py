"""The steps of time that one batch of rows falls into."""

from __future__ import annotations

import dataclasses

import numpy as np

from mmon.profiles.activity.latency_steps import MOST_STEPS as MOST_LATENCY_STEPS
from mmon.profiles.activity.latency_steps import LatencySteps
from mmon.profiles.activity.steps import (
    CLOSE,
    HOUR_US,
    LADDER_US,
    MINUTE_US,
    coarser,
    joined,
    tally,
)
from mmon.records.arrays import FloatArray, IntArray
from mmon.windows.timestamps import DAY_US

MOST_STEPS = 10_000
"""Steps kept: a week by minutes, a year by hours."""

# A date is the instant at which its day begins somewhere, from 14 hours before midnight UTC
# (Kiribati) to 12 after. 24 of these 26 hours can be told apart: up to 10 after, as in Hawaii.
_EARLIEST_MIDNIGHT_US = 14 * HOUR_US - MINUTE_US


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class BatchSteps:
    """The steps of one batch.

    Attributes
    ----------
    step_us, lead_us : int
        An instant belongs to step ``(instant + lead_us) // step_us``.
    numbers, counts : (T,) int64
        Steps with rows, ascending, and their rows.
    """

    step_us: int
    lead_us: int
    numbers: IntArray
    counts: IntArray

    @classmethod
    def of(cls, instants: IntArray, *, is_daily: bool) -> BatchSteps:
        lead = lead_us(is_daily=is_daily)
        since = instants + lead
        finest = DAY_US if is_daily else LADDER_US[0]
        step_us = _first_guess(since, finest)
        numbers, counts = tally(since // step_us)
        if step_us > finest and len(numbers) <= MOST_STEPS:
            # Most steps are empty, as after one stray time: shorter ones may do.
            step_us = finest
            numbers, counts = tally(since // step_us)
        while len(numbers) > MOST_STEPS:
            longer = coarser(step_us)
            numbers, counts = joined([numbers // (longer // step_us)], [counts])
            step_us = longer
        return cls(step_us, lead, numbers, counts)

    def count(self, instants: IntArray) -> IntArray:
        """Rows of each step among some of the batch's."""
        numbers, counts = tally((instants + self.lead_us) // self.step_us)
        found = np.zeros_like(self.counts)
        found[np.searchsorted(self.numbers, numbers)] = counts
        return found

    def sums(self, instants: IntArray, values: FloatArray) -> FloatArray:
        """Sums of a value of each of the batch's rows, by step."""
        at = np.searchsorted(self.numbers, (instants + self.lead_us) // self.step_us)
        return np.bincount(at, values, len(self.numbers)).astype(np.float64)

    def latencies(self, instants: IntArray, latency: FloatArray) -> LatencySteps:
        # As long as the final steps will be at least, so that fewer cells have to be joined.
        step_us, numbers = self.step_us, self.numbers
        while len(numbers) > MOST_LATENCY_STEPS:
            longer = coarser(step_us)
            numbers = np.unique(numbers // (longer // step_us))
            step_us = longer
        return LatencySteps.of(step_us, (instants + self.lead_us) // step_us, latency)


def _first_guess(instants: IntArray, finest: int) -> int:
    """A step so long that counting is cheap: there are not many more steps than rows."""
    if not len(instants):
        return finest
    span, most = int(instants.max()) - int(instants.min()), CLOSE * len(instants)
    while span // finest >= most:
        finest = coarser(finest)
    return finest


def lead_us(*, is_daily: bool) -> int:
    """How long before the start of a step an instant belongs to it already."""
    return _EARLIEST_MIDNIGHT_US if is_daily else 0


def resolution(instants: IntArray) -> int:
    """The longest step that divides all differences; 0 when none does."""
    found = 0
    if not len(instants):
        return found
    first = instants[0]
    # Nearly always a few rows are enough to see that times are arbitrary.
    for some in (instants[:64], instants):
        since = some - first
        if not since.any():
            continue
        found = max((s for s in LADDER_US if not (since % s).any()), default=0)
        if not found:
            break
    return found
