"""The growing activity of one window: parts wait until merging them is worth its cost."""

from __future__ import annotations

from mmon.profiles.activity import Activity
from mmon.profiles.identities import EVERY_HASH

# What waits is merged when it is this large a part of what it is merged with, at least.
_WORTH = 0.5
_FEWEST_PARTS = 4


class ActivityPile:
    """Parts of one window, in any order."""

    def __init__(self) -> None:
        self._whole: Activity | None = None
        self._pending: list[Activity] = []
        self._size = 0

    def add(self, part: Activity, ids_kept: int) -> None:
        """Take a part; the whole keeps so many ids at most."""
        self._pending.append(part)
        self._size += _size(part)
        waits_for = 0 if self._whole is None else _WORTH * _size(self._whole)
        if len(self._pending) >= _FEWEST_PARTS and self._size > waits_for:
            self._whole = self.finish(ids_kept)
            self._pending, self._size = [], 0

    def finish(self, ids_kept: int) -> Activity:
        """The activity of all parts."""
        parts = self._pending if self._whole is None else [self._whole, *self._pending]
        return Activity.merge(parts, ids_kept=ids_kept)

    @property
    def ids_bound(self) -> int:
        """Hashes of ids above this are of no use any more: see `Identities.of`."""
        ids = None if self._whole is None else self._whole.identities
        return EVERY_HASH if ids is None else ids.bound


def _size(part: Activity) -> int:
    """Numbers that a merge has to look at."""
    latency = 0 if part.latency is None else len(part.latency.keys)
    ids = 0 if part.identities is None else len(part.identities.hashes)
    return len(part.starts) + latency + ids
