"""Summarises how good the predictions were, window by window and segment by segment."""

from __future__ import annotations

import dataclasses
import functools
from collections import Counter

import numpy as np
import polars as pl

from mmon.profiles.folding.batches import Batch
from mmon.profiles.folding.growing import Levels, Limits, Piles
from mmon.profiles.folding.keys import Key
from mmon.profiles.merging import merge
from mmon.profiles.outcomes.error_plane import Grid
from mmon.profiles.outcomes.loss_steps import LossSteps
from mmon.profiles.outcomes.outcomes import Fault, Outcome
from mmon.profiles.outcomes.performance_tables import performance_of
from mmon.profiles.table import Performance
from mmon.records.arrays import taken


@dataclasses.dataclass(frozen=True, slots=True)
class OutcomeFound:
    """What is known of the outcomes of a window or segment."""

    performance: Performance | None
    faults: dict[Fault, int] = dataclasses.field(default_factory=dict)
    losses: LossSteps | None = None


class OutcomeFold:
    """The performance tables of one dataset; a regression's rows are counted on the grid."""

    def __init__(self, limits: Limits, grid: Grid | None) -> None:
        self._grid = grid
        self._piles: Piles[Levels[Performance]] = Piles(limits, Levels)
        self._losses: Piles[Levels[LossSteps]] = Piles(limits, Levels)
        self._faults: dict[Key, Counter[Fault]] = {}

    def add(self, batch: pl.DataFrame, context: Batch) -> None:
        if context.outcome is None:
            return
        for cut in context.cuts:
            outcome = cut.ordered(context.outcome)
            for key, pile, limits, rows in self._piles.of(cut):
                part = taken(outcome, rows)
                tables = performance_of(part, limits.points, self._grid)
                pile.add(tables, functools.partial(_joined, limits=limits), limits.fan_out)
                self._count_faults(key, part)
                if not key.segment:
                    self._add_losses(key, part)

    def _add_losses(self, key: Key, part: Outcome) -> None:
        found = LossSteps.of(part)
        self._losses.open([key])
        if found is not None:
            limits = self._losses.limits(key)
            join = functools.partial(LossSteps.merge, steps_kept=limits.steps)
            self._losses.by_key[key].add(found, join, limits.fan_out)

    def _count_faults(self, key: Key, part: Outcome) -> None:
        if part.fault is None or not part.fault.any():
            return
        counts = np.bincount(part.fault, minlength=len(Fault)).tolist()
        found = {fault: counts[fault] for fault in Fault if fault and counts[fault]}
        self._faults.setdefault(key, Counter()).update(found)

    def finish(self) -> dict[Key, OutcomeFound]:
        losses = {
            key: LossSteps.merge(pile.parts(), steps_kept=limits.steps)
            for key, pile, limits in self._losses.finished()
            if pile.parts()
        }
        return {
            key: OutcomeFound(
                _joined(pile.parts(), limits),
                dict(self._faults.get(key, {})),
                losses.get(key),
            )
            for key, pile, limits in self._piles.finished()
        }


def _joined(parts: list[Performance], limits: Limits) -> Performance:
    return merge(parts).compress(limits.points)
