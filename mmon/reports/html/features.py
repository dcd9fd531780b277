"""How the model did in each bin of each feature, and what each feature adds to the change."""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from mmon.outline import units, wording
from mmon.outline.seen import first_window
from mmon.reports.html import marks
from mmon.results import Document
from mmon.results.charts import FeatureBin

MOST_FEATURES = 60
_MOST_OF_SEVERAL = 20  # features, in each of several windows
_MOST_IN_FEATURE = 16
_MOST_BINS = 4_000  # rows of all tables together: a page must stay small
_MOST_BINS_FIRST = 240  # of the window that a page of several shows first; the others are packed
_SPARE = 0.6  # of the values' spread: the intervals of small bins must not flatten all others


@dataclasses.dataclass(frozen=True, slots=True)
class BinRow:
    """One bin of one feature, written out; reference first."""

    label: str
    rows: tuple[str, str]
    shares: tuple[str, str]
    values: tuple[str, str]
    intervals: tuple[str, str]
    whiskers: marks.Whiskers | None
    mix: str
    rate: str


@dataclasses.dataclass(frozen=True, slots=True)
class FeatureRow:
    """One feature, and its two parts of the overall change; they add up to the same for every one.

    A bar is where it begins, from the middle, and how long it is; ``most_in`` is the bin that has
    the most of the rate part for its share of the rows. Where ``bins`` are left out, the JSON
    result has them: ``bins_left_out`` are how many.
    """

    name: str
    mix: str
    rate: str
    mix_bar: tuple[int, int]
    rate_bar: tuple[int, int]
    most_in: str
    bins: tuple[BinRow, ...]
    bins_left_out: int


@dataclasses.dataclass(frozen=True, slots=True)
class FeatureTable:
    """One metric's features, those first on whose bins the change falls most unevenly.

    ``change`` is the overall one; empty where bins do not add up to it, because the metric is no
    mean over rows. ``left_out`` features are in the JSON result only.
    """

    metric: str
    change: str
    rows: tuple[FeatureRow, ...]
    left_out: int

    @property
    def box(self) -> tuple[int, int]:
        """Where the longest bar to the left begins, and the width in which all bars fit."""
        bars = [bar for row in self.rows for bar in (row.mix_bar, row.rate_bar)]
        ends = [0, *(start + length for start, length in bars)]
        return min(ends) - 1, max(ends) - min(ends) + 2

    @property
    def unopened(self) -> int:
        """Features whose bins are in the JSON result only."""
        return sum(not row.bins for row in self.rows)

    @property
    def has_parts(self) -> bool:
        """Whether bins add up to the overall change."""
        return bool(self.change)


class _Room(NamedTuple):
    """How many rows of bins a table has, and how many features."""

    bins: int
    features: int


