"""Keeps the loss of each row, where an analysis that needs rows in their order asks for it."""

from __future__ import annotations

import dataclasses

import numpy as np
import polars as pl

from mmon.profiles.folding.batches import Batch
from mmon.profiles.outcomes.loss_steps import NO_PLACE, Loss, row_losses
from mmon.records.arrays import FloatArray, IntArray

MOST_LOSSES = 1_000_000
"""Rows whose losses are kept, of 16 bytes each."""


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class LossColumn:
    """The losses of labelled rows, in the order of time, and of the data where times are equal.

    Attributes
    ----------
    loss : Loss or None
        None where no row has one.
    places : (n,) int64
        When each row was: see `mmon.profiles.outcomes.loss_steps.LossSteps`.
    losses : (n,) float64
    rows : int
        Labelled rows with a time; more than are kept where there are more than `MOST_LOSSES`, and
        then none is.
    """

    loss: Loss | None
    places: IntArray
    losses: FloatArray
    rows: int


class LossColumnFold:
    """Collects the losses of one dataset's rows."""

    def __init__(self) -> None:
        self._loss: Loss | None = None
        self._places: list[IntArray] = []
        self._losses: list[FloatArray] = []
        self._rows = 0

    def add(self, batch: pl.DataFrame, context: Batch) -> None:
        outcome = context.outcome
        found = None if outcome is None else row_losses(outcome)
        if found is None or outcome is None or outcome.place is None:
            return
        self._loss, losses = found
        is_known = ~np.isnan(losses) & (outcome.place != NO_PLACE)
        self._rows += int(is_known.sum())
        if self._rows > MOST_LOSSES:
            # A part of them would be another stream.
            self._places, self._losses = [], []
            return
        self._places.append(outcome.place[is_known])
        self._losses.append(losses[is_known])

    def finish(self) -> LossColumn:
        places = np.concatenate([np.empty(0, dtype=np.int64), *self._places])
        losses = np.concatenate([np.empty(0), *self._losses])
        order = np.argsort(places, kind="stable")
        return LossColumn(self._loss, places[order], losses[order], self._rows)
