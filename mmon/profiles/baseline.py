"""A profile on disk: a versioned Parquet file without raw rows, fit to be kept beside a model."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from mmon.errors import BaselineError
from mmon.files import replacing
from mmon.profiles.counts import Counts
from mmon.profiles.ecdf import Ecdf
from mmon.profiles.presence import Presence
from mmon.profiles.reading import Reading
from mmon.profiles.table import ColumnProfile, Profile
from mmon.results import ColumnKind

FORMAT_VERSION = 1
SUFFIX = ".mmon"
_HEADER = "mmon.baseline"
_SCHEMA: dict[str, Any] = {
    "column": pl.Int32,
    "float": pl.Float64,
    "integer": pl.Int64,
    "label": pl.String,
    "mass": pl.Int64,
    "total": pl.Float64,
}


def save(profile: Profile, path: Path) -> None:
    """Write a profile as a baseline file, atomically.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    frames = [
        _points(index, column.distribution)
        for index, column in enumerate(profile.columns)
        if column.distribution is not None
    ]
    table = pl.concat(frames) if frames else pl.DataFrame(schema=_SCHEMA)
    header = {
        "format_version": FORMAT_VERSION,
        "source": profile.source,
        "rows": profile.rows,
        "columns": [_header_of(column) for column in profile.columns],
    }
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
        parts = dict(table.partition_by("column", as_dict=True, include_key=False))
        columns = tuple(
            _column_of(about, parts.get((index,))) for index, about in enumerate(header["columns"])
        )
        return Profile(source=header["source"], rows=header["rows"], columns=columns)
    except (KeyError, TypeError, ValueError, pl.exceptions.PolarsError) as error:
        raise BaselineError(
            f"the baseline {path} is damaged", hint="make it again with: mmon baseline DATA -o FILE"
        ) from error


def is_baseline(path: str | Path) -> bool:
    """Whether a path names a baseline file, by its suffix."""
    return str(path).endswith(SUFFIX)


def _points(index: int, distribution: Ecdf | Counts) -> pl.DataFrame:
    size = len(distribution.mass)
    values: dict[str, Any] = {"float": None, "integer": None, "label": None, "total": None}
    if isinstance(distribution, Counts):
        values["label"] = distribution.labels
    else:
        name = "integer" if distribution.values.dtype.kind == "i" else "float"
        values[name] = distribution.values
        values["total"] = distribution.total
    columns = {
        name: pl.repeat(None, size, dtype=dtype, eager=True)
        if values.get(name) is None
        else pl.Series(name, values[name], dtype=dtype)
        for name, dtype in _SCHEMA.items()
        if name not in ("column", "mass")
    }
    frame = pl.DataFrame(columns).with_columns(
        pl.lit(index, dtype=pl.Int32).alias("column"),
        pl.Series("mass", distribution.mass, dtype=pl.Int64),
    )
    return frame.select(list(_SCHEMA))


def _header_of(column: ColumnProfile) -> dict[str, Any]:
    about: dict[str, Any] = {
        "name": column.name,
        "dtype": column.dtype,
        "kind": column.kind.value,
        "reading": column.reading.value,
        "presence": dataclasses.astuple(column.presence),
        "is_tested": column.is_tested,
        "reason": column.reason,
        "unreadable": column.unreadable,
    }
    match column.distribution:
        case Ecdf() as ecdf:
            about["ecdf"] = {
                "is_integer": ecdf.values.dtype.kind == "i",
                "moments": ecdf.moments.tolist(),
                "presence": dataclasses.astuple(ecdf.presence),
                "uncertain": ecdf.uncertain,
                "repeats": ecdf.repeats,
            }
        case Counts() as counts:
            about["counts"] = {
                "presence": dataclasses.astuple(counts.presence),
                "other": counts.other,
                "count_error": counts.count_error,
            }
    return about


def _column_of(about: dict[str, Any], points: pl.DataFrame | None) -> ColumnProfile:
    return ColumnProfile(
        name=about["name"],
        dtype=about["dtype"],
        kind=ColumnKind(about["kind"]),
        reading=Reading(about["reading"]),
        presence=Presence(*about["presence"]),
        distribution=_distribution_of(about, points),
        is_tested=about["is_tested"],
        reason=about["reason"],
        unreadable=about["unreadable"],
    )


def _distribution_of(about: dict[str, Any], points: pl.DataFrame | None) -> Ecdf | Counts | None:
    table = pl.DataFrame(schema=_SCHEMA) if points is None else points
    if "ecdf" in about:
        ecdf = about["ecdf"]
        ecdf_presence = Presence(*ecdf["presence"])
        if points is None:
            return Ecdf.empty(ecdf_presence)
        return Ecdf(
            values=table["integer" if ecdf["is_integer"] else "float"].to_numpy(),
            mass=table["mass"].to_numpy(),
            total=table["total"].to_numpy(),
            moments=np.array(ecdf["moments"], dtype=np.float64).reshape(-1, 3),
            presence=ecdf_presence,
            uncertain=ecdf["uncertain"],
            repeats=ecdf["repeats"],
        )
    if "counts" in about:
        counts = about["counts"]
        return Counts(
            labels=table["label"].alias("label"),
            mass=table["mass"].to_numpy(),
            presence=Presence(*counts["presence"]),
            other=counts["other"],
            count_error=counts["count_error"],
        )
    return None
