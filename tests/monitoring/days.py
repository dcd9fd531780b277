"""A model that is watched for some days: a reference, a Parquet file a day, and its history."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from sqlalchemy import select

import mmon
from mmon.history import database, tables

FIRST = dt.date(2024, 1, 1)
_ASKED = ("since", "to", "deliver")
_OF_RUNS = ("mmon_runs", "mmon_schema")


def rows(day: int, count: int, columns: int = 2, *, shift: float = 0.0) -> pl.DataFrame:
    """Rows of one day, the same ones for the same day: numbers, a category, a time and an id."""
    rng = np.random.default_rng(day + 1000)
    start = np.datetime64(FIRST + dt.timedelta(days=day), "us")
    seconds = np.sort(rng.integers(0, 86_400, count))
    seconds[[0, -1]] = 30, 86_370
    numbers = {f"x{i}": rng.normal(shift, 1.0, count) for i in range(columns)}
    return pl.DataFrame(
        {
            **numbers,
            "group": rng.choice(["a", "b", "c"], count),
            "event_time": start + seconds.astype("timedelta64[s]"),
            "request_id": [f"{day}-{i}" for i in range(count)],
        }
    )


def half(day: int, *, is_first: bool) -> pl.DataFrame:
    """The rows of a day before its noon, or from then on."""
    noon = dt.datetime.fromisoformat(date(day)) + dt.timedelta(hours=12)
    is_before = pl.col("event_time") < noon
    return rows(day, 300).filter(is_before if is_first else ~is_before)


@dataclasses.dataclass(frozen=True)
class Watched:
    """A folder of such data, and where its history is."""

    folder: Path
    url: str
    every: int = 300
    settings: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    def write(self, *days: int, shift: float = 0.0, columns: int = 2) -> None:
        """Write the files of some days."""
        (self.folder / "days").mkdir(exist_ok=True)
        reference = self.folder / "reference.parquet"
        if not reference.exists():
            parts = [rows(day, 4 * self.every, columns) for day in range(-5, 0)]
            pl.concat(parts).write_parquet(reference)
        for day in days:
            found = rows(day, self.every, columns, shift=shift)
            found.write_parquet(self.folder / "days" / f"{date(day)}.parquet")

    @property
    def config(self) -> dict[str, Any]:
        """The configuration, in plain data."""
        return {
            "reference": str(self.folder / "reference.parquet"),
            "production": str(self.folder / "days" / "*.parquet"),
            "columns": {"timestamp": "event_time", "id": "request_id"},
            "windows": {"every": "1d"},
            "history": self.url,
            **self.settings,
        }

    def run(self, until: int | str | None, **changes: Any) -> mmon.Report:
        """A run at midnight after so many days, or at a time."""
        moment = date(until) if isinstance(until, int) else until
        asked = {name: changes.pop(name) for name in _ASKED if name in changes}
        return mmon.run({**self.config, **changes}, until=moment, **asked)

    def kept(self, *without: str) -> dict[str, list[tuple[Any, ...]]]:
        """All that the history holds, but for what is of runs."""
        found = {}
        with database.connected(self.url, 10.0, is_writer=False) as connection:
            for table in tables.metadata.sorted_tables:
                if table.name in _OF_RUNS:
                    continue
                keys = [*table.primary_key.columns]
                columns = [one for one in table.c if one.name not in without]
                with connection.begin():
                    asked = select(*columns).order_by(*keys)
                    found[table.name] = [tuple(row) for row in connection.execute(asked)]
        return found


def date(day: int) -> str:
    """The date of a day, counted from the first one."""
    return str(FIRST + dt.timedelta(days=day))
