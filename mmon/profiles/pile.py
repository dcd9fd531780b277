"""The growing summary of one column: parts of batches, merged level by level."""

from __future__ import annotations

import dataclasses

from mmon.profiles.counts import Counts
from mmon.profiles.ecdf import Ecdf
from mmon.profiles.presence import Presence
from mmon.profiles.table import compress, merge

# Parts merged and compressed at once: the error grows with the logarithm of the batches only.
_FAN_OUT = 16


@dataclasses.dataclass(frozen=True, slots=True)
class Limits:
    """How much a summary keeps; None keeps everything."""

    points: int | None
    labels: int | None


@dataclasses.dataclass
class Pile:
    """The growing summary of one column in one window: parts, merged level by level."""

    presence: Presence = dataclasses.field(default_factory=Presence)
    unreadable: int = 0
    levels: list[list[Ecdf | Counts]] = dataclasses.field(default_factory=lambda: [[]])

    def add(self, part: Ecdf | Counts, limits: Limits) -> None:
        self.levels[0].append(part)
        for level in range(len(self.levels)):
            if len(self.levels[level]) < _FAN_OUT:
                break
            joined = compress(
                merge(self.levels[level]),
                points=limits.points,
                labels=limits.labels and limits.labels * _FAN_OUT,
            )
            self.levels[level] = []
            if level + 1 == len(self.levels):
                self.levels.append([])
            if joined is not None:
                self.levels[level + 1].append(joined)

    def finish(self, limits: Limits) -> Ecdf | Counts | None:
        parts = [part for level in self.levels for part in level]
        return compress(merge(parts), points=limits.points, labels=limits.labels)
