"""Result documents with operations over time, and with segments."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
import random

from mmon.results import Document, Metric, Result, ResultKind, Segment, Status
from mmon.results.charts import ActivityPicture
from tests import quantities
from tests.reports.sample_document import sample_document
from tests.reports.sample_performance import metric_results

_START = dt.datetime(2026, 10, 1, tzinfo=dt.UTC)


def operation(name: str, value: float | None, **fields: object) -> Result:
    """One operational metric, or what was judged of it."""
    return quantities.result(name, value, kind=ResultKind.SYSTEM_PERFORMANCE, **fields)


def operations_of(window: int = 0, arrived: float = 0.61) -> list[Result]:
    """A window with a gap, more errors and a slower tail than the reference."""
    rise = {
        "aspect": "rise",
        "relative": True,
        "potential": 0.5,
        "detected": 1.0,
        "gating": True,
        "p_value": 1e-12,
        "q_value": 3e-12,
    }
    rows = [
        operation("invocations", 20_500.0 * arrived, reference_value=20_500.0),
        operation("predictions_per_second", 0.237 * arrived, reference_value=0.237),
        operation("avg_latency", 38.21, reference_value=33.4, interval=(37.9, 38.5)),
        operation("latency_p50", 28.0, reference_value=27.0, error=0.1),
        operation("latency_p95", 91.7, reference_value=62.4),
        operation("latency_p99", 412.0, reference_value=101.3),
        operation("latency_p99", 3.07, reference_value=101.3, status=Status.DETECTED, **rise),
        operation("error_count", 388.0, reference_value=82.0),
        operation("error_rate", 0.0313, reference_value=0.004, interval=(0.0283, 0.0345)),
        operation(
            "error_rate", 6.825, reference_value=0.004, status=Status.DETECTED, **rise
        ),
        operation("freshness", 11_700.0),
        operation(
            "completeness", arrived, potential=0.9, detected=0.5, direction="below", gating=True,
            status=Status.POTENTIAL_DETECTION, reason="12,505 of 20,500 expected rows arrived",
        ),
        operation("gaps", 3.0, detected=6.0, status=Status.NO_DETECTION),
        operation("longest_gap", 7_200.0),
        operation("late_rows", 14.0),
        operation("duplicate_ids", 0.0),
    ]  # fmt: skip
    return [dataclasses.replace(row, window=window) for row in rows]


def activity(
    window: int = 0, steps: int = 48, seed: int = 0, step_s: float = 3_600.0
) -> ActivityPicture:
    """A day-and-night rhythm with empty steps in the middle."""
    random_numbers = random.Random(seed + window)
    expected = [420 + 260 * math.sin(i / 24 * 2 * math.pi) for i in range(steps)]
    rows = [
        0 if steps // 2 <= i < steps // 2 + 3 else round(e * random_numbers.uniform(0.85, 1.1))
        for i, e in enumerate(expected)
    ]
    slow = [random_numbers.uniform(0.9, 1.2) * (3 if i > steps * 0.8 else 1) for i in range(steps)]
    starts = (_START + dt.timedelta(seconds=step_s * (i + window * steps)) for i in range(steps))
    return ActivityPicture(
        window=window,
        segment=None,
        step_s=step_s,
        starts=tuple(start.isoformat() for start in starts),
        rows=tuple(rows),
        expected=tuple(expected),
        errors=tuple(round(n * random_numbers.uniform(0.0, 0.06)) for n in rows),
        latency_p50=tuple(28.0 * s if n else None for s, n in zip(slow, rows, strict=True)),
        latency_p95=tuple(80.0 * s if n else None for s, n in zip(slow, rows, strict=True)),
        latency_p99=tuple(130.0 * s if n else None for s, n in zip(slow, rows, strict=True)),
    )


def operations_document(windows: int = 1, steps: int = 48) -> Document:
    """Operations of each window, beside a few columns."""
    plain = sample_document(3, windows)
    results = [
        row for i in range(windows) for row in operations_of(i, 0.95 - 0.34 * (i + 1) / windows)
    ]
    return quantities.with_rows(
        plain,
        results=[*plain.results, *results],
        activity=[activity(window, steps) for window in range(windows)],
    )


def segments_document(
    values: int = 6, windows: int = 1, columns: tuple[str, ...] = ("country", "device")
) -> Document:
    """A document whose segments drift more or less, with the rest of the values together."""
    plain = sample_document(3, windows)
    drift = [
        r for r in plain.results if r.kind is ResultKind.DATA_DRIFT and r.column == "lead_time"
    ]
    results: list[Result] = []
    metrics: list[Metric] = []
    segments: list[Segment] = []
    for column in columns:
        names = [f"{column[0].upper()}{n}" for n in range(values - 1)] + ["(other)"]
        for place, name in enumerate(names):
            segment = f"{column} = {name}"
            segments.append(Segment(segment, column, name, name == "(other)"))
            for row in drift:
                value = (row.value or 0.0) * (1 - place / values)
                levels = (Status.NO_DETECTION, Status.POTENTIAL_DETECTION, Status.DETECTED)
                status = levels[(value >= 0.1) + (value >= 0.2)]
                if row.status is Status.IRRELEVANT:
                    status = row.status
                results.append(
                    dataclasses.replace(row, segment=segment, value=value, status=status)
                )
            drop = (0.02, 0.05)
            found = metric_results(
                "roc_auc", 0.873, 0.86 - 0.06 / (place + 1), segment=segment, drop=drop
            )
            results += found
            metrics += [
                quantities.metric("rows", 2_400.0 / (place + 1), window=window, segment=segment)
                for window in range(windows)
            ]
    return quantities.with_rows(
        plain,
        segments=segments,
        results=[*plain.results, *results],
        metrics=[*plain.metrics, *metrics],
    )
