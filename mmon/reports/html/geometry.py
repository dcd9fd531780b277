"""The shapes of the charts: numbers in, SVG path data and positions out.

Every chart is drawn in a box ``HEIGHT`` units high and as many units wide as its bins or windows
ask for, and stretched by the page; integer coordinates keep a page of 300 columns small.
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
import math
import operator
import statistics
import sys
from collections.abc import Sequence

HEIGHT = 99
_UNEVEN_WIDTH = 400
_WIDEST = 6.0  # times the median bin: a bin that reaches to an outlier must not hide the others
_TREND_POINTS = 120  # more would not be told apart in a chart 250 pixels wide
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclasses.dataclass(frozen=True, slots=True)
class Axis:
    """The drawn width of each of (B,) bins in units, and whether one at an end has another."""

    widths: tuple[int, ...]
    is_broken: bool

    @property
    def width(self) -> int:
        """The units of all bins."""
        return sum(self.widths)


@dataclasses.dataclass(frozen=True, slots=True)
class Overlay:
    """Two distributions over one axis, as path data."""

    width: int
    reference: str
    production: str


@dataclasses.dataclass(frozen=True, slots=True)
class Course:
    """One value over windows, as path data and heights; empty or None where there is nothing.

    ``band`` is the area of the values' intervals, ``reference`` the reference's value,
    ``reference_ends`` its interval, ``beside`` a second line, of what was expected. ``ends`` are
    what the lower and the upper end stand for, ``heights`` (P,) those of the points, each of which
    stands for ``each`` windows.
    """

    width: int
    line: str
    potential: int | None
    detected: int | None
    ends: tuple[float, float] = (0.0, 0.0)
    heights: tuple[int | None, ...] = ()
    each: int = 1
    band: str = ""
    reference: int | None = None
    reference_ends: tuple[int, int] | None = None
    beside: str = ""


def even_axis(bins: int) -> Axis:
    """One unit a category."""
    return Axis((1,) * bins, is_broken=False)


def axis(edges: Sequence[float]) -> Axis:
    """The axis of (B + 1,) ascending edges."""
    true = _widths(edges)
    typical = statistics.median(true)
    if not math.isfinite(typical) or typical <= 0:
        return even_axis(len(true))
    drawn = [min(width, _WIDEST * typical) for width in _without_slivers(true)]
    is_broken = drawn != true
    if max(drawn) - min(drawn) < 0.01 * typical:
        return Axis((1,) * len(true), is_broken)
    ends = [round(end / sum(drawn) * _UNEVEN_WIDTH) for end in itertools.accumulate(drawn)]
    return Axis(tuple(high - low for low, high in itertools.pairwise([0, *ends])), is_broken)


def _widths(edges: Sequence[float]) -> list[float]:
    """Widths of bins in a unit in which none of them is infinite, or rounded to nothing."""
    exponent = math.frexp(max(map(abs, edges)))[1]
    scaled = [math.ldexp(edge, -exponent) for edge in edges]
    return [high - low for low, high in itertools.pairwise(scaled)]


def _without_slivers(widths: Sequence[float]) -> list[float]:
    """Widths with the outermost bins at least half as wide as usual.

    A sliver at the end holds what lies at an extreme, often one value with many rows; drawn as it
    is, it could not be seen, and its density would dwarf every other.
    """
    typical = statistics.median(widths)
    kept = list(widths)
    for end in (0, -1):
        if kept[end] < typical / 2:
            kept[end] = typical
    return kept


def integers(edges: Sequence[float]) -> tuple[int, ...] | None:
    """The values of (B + 1,) edges that were cut half way between integers, or None.

    The first value is the middle of the first bin; each edge is the middle of two values. Bins of
    one width other than 1 may as well be intervals, and are taken to be.
    """
    widths = {high - low for low, high in itertools.pairwise(edges)}
    if len(widths) == 1 and widths != {1.0}:
        return None
    values = [edges[0] / 2 + edges[1] / 2]
    for edge in edges[1:-1]:
        values.append(2 * edge - values[-1])
    is_half_way = values[-1] == edges[-2] / 2 + edges[-1] / 2
    if not is_half_way or any(not value.is_integer() for value in values):
        return None
    return tuple(int(value) for value in values)


def densities(
    edges: Sequence[float] | None, reference: Sequence[int], production: Sequence[int]
) -> tuple[list[float], list[float]]:
    """Heights in [0, 1]: each side's share of rows per unit of the column, on one common scale."""
    widths = [1.0] * len(reference)
    if edges is not None:
        widths = _without_slivers(_widths(edges))
        # An empty bin has no density; it is drawn as if it were as wide as the narrowest one.
        narrowest = min((width for width in widths if width > 0), default=1.0)
        widths = [max(width, narrowest) / narrowest for width in widths]
    sides = [
        [rows / (sum(counts) or 1) / width for rows, width in zip(counts, widths, strict=True)]
        for counts in (reference, production)
    ]
    top = max(itertools.chain(*sides), default=0.0) or 1.0
    ref, cur = ([level / top for level in side] for side in sides)
    return ref, cur


def overlay(
    edges: Sequence[float] | None,
    reference: Sequence[int],
    production: Sequence[int],
    across: Axis,
) -> Overlay:
    """Both histograms as step outlines."""
    ref, cur = densities(edges, reference, production)
    return Overlay(across.width, steps(ref, across.widths), steps(cur, across.widths))


def cumulative(
    reference: Sequence[int], production: Sequence[int], across: Axis, *, is_stepped: bool
) -> Overlay:
    """Both cumulative distributions: straight lines between edges, or a step at each value."""
    draw = _climbing if is_stepped else _rising
    return Overlay(across.width, draw(reference, across.widths), draw(production, across.widths))


