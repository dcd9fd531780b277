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
        self._known: dict[BlockKey, dict[int, float]] = {}
        self._to: int | None = None

    def before(self, key: int) -> BlockNoise | None:
        """The values in windows before one; not of what was found, which is not usual.

        None where no level is learned. Windows are asked for in order.
        """
        if not self._names:
            return None
        known = self._known
        for window, value, status, *of in self._history.values(self._names, self._to, before=key):
            if value is not None and status not in _FOUND:
                known.setdefault(BlockKey(*of), {})[window] = value
        self._to = key
        windows = sorted({window for one in known.values() for window in one})
        rows = [[one.get(window, np.nan) for window in windows] for one in known.values()]
        return BlockNoise(
            "",
            "UTC",
            np.array(windows, dtype=np.int64),
            tuple(known),
            np.array(rows, dtype=np.float64).reshape(len(known), len(windows)),
            sampling=np.zeros(len(known)),
        )


def _learning(part: Any, path: tuple[str, ...]) -> Iterator[str]:
    """The keys on the way to every learned level: the result's name is among them."""
    if isinstance(part, dict):
        if part.get("source") == "history":
            yield from path
        for name, value in part.items():
            yield from _learning(value, (*path, str(name)))
