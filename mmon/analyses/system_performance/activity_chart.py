"""What happened over time in one window, in at most 200 steps, ready to be drawn."""

from __future__ import annotations

import math

import numpy as np

from mmon.analyses.system_performance.spans import Span
from mmon.analyses.system_performance.traffic import Traffic
from mmon.profiles.activity.activity import Activity
from mmon.profiles.activity.steps import HOUR_US, MINUTE_US, SECOND_US
from mmon.records.arrays import FloatArray, IntArray
from mmon.results.charts import ActivityPicture
from mmon.windows.timestamps import DAY_US, to_naive

_MOST_STEPS = 200
_QUANTILES = (0.5, 0.95, 0.99)

# Lengths that people divide time by.
_LENGTHS = tuple(
    count * unit
    for unit, counts in (
        (SECOND_US, (1, 2, 5, 10, 15, 30)),
        (MINUTE_US, (1, 2, 5, 10, 15, 30)),
        (HOUR_US, (1, 2, 3, 4, 6, 12)),
        (DAY_US, (1, 2, 7, 14, 28)),
    )
    for count in counts
)


def activity_picture(found: Traffic) -> tuple[ActivityPicture, ...]:
    """The window's steps, empty ones included; nothing where there are no times."""
    cur, span = found.cur, found.span
    if span is None or not len(cur.starts):
        return ()
    step = _step(cur, span)
    if found.context.bounds[0] is None or found.context.bounds[1] is None:
        # Without a window's start, steps begin where clocks show whole ones.
        span = Span(span.start // step * step, span.end)
    size = max(1, -(-span.length // step))
    edges = span.start + np.arange(size + 1, dtype=np.int64) * step
    places = (cur.starts - span.start) // step
    p50, p95, p99 = _latencies(cur, span, step, size)
    return (
        ActivityPicture(
            window=found.context.window,
            segment=found.context.segment,
            step_s=step / SECOND_US,
            starts=tuple(f"{to_naive(int(at)).isoformat()}Z" for at in edges[:-1]),
            rows=_summed(places, cur.counts, size),
            expected=_expected(found, edges, span),
            errors=() if cur.failures is None else _summed(places, cur.failures, size),
            latency_p50=p50,
            latency_p95=p95,
            latency_p99=p99,
        ),
    )


def _expected(found: Traffic, edges: IntArray, span: Span) -> tuple[float, ...]:
    """Rows of each step that the configuration, else the reference, makes expected.

    Where the configuration says how many, the reference's rate says when, if it tells any.
    """
    asked, rates = found.asked_rows, found.rates if found.expectation is not None else None
    if asked is None and rates is None:
        return ()

    def by_rate(edges: IntArray) -> FloatArray:
        return np.diff(edges).astype(np.float64) if rates is None else rates.expected(edges)

    # Nothing is expected after the end.
    edges = np.minimum(edges, max(span.end, int(edges[0]) + 1))
    rows = by_rate(edges)
    if asked is not None:
        end = found.context.bounds[1] if found.is_open else None
        last = int(edges[-1]) if end is None else end
        rows = rows * asked / by_rate(np.array([edges[0], last], dtype=np.int64))[0]
    return tuple(float(f"{value:.6g}") for value in rows)


def _step(cur: Activity, span: Span) -> int:
    """The shortest natural length that the activity can tell and that makes few enough steps."""
    finest = max(cur.step_us, cur.resolution_us, cur.latency.step_us if cur.latency else 0)
    for length in _LENGTHS:
        if length % finest == 0 and -(-span.length // length) <= _MOST_STEPS:
            return length
    return finest * max(1, math.ceil(span.length / (_MOST_STEPS - 1) / finest))


def _summed(places: IntArray, rows: IntArray, size: int) -> tuple[int, ...]:
    inside = (places >= 0) & (places < size)
    found = np.zeros(size, dtype=np.int64)
    np.add.at(found, places[inside], rows[inside])
    return tuple(found.tolist())


def _latencies(
    cur: Activity, span: Span, step: int, size: int
) -> tuple[tuple[float | None, ...], ...]:
    if cur.latency is None or not len(cur.latency.keys):
        return ((),) * len(_QUANTILES)
    places = (cur.latency.steps * cur.latency.step_us - span.start) // step
    groups = np.where((places >= 0) & (places < size), places, -1)
    found = cur.latency.quantiles(groups, size, _QUANTILES)
    return tuple(
        tuple(None if math.isnan(value) else float(f"{value:.4g}") for value in line)
        for line in found.tolist()
    )
