"""One column's two distributions as the page shows them: shapes, bins, categories, quantiles."""

from __future__ import annotations

import dataclasses
import functools
import itertools
import statistics
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from mmon.outline import wording
from mmon.reports.html import geometry
from mmon.results import ColumnKind
from mmon.results.charts import Picture

_BAR = 99
_LABELLED = 9  # values under an axis that has one bin a value

_Sides = tuple[Sequence[int], Sequence[int]]
_Ticks = Iterable[tuple[float, str]]


@dataclasses.dataclass(frozen=True, slots=True)
class CategoryRow:
    """One category: lengths of both bars (0 to 99), and what they stand for."""

    label: str
    bars: tuple[int, int]
    reference: str
    production: str
    reference_share: str
    production_share: str


@dataclasses.dataclass(frozen=True, slots=True)
class Chart:
    """A column's two distributions: small in its row, large where the row opens.

    Attributes
    ----------
    overlay, cumulative : Overlay
        Both histograms, for categories too, and both cumulative distributions, for categories None.
    top : str
        The share of rows that the upper end of bins of one width stands for; empty for others.
    ticks : tuple of (float, str)
        Labels under the axis, with their positions in percent.
    bins : tuple of (int, str)
        Drawn width of each bin and what it says when pointed at; empty for categories.
    is_even, is_broken : bool
        Whether all bins are drawn equally wide, and whether one is drawn narrower than it is.
    is_time : bool
        Whether values are times, which are long.
    categories, quantiles, presence : tuple of rows
        The tables beside the charts; empty where they do not apply.
    missing : str
        The share of rows without a value, before and after.
    """

    overlay: geometry.Overlay
    cumulative: geometry.Overlay | None
    top: str
    ticks: tuple[tuple[float, str], ...]
    bins: tuple[tuple[int, str], ...]
    is_even: bool
    is_broken: bool
    is_time: bool
    categories: tuple[CategoryRow, ...]
    quantiles: tuple[tuple[str, str, str], ...]
    presence: tuple[tuple[str, str, str], ...]
    missing: str

    @property
    def usual(self) -> int:
        """The drawn width of most bins; those that only rounding made wider are as wide."""
        return int(statistics.median_low([width for width, _ in self.bins] or [1]))


def chart(picture: Picture, kind: ColumnKind) -> Chart:
    """Lay out one picture."""
    sides = (picture.reference, picture.production)
    is_time, edges = kind is ColumnKind.DATETIME, picture.edges
    bins = _Bins(geometry.even_axis(len(picture.reference)), (), (), is_stepped=False)
    if edges is not None:
        bins = _bins(edges, is_time=is_time)
    across, names, is_stepped = bins.across, bins.names, bins.is_stepped
    return Chart(
        overlay=geometry.overlay(None if is_stepped else edges, *sides, across),
        cumulative=None
        if edges is None
        else geometry.cumulative(*sides, across, is_stepped=is_stepped),
        top=_top(sides) if is_stepped or len(set(across.widths)) <= 1 else "",
        ticks=bins.ticks,
        bins=tuple(zip(across.widths, _said(names, sides), strict=True)) if names else (),
        is_even=len(set(across.widths)) <= 1,
        is_broken=across.is_broken,
        is_time=is_time,
        categories=() if picture.labels is None else _categories(picture.labels, sides),
        quantiles=_quantiles(picture, is_time=is_time),
        presence=_presence(picture),
        missing=_missing(picture),
    )


class _Bins(NamedTuple):
    """The bins of numbers or times: where they stand, what each is called, and the axis below.

    Bins of one value each are steps.
    """

    across: geometry.Axis
    names: tuple[str, ...]
    ticks: tuple[tuple[float, str], ...]
    is_stepped: bool


@functools.lru_cache(maxsize=1024)  # they are the same in all windows
def _bins(edges: tuple[float, ...], *, is_time: bool) -> _Bins:
    values = None if is_time else geometry.integers(edges)
    if values is not None:
        even = geometry.even_axis(len(values))
        words = tuple(map(wording.count, values))
        return _Bins(even, words, tuple(_value_ticks(values)), is_stepped=True)
    across = geometry.axis(edges)
    names, ticks = _intervals(edges, is_time=is_time), _ticks(edges, across, is_time=is_time)
    return _Bins(across, tuple(names), tuple(ticks), is_stepped=False)


