"""The growing summary of one column: parts of batches, merged so that memory stays bounded."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

from mmon.profiles.distributions.counts import MOST_HASHES, Counts
from mmon.profiles.distributions.ecdf import Ecdf
from mmon.profiles.distributions.presence import Presence
from mmon.profiles.folding.keys import Key

T = TypeVar("T")

# Beyond this many windows each keeps fewer points, but enough to tell 0.01 from 0.02 ...
_MANY_WINDOWS = 64
_FEWEST_POINTS = 256
# ... and fewer labels, but all of them where they are a few hundred.
_MANY_FOR_LABELS = 128
_FEWEST_LABELS = 512
# Beyond this many windows these fewest are a lot together, and no more are counted meanwhile.
_VERY_MANY_WINDOWS = 1024

# What waits is merged when it is this large a part of what it is merged with, at least.
_WORTH = 0.5


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
    slack : int
        Times as many labels as are kept in the end that are counted as long as there are more rows
        to come, so that few are dropped wrongly.
    hashes : int
        Hashes of labels kept to tell how many there are.
    """

    points: int | None
    labels: int | None
    fan_out: int = 16
    slack: int = 16
    hashes: int = MOST_HASHES

    def shared_by(self, windows: int) -> Limits:
        """What each of so many windows keeps, so that memory does not grow with all of them."""
        if windows <= 1:
            return self
        return Limits(
            points=_share(self.points, _FEWEST_POINTS, _MANY_WINDOWS, windows),
            labels=_share(self.labels, _FEWEST_LABELS, _MANY_FOR_LABELS, windows),
            fan_out=self.fan_out if windows <= _MANY_WINDOWS else 4,
            slack=max(2, self.slack // windows) if windows <= _VERY_MANY_WINDOWS else 1,
            # Only of a reference, which is one window, the number of labels says something.
            hashes=0,
        )

    @property
    def growing(self) -> int | None:
        """Labels that are counted as long as there are more rows to come."""
        return self.labels and self.labels * self.slack


def _share(kept: int | None, fewest: int, many: int, windows: int) -> int | None:
    """What each of so many windows keeps, where ``many`` of them may keep all that is asked for."""
    return kept and min(kept, max(fewest, kept * many // windows))


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


class Waiting(Generic[T]):
    """Parts that wait until merging them is worth its cost.

    Parameters
    ----------
    join : callable
        Merges parts into one of the size to be kept.
    size : callable
        How many numbers a merge has to look at in a part.
    """

    def __init__(self, join: Callable[[list[T]], T], size: Callable[[T], int]) -> None:
        self._join = join
        self._size = size
        self.whole: T | None = None
        self._pending: list[T] = []
        self._waiting = 0

    def add(self, part: T, fewest: int, most: int | None = None) -> None:
        """Take a part.

        Parameters
        ----------
        part
        fewest : int
            Fewer parts wait ...
        most : int or None
            ... unless they are larger than this together.
        """
        self._pending.append(part)
        self._waiting += self._size(part)
        is_due = len(self._pending) >= fewest or (most is not None and self._waiting > most)
        waits_for = 0 if self.whole is None else _WORTH * self._size(self.whole)
        if is_due and self._waiting > waits_for:
            self.merge()

    @property
    def held(self) -> int:
        """The size of all parts that are held, merged or not."""
        return self._waiting + (0 if self.whole is None else self._size(self.whole))

    def merge(self) -> T | None:
        """All parts so far as one; None when there was none."""
        parts = [] if self.whole is None else [self.whole]
        parts += self._pending
        self.whole = self._join(parts) if parts else None
        self._pending, self._waiting = [], 0
        return self.whole


class Piles(Generic[T]):
    """A pile a window and segment, and among how many of them all memory is shared.

    Whenever there are twice as many as before, all of them are cut to their share: that of a window
    which is over would else stay what it was when there were few.

    Parameters
    ----------
    make : callable
        Makes an empty pile.
    cut : callable, optional
        Cuts a pile to what each of so many may keep.
    """

    def __init__(self, make: Callable[[], T], cut: Callable[[T, int], None] | None = None) -> None:
        self.by_key: dict[Key, T] = {}
        self._make = make
        self._cut = cut
        self._windows = 0
        self._cut_at = 2

    def open(self, keys: Iterable[Key]) -> None:
        """Make the piles that are missing."""
        for key in keys:
            if key not in self.by_key:
                self.by_key[key] = self._make()
                self._windows += not key.segment
        if self._cut is not None and len(self.by_key) >= self._cut_at:
            self._cut_at = 2 * len(self.by_key)
            for key, pile in self.by_key.items():
                self._cut(pile, self.sharing(key))

    def sharing(self, key: Key) -> int:
        """Among how many a pile shares: windows among windows, segments of them among all."""
        return len(self.by_key) if key.segment else self._windows


class Pile:
    """The growing summary of one column in one window."""

    def __init__(self) -> None:
        self.presence = Presence()
        self.unreadable = 0
        self.examples: tuple[str, ...] = ()
        self._limits = Limits(None, None)
        self._points: Levels[Ecdf] = Levels(self._join_points)
        self._labels: Waiting[Counts] = Waiting(self._join_labels, lambda one: len(one.labels))

    def add(self, part: Ecdf | Counts, limits: Limits) -> None:
        self._limits = limits
        if isinstance(part, Ecdf):
            self._points.add(part, limits.fan_out)
        else:
            self._labels.add(part, limits.fan_out, limits.growing)

    def cut(self, limits: Limits) -> None:
        """Drop the labels that are more than may be counted by now."""
        self._limits = limits
        self._labels.merge()

    @property
    def held(self) -> int:
        """Labels held while there are more rows to come."""
        return self._labels.held

    def finish(self, limits: Limits) -> Ecdf | Counts | None:
        """The summary of all parts, cut to size once more."""
        points, labels = self._points.parts(), self._labels.merge()
        if points:
            return Ecdf.merge(points).compress(limits.points)
        return labels and labels.compress(limits.labels, hashes=limits.hashes)

    def _join_points(self, parts: list[Ecdf]) -> Ecdf:
        return Ecdf.merge(parts).compress(self._limits.points)

    def _join_labels(self, parts: list[Counts]) -> Counts:
        limits = self._limits
        return Counts.merge(parts).compress(limits.growing, hashes=limits.hashes)
