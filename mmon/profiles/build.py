"""A lazy frame in, one profile per window out, in a single pass with bounded memory."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mmon.engine.local import batch_rows, fold
from mmon.errors import ConfigError
from mmon.profiles.counts import Counts
from mmon.profiles.ecdf import Ecdf
from mmon.profiles.labels import LabelCounter
from mmon.profiles.pile import Limits, Pile
from mmon.profiles.plan import ColumnPlan, Plan
from mmon.profiles.presence import Presence
from mmon.profiles.reading import Reading, read_as
from mmon.profiles.table import ColumnProfile, Profile
from mmon.windows import RowCut, WindowCut

WHOLE = 0
"""The window key of everything, when production is not cut into windows."""

_LABELS = (Reading.LABEL, Reading.TRUTH)

OUTSIDE = np.iinfo(np.int64).min
"""The window key of rows outside every window."""

_NEEDS_TIMESTAMP = "name it with --timestamp or under columns.timestamp, or use windows of rows"


@dataclasses.dataclass(frozen=True, slots=True)
class Segments:
    """One batch cut into windows.

    Attributes
    ----------
    order : (n,) uint32 or None
        The rows in order of their windows; None when they already are.
    parts : tuple of (key, first, past)
        Each window's stretch of the ordered rows.
    """

    order: pl.Series | None
    parts: tuple[tuple[int, int, int], ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Profiled:
    """What one pass over a dataset found.

    Attributes
    ----------
    profiles : mapping
        Window key to profile, in ascending order.
    outside : int
        Rows in no window: without a time, or outside the configured limits.
    newest_us : int or None
        The latest event time of all rows, in microseconds since 1970-01-01 UTC; known when the
        windows are cut by time.
    """

    profiles: Mapping[int, Profile]
    outside: int = 0
    newest_us: int | None = None


def profile_frame(
    frame: pl.LazyFrame,
    plan: Plan,
    *,
    source: str,
    limits: Limits,
    cut: WindowCut | RowCut | None = None,
    progress: Callable[[int], None] | None = None,
) -> Profiled:
    """Summarise a dataset in one pass.

    Parameters
    ----------
    frame : LazyFrame
    plan : Plan
        The columns to read and how.
    source : str
        The dataset's name in reports.
    limits : Limits
        Points and labels that each final summary keeps.
    cut : WindowCut or RowCut, optional
        Assigns rows to windows; without it everything is one window with the key `WHOLE`. A
        `WindowCut` needs a plan with a timestamp.
    progress : callable, optional
        Called with the number of rows read so far.

    Returns
    -------
    Profiled
        Without a cut always one profile; with one, a profile for each window that has rows.
    """
    names = [column.name for column in plan.columns]
    selected = frame.select(names) if names else frame
    counter = _RowCounter(cut, plan.timestamp)
    folds = [_ColumnFold(column, limits) for column in plan.columns]
    rows = batch_rows(len(names))
    columns = fold(selected, folds, counter.segments, rows=rows, progress=progress)
    if cut is None:
        counter.rows.setdefault(WHOLE, 0)
    outside = counter.rows.pop(OUTSIDE, 0)
    profiles = {
        key: Profile(
            source=source,
            rows=counter.rows[key],
            columns=tuple(
                column.get(key) or _empty(planned)
                for planned, column in zip(plan.columns, columns, strict=True)
            ),
        )
        for key in sorted(counter.rows)
    }
    return Profiled(profiles, outside, counter.newest_us)


class _RowCounter:
    """Cuts each batch into windows and counts their rows."""

    def __init__(self, cut: WindowCut | RowCut | None, timestamp: str | None) -> None:
        self._cut = cut
        self._timestamp = timestamp
        self.rows: dict[int, int] = {}
        self.newest_us: int | None = None

    def segments(self, batch: pl.DataFrame, offset: int) -> Segments:
        found = self._cut_batch(batch, offset)
        for key, first, past in found.parts:
            self.rows[key] = self.rows.get(key, 0) + past - first
        return found

    def _cut_batch(self, batch: pl.DataFrame, offset: int) -> Segments:
        n = batch.height
        if n == 0:
            return Segments(None, ())
        if self._cut is None:
            return Segments(None, ((WHOLE, 0, n),))
        keys = self._keys(batch, offset)
        order = None
        if (keys[1:] < keys[:-1]).any():
            positions = np.argsort(keys, kind="stable")
            keys = keys[positions]
            order = pl.Series(positions.astype(np.uint32))
        starts = np.flatnonzero(np.append(True, keys[1:] != keys[:-1]))
        pasts = np.append(starts[1:], n)
        parts = zip(keys[starts].tolist(), starts.tolist(), pasts.tolist(), strict=True)
        return Segments(order, tuple(parts))

    def _keys(self, batch: pl.DataFrame, offset: int) -> NDArray[np.int64]:
        if isinstance(self._cut, RowCut):
            return self._cut.assign(offset, batch.height)
        if self._cut is None or self._timestamp is None:
            raise ConfigError(
                "windows by time need a timestamp column", hint=self._candidates(batch)
            )
        times = batch[self._timestamp]
        newest = self._cut.instants(times).max()
        if isinstance(newest, int):
            self.newest_us = max(newest, self.newest_us or newest)
        return self._cut.assign(times).fill_null(OUTSIDE).to_numpy()

    @staticmethod
    def _candidates(batch: pl.DataFrame) -> str:
        dates = [name for name, dtype in batch.schema.items() if dtype in (pl.Date, pl.Datetime)]
        return (
            f"{_NEEDS_TIMESTAMP}; dates are in: {', '.join(dates)}" if dates else _NEEDS_TIMESTAMP
        )


class _ColumnFold:
    """One column's summaries, a pile a window."""

    def __init__(self, plan: ColumnPlan, limits: Limits) -> None:
        self._plan = plan
        self._limits = limits
        self._piles: dict[int, Pile] = {}
        self._labels = LabelCounter()

    def add(self, batch: pl.DataFrame, context: Segments) -> None:
        original = batch[self._plan.name]
        readable = read_as(original, self._plan.reading)
        values = readable.values
        if context.order is not None:
            values = values.gather(context.order)
            original = original.gather(context.order)
        windows = self._piles.keys() | {key for key, _, _ in context.parts}
        limits = self._limits.shared_by(len(windows))
        for key, first, past in context.parts:
            if key == OUTSIDE:
                continue
            pile = self._piles.setdefault(key, Pile())
            part = values.slice(first, past - first)
            if readable.unreadable:
                before = original.slice(first, past - first).null_count()
                pile.unreadable += part.null_count() - before
            if self._plan.reading is Reading.PRESENCE:
                pile.presence += _presence(part)
            else:
                found = self._summarise(part, limits)
                pile.presence += found.presence
                pile.add(found, limits)

    def _summarise(self, values: pl.Series, limits: Limits) -> Ecdf | Counts:
        if self._plan.reading not in _LABELS:
            return summarise_numbers(values, limits)
        return self._labels.count(values) if values.dtype == pl.String else Counts.of(values)

    def finish(self) -> dict[int, ColumnProfile]:
        limits = self._limits.shared_by(len(self._piles))
        return {
            key: _column(
                self._plan,
                presence=pile.presence,
                distribution=pile.finish(limits),
                unreadable=pile.unreadable,
            )
            for key, pile in self._piles.items()
        }


