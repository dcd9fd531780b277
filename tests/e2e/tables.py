"""One table, written as the tools that people use write it."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

ROWS = 900


def table() -> pl.DataFrame:
    """Every kind of column, with missing values, and texts that need quotation marks."""
    g = np.random.default_rng(0)

    def gaps(values: Any, share: float) -> pl.Series:
        return pl.Series(values).set(pl.Series(g.random(ROWS) < share), None)

    start = dt.datetime(2024, 1, 1)
    return pl.DataFrame(
        {
            "row": np.arange(1000, 1000 + ROWS),
            "age": g.integers(18, 90, ROWS),
            "visits": gaps(g.poisson(3, ROWS), 0.1),
            "amount": g.normal(5000, 2000, ROWS).round(2),
            "rate": gaps(g.random(ROWS).round(4), 0.2),
            "member": g.random(ROWS) < 0.3,
            "city": gaps(g.choice(["Wien", "Graz", "Linz, Süd"], ROWS), 0.1),
            "code": g.choice(["007", "012", "100"], ROWS),
            "day": [start.date() + dt.timedelta(days=int(d)) for d in g.integers(0, 60, ROWS)],
            "at": [start + dt.timedelta(seconds=int(s)) for s in g.integers(0, 5_000_000, ROWS)],
        }
    )


def _rows(path: Path, rows: list[list[str]], encoding: str = "utf-8", **options: Any) -> None:
    with path.open("w", newline="", encoding=encoding) as file:
        csv.writer(file, **options).writerows(rows)


def _texts(data: pl.DataFrame, text: Callable[[Any], str]) -> list[list[str]]:
    every = [["" if value is None else text(value) for value in row] for row in data.iter_rows()]
    return [data.columns, *every]


def _german(value: Any) -> str:
    """As Excel shows it in Austria."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return str(value).replace(".", ",")
    if isinstance(value, dt.datetime):
        return value.strftime("%d.%m.%Y %H:%M:%S")
    return value.strftime("%d.%m.%Y") if isinstance(value, dt.date) else str(value)


def _spark(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dt.datetime):
        return value.isoformat(timespec="milliseconds")
    return str(value)


def _write_spark(data: pl.DataFrame, folder: Path) -> None:
    folder.mkdir()
    (folder / "_SUCCESS").touch()
    (folder / ".part-00000.csv.crc").write_bytes(b"crc\x00")
    for index in range(3):
        part = data.slice(index * ROWS // 3, ROWS // 3)
        _rows(folder / f"part-{index:05}.csv", _texts(part, _spark), lineterminator="\n")


def _write_pyarrow(data: pl.DataFrame, path: Path) -> None:
    found = pa.Table.from_pandas(data.to_pandas())
    place = found.schema.get_field_index("city")
    encoded = found.set_column(place, "city", found["city"].dictionary_encode())
    pyarrow.parquet.write_table(encoded, path)


def _write_duckdb(data: pl.DataFrame, path: Path) -> None:
    duckdb.from_arrow(data.to_arrow()).query("data", f"copy (select * from data) to '{path}'")


WRITERS: dict[str, Callable[[pl.DataFrame, Path], object]] = {
    "polars.parquet": lambda data, path: data.write_parquet(path),
    "polars.csv": lambda data, path: data.write_csv(path),
    "polars.ndjson": lambda data, path: data.write_ndjson(path),
    "polars.arrow": lambda data, path: data.write_ipc(path),
    "pandas.parquet": lambda data, path: data.to_pandas().to_parquet(path),
    "pandas.csv": lambda data, path: data.to_pandas().to_csv(path, index=False),
    "pandas.ndjson": lambda data, path: data.to_pandas().to_json(
        path, orient="records", lines=True, date_format="iso"
    ),
    "pyarrow.parquet": _write_pyarrow,
    "pyarrow.csv": lambda data, path: pyarrow.csv.write_csv(
        pa.Table.from_pandas(data.to_pandas(), preserve_index=False), path
    ),
    "duckdb.parquet": _write_duckdb,
    "duckdb.csv": _write_duckdb,
    "python.csv": lambda data, path: _rows(path, _texts(data, str), quoting=csv.QUOTE_ALL),
    "python.tsv": lambda data, path: _rows(path, _texts(data, str), delimiter="\t"),
    "excel.csv": lambda data, path: _rows(
        path, _texts(data, _german), encoding="utf-8-sig", delimiter=";"
    ),
    "spark": _write_spark,
}
