"""Summarises one column over all batches, one summary a window and segment."""

from __future__ import annotations

import dataclasses

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
from mmon.profiles.merging import few, merged
from mmon.profiles.plan import ColumnPlan
from mmon.profiles.recognition.spelling import lost_texts
from mmon.profiles.table import ColumnProfile

_LABELS = (Reading.LABEL, Reading.TRUTH)


@dataclasses.dataclass(frozen=True, slots=True)
class ColumnFound:
    """What a column's fold ends in.

    Attributes
    ----------
    profiles : mapping of Key to ColumnProfile
    features : mapping of int to FeatureCounts
        Window to the column's bins; empty for no feature.
    """

    profiles: dict[Key, ColumnProfile]
    features: dict[int, FeatureCounts]


class ColumnFold:
    """One column's summaries, a pile a window and segment.

    Parameters
    ----------
    plan : ColumnPlan
    limits : Limits
    bins : FeatureFold or None
        Where the model's performance is looked at by the column's values.
    """

    def __init__(self, plan: ColumnPlan, limits: Limits, bins: FeatureFold | None = None) -> None:
        self._plan = plan
        self._limits = limits
        self._bins = bins
        self._piles = Piles(Pile, lambda pile, sharing: pile.cut(limits.shared_by(sharing)))
        self._labels = LabelCounter()

    def add(self, batch: pl.DataFrame, context: Batch) -> None:
        if context.is_known and self._bins is None and len(context.cuts) == 1:
            return
        every = read_as(column_of(batch, self._plan.name), self._plan.reading)
        lost = lost_texts(batch, self._plan.name)
        for index, cut in enumerate(context.cuts):
            values, unread = every, lost
            if cut.order is not None:
                values = values.gather(cut.order)
                unread = None if lost is None else lost.gather(cut.order)
            if index or not context.is_known:
                self._add_parts(values, unread, cut)
            if index == 0 and self._bins is not None and context.rows is not None:
                rows = context.rows
                self._bins.add(values, rows.parts, rows.joint, rows.sampled)

    def _add_parts(self, values: pl.Series, lost: pl.Series | None, cut: Cut) -> None:
        self._piles.open(key for key, _, _ in cut.parts)
        for key, first, past in cut.parts:
            pile = self._piles.by_key[key]
            limits = self._limits.shared_by(self._piles.sharing(key))
            part = values.slice(first, past - first)
            if lost is not None:
                texts = lost.slice(first, past - first).drop_nulls()
                pile.unreadable += len(texts)
                pile.examples = few([*pile.examples, *texts.unique()])
            if self._plan.reading is Reading.PRESENCE:
                pile.presence = merged([pile.presence, _presence(part)])
            else:
                found = self._summarise(part, limits)
                pile.presence = merged([pile.presence, found.presence])
                pile.add(found, limits)

    def _summarise(self, values: pl.Series, limits: Limits) -> Ecdf | Counts:
        if self._plan.reading not in _LABELS:
            return summarise_numbers(values, limits)
        return self._labels.count(values) if values.dtype == pl.String else Counts.of(values)

    def finish(self) -> ColumnFound:
        profiles = {
            key: column_profile(
                self._plan,
                presence=pile.presence,
                distribution=pile.finish(self._limits.shared_by(self._piles.sharing(key))),
                unreadable=pile.unreadable,
                examples=pile.examples,
            )
            for key, pile in self._piles.by_key.items()
        }
        return ColumnFound(profiles, self._bins.windows if self._bins else {})


def summarise_numbers(values: pl.Series, limits: Limits) -> Ecdf:
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


def empty_column(plan: ColumnPlan) -> ColumnProfile:
    """The profile of a column of no rows."""
    distribution: Ecdf | Counts | None = None
    if plan.reading in _LABELS:
        distribution = Counts.merge([])
    elif plan.reading is not Reading.PRESENCE:
        distribution = Ecdf.empty()
    return column_profile(plan, presence=Presence(), distribution=distribution)


def column_profile(
    plan: ColumnPlan,
    *,
    presence: Presence,
    distribution: Ecdf | Counts | None,
    unreadable: int = 0,
    examples: tuple[str, ...] = (),
) -> ColumnProfile:
    """A column's profile, with what its plan says of it."""
    return ColumnProfile(
        name=plan.name,
        dtype=plan.dtype,
        kind=plan.kind,
        reading=plan.reading,
        presence=presence,
        distribution=distribution,
        is_tested=plan.is_tested,
        is_feature=plan.is_feature,
        reason=plan.reason,
        unreadable=unreadable,
        examples=examples,
        spelling=plan.spelling,
    )
