"""The tables of a history as files that other programs read, one file a table."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping
from typing import Any

import polars as pl

from mmon.comparison.document import now
from mmon.config.fields import seconds
from mmon.config.sections import Config
from mmon.config.windows import Windows
from mmon.history import store
from mmon.history.exported import Long
from mmon.monitoring import past
from mmon.monitoring.asked import Asked
from mmon.reports.csv import cell
from mmon.windows.timestamps import iso

_TIMES = {"start_us": "start", "end_us": "end", "oldest_us": "oldest", "newest_us": "newest"}
_TYPES = {str: pl.String, int: pl.Int64, float: pl.Float64, bool: pl.Boolean}


def exported(config: Config, form: str, asked: Asked | None = None) -> dict[str, bytes]:
    """The runs, windows, results and metrics of a configuration's project and endpoint.

    Parameters
    ----------
    config : Config
    form : str
        One of `FORMS`.
    asked : Asked, optional
        Only windows between two times, and what is of them; all runs.

    Raises
    ------
    ConfigError
        When the configuration has no history.
    HistoryError
        When it cannot be read.
    """
    settings = past.settings_of(config)
    limits = (asked or Asked()).read(config.windows or Windows(), now())
    names, wait_s = (config.project, config.endpoint), seconds(settings.wait)
    with store.looked_at(settings.url, *names, wait_s) as history:
        keys = [one.key for one in past.chosen(history.windows(), limits, None)]
        found = history.long()
    frames = {name: _frame(table) for name, table in found.items()}
    of_windows = pl.col("window_key").is_in(keys)
    return {
        name: FORMS[form](frame if name == "runs" else frame.filter(of_windows))
        for name, frame in frames.items()
    }


def _frame(table: Long) -> pl.DataFrame:
    schema = {name: _TYPES[kind] for name, kind in table.types.items()}
    times = [name for name in _TIMES if name in schema]
    frame = pl.DataFrame(table.rows, schema, orient="row")
    frame = frame.with_columns(pl.col(times).cast(pl.Datetime("us", "UTC")))
    return frame.rename({name: _TIMES[name] for name in times})


def _parquet(frame: pl.DataFrame) -> bytes:
    file = io.BytesIO()
    frame.write_parquet(file)
    return file.getvalue()


def _csv(frame: pl.DataFrame) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(frame.columns)
    for row in _plain(frame).iter_rows():
        writer.writerow(map(cell, row))
    return text.getvalue().encode()


def _json(frame: pl.DataFrame) -> bytes:
    rows: list[dict[str, Any]] = _plain(frame).to_dicts()
    return json.dumps(rows, ensure_ascii=False, allow_nan=False, indent=1).encode() + b"\n"


def _plain(frame: pl.DataFrame) -> pl.DataFrame:
    """The same with times as texts, as in the result document."""
    times = [name for name in _TIMES.values() if name in frame.columns]
    return frame.with_columns(pl.col(times).map_elements(iso, return_dtype=pl.String))


FORMS: Mapping[str, Callable[[pl.DataFrame], bytes]] = {
    "parquet": _parquet,
    "csv": _csv,
    "json": _json,
}
"""How a table is written, by the end of its file's name."""
