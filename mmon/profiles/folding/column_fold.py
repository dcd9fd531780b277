"""Summarises one column over all batches, one summary a window and segment."""

from __future__ import annotations

import dataclasses
from typing import NamedTuple

import numpy as np
import polars as pl

from mmon.engine.local import column_of
from mmon.profiles.distributions.counts import Counts
from mmon.profiles.distributions.ecdf import Ecdf
from mmon.profiles.distributions.label_counter import LabelCounter
from mmon.profiles.distributions.presence import Presence
from mmon.profiles.distributions.ranks import sort
from mmon.profiles.distributions.reading import Reading, read_as
from mmon.profiles.folding.batches import Batch
from mmon.profiles.folding.feature_fold import FeatureCounts, FeatureFold
from mmon.profiles.folding.growing import Limits, Pile, Piles
from mmon.profiles.folding.keys import Cut, Key
from mmon.profiles.folding.neighbours import Neighbours
from mmon.profiles.merging import few, merged
from mmon.profiles.recognition.spelling import lost_texts
from mmon.profiles.table import ColumnProfile

_LABELS = (Reading.LABEL, Reading.TRUTH)


class ColumnFound(NamedTuple):
    """What a column's fold ends in; the bins of each window are empty for no feature."""

    profiles: dict[Key, ColumnProfile]
    features: dict[int, FeatureCounts]


class ColumnFold:
    """One column's summaries, and its bins where the model's performance is looked at by them."""

    def __init__(
        self, plan: ColumnProfile, limits: Limits, bins: FeatureFold | None = None
    ) -> None:
        self.plan = plan
        self._bins = bins
        self.piles = Piles(limits, Pile, Pile.cut)
        self._labels = LabelCounter()
        self._neighbours = Neighbours(plan.reading)

    def add(self, batch: pl.DataFrame, context: Batch) -> None:
        if context.is_known and self._bins is None and len(context.cuts) == 1:
            return
        every = read_as(column_of(batch, self.plan.name), self.plan.reading)
        lost = lost_texts(batch, self.plan.name)
        if context.stretches is not None:
            self._neighbours.add(every, *context.stretches)
        for index, cut in enumerate(context.cuts):
            values, unread = every, lost
            if cut.order is not None:
                values = values.gather(cut.order)
                unread = None if lost is None else lost.gather(cut.order)
            if index or not context.is_known:
                self.add_parts(values, unread, cut)
            if index == 0 and self._bins is not None and context.rows is not None:
                self._bins.add(values, context.rows)

    def add_parts(self, values: pl.Series, lost: pl.Series | None, cut: Cut) -> None:
        """Add the rows of a cut, in its order, with the texts that could not be read."""
        for _, pile, limits, rows in self.piles.of(cut):
            part = values[rows]
            if lost is not None:
                texts = lost[rows].drop_nulls()
                pile.unreadable += len(texts)
                pile.examples = few([pile.examples, texts.unique()])
            if self.plan.reading is Reading.PRESENCE:
                pile.presence = merged([pile.presence, _presence(part)])
            else:
                found = self._summarise(part, limits)
                pile.presence = merged([pile.presence, found.presence])
                pile.add(found, limits)

    def _summarise(self, values: pl.Series, limits: Limits) -> Ecdf | Counts:
        if self.plan.reading not in _LABELS:
            return _numbers(values, limits)
        return self._labels.count(values) if values.dtype == pl.String else Counts.of(values)

    def finish(self) -> ColumnFound:
        dependence = self._neighbours.finish()
        profiles = {
            key: dataclasses.replace(
                self.plan,
                presence=pile.presence,
                distribution=pile.finish(limits),
                unreadable=pile.unreadable,
                examples=pile.examples,
                vectors=pile.vectors and pile.vectors.folded(limits.groups),
                tokens=pile.tokens and pile.tokens.folded(limits.buckets),
                dependence=dependence.get(key.window),
            )
            for key, pile, limits in self.piles.finished()
        }
        return ColumnFound(profiles, self._bins.windows if self._bins else {})


def _numbers(values: pl.Series, limits: Limits) -> Ecdf:
    """The summary of one batch of numbers in their final form (see `read_as`)."""
    null = values.null_count()
    ordered = sort((values.drop_nulls() if null else values).to_numpy(writable=True))
    nan = inf = 0
    # What is not finite stands at the ends.
    if not np.isfinite([*ordered[:1], *ordered[-1:]]).all():
        first = int(np.searchsorted(ordered, -np.inf, side="right"))
        past, numbers = np.searchsorted(ordered, [np.inf, np.nan]).tolist()
        nan, inf = len(ordered) - numbers, first + numbers - past
        ordered = ordered[first:past]
    presence = Presence(present=len(ordered), null=null, nan=nan, inf=inf)
    return Ecdf.of_ordered(ordered, presence=presence, points=limits.points)


def _presence(values: pl.Series) -> Presence:
    null = values.null_count()
    nan = int(values.is_nan().sum()) if values.dtype.is_float() else 0
    return Presence(present=len(values) - null - nan, null=null, nan=nan)


def empty_column(plan: ColumnProfile) -> ColumnProfile:
    """The profile of a column of no rows."""
    if plan.reading in _LABELS:
        return plan.without_rows(Counts.merge([]))
    return plan.without_rows(None if plan.reading is Reading.PRESENCE else Ecdf.empty())
