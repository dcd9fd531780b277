"""When something happened, in words: a time with its uncertainty, or the number of a row."""

from __future__ import annotations

import dataclasses

import numpy as np

from mmon.chance.change_points import ChangePoint
from mmon.outline import units, wording
from mmon.profiles.outcomes.loss_steps import ROW_US, LossSteps
from mmon.windows.timestamps import DAY_US, to_naive


@dataclasses.dataclass(frozen=True)
class Places:
    """The words for places of steps, by the clock of a zone; windows may have come before.

    ``begins_us`` is when the first window begins, where it has a time.
    """

    steps: LossSteps
    timezone: str
    is_begun: bool = False
    begins_us: int | None = None

    @property
    def apart_us(self) -> int:
        """How far a step usually is from the one before: of rows that come once a day, a day."""
        apart = np.diff(self.steps.starts)
        return int(np.quantile(apart, 0.5, method="lower")) if len(apart) else self.steps.step_us

    @property
    def step(self) -> str:
        """The length of a step, and of the pause after it."""
        if self.steps.is_timed:
            return units.duration(self.apart_us / 1e6)
        rows = self.apart_us // ROW_US
        return f"{rows:,} rows" if rows > 1 else "1 row"

    def when(self, change: ChangePoint) -> str:
        """The place of a change: "on 2024-03-18 ± 6 h", "at row 10,000 ± 140".

        One that may as well be in windows before these is known to be no later: "by 2024-03-18".
        """
        if not change.at:
            return self._before()
        if self.is_begun and not change.earliest:
            return f"by {self.at(self.start(change.latest)).split(' ', 1)[1]}"
        at, low, high = (self.start(one) for one in (change.at, change.earliest, change.latest))
        reach = max(at - low, high - at)
        if not self.steps.is_timed:
            return f"{self.at(at)} ± {reach // ROW_US:,}"
        return f"{self.at(at)} ± {units.duration(reach / 1e6)}"

    def _before(self) -> str:
        if not self.is_begun:
            return "before production began"
        if not self.steps.is_timed:
            return "before this window"
        begins_us = self.start(0) if self.begins_us is None else self.begins_us
        return f"before {wording.iso_moment(self.iso(begins_us))}"

    def start(self, step: int) -> int:
        """Where a step begins; of the one after the last, where that ends."""
        starts = self.steps.starts
        if step < len(starts):
            return int(starts[step])
        return int(starts[-1]) + self.steps.step_us

    def at(self, place: int) -> str:
        """A place: "on 2024-03-18", "at 2024-03-18 06:00", "at row 10,000"."""
        if not self.steps.is_timed:
            return f"at row {place // ROW_US:,}"
        if self.steps.step_us >= DAY_US:
            return f"on {to_naive(place):%Y-%m-%d}"
        moment = wording.iso_moment(self.iso(place))
        return f"{'at' if ':' in moment else 'on'} {moment}"

    def iso(self, place: int) -> str:
        """A moment by the clock of the zone, ISO 8601."""
        return wording.on_clock(f"{to_naive(place).isoformat()}Z", self.timezone)
