"""The growing activity of one window: parts wait until merging them is worth its cost."""

from __future__ import annotations

from typing import NamedTuple

from mmon.profiles.activity.activity import Activity
from mmon.profiles.activity.batch_steps import MOST_STEPS
from mmon.profiles.activity.identities import EVERY_HASH, MOST_IDS, ids_kept
from mmon.profiles.folding.growing import Waiting

_FEWEST_PARTS = 4

# Beyond this many windows each keeps fewer steps: still a day by minutes for a year of days.
_MANY_WINDOWS = 64
_FEWEST_STEPS = 200


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
