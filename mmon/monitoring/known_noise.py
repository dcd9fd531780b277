"""What the reference's own windows do, out of the history as long as it follows from the same."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from mmon.history.store import History
from mmon.profiles.block_noise import BlockNoise
from mmon.profiles.codec import from_bytes, to_bytes
from mmon.records import MisfitError


class Known:
    """Gives what a history knows of a reference, and what is measured where it does not."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._new: tuple[str, BlockNoise] | None = None

    def __call__(self, digest: str, measure: Callable[[], BlockNoise]) -> BlockNoise:
        """What follows from what has that digest; measured where none that can be read is kept."""
        stored = self._history.noise(digest)
        if stored is not None:
            with contextlib.suppress(MisfitError):
                return from_bytes(stored, BlockNoise)
        found = measure()
        self._new = digest, found
        return found

    def keep(self) -> None:
        """Have the history know what was measured, once it knows of the endpoint."""
        if self._new is not None:
            digest, found = self._new
            self._history.keep_noise(digest, to_bytes(found))
