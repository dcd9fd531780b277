"""The tables of a history, as SQLAlchemy declares them; their names begin with ``mmon_``.

``mmon_results`` and ``mmon_metrics`` are long tables, with the columns of the result document: fit
to be read by any other program.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

VERSION = 3
"""Of the tables; `migration` brings older ones up to it."""

metadata = MetaData()


def _columns(kind: type, *names: str, is_nullable: bool = False) -> list[Column[Any]]:
    return [Column(name, kind, nullable=is_nullable) for name in names]


def _key() -> list[Column[Any]]:
    """The window that a row is of."""
    return [
        Column("endpoint_id", Integer, primary_key=True, autoincrement=False),
        Column("window_key", BigInteger, primary_key=True, autoincrement=False),
    ]


def _of_window() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["endpoint_id", "window_key"],
        ["mmon_windows.endpoint_id", "mmon_windows.window_key"],
        ondelete="CASCADE",
    )


schema = Table("mmon_schema", metadata, Column("version", Integer, nullable=False))

endpoints = Table(
    "mmon_endpoints",
    metadata,
    Column("id", Integer, primary_key=True),
    *_columns(Text, "project", "endpoint"),
    # How production is cut, as JSON: windows of another cut cannot stand beside these.
    *_columns(Text, "cut"),
    # The latest moment up to which a run has looked, in microseconds since 1970-01-01 UTC.
    *_columns(BigInteger, "until_us", is_nullable=True),
    UniqueConstraint("project", "endpoint"),
)

runs = Table(
    "mmon_runs",
    metadata,
    Column("endpoint_id", ForeignKey("mmon_endpoints.id", ondelete="CASCADE"), primary_key=True),
    Column("run_id", Text, primary_key=True),
    *_columns(Text, "started_at", "mmon_version", "config_digest", "reference_digest"),
    # Null while it runs, and for ever where it was killed.
    *_columns(Text, "finished_at", "verdict", is_nullable=True),
    *_columns(Integer, "windows"),
)

windows = Table(
    "mmon_windows",
    metadata,
    Column(
        "endpoint_id",
        ForeignKey("mmon_endpoints.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    # The start in microseconds since 1970-01-01 UTC, or the number of a window of rows.
    Column("window_key", BigInteger, primary_key=True, autoincrement=False),
    *_columns(BigInteger, "start_us", "end_us", "oldest_us", "newest_us", is_nullable=True),
    *_columns(BigInteger, "rows", "late_rows", "labelled"),
    *_columns(Text, "status", "verdict", "config_digest", "reference_digest"),
    *_columns(Boolean, "is_complete"),
    # Whether a run that ended has told of it.
    *_columns(Boolean, "is_told"),
    # The result document without results and metrics: JSON, compressed by zlib.
    *_columns(LargeBinary, "document"),
)

_NAMES = ("application", "kind", "name")

results = Table(
    "mmon_results",
    metadata,
    *_key(),
    Column("place", Integer, primary_key=True, autoincrement=False),
    *_columns(Text, *_NAMES, "aspect"),
    *_columns(Boolean, "relative"),
    *_columns(Text, "segment", "column", is_nullable=True),
    *_columns(Double, "value", "error", "interval_low", "interval_high", is_nullable=True),
    *_columns(Double, "reference_value", is_nullable=True),
    *_columns(Double, "reference_interval_low", "reference_interval_high", is_nullable=True),
    *_columns(Double, "p_value", "q_value", is_nullable=True),
    *_columns(Boolean, "changed", is_nullable=True),
    *_columns(Double, "potential", "detected", is_nullable=True),
    *_columns(Text, "direction"),
    *_columns(Boolean, "gating"),
    *_columns(Text, "status"),
    *_columns(BigInteger, "rows_needed", is_nullable=True),
    *_columns(Text, "reason", is_nullable=True),
    _of_window(),
    Index("mmon_results_by_name", "endpoint_id", "name", "column"),
)

metrics = Table(
    "mmon_metrics",
    metadata,
    *_key(),
    Column("place", Integer, primary_key=True, autoincrement=False),
    *_columns(Text, *_NAMES),
    *_columns(Double, "value", is_nullable=True),
    *_columns(Text, "segment", "column", is_nullable=True),
    _of_window(),
)

# As in a baseline file.
profiles = Table("mmon_profiles", metadata, *_key(), *_columns(LargeBinary, "data"), _of_window())

# What analyses carry from one window to the next.
state = Table(
    "mmon_state",
    metadata,
    *_key(),
    Column("name", Text, primary_key=True),
    *_columns(LargeBinary, "data"),
    _of_window(),
)

# What the reference's own windows do, and a digest of all that it follows from.
noise = Table(
    "mmon_noise",
    metadata,
    Column("endpoint_id", ForeignKey("mmon_endpoints.id", ondelete="CASCADE"), primary_key=True),
    *_columns(Text, "digest"),
    *_columns(LargeBinary, "data"),
)

# What was told and done because of windows, so that it happens once, and what is still to be.
activations = Table(
    "mmon_activations",
    metadata,
    Column("endpoint_id", ForeignKey("mmon_endpoints.id", ondelete="CASCADE"), primary_key=True),
    # The same for the same thing, whichever run tells it, and to whom.
    *[Column(name, Text, primary_key=True) for name in ("key", "what", "name")],
    *_columns(Text, "reason", "state", "detail", "made_at"),
    *_columns(Text, "alert", "done_at", is_nullable=True),
    # JSON: the keys of the windows that it is about; and when the last of them ended.
    *_columns(Text, "windows"),
    *_columns(BigInteger, "end_us", is_nullable=True),
    *_columns(Integer, "attempts"),
    # What is to be sent, as JSON compressed by zlib, until that is done.
    *_columns(LargeBinary, "message", is_nullable=True),
)

LONG: Mapping[str, Table] = {"results": results, "metrics": metrics}
"""The parts of the document that have a table of their own."""

INTERVALS = ("interval", "reference_interval")
"""Columns of the document that are two in the table: ``NAME_low`` and ``NAME_high``."""
