"""A profile on disk: a versioned Parquet file without raw rows, fit to be kept beside a model."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import polars as pl

from mmon.errors import BaselineError
from mmon.files import replacing
from mmon.profiles.codec import Stored, decode, encode
from mmon.profiles.table import Profile

FORMAT_VERSION = 2
SUFFIX = ".mmon"
_HEADER = "mmon.baseline"
_SCHEMA: dict[str, Any] = {
    "array": pl.Int32,
    "float": pl.Float64,
    "integer": pl.Int64,
    "label": pl.String,
}


def save(profile: Profile, path: Path) -> None:
    """Write a profile as a baseline file, atomically.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    body, arrays = encode(_without_ids(profile))
    frames = [_rows(index, array) for index, array in enumerate(arrays)]
    table = pl.concat(frames) if frames else pl.DataFrame(schema=_SCHEMA)
    kinds = [_kind(array) for array in arrays]
    header = {"format_version": FORMAT_VERSION, "arrays": kinds, "profile": body}
    with replacing(path) as temporary:
        table.write_parquet(temporary, metadata={_HEADER: json.dumps(header)})


def load(path: str | Path) -> Profile:
    """Read a baseline file.

    Raises
    ------
    BaselineError
        When the file is damaged, is no baseline, or is of a newer format.
    """
    try:
        text = pl.read_parquet_metadata(path).get(_HEADER)
        table = pl.read_parquet(path)
    except FileNotFoundError as error:
        raise BaselineError(
            f"there is no file {str(path)!r}", hint="make one with: mmon baseline DATA -o FILE"
        ) from error
    except (pl.exceptions.PolarsError, OSError) as error:
        raise BaselineError(
            f"{path} is not a readable baseline",
            hint="make one with: mmon baseline DATA -o FILE",
        ) from error
    if text is None:
        raise BaselineError(
            f"{path} is a Parquet file but not a baseline", hint="make one with: mmon baseline"
        )
    try:
        header = json.loads(text)
        version = header["format_version"]
        if version > FORMAT_VERSION:
            raise BaselineError(
                f"{path} has baseline format {version}; this mmon reads up to {FORMAT_VERSION}",
                hint="upgrade mmon, or make the baseline again with this one",
            )
        if version < FORMAT_VERSION:
            raise BaselineError(
                f"{path} has baseline format {version}; this mmon reads {FORMAT_VERSION}",
                hint="make it again with: mmon baseline DATA -o FILE",
            )
        parts = dict(table.partition_by("array", as_dict=True, include_key=False))
        arrays = [
            _array_of(kind, parts.get((index,))) for index, kind in enumerate(header["arrays"])
        ]
        return decode(header["profile"], arrays)
    except (KeyError, TypeError, ValueError, IndexError, pl.exceptions.PolarsError) as error:
        raise BaselineError(
            f"the baseline {path} is damaged", hint="make it again with: mmon baseline DATA -o FILE"
        ) from error


def is_baseline(path: str | Path) -> bool:
    """Whether a path names a baseline file, by its suffix."""
    return str(path).endswith(SUFFIX)


def _without_ids(profile: Profile) -> Profile:
    """A profile without the hashes of ids, which only further rows would need."""
    return dataclasses.replace(
        profile,
        activity=profile.activity and profile.activity.stored(),
        segments=tuple(
            dataclasses.replace(one, profile=_without_ids(one.profile)) for one in profile.segments
        ),
    )


def _rows(index: int, array: Stored) -> pl.DataFrame:
    """One array as rows of the file's table."""
    column = _kind(array)
    values = pl.Series(column, array, dtype=_SCHEMA[column])
    empty = [
        pl.lit(None, dtype=dtype).alias(name)
        for name, dtype in _SCHEMA.items()
        if name not in ("array", column)
    ]
    frame = pl.DataFrame([values]).with_columns(pl.lit(index, dtype=pl.Int32).alias("array"))
    return frame.with_columns(empty).select(list(_SCHEMA))


def _kind(array: Stored) -> str:
    """The column of the file's table that holds an array."""
    if isinstance(array, pl.Series):
        return "label"
    return "float" if array.dtype.kind == "f" else "integer"


def _array_of(kind: str, rows: pl.DataFrame | None) -> Stored:
    if rows is None:
        return pl.Series(kind, [], dtype=_SCHEMA[kind])
    return rows[kind]