def part(value: float, low: float, high: float) -> float:
    """How far a value is on its way from one end to the other, in [0, 1]; 0 if nobody can tell."""
    # Halves, because the whole way may be longer than any number.
    way = high / 2 - low / 2
    found = (value / 2 - low / 2) / way if way > 0.0 else 0.0
    return 0.0 if math.isnan(found) else min(max(found, 0.0), 1.0)


def height(value: float, low: float = 0.0, high: float = 1.0) -> int:
    """Where a value stands on a vertical axis, from the top."""
    return HEIGHT - round(HEIGHT * part(value, low, high))


def steps(levels: Sequence[float], widths: Sequence[int]) -> str:
    """The outline of bars: heights in [0, 1], and the width of each."""
    parts = [f"M0,{HEIGHT}"]
    bars = zip(map(height, levels), widths, strict=True)
    for top, run in itertools.groupby(bars, key=operator.itemgetter(0)):
        parts.append(f"V{top}h{sum(width for _, width in run)}")
    parts.append(f"V{HEIGHT}")
    return "".join(parts)


def _rising(counts: Sequence[int], widths: Sequence[int]) -> str:
    total = sum(counts)
    if not total:
        return ""
    parts, at = [f"M0,{HEIGHT}l"], HEIGHT
    for width, rows in zip(widths, itertools.accumulate(counts), strict=True):
        top = height(rows / total)
        parts.append(f"{width},{top - at},")
        at = top
    return "".join(parts).replace(",-", "-").rstrip(",")


def _climbing(counts: Sequence[int], widths: Sequence[int]) -> str:
    """Steps in the middle of each bin, where its one value stands."""
    total = sum(counts)
    if not total:
        return ""
    parts, half = [f"M0,{HEIGHT}"], 0.0
    for width, rows in zip(widths, itertools.accumulate(counts), strict=True):
        parts.append(f"h{half + width / 2:g}V{height(rows / total)}")
        half = width / 2
    return "".join(parts) + f"h{half:g}"


def ticks(edges: Sequence[float], across: Axis) -> list[tuple[float, float]]:
    """Rows ``(position in percent, value)``: round values where the axis is linear."""
    low, high = edges[0], edges[-1]
    is_linear = len(set(across.widths)) == 1 and not across.is_broken and high > low
    # Quarters, because the whole range may be larger than any number.
    raw = high / 4 - low / 4
    if is_linear and raw > sys.float_info.min:
        power = 10.0 ** math.floor(math.log10(raw))
        step = next(power * nice for nice in _STEPS if power * nice >= raw * 0.999)
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        return [
            (round((k * step / 4 - low / 4) / raw * 100, 1), k * step)
            for k in range(first, last + 1)
        ]
    return edge_ticks(edges, across)


def edge_ticks(edges: Sequence[float], across: Axis) -> list[tuple[float, float]]:
    """Rows ``(position in percent, edge)`` at the edges nearest to the quarters of the axis."""
    at = [0, *itertools.accumulate(across.widths)]
    if across.width == 0:
        return []
    rows = [(place / across.width * 100, edge) for place, edge in zip(at, edges, strict=True)]
    chosen = []
    for quarter in (0, 25, 50, 75, 100):
        distances = [abs(percent - quarter) for percent, _ in rows]
        chosen.append(distances.index(min(distances)))
    return [(round(rows[i][0], 1), rows[i][1]) for i in sorted(set(chosen))]


@functools.lru_cache(maxsize=1024)  # a column's is the same in all windows
def trend(
    values: tuple[float | None, ...], potential: float | None, detected: float | None, top: float
) -> Course:
    """A line through the sizes of (W,) values, one a window, broken where there is none.

    ``top`` stands at the upper end; it is raised to show the thresholds, and larger values are cut.
    """
    sizes = [None if value is None else abs(value) for value in _thinned(values)]
    levels = [None if level is None else abs(level) for level in (potential, detected)]
    top = max([top, *(level * 1.15 for level in levels if level is not None)]) or 1.0
    potential_at, detected_at = (
        None if level is None else height(level, 0.0, top) for level in levels
    )
    return Course(
        width=max(1, len(sizes) - 1),
        line=broken_line(sizes, 0.0, top),
        potential=potential_at,
        detected=detected_at,
        ends=(0.0, top),
        heights=tuple(None if size is None else height(size, 0.0, top) for size in sizes),
        each=_each(values),
    )


def broken_line(values: Sequence[float | None], low: float, high: float) -> str:
    """A line through values one unit apart, broken where there is none."""
    parts, pen = [], "M"
    for x, value in enumerate(values):
        if value is None:
            pen = "M"
            continue
        # A lone point is a line of no length, which a round line cap makes a dot.
        alone = pen == "M" and (x + 1 == len(values) or values[x + 1] is None)
        parts.append(f"{pen}{x},{height(value, low, high)}" + ("h0" if alone else ""))
        pen = "L"
    return "".join(parts)


def _thinned(values: Sequence[float | None]) -> list[float | None]:
    """At most `_TREND_POINTS` values; each stands for a few windows and is their largest."""
    each = _each(values)
    groups = (
        [value for value in values[start : start + each] if value is not None]
        for start in range(0, len(values), each)
    )
    return [max(group, key=abs, default=None) for group in groups]


def _each(values: Sequence[float | None]) -> int:
    """How many windows one point stands for."""
    return max(1, math.ceil(len(values) / _TREND_POINTS))
