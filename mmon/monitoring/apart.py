"""Takes the rows of windows apart, so that each window is read as though there was no other.

A summary depends on where the batches of its rows end. That must not be where the rows of another
window ended, or a window would be another one in a run of a year than in the run of its day.
"""

from __future__ import annotations

import contextlib
import itertools
import shutil
from collections.abc import Collection, Iterator
from pathlib import Path

import polars as pl

from mmon.engine.local import batch_rows
from mmon.files import witness
from mmon.profiles.folding.census import WINDOW
from mmon.sources import spool

_MOST_BYTES = 1 << 28
"""Rows of more than this are kept on disk."""


@contextlib.contextmanager
def apart() -> Iterator[Parts]:
    """A place for the rows of some windows, until the block ends."""
    parts = Parts()
    try:
        yield parts
    finally:
        parts.close()


class Parts:
    """The rows of windows, each in their order; on disk when they are many."""

    def __init__(self) -> None:
        self._empty = pl.LazyFrame()
        self._held: dict[int, list[pl.DataFrame]] = {}
        self._kept: dict[int, list[Path]] = {}
        self._rows: dict[int, int] = {}
        self._bytes = 0
        self._folder: Path | None = None
        self._number = itertools.count()

    def take(self, frame: pl.LazyFrame, keys: Collection[int]) -> None:
        """Read the rows of some windows from a frame that has the column ``WINDOW``."""
        wanted = frame.filter(pl.col(WINDOW).is_in(list(keys)))
        schema = wanted.collect_schema()
        self._empty = pl.DataFrame(schema=schema).drop(WINDOW).lazy()
        rows = batch_rows(len(schema))
        for batch in wanted.collect_batches(chunk_size=rows, maintain_order=True, lazy=True):
            found = batch.partition_by(WINDOW, as_dict=True, include_key=False, maintain_order=True)
            for (key,), part in found.items():
                self._add(key, part)

    def rows(self, key: int) -> int:
        """How many rows of a window are here."""
        return self._rows.get(key, 0)

    def clear(self) -> None:
        """Forget all rows."""
        self._held, self._kept, self._rows, self._bytes = {}, {}, {}, 0

    def of(self, key: int) -> pl.LazyFrame:
        """The rows of a window, without ``WINDOW``."""
        kept = [pl.scan_ipc(path) for path in self._kept.get(key, ())]
        held = [part.lazy() for part in self._held.get(key, ())]
        return pl.concat([self._empty, *kept, *held])

    def close(self) -> None:
        """Drop all rows."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            witness.settle(self._folder)

    def _add(self, key: int, rows: pl.DataFrame) -> None:
        self._held.setdefault(key, []).append(rows)
        self._rows[key] = self._rows.get(key, 0) + rows.height
        self._bytes += int(rows.estimated_size())
        if self._bytes > _MOST_BYTES:
            self._unload()

    def _unload(self) -> None:
        if self._folder is None:
            self._folder = spool.temporary("rows").parent
        for key, rows in self._held.items():
            path = self._folder / f"{next(self._number)}.arrow"
            pl.concat(rows).write_ipc(path)
            self._kept.setdefault(key, []).append(path)
        self._held, self._bytes = {}, 0
