"""Gives each row a pseudo-random key that is the same in whatever set of files, order or batch."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mmon.engine.local import column_of
from mmon.profiles.outcomes.outcomes import GROUPS
from mmon.records.arrays import BoolArray, mixed

Keys = NDArray[np.uint64]

# The step of splitmix64: neighbouring row numbers get unrelated keys.
_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_HALF_BIT = np.uint64(GROUPS.bit_length() - 1)


class FileRows(NamedTuple):
    """Consecutive rows of one file, which are read: so many after the first ones."""

    name: str
    rows: int
    first: int = 0


class RowKeys:
    """The keys of successive batches of one dataset, which is made of these rows of files.

    The id of a row decides; a row without one is known by its file and its number there.
    """

    def __init__(self, identity: str | None, files: Sequence[FileRows] = ()) -> None:
        self._identity = identity
        self._starts = np.cumsum([0, *(one.rows for one in files)])[:-1]
        self._salts = np.array([_salt(one.name) for one in files], dtype=np.uint64)
        self._salts += np.array([one.first for one in files], dtype=np.uint64)

    def read(self, batch: pl.DataFrame, offset: int) -> Keys:
        """(n,) keys of a batch's rows, the first of which is row ``offset`` of the data."""
        numbers = np.arange(offset, offset + batch.height, dtype=np.uint64)
        if len(self._starts):
            file = np.searchsorted(self._starts, numbers, side="right") - 1
            numbers += self._salts[file] - self._starts[file].astype(np.uint64)
        if self._identity is not None and self._identity in batch:
            ids = column_of(batch, self._identity)
            # Rows without an id would all share one key.
            numbers = np.where(ids.is_null(), numbers, ids.hash(seed=0))
        return mixed((numbers + np.uint64(1)) * _GAMMA)


def groups(keys: Keys) -> NDArray[np.uint8]:
    """(n,) pseudo-random numbers below `GROUPS`."""
    return (keys % np.uint64(GROUPS)).astype(np.uint8)


def halves(keys: Keys) -> BoolArray:
    """(n,) pseudo-random coins, independent of the groups."""
    coins: BoolArray = (keys >> _HALF_BIT) % np.uint64(2) == 0
    return coins


def _salt(name: str) -> int:
    """A number that stands for a file."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little")
