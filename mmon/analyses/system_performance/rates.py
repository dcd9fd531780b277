"""How many rows the reference makes expected at any time, and how much that number varies.

The rate is that of the hour of the week where the reference covers two weeks, of the hour of the
day where it covers three days, and one rate else; the hours are those of the windows' time zone.
Rows rarely come independently of each other, so their noise is not taken for Poisson's, but
measured: by how much the reference's own counts, over blocks as long as the window, miss what the
rates make expected. Where the reference has fewer than six such blocks they are shorter.

References
----------
McCullagh and Nelder, *Generalized Linear Models*, 1989, ch. 4.5 and 6.2 (quasi-Poisson counts).
"""

from __future__ import annotations

import dataclasses
import functools

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mmon.analyses.system_performance.spans import Span
from mmon.profiles.activity.activity import Activity
from mmon.profiles.activity.steps import HOUR_US
from mmon.records.arrays import FloatArray, IntArray
from mmon.windows.timestamps import DAY_US

_WEEK_US = 7 * DAY_US
_WEEKLY_FROM_US, _DAILY_FROM_US = 14 * DAY_US, 3 * DAY_US
# The more blocks, the better known the noise; but shorter ones miss what lasts longer than they do.
_BLOCKS, _LEAST_FREEDOM = 6, 3.0
_MOST_BLOCKS = 20_000
_MOST_HOURS = 100_000


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Noise:
    """How far counts over blocks of one length lie from what is expected.

    Attributes
    ----------
    block_us : int
        Length of a block.
    ratio : float
        Variance over mean: 1 for a Poisson process.
    relative : float
        Variance over squared mean: what matters where whole blocks are busier than others.
    freedom : float
        Degrees of freedom behind both.
    """

    block_us: int
    ratio: float
    relative: float
    freedom: float


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Rates:
    """The rates of one activity.

    Attributes
    ----------
    activity : Activity
    span : Span
        What the rates were measured over.
    unit_us, period_us : int
        Length of a cell, and after what time the cells repeat; a period of 0 is one rate for all.
    zone : str
        Whose hours the cells are.
    rows : (C,) int64
        Rows of each cell.
    exposure : (C,) float64
        Microseconds that each cell was observed.
    """

    activity: Activity
    span: Span
    unit_us: int
    period_us: int
    zone: str
    rows: IntArray
    exposure: FloatArray

    @classmethod
    def of(cls, activity: Activity | None, zone: str) -> Rates | None:
        """The rates of an activity; None where it does not tell any."""
        span = None if activity is None else Span.of_rows(activity)
        if activity is None or span is None or int(activity.counts.sum()) < 2:
            return None
        coarsest = max(activity.step_us, activity.resolution_us)
        unit = max(coarsest, HOUR_US)
        period = 0
        if unit <= DAY_US and span.length // unit <= _MOST_HOURS:
            if span.length >= _WEEKLY_FROM_US:
                period = _WEEK_US
            elif span.length >= _DAILY_FROM_US and unit < DAY_US:
                period = DAY_US
        empty = cls(activity, span, unit, period, zone, np.zeros(0, np.int64), np.zeros(0))
        cells = max(1, period // unit)
        pieces = empty._pieces(np.array([span.start, span.end]))
        exposure = np.bincount(pieces.cells, np.diff(pieces.edges), cells)
        inside = (activity.starts + activity.step_us > span.start) & (activity.starts < span.end)
        at = np.maximum(activity.starts[inside], span.start)
        rows = np.zeros(cells, dtype=np.int64)
        # Cells begin at whole hours of UTC, where the clock may show half past.
        np.add.at(rows, empty._cells(at // unit * unit), activity.counts[inside])
        return dataclasses.replace(empty, rows=rows, exposure=exposure.astype(np.float64))

    @property
    def shortest_us(self) -> int:
        """The shortest time for which an expectation makes sense."""
        coarsest = max(self.activity.step_us, self.activity.resolution_us)
        return coarsest if coarsest > HOUR_US else self.activity.resolution_us

    @property
    def what(self) -> str:
        """What the rate depends on, in words."""
        if not self.period_us:
            return "the reference's rate"
        if self.unit_us == DAY_US:
            return "the reference's rate of the same weekday"
        week = " of the week" if self.period_us == _WEEK_US else " of the day"
        return f"the reference's rate of the same hours{week}"

    def expected(self, edges: IntArray) -> FloatArray:
        """Rows expected between successive edges.

        Parameters
        ----------
        edges : (T + 1,) int64, ascending microseconds

        Returns
        -------
        (T,) float64
        """
        pieces = self._pieces(edges)
        rows = np.diff(pieces.edges) * self._rate()[pieces.cells]
        return np.bincount(pieces.owners, rows, len(edges) - 1).astype(np.float64)

    def uncertainty(self, edges: IntArray) -> FloatArray:
        """Variance of `expected` in units of the noise's ratio: the rates are estimates."""
        pieces = self._pieces(edges)
        cells = max(1, len(self.rows))
        # A block may hold a cell several times: their errors are the same.
        keys, where = np.unique(pieces.owners * cells + pieces.cells, return_inverse=True)
        times = np.bincount(where, np.diff(pieces.edges))
        variance = np.divide(
            self._rate(), self.exposure, out=np.zeros(cells), where=self.exposure > 0
        )
        squares = times**2 * variance[keys % cells]
        return np.bincount(keys // cells, squares, len(edges) - 1).astype(np.float64)

    def most(self, length_us: int) -> float:
        """Rows expected in so long a time when it is busiest."""
        return float(self._rate().max()) * length_us

    def counts(self, edges: IntArray) -> IntArray:
        """The activity's own rows between successive edges that are edges of its steps."""
        ends = np.append(0, np.cumsum(self.activity.counts))
        return np.diff(ends[np.searchsorted(self.activity.starts, edges)])

    def noise(self, length_us: int) -> Noise | None:
        """How noisy counts over so long a time are; None where the reference is too short."""
        step = max(self.activity.step_us, self.activity.resolution_us)
        # Whole steps only: the first and the last may be cut.
        first = -(-self.span.start // self.activity.step_us) * self.activity.step_us
        steps = (self.span.end - first) // step
        each = max(1, min(length_us // step, steps // _BLOCKS), -(-steps // _MOST_BLOCKS))
        blocks = steps // each
        if blocks < _LEAST_FREEDOM:
            return None
        return _noise(self, first, each * step, blocks)

    def _rate(self) -> FloatArray:
        return np.divide(
            self.rows, self.exposure, out=np.zeros(len(self.rows)), where=self.exposure > 0
        )

    def _pieces(self, edges: IntArray) -> _Pieces:
        """The times between edges, cut where the cells change."""
        if not self.period_us:
            nothing = np.zeros(len(edges) - 1, dtype=np.int64)
            return _Pieces(edges, nothing, np.arange(len(edges) - 1))
        first, last = int(edges[0]) // self.unit_us + 1, -(-int(edges[-1]) // self.unit_us)
        turns = np.arange(first, last, dtype=np.int64) * self.unit_us
        every = np.sort(np.concatenate([edges, turns]), kind="stable")
        every = every[np.append(True, every[1:] != every[:-1])]
        owners = np.searchsorted(edges, every[:-1], side="right") - 1
        begins = every[:-1] // self.unit_us * self.unit_us
        return _Pieces(every, self._cells(begins), owners)

    def _cells(self, at: IntArray) -> IntArray:
        if not self.period_us:
            return np.zeros(len(at), dtype=np.int64)
        if self.unit_us == HOUR_US and self.zone != "UTC":
            at = _wall_clock(at, self.zone)
        found: IntArray = at % self.period_us // self.unit_us
        return found


@functools.lru_cache(maxsize=64)
def _noise(rates: Rates, first: int, block_us: int, blocks: int) -> Noise | None:
    """The noise of so many blocks of one length."""
    edges = first + np.arange(blocks + 1, dtype=np.int64) * block_us
    expected, uncertain = rates.expected(edges), rates.uncertainty(edges)
    squares = (rates.counts(edges) - expected) ** 2
    there = expected > 0
    mean = expected[there]
    # A block takes part in its own expectation: by its leverage the residual is too small.
    kept = np.maximum(0.0, 1.0 - uncertain[there] / mean)
    freedom = float(kept.sum())
    if freedom < _LEAST_FREEDOM:
        return None
    ratio = float((squares[there] / mean).sum()) / freedom
    relative = float(squares.sum()) / float((mean**2 * kept).sum())
    return Noise(block_us, ratio, relative, freedom)


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class _Pieces:
    """Stretches of time of one cell each.

    Attributes
    ----------
    edges : (P + 1,) int64
    cells, owners : (P,) int64
        The cell of each, and between which of the edges asked for it lies.
    """

    edges: IntArray
    cells: IntArray
    owners: IntArray | NDArray[np.intp]


def _wall_clock(at: IntArray, zone: str) -> IntArray:
    times = pl.Series(at, dtype=pl.Int64).cast(pl.Datetime("us", "UTC"))
    return times.dt.convert_time_zone(zone).dt.replace_time_zone(None).to_physical().to_numpy()


@functools.lru_cache(maxsize=64)
def rates_of(activity: Activity, zone: str) -> Rates | None:
    """`Rates.of`, once for all windows that are compared with one reference."""
    return Rates.of(activity, zone)
