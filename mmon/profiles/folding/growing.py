"""The growing summary of one column: parts of batches, merged so that memory stays bounded."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

from mmon.profiles.activity.batch_steps import MOST_STEPS
from mmon.profiles.activity.identities import MOST_IDS
from mmon.profiles.distributions.counts import MOST_HASHES, Counts
from mmon.profiles.distributions.ecdf import Ecdf
from mmon.profiles.distributions.presence import Presence
from mmon.profiles.distributions.tokens import BUCKETS, FEWEST_BUCKETS, Tokens
from mmon.profiles.distributions.vector_sums import FEWEST_GROUPS, GROUPS, VectorSums
from mmon.profiles.folding.keys import Cut, Key

T = TypeVar("T")
Join = Callable[[list[T]], T]
"""Merges parts into one of the size to be kept by now."""

# Beyond this many windows each keeps fewer points, but enough to tell 0.01 from 0.02 ...
_MANY_WINDOWS = 64
_FEWEST_POINTS = 256
# ... and fewer steps of time, still a day by minutes for a year of days ...
_FEWEST_STEPS = 200
# ... and fewer labels, but all of them where they are a few hundred ...
_MANY_FOR_LABELS = 128
_FEWEST_LABELS = 512
# ... and fewer buckets of words ...
_MANY_FOR_WORDS = 8
# ... and fewer ids, a fair sample of those of each window, as long as there are not too many.
_MANY_FOR_IDS = 4
_FEWEST_IDS = 1 << 14
_TOO_MANY_FOR_IDS = 512
# Ids of segments are those of the whole: few are enough to see which segment repeats its own.
_SEGMENT_IDS = 1 << 14
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
    ids, steps : int
        Ids and steps of time that an activity keeps.
    groups : int
        Groups of rows in which vectors are summed, a power of two.
    buckets : int
        Buckets of words, a power of two.
    """

    points: int | None
    labels: int | None
    fan_out: int = 16
    slack: int = 16
    hashes: int = MOST_HASHES
    ids: int = MOST_IDS
    steps: int = MOST_STEPS
    groups: int = GROUPS
    buckets: int = BUCKETS

    def shared_by(self, windows: int) -> Limits:
        """What each of so many windows keeps, so that memory does not grow with all of them."""
        if windows <= 1:
            return self

        def share(kept: int, fewest: int, many: int) -> int:
            return min(kept, max(fewest, kept * many // windows))

        fewest_ids = int(_FEWEST_IDS * min(1.0, _TOO_MANY_FOR_IDS / windows))
        return Limits(
            points=self.points and share(self.points, _FEWEST_POINTS, _MANY_WINDOWS),
            labels=self.labels and share(self.labels, _FEWEST_LABELS, _MANY_FOR_LABELS),
            fan_out=self.fan_out if windows <= _MANY_WINDOWS else 4,
            slack=max(2, self.slack // windows) if windows <= _VERY_MANY_WINDOWS else 1,
            # Only of a reference, which is one window, the number of labels says something.
            hashes=0,
            ids=share(self.ids, fewest_ids, _MANY_FOR_IDS),
            steps=share(self.steps, _FEWEST_STEPS, _MANY_WINDOWS),
            groups=_power(share(self.groups, FEWEST_GROUPS, _MANY_WINDOWS)),
            buckets=_power(share(self.buckets, FEWEST_BUCKETS, _MANY_FOR_WORDS)),
        )

    @property
    def growing(self) -> int | None:
        """Labels that are counted as long as there are more rows to come."""
        return self.labels and self.labels * self.slack


def _power(most: int) -> int:
    """The largest power of two that is no larger."""
    return 1 << most.bit_length() - 1


class Levels(Generic[T]):
    """Parts merged level by level: ``fan_out`` of them into one of the next level."""

    def __init__(self) -> None:
        self._levels: list[list[T]] = []

    def add(self, part: T, join: Join[T], fan_out: int) -> None:
        for level in self._levels:
            level.append(part)
            if len(level) < fan_out:
                return
            part = join(level)
            level.clear()
        self._levels.append([part])

    def parts(self) -> list[T]:
        """What is left to be merged, once."""
        return [part for level in self._levels for part in level]


class Waiting(Generic[T]):
    """Parts that wait until merging them is worth its cost.

    ``size`` tells how many numbers a merge has to look at in a part.
    """

    def __init__(self, size: Callable[[T], int]) -> None:
        self._size = size
        self.whole: T | None = None
        self._pending: list[T] = []
        self._waiting = 0

    def add(self, part: T, join: Join[T], fewest: int, most: int | None = None) -> None:
        """Take a part; fewer than ``fewest`` wait, unless larger than ``most`` together."""
        self._pending.append(part)
        self._waiting += self._size(part)
        is_due = len(self._pending) >= fewest or (most is not None and self._waiting > most)
        waits_for = 0 if self.whole is None else _WORTH * self._size(self.whole)
        if is_due and self._waiting > waits_for:
            self.merge(join)

    def merge(self, join: Join[T]) -> T | None:
        """All parts so far as one; None when there was none."""
        parts = [] if self.whole is None else [self.whole]
        parts += self._pending
        self.whole = join(parts) if parts else None
        self._pending, self._waiting = [], 0
        return self.whole


class Piles(Generic[T]):
    """A pile a window and segment, and among how many of them all memory is shared.

    Whenever there are twice as many as before, all of them are cut to their share: that of a window
    which is over would else stay what it was when there were few.
    """

    def __init__(
        self,
        limits: Limits,
        make: Callable[[], T],
        cut: Callable[[T, Limits], object] | None = None,
    ) -> None:
        self.by_key: dict[Key, T] = {}
        self._limits = limits
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
                self._cut(pile, self.limits(key))

    def limits(self, key: Key) -> Limits:
        """What a pile keeps: windows share among windows, segments of them among all."""
        if not key.segment:
            return self._limits.shared_by(self._windows)
        shared = self._limits.shared_by(len(self.by_key))
        return dataclasses.replace(shared, ids=min(shared.ids, _SEGMENT_IDS))

    def of(self, cut: Cut) -> Iterator[tuple[Key, T, Limits, slice]]:
        """The piles of a batch that was cut, each with its rows in the order of the cut."""
        self.open(key for key, _, _ in cut.parts)
        for key, first, past in cut.parts:
            yield key, self.by_key[key], self.limits(key), slice(first, past)

    def finished(self) -> Iterator[tuple[Key, T, Limits]]:
        """All piles, and what they keep in the end."""
        return ((key, pile, self.limits(key)) for key, pile in self.by_key.items())


class Pile:
    """The growing summary of one column in one window."""

    def __init__(self) -> None:
        self.presence = Presence()
        self.unreadable = 0
        self.examples: tuple[str, ...] = ()
        self.vectors: VectorSums | None = None
        self.tokens: Tokens | None = None
        self._points: Levels[Ecdf] = Levels()
        self._labels: Waiting[Counts] = Waiting(lambda one: len(one.labels))

    def add(self, part: Ecdf | Counts, limits: Limits) -> None:
        if isinstance(part, Ecdf):
            points = functools.partial(_joined_points, limits=limits)
            self._points.add(part, points, limits.fan_out)
        else:
            labels = functools.partial(_joined_labels, limits=limits)
            self._labels.add(part, labels, limits.fan_out, limits.growing)

    def cut(self, limits: Limits) -> None:
        """Drop labels, groups of vectors and buckets of words beyond what is kept by now."""
        if self.vectors is not None:
            self.vectors = self.vectors.folded(limits.groups)
        if self.tokens is not None:
            self.tokens = self.tokens.folded(limits.buckets)
        self._labels.merge(functools.partial(_joined_labels, limits=limits))

    def finish(self, limits: Limits) -> Ecdf | Counts | None:
        """The summary of all parts, cut to size once more."""
        points = self._points.parts()
        if points:
            return _joined_points(points, limits)
        self.cut(limits)
        labels = self._labels.whole
        return labels and labels.compress(limits.labels, hashes=limits.hashes)


def _joined_points(parts: list[Ecdf], limits: Limits) -> Ecdf:
    return Ecdf.merge(parts).compress(limits.points)


def _joined_labels(parts: list[Counts], limits: Limits) -> Counts:
    return Counts.merge(parts).compress(limits.growing, hashes=limits.hashes)