def _top(sides: _Sides) -> str:
    return wording.share(max((max(side) / (sum(side) or 1) for side in sides if side), default=0.0))


def _written(value: float, span: float, apart: float, *, is_time: bool) -> str:
    """A value of a column's axis, told apart from one that lies ``apart`` from it."""
    if is_time:
        return wording.moment(value, span)
    return wording.number(value, decimals=wording.decimals_for(apart))


def _value_ticks(values: Sequence[int]) -> _Ticks:
    for i in range(0, len(values), -(-len(values) // _LABELLED)):
        yield round((i + 0.5) / len(values) * 100, 1), wording.count(values[i])


def _ticks(edges: Sequence[float], across: geometry.Axis, *, is_time: bool) -> _Ticks:
    span = edges[-1] - edges[0]
    places = geometry.edge_ticks(edges, across) if is_time else geometry.ticks(edges, across)
    return [(at, _written(value, span, span / 4, is_time=is_time)) for at, value in places]


def _intervals(edges: Sequence[float], *, is_time: bool) -> list[str]:
    span = edges[-1] - edges[0]
    apart = 10 * min((b - a for a, b in itertools.pairwise(edges) if b > a), default=1.0)
    ends = [_written(edge, span, apart, is_time=is_time) for edge in edges]
    return [f"{low} to {high}" for low, high in itertools.pairwise(ends)]


def _said(names: Sequence[str], sides: _Sides) -> Iterator[str]:
    """What each bin says: both counts and both shares."""
    ref_rows, cur_rows = (sum(side) or 1 for side in sides)
    for name, ref, cur in zip(names, *sides, strict=True):
        before = f"{wording.count(ref)} ({wording.share(ref / ref_rows)})"
        yield f"{name}: {before} → {wording.count(cur)} ({wording.share(cur / cur_rows)})"


def _categories(labels: Sequence[str], sides: _Sides) -> tuple[CategoryRow, ...]:
    totals = [sum(side) or 1 for side in sides]
    shares = [(ref / totals[0], cur / totals[1]) for ref, cur in zip(*sides, strict=True)]
    top = max(itertools.chain(*shares), default=0.0) or 1.0
    return tuple(
        CategoryRow(
            label=label,
            bars=(round(both[0] / top * _BAR), round(both[1] / top * _BAR)),
            reference=wording.count(ref),
            production=wording.count(cur),
            reference_share=wording.share(both[0]),
            production_share=wording.share(both[1]),
        )
        for label, ref, cur, both in zip(labels, *sides, shares, strict=True)
    )


def _quantiles(picture: Picture, *, is_time: bool) -> tuple[tuple[str, str, str], ...]:
    known = [v for _, *pair in picture.quantiles for v in pair if v is not None]
    spread = max(known, default=0.0) - min(known, default=0.0)

    def written(value: float | None) -> str:
        if value is None:
            return wording.NOTHING
        return _written(value, spread, spread, is_time=is_time)

    return tuple(
        (wording.quantile_word(probability), written(ref), written(cur))
        for probability, ref, cur in picture.quantiles
    )


def _presence(picture: Picture) -> tuple[tuple[str, str, str], ...]:
    """Rows of each sort of value; sorts that neither side has are left out."""
    names = ("with a value", "null", "NaN", "infinite")
    both = zip(names, picture.reference_presence, picture.production_presence, strict=True)
    return tuple(
        (name, wording.count(ref), wording.count(cur))
        for name, ref, cur in both
        if ref or cur or name == names[0]
    )


def _missing(picture: Picture) -> str:
    ref, cur = (
        wording.share((null + nan) / (present + null + nan + inf or 1))
        for present, null, nan, inf in (picture.reference_presence, picture.production_presence)
    )
    return ref if ref == cur == "0%" else f"{ref} → {cur}"