def summarise_numbers(values: pl.Series, limits: Limits) -> Ecdf:
    """The summary of one batch of numbers in their final form (see `read_as`)."""
    null = values.null_count()
    numbers = (values.drop_nulls() if null else values).to_numpy()
    nan = inf = 0
    if numbers.dtype.kind == "f":
        finite = np.isfinite(numbers)
        if not finite.all():
            nan = int(np.isnan(numbers).sum())
            inf = len(numbers) - int(finite.sum()) - nan
            numbers = numbers[finite]
    presence = Presence(present=len(numbers), null=null, nan=nan, inf=inf)
    return Ecdf.of(numbers, presence=presence, points=limits.points)


def _presence(values: pl.Series) -> Presence:
    null = values.null_count()
    nan = int(values.is_nan().sum()) if values.dtype.is_float() else 0
    return Presence(present=len(values) - null - nan, null=null, nan=nan)


def _empty(plan: ColumnPlan) -> ColumnProfile:
    distribution: Ecdf | Counts | None = None
    if plan.reading in _LABELS:
        distribution = Counts.merge([])
    elif plan.reading is not Reading.PRESENCE:
        distribution = Ecdf.empty()
    return _column(plan, presence=Presence(), distribution=distribution, unreadable=0)


def _column(
    plan: ColumnPlan,
    *,
    presence: Presence,
    distribution: Ecdf | Counts | None,
    unreadable: int,
) -> ColumnProfile:
    return ColumnProfile(
        name=plan.name,
        dtype=plan.dtype,
        kind=plan.kind,
        reading=plan.reading,
        presence=presence,
        distribution=distribution,
        is_tested=plan.is_tested,
        reason=plan.reason,
        unreadable=unreadable,
    )
