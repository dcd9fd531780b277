"""Summarises how good the predictions were, window by window and segment by segment."""

from __future__ import annotations

import dataclasses
from collections import Counter

import numpy as np
import polars as pl

from mmon.profiles.folding.batches import Batch
from mmon.profiles.folding.growing import Levels, Limits, Piles
from mmon.profiles.folding.keys import Key
from mmon.profiles.merging import merge
from mmon.profiles.outcomes.classification import ClassificationTables
from mmon.profiles.outcomes.error_plane import Grid
from mmon.profiles.outcomes.outcomes import Fault, Outcome
from mmon.profiles.outcomes.regression import RegressionTables
from mmon.profiles.table import Performance
from mmon.results import Task

Found = dict[Key, tuple[Performance, dict[Fault, int]]]


class OutcomeFold:
    """The performance tables of one dataset.

    Parameters
    ----------
    limits : Limits
    grid : Grid or None
        The cells of a regression's targets and predictions; None where there are none.
    """

    def __init__(self, limits: Limits, grid: Grid | None) -> None:
        self._limits = limits
        self._grid = grid
        self._points = limits.points
        self._piles: Piles[Levels[Performance]] = Piles(lambda: Levels(self._join))
        self._faults: dict[Key, Counter[int]] = {}

    def add(self, batch: pl.DataFrame, context: Batch) -> None:
        if context.outcome is None:
            return
        for cut in context.cuts:
            outcome = context.outcome if cut.order is None else context.outcome.take(cut.order)
            self._piles.open(key for key, _, _ in cut.parts)
            for key, first, past in cut.parts:
                limits = self._limits.shared_by(self._piles.sharing(key))
                self._points = limits.points
                part = outcome.take(slice(first, past))
                self._piles.by_key[key].add(self._tables(part, limits.points), limits.fan_out)
                self._count_faults(key, part)

    def _tables(self, outcome: Outcome, points: int | None) -> Performance:
        if outcome.task is not Task.REGRESSION:
            return ClassificationTables.of(outcome, points)
        tables = RegressionTables.of(outcome, points, grid=self._grid)
        # Without the reference's cells there are none: a batch's own would be those of no other.
        return tables if self._grid is not None else dataclasses.replace(tables, plane=None)

    def _count_faults(self, key: Key, part: Outcome) -> None:
        if part.fault is None or not part.fault.any():
            return
        counts = np.bincount(part.fault, minlength=len(Fault)).tolist()
        found = {fault: counts[fault] for fault in Fault if fault and counts[fault]}
        self._faults.setdefault(key, Counter()).update(found)

    def _join(self, parts: list[Performance]) -> Performance:
        return merge(parts).compress(self._points)

    def finish(self) -> Found:
        found: Found = {}
        for key, levels in self._piles.by_key.items():
            limits = self._limits.shared_by(self._piles.sharing(key))
            faults = {Fault(code): rows for code, rows in self._faults.get(key, {}).items()}
            found[key] = merge(levels.parts()).compress(limits.points), faults
        return found
