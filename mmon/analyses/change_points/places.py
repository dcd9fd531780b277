"""When something happened, in words: a time with its uncertainty, or the number of a row."""

from __future__ import annotations

import dataclasses

from mmon.chance.change_points import ChangePoint
from mmon.outline import units, wording
from mmon.profiles.outcomes.loss_steps import ROW_US, LossSteps
from mmon.windows.timestamps import DAY_US, to_naive


@dataclasses.dataclass(frozen=True)
class Places:
    """The words for places of steps, by the clock of a zone."""

    steps: LossSteps
    timezone: str

    @property
    def step(self) -> str:
        """The length of a step."""
        if self.steps.is_timed:
            return units.duration(self.steps.step_us / 1e6)
        rows = self.steps.step_us // ROW_US
        return f"{rows:,} rows" if rows > 1 else "1 row"

    def when(self, change: ChangePoint) -> str:
        """The place of a change: "on 2024-03-18 ± 6 h", "at row 10,000 ± 140"."""
        if not change.at:
            return "before production began"
        at, low, high = (self.start(one) for one in (change.at, change.earliest, change.latest))
        reach = max(at - low, high - at)
        if not self.steps.is_timed:
            return f"{self.at(at)} ± {reach // ROW_US:,}"
        return f"{self.at(at)} ± {units.duration(reach / 1e6)}"

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
