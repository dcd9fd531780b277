"""The local engine: one pass over a lazy frame, columns folded in parallel, memory bounded."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Protocol, TypeVar

import polars as pl

# A batch of 50 float columns is then about 65 MB; wider tables get shorter batches. Measured: half
# of it takes a tenth longer, twice of it a third more memory.
_BATCH_ROWS = (1 << 14, 5 << 15)
_BATCH_VALUES = 50 * _BATCH_ROWS[1]

C_contra = TypeVar("C_contra", contravariant=True)
R_co = TypeVar("R_co", covariant=True)
C = TypeVar("C")
R = TypeVar("R")


class Fold(Protocol[C_contra, R_co]):
    """Something that takes batches in order and ends in a result."""

    def add(self, batch: pl.DataFrame, context: C_contra) -> None:
        """Take one batch; ``context`` is what was prepared for it once, for all folds."""
        ...

    def finish(self) -> R_co:
        """The result of all batches taken."""
        ...


def batch_rows(columns: int) -> int:
    """Rows of one batch of a table with so many columns."""
    low, high = _BATCH_ROWS
    return max(low, min(high, _BATCH_VALUES // max(columns, 1)))


def column_of(batch: pl.DataFrame, name: str) -> pl.Series:
    """A column of a batch, under a name that is no pattern.

    Methods of a Series look it up by its name, which Polars reads as a regular expression when it
    begins with ^ and ends with $.
    """
    found = batch.get_column(name)
    return found.alias(f"{name} ") if name.startswith("^") and name.endswith("$") else found


def fold(
    frame: pl.LazyFrame,
    folds: Sequence[Fold[C, R]],
    prepare: Callable[[pl.DataFrame, int], C],
    *,
    rows: int,
    progress: Callable[[int], None] | None = None,
) -> list[R]:
    """The results of folds, usually one a column, through which a frame streams once, in row order.

    Each fold is bound to one worker thread, so it sees the batches in order without a lock and
    the result does not depend on the number of threads. ``prepare`` is called once a batch, in
    order, with the batch and the number of rows before it; ``progress`` with the rows read so far.
    """
    with ExitStack() as stack:
        workers = [
            stack.enter_context(ThreadPoolExecutor(1, thread_name_prefix="mmon"))
            for _ in range(max(1, min(os.cpu_count() or 1, len(folds))))
        ]
        offset = 0
        # Batches have exactly `rows` rows however the data is stored, so results are repeatable.
        for batch in frame.collect_batches(chunk_size=rows, maintain_order=True, lazy=True):
            context = prepare(batch, offset)
            offset += batch.height
            futures = [
                workers[index % len(workers)].submit(one.add, batch, context)
                for index, one in enumerate(folds)
            ]
            # Polars reads ahead by itself: holding more batches only takes memory.
            for future in futures:
                future.result()
            if progress is not None:
                progress(offset)
        last = [workers[index % len(workers)].submit(one.finish) for index, one in enumerate(folds)]
        return [future.result() for future in last]