def features(document: Document, seen: Document) -> tuple[FeatureTable, ...]:
    """Performance by feature in the window seen; empty where the document has no bins of it."""
    # A bin that is empty on both sides, such as "(null)", says nothing.
    by_metric: dict[str, dict[str, list[FeatureBin]]] = {}
    for one in seen.bins:
        if one.reference_rows or one.production_rows:
            by_metric.setdefault(one.metric, {}).setdefault(one.column, []).append(one)
    parts = _parts(seen)
    # Metrics that split the change exactly come first: they say what to look at.
    names = sorted(by_metric, key=lambda name: (name + "_rate") not in {one for one, _ in parts})
    room = _room(document, seen)
    others = room // 2 // max(1, len(names) - 1)
    most = MOST_FEATURES if len(document.windows) < 2 else _MOST_OF_SEVERAL
    return tuple(
        _table(name, by_metric[name], parts, _Room(others if place else room // 2, most))
        for place, name in enumerate(names)
    )


def _room(document: Document, seen: Document) -> int:
    """Rows of all tables of a window, of which the first table has half."""
    if len(document.windows) < 2:
        return _MOST_BINS
    windows = {one.window for one in document.bins}
    is_first = any(one.index == first_window(document.windows) for one in seen.windows)
    return (
        _MOST_BINS_FIRST if is_first else min(_MOST_BINS_FIRST, _MOST_BINS // max(1, len(windows)))
    )


def _parts(seen: Document) -> Mapping[tuple[str, str], float | None]:
    """Each part of a change, by its name and feature."""
    return {
        (metric.name, metric.column): metric.value
        for metric in seen.metrics
        if metric.column is not None
        and metric.quantity.part_of is not None
        and metric.segment is None
    }


def _table(
    metric: str,
    columns: Mapping[str, Sequence[FeatureBin]],
    parts: Mapping[tuple[str, str], float | None],
    room: _Room,
) -> FeatureTable:
    found = {
        column: (parts.get((f"{metric}_mix", column)), parts.get((f"{metric}_rate", column)))
        for column in columns
    }
    names = sorted(columns, key=lambda name: -_unevenness(columns[name]))
    sizes = [abs(part) for pair in found.values() for part in pair if part is not None]
    top = max(sizes, default=0.0)
    decimals = _decimals(top)
    totals = [mix + rate for mix, rate in found.values() if mix is not None and rate is not None]
    opened = _opened([len(columns[name]) for name in names], room.bins)
    # A feature without its bins says nothing but what it adds to the change.
    listed = names[: room.features if totals else opened]
    rows = [
        _row(name, columns[name], found[name], (top, decimals), is_opened=place < opened)
        for place, name in enumerate(listed)
    ]
    return FeatureTable(
        metric=metric,
        change=_signed(totals[0], decimals) if totals else "",
        rows=tuple(rows),
        left_out=len(names) - len(listed),
    )


def _opened(sizes: Sequence[int], room: int) -> int:
    """How many of the features find room for their bins: one at least."""
    rows = itertools.accumulate(min(size, _MOST_IN_FEATURE) for size in sizes)
    return max(1, sum(total <= room for total in rows))


def _row(
    name: str,
    bins: Sequence[FeatureBin],
    parts: tuple[float | None, float | None],
    scale: tuple[float, int],
    *,
    is_opened: bool,
) -> FeatureRow:
    top, decimals = scale
    mix, rate = (marks.signed(part, top) for part in parts)
    # One after the other where they point the same way, else on both sides of the middle.
    start = mix if mix * rate > 0 else 0
    shown = _shown(bins) if is_opened else ()
    return FeatureRow(
        name=name,
        mix=_signed(parts[0], decimals),
        rate=_signed(parts[1], decimals),
        mix_bar=(0, mix),
        rate_bar=(start, rate),
        most_in=_most_in(bins, decimals),
        bins=_bins(shown, decimals),
        bins_left_out=len(bins) - len(shown),
    )


def _shown(bins: Sequence[FeatureBin]) -> list[FeatureBin]:
    """Of many bins those that stand out most, in their order."""
    if len(bins) <= _MOST_IN_FEATURE:
        return list(bins)
    sizes = [
        (abs(excess), one.production_rows)
        for excess, one in zip(_excesses(bins), bins, strict=True)
    ]
    chosen = sorted(range(len(bins)), key=sizes.__getitem__, reverse=True)[:_MOST_IN_FEATURE]
    return [bins[at] for at in sorted(chosen)]


def _excesses(bins: Sequence[FeatureBin]) -> list[float]:
    """What each bin has of the rate part beyond its share of the rows."""
    total = _sum(one.rate for one in bins)
    shares = [(one.reference_share + one.production_share) / 2 for one in bins]
    return [(one.rate or 0.0) - s * total for one, s in zip(bins, shares, strict=True)]


def _unevenness(bins: Sequence[FeatureBin]) -> float:
    mix = _sum(one.mix for one in bins)
    return abs(mix) + _sum(map(abs, _excesses(bins))) / 2


def _sum(values: Iterable[float | None]) -> float:
    """The exact sum of what is known; infinite where it is larger than any number."""
    known = [value for value in values if value is not None and math.isfinite(value)]
    try:
        return math.fsum(known)
    except OverflowError:
        return sum(known)


def _most_in(bins: Sequence[FeatureBin], decimals: int) -> str:
    if any(one.rate is None for one in bins):
        return ""
    sign = 1.0 if _sum(one.rate for one in bins) >= 0 else -1.0
    excesses = [sign * excess for excess in _excesses(bins)]
    one = bins[excesses.index(max(excesses))]
    rate, share = _signed(one.rate, decimals), wording.share(one.production_share)
    return f"{one.label or '(empty)'}: {rate} in {share} of rows"


def _decimals(top: float) -> int:
    """Places that show three digits of the largest contribution."""
    if not math.isfinite(top) or top <= 0:
        return 3
    return min(9, max(0, 2 - math.floor(math.log10(top))))


def _signed(value: float | None, decimals: int) -> str:
    if value is None:
        return ""
    text = f"{value:+,.{decimals}f}"
    return "0" if float(text.replace(",", "")) == 0 else text


def _bins(bins: Sequence[FeatureBin], decimals: int) -> tuple[BinRow, ...]:
    values = [v for b in bins for v in (b.reference_value, b.production_value) if v is not None]
    both = [one for b in bins for one in (b.reference_interval, b.production_interval) if one]
    both.sort(key=lambda one: one[1] - one[0])
    # Of the interval of usual width: one number of digits serves all rows of a table.
    places = units.places(both[len(both) // 2 :][:1], values)
    span = _span(values, both)
    return tuple(_bin(one, span, places, decimals) for one in bins)


def _span(
    values: Sequence[float], intervals: Sequence[tuple[float, float]]
) -> tuple[float, float] | None:
    if not values:
        return None
    least, most = min(values), max(values)
    low = min([least, *(one[0] for one in intervals)])
    high = max([most, *(one[1] for one in intervals)])
    spare = (most - least) * _SPARE
    return (max(low, least - spare), min(high, most + spare)) if spare > 0 else (low, high)


def _bin(
    one: FeatureBin, span: tuple[float, float] | None, places: int | None, decimals: int
) -> BinRow:
    ref, ref_interval = one.reference_value, one.reference_interval
    cur, cur_interval = one.production_value, one.production_interval
    return BinRow(
        label=one.label,
        rows=(wording.count(one.reference_rows), wording.count(one.production_rows)),
        shares=(wording.share(one.reference_share), wording.share(one.production_share)),
        values=(units.figure(ref, places), units.figure(cur, places)),
        intervals=(_interval(ref_interval, places), _interval(cur_interval, places)),
        whiskers=marks.whiskers(ref, ref_interval, cur, cur_interval, span),
        mix=_signed(one.mix, decimals),
        rate=_signed(one.rate, decimals),
    )


def _interval(interval: tuple[float, float] | None, places: int | None) -> str:
    if interval is None:
        return ""
    return f"[{units.figure(interval[0], places)}, {units.figure(interval[1], places)}]"
