"""The growing summary of one column: parts of batches, merged level by level."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Generic, TypeVar

from mmon.profiles.counts import Counts
from mmon.profiles.ecdf import Ecdf
from mmon.profiles.presence import Presence
from mmon.profiles.table import compress, merge

T = TypeVar("T")

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


class Levels(Generic[T]):
    """Parts merged level by level: ``fan_out`` of them into one of the next level.

    Parameters
    ----------
    join : callable
        Merges parts into one of the size to be kept.
    """

    def __init__(self, join: Callable[[list[T]], T]) -> None:
        self._join = join
        self._levels: list[list[T]] = [[]]

    def add(self, part: T, fan_out: int) -> None:
        self._levels[0].append(part)
        for level in range(len(self._levels)):
            if len(self._levels[level]) < fan_out:
                break
            joined = self._join(self._levels[level])
            self._levels[level] = []
            if level + 1 == len(self._levels):
                self._levels.append([])
            self._levels[level + 1].append(joined)

    def parts(self) -> list[T]:
        """What is left to be merged, once."""
        return [part for level in self._levels for part in level]


class Pile:
    """The growing summary of one column in one window."""

    def __init__(self) -> None:
        self.presence = Presence()
        self.unreadable = 0
        self.examples: tuple[str, ...] = ()
        self._limits = Limits(None, None)
        self._levels: Levels[Ecdf | Counts] = Levels(self._join)

    def add(self, part: Ecdf | Counts, limits: Limits) -> None:
        self._limits = limits
        self._levels.add(part, limits.fan_out)

    def finish(self, limits: Limits) -> Ecdf | Counts | None:
        """The summary of all parts, cut to size once more."""
        merged = merge(self._levels.parts())
        return compress(merged, points=limits.points, labels=limits.labels)

    def _join(self, parts: list[Ecdf | Counts]) -> Ecdf | Counts:
        limits = self._limits
        # Labels are dropped only where there are far too many, so that few are dropped wrongly.
        labels = limits.labels and limits.labels * limits.fan_out
        joined = compress(merge(parts), points=limits.points, labels=labels)
        return joined if joined is not None else parts[0]
