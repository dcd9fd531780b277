"""Looks at a dataset before it is summarised: what the columns hold whose dtype does not tell.

The first rows are looked at; once all rows have been read, their labels tell whether these were
like the rest, and what was taken wrongly is read once more.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping

import numpy as np
import polars as pl
import polars.selectors as cs

from mmon.comparison.roles import role_columns
from mmon.config.columns import Columns
from mmon.engine.local import column_of
from mmon.profiles.distributions.counts import Counts
from mmon.profiles.distributions.reading import Reading, is_vector
from mmon.profiles.distributions.vectors import MOST_NUMBERS, lengths_of
from mmon.profiles.kinds import label_kind
from mmon.profiles.recognition.recognise import Found, declared_numbers, is_lost, recognised
from mmon.profiles.recognition.spelling import LabelSpelling, by_name, spelled
from mmon.profiles.recognition.timely import MOST, is_time_name, time_of_numbers, time_spelling
from mmon.profiles.recognition.times import TimeSpelling
from mmon.profiles.table import Profile
from mmon.results import ColumnKind

_ROWS = 10_000
_TEXTS = (pl.String, pl.Categorical)


def survey(
    frame: pl.LazyFrame, roles: Columns, only: Collection[str | None] | None = None
) -> dict[str, Found]:
    """What the first rows tell of columns (``only`` of some, if given) of text, and of numbers that
    are named like times."""
    schema = frame.collect_schema()
    names = [
        name
        for name, dtype in schema.items()
        if (only is None or name in only)
        and name not in (roles.id, roles.error, *roles.ignore)
        and (dtype in _TEXTS or (dtype.is_numeric() and _may_be_time(name, roles)))
    ]
    vectors = {
        name: _vectors(frame, name)
        for name, dtype in schema.items()
        if (only is None or name in only)
        and is_vector(dtype)
        and name not in role_columns(roles)
        and not roles.ignores(name)
    }
    if not names:
        return vectors
    head = frame.select(cs.by_name(names)).head(_ROWS).collect(engine="streaming")
    found = {name: _found(column_of(head, name).drop_nulls(), roles) for name in names}
    told = {name: _decided(frame, name, one) for name, one in found.items() if one is not None}
    return told | vectors


def _vectors(frame: pl.LazyFrame, name: str) -> Found:
    """What lists of numbers are: embeddings, where nearly all have one length."""
    head = frame.select(cs.by_name([name])).head(_ROWS).collect(engine="streaming")
    lengths = lengths_of(column_of(head, name)).drop_nulls().to_numpy()
    if not len(lengths):
        return Found(Reading.PRESENCE, reason="lists without any number: only presence is compared")
    width = int(np.bincount(lengths).argmax())
    if (lengths == width).mean() < MOST:
        low, high = int(lengths.min()), int(lengths.max())
        why = f"ragged lists, of {low:,} to {high:,} numbers: only presence is compared"
        return Found(Reading.PRESENCE, reason=why)
    if width > MOST_NUMBERS:
        why = f"vectors of {width:,} numbers, more than {MOST_NUMBERS:,}: only presence is compared"
        return Found(Reading.PRESENCE, reason=why)
    numbers = "1 number" if width == 1 else f"{width:,} numbers"
    return Found(Reading.VECTOR, width=width, reason=f"norms of vectors of {numbers}")


def _decided(frame: pl.LazyFrame, name: str, found: Found) -> Found:
    """Days that the first rows do not tell from months, told by all rows."""
    spelling = found.spelling
    if not isinstance(spelling, TimeSpelling) or not spelling.is_ambiguous:
        return found
    day = by_name(name).cast(pl.String).str.extract(r"^([0-9 ]+[-/.][0-9]+[-/.][0-9]+)")
    every = frame.select(day.unique()).collect(engine="streaming").to_series().drop_nulls()
    days = time_spelling(every, name, least=0.0)
    if days is None or days.is_ambiguous or days.order == "ymd":
        return found
    decided = dataclasses.replace(spelling, order=days.order, is_ambiguous=False)
    return dataclasses.replace(found, spelling=decided)


def _may_be_time(name: str, roles: Columns) -> bool:
    declared = {*roles.categorical, *roles.numeric, *roles.text}
    return name == roles.timestamp or (is_time_name(name) and name not in declared)


def _found(values: pl.Series, roles: Columns) -> Found | None:
    name = values.name
    if values.dtype not in _TEXTS:
        time = time_of_numbers(values, "timestamp" if name == roles.timestamp else name)
        return Found(Reading.TIME, time) if time is not None else None
    known = values.cast(pl.String).alias("text")
    known = known.filter(known.str.strip_chars() != "")
    counts = known.to_frame().group_by("text", maintain_order=True).len("rows")
    texts, rows = counts["text"], counts["rows"]
    if name in roles.categorical:
        found = recognised(texts, rows=rows)
        is_label = found.reading in (Reading.LABEL, Reading.TRUTH)
        return found if is_label else Found(Reading.LABEL, LabelSpelling())
    if name in roles.numeric or name == roles.latency:
        return Found(Reading.NUMBER, declared_numbers(texts))
    if name == roles.timestamp:
        found = recognised(texts, "timestamp", rows)
        if found.reading is not Reading.TIME:
            found = Found(Reading.TIME, time_spelling(texts, name, 0.0) or TimeSpelling())
        return found
    if name in roles.text:
        return _TEXT
    found = recognised(texts, name, rows)
    return _as_text(found, name, texts, len(texts), int(rows.sum()), roles)


_TEXT = Found(Reading.TEXT, reason="lengths of texts, in characters")


def _as_text(
    found: Found, name: str, labels: pl.Series, distinct: float, rows: int, roles: Columns
) -> Found:
    """Free text where labels are it, and the column is a feature at most."""
    if found.reading is not Reading.LABEL or name in role_columns(roles):
        return found
    kind = label_kind(name, labels, distinct, rows)
    return _TEXT if kind is not None and kind[0] is ColumnKind.TEXT else found


def revised(
    profile: Profile, frame: pl.LazyFrame, found: Mapping[str, Found], roles: Columns
) -> dict[str, Found]:
    """What all rows tell of columns otherwise than the first ones did; empty where they agree."""
    declared = {
        *(*roles.categorical, *roles.numeric, *roles.text),
        *(roles.timestamp, roles.latency),
    }
    told: dict[str, Found] = {}
    in_doubt: dict[str, Found] = {}
    for column in profile.columns:
        before = found.get(column.name)
        counts = column.distribution
        if before is None or before.reading is Reading.PRESENCE:
            continue
        if isinstance(counts, Counts):
            labels = counts.labels
            now = recognised(labels, column.name, pl.Series(counts.mass))
            now = _as_text(now, column.name, labels, counts.distinct, counts.n, roles)
            if column.name in declared:
                now = Found(Reading.LABEL, now.spelling)
            if now.reading is not before.reading or (now.spelling and not before.spelling):
                # The labels that were kept of very many are not a fair sample of them.
                (told if counts.is_exact else in_doubt)[column.name] = now
        elif column.unreadable and column.name not in declared:
            in_doubt[column.name] = before
    readable = _mostly_readable(frame, in_doubt)
    for name, one in in_doubt.items():
        if name not in readable and one is found[name]:
            told[name] = Found(Reading.LABEL, LabelSpelling())
        elif name in readable and one is not found[name]:
            told[name] = one
    return told


def _mostly_readable(frame: pl.LazyFrame, in_doubt: Mapping[str, Found]) -> set[str]:
    """The columns of which most texts, and most rows, can be read as it is thought."""
    schema = frame.collect_schema()
    counts = []
    for index, (name, found) in enumerate(in_doubt.items()):
        read = found.spelling and spelled(name, schema[name], found.spelling)
        if found.spelling is None or not isinstance(read, pl.Expr):
            continue
        text, lost = by_name(name).cast(pl.String), is_lost(found.spelling, name)
        is_there = text.str.strip_chars() != ""
        counts += [
            text.filter(is_there).approx_n_unique().alias(f"texts {index}"),
            text.filter(read.is_null() & is_there).approx_n_unique().alias(f"lost texts {index}"),
            is_there.sum().alias(f"rows {index}"),
            (lost & is_there).sum().alias(f"lost rows {index}"),
        ]
    if not counts:
        return set(in_doubt)
    told = frame.select(counts).collect(engine="streaming").row(0, named=True)
    return {
        name
        for index, name in enumerate(in_doubt)
        if all(
            told.get(f"lost {what} {index}", 0) <= (1.0 - MOST) * told.get(f"{what} {index}", 0)
            for what in ("texts", "rows")
        )
    }
