"""What the tests of sources share: a frame, and how to write and read it in every format."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from pathlib import Path

import polars as pl
import pytest

from mmon.config.data import Dataset
from mmon.sources import open_counted

FRAME = pl.DataFrame(
    {
        "number": [1, 2, None],
        "share": [0.5, None, -1e-300],
        "text": ["a,b", 'say "x"', None],
        "day": [datetime.date(2024, 2, 29), None, datetime.date(1969, 12, 31)],
        "flag": [True, False, None],
    }
)


def open_dataset(dataset: Dataset, expect: Mapping[str, pl.DataType] | None = None) -> pl.LazyFrame:
    return open_counted(dataset, expect=expect).frame


def read(path: str | Path | tuple[str, ...], **options: object) -> pl.DataFrame:
    where = path if isinstance(path, tuple) else str(path)
    return open_dataset(Dataset.model_validate({"path": where, **options})).collect()


def tsv(frame: pl.DataFrame, path: Path) -> None:
    frame.write_csv(path, separator="\t")


def ndjson(frame: pl.DataFrame, path: Path) -> None:
    frame.write_ndjson(path)


WRITERS: dict[str, Callable[[pl.DataFrame, Path], object]] = {
    "x.parquet": pl.DataFrame.write_parquet,
    "x.pq": pl.DataFrame.write_parquet,
    "x.csv": pl.DataFrame.write_csv,
    "X.CSV": pl.DataFrame.write_csv,
    "x.tsv": tsv,
    "x.arrow": pl.DataFrame.write_ipc,
    "x.feather": pl.DataFrame.write_ipc,
    "x.jsonl": ndjson,
    "x.ndjson": ndjson,
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path
