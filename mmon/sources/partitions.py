"""Columns that stand in folder names, such as ``date=2024-01-31/country=AT`` (hive partitions)."""

from __future__ import annotations

import datetime
import urllib.parse
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

import polars as pl

# How Hive and Spark write a missing value.
_MISSING = "__HIVE_DEFAULT_PARTITION__"


def partition_texts(folders: str) -> dict[str, str | None]:
    """Column to text for every folder of the form ``column=text``."""
    pairs = (folder.split("=", 1) for folder in folders.split("/") if "=" in folder)
    return {name: None if text == _MISSING else urllib.parse.unquote(text) for name, text in pairs}


def partition_values(
    folders: Iterable[str], as_text: Collection[str]
) -> tuple[dict[str, pl.DataType], list[dict[str, Any]]]:
    """Types that fit the folders of all parts, and each part's values.

    Columns in ``as_text`` are text whatever they look like.
    """
    texts = [*map(partition_texts, folders)]
    names = dict.fromkeys(name for row in texts for name in row)
    dtypes: dict[str, pl.DataType] = {}
    values: list[dict[str, Any]] = [{} for _ in texts]
    for name in names:
        known = [row[name] for row in texts if row.get(name) is not None]
        dtypes[name], parse = (pl.String(), str) if name in as_text else _kind(known)
        for row, text in zip(values, (row.get(name) for row in texts), strict=True):
            row[name] = None if text is None else parse(text)
    return dtypes, values


def _kind(texts: Sequence[str | None]) -> tuple[pl.DataType, Callable[[str], Any]]:
    for dtype, parse in _KINDS:
        try:
            for text in texts:
                parse(text or "")
        except ValueError:
            continue
        return dtype, parse
    return pl.String(), str


def _canonical_integer(text: str) -> int:
    number = int(text)
    # 007 and 1_000 are names, not numbers; int64 is what the column is.
    if str(number) != text or abs(number) >= 2**63:
        raise ValueError(text)
    return number


_KINDS: tuple[tuple[pl.DataType, Callable[[str], Any]], ...] = (
    (pl.Int64(), _canonical_integer),
    (pl.Date(), datetime.date.fromisoformat),
    (pl.Float64(), float),
)
