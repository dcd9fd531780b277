"""The growing summary of one column: parts of batches, merged level by level."""

from __future__ import annotations

import dataclasses

from mmon.profiles.counts import Counts
from mmon.profiles.ecdf import Ecdf
from mmon.profiles.presence import Presence
from mmon.profiles.table import compress, merge

# Beyond this many windows each keeps fewer points, but enough to tell 0.01 from 0.02.
_MANY_WINDOWS = 64
_FEWEST_POINTS = 256


@dataclasses.dataclass(frozen=True, slots=True)
class Limits:
    """How much a summary keeps; None keeps everything.

    Attributes
    ----------
    points, labels : int or None
        Points of a numeric column, labels of a categorical one.
    fan_out : int
        Parts merged and compressed at once: the error grows with the logarithm of the batches only,
        and the more parts the less.
    """

    points: int | None
    labels: int | None
    fan_out: int = 16

    def shared_by(self, windows: int) -> Limits:
        """What each of so many windows keeps, so that memory does not grow with all of them."""
        if windows <= _MANY_WINDOWS or self.points is None:
            return self
        share = max(_FEWEST_POINTS, self.points * _MANY_WINDOWS // windows)
        return dataclasses.replace(self, points=min(self.points, share), fan_out=4)


@dataclasses.dataclass
class Pile:
    """The growing summary of one column in one window: parts, merged level by level."""

    presence: Presence = dataclasses.field(default_factory=Presence)
    unreadable: int = 0
    levels: list[list[Ecdf | Counts]] = dataclasses.field(default_factory=lambda: [[]])

    def add(self, part: Ecdf | Counts, limits: Limits) -> None:
        self.levels[0].append(part)
        for level in range(len(self.levels)):
            if len(self.levels[level]) < limits.fan_out:
                break
            joined = compress(
                merge(self.levels[level]),
                points=limits.points,
                labels=limits.labels and limits.labels * limits.fan_out,
            )
            self.levels[level] = []
            if level + 1 == len(self.levels):
                self.levels.append([])
            if joined is not None:
                self.levels[level + 1].append(joined)

    def finish(self, limits: Limits) -> Ecdf | Counts | None:
        parts = [part for level in self.levels for part in level]
        return compress(merge(parts), points=limits.points, labels=limits.labels)
