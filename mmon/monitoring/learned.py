"""What earlier windows were, for levels that are learned from them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from mmon.config.sections import Config
from mmon.history.store import History
from mmon.profiles.block_noise import BlockKey, BlockNoise
from mmon.results import Status

_FOUND = (Status.POTENTIAL_DETECTION.value, Status.DETECTED.value)


class Past:
    """The values of results in windows of a history, as it grows."""

    def __init__(self, config: Config, history: History) -> None:
        self._names = sorted(set(_learning(config.model_dump(), ())))
        self._history = history

    def before(self, key: int) -> BlockNoise | None:
        """The values in windows before one; not of what was found, which is not usual.

        None where no level is learned.
        """
        if not self._names:
            return None
        found: dict[BlockKey, dict[int, float]] = {}
        for window, value, status, *of in self._history.values(self._names, before=key):
            if value is not None and status not in _FOUND:
                found.setdefault(BlockKey(*of), {})[window] = value
        windows = sorted({window for one in found.values() for window in one})
        rows = [[one.get(window, np.nan) for window in windows] for one in found.values()]
        return BlockNoise(
            "",
            "UTC",
            np.array(windows, dtype=np.int64),
            tuple(found),
            np.array(rows, dtype=np.float64).reshape(len(found), len(windows)),
            sampling=np.zeros(len(found)),
        )


def _learning(part: Any, path: tuple[str, ...]) -> Iterator[str]:
    """The keys on the way to every learned level: the result's name is among them."""
    if isinstance(part, dict):
        if part.get("source") == "history":
            yield from path
        for name, value in part.items():
            yield from _learning(value, (*path, str(name)))
