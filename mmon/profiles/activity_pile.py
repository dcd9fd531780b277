"""The growing activity of one window: parts wait until merging them is worth its cost."""

from __future__ import annotations

from mmon.profiles.activity import Activity
from mmon.profiles.identities import EVERY_HASH, MOST_IDS
from mmon.profiles.pile import Waiting

_FEWEST_PARTS = 4


class ActivityPile:
    """Parts of one window, in any order."""

    def __init__(self) -> None:
        self._ids_kept = MOST_IDS
        self._parts: Waiting[Activity] = Waiting(self._join, _size)

    def add(self, part: Activity, ids_kept: int) -> None:
        """Take a part; the whole keeps so many ids at most."""
        self._ids_kept = ids_kept
        self._parts.add(part, _FEWEST_PARTS)

    def cut(self, ids_kept: int) -> None:
        """Drop the ids that are more than may be kept by now."""
        self._ids_kept = min(self._ids_kept, ids_kept)
        self._parts.merge()

    def finish(self, ids_kept: int) -> Activity:
        """The activity of all parts."""
        self._ids_kept = ids_kept
        return self._parts.merge() or Activity.of(rows=0)

    @property
    def ids_bound(self) -> int:
        """Hashes of ids above this are of no use any more: see `Identities.of`."""
        whole = self._parts.whole
        ids = None if whole is None else whole.identities
        return EVERY_HASH if ids is None else ids.bound

    def _join(self, parts: list[Activity]) -> Activity:
        return Activity.merge(parts, ids_kept=self._ids_kept)


def _size(part: Activity) -> int:
    """Numbers that a merge has to look at."""
    latency = 0 if part.latency is None else len(part.latency.keys)
    ids = 0 if part.identities is None else len(part.identities.hashes)
    return len(part.starts) + latency + ids
