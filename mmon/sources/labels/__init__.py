"""Joins delayed labels, from a dataset of their own, to the predictions in production.

The labels are held in memory: their keys (8 bytes), their labels (texts as 4-byte codes) and the
hash table over them. Production streams past them, in its own order, and is never held.
"""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Collection, Mapping

import polars as pl

from mmon.config.data import Labels
from mmon.config.sections import Config
from mmon.errors import ConfigError, DataError, listed
from mmon.profiles.baseline import is_baseline
from mmon.profiles.label_facts import (
    LABEL_ROW,
    OWN_TARGET,
    LabelFacts,
    MatchedLabels,
    described_id,
)
from mmon.sources import open_counted
from mmon.sources.dtypes import Schema
from mmon.sources.errors import reading
from mmon.sources.labels.table import KEY, are_comparable, compact_label, id_key, read_labels
from mmon.sources.listing import STANDARD_INPUT


@dataclasses.dataclass(frozen=True, slots=True)
class LabelJoin:
    """Production with its labels, not yet read.

    Attributes
    ----------
    frame : LazyFrame
        Production's rows in their order, with the target's column and the helper columns.
    target : str
    facts : LabelFacts
        What is known of the labels alone.
    columns : tuple of str
        The columns that the fold needs: select them besides the profile's own.
    """

    frame: pl.LazyFrame
    target: str
    facts: LabelFacts
    columns: tuple[str, ...]

    def fold(self) -> MatchedLabels:
        """A new fold over ``frame`` that ends in the complete facts."""
        return MatchedLabels(self.facts, self.target)


def join_configured(
    config: Config, production: pl.LazyFrame, name: str, *, expect: Schema | None = None
) -> LabelJoin | None:
    """Production joined to the configuration's labels; None when it names none.

    Parameters
    ----------
    config : Config
    production : LazyFrame
    name : str
        What reports call production.
    expect : Mapping, optional
        Columns and types of the reference, by which labels in text files are read.

    Raises
    ------
    ConfigError
        When the configuration does not say by which column, or which column, or wrongly.
    DataError
        When the labels cannot be read or have no ids.
    """
    labels = config.labels
    if labels is None:
        return None
    on, target = _roles(config, labels)
    with reading(name):
        schema = production.collect_schema()
    _check_columns(schema, {"on": on}, name)
    labels_target = labels.target or target
    expected: dict[str, pl.DataType] = {}
    if expect is not None and target in expect:
        expected[labels_target] = expect[target]
    opened = open_counted(labels, expect=expected)
    joined = join_labels(
        production,
        opened.frame,
        on=on,
        labels_on=on,
        target=target,
        labels_target=labels_target,
        production_name=name,
        labels_name=opened.name,
    )
    opened.check(joined.facts.labels)
    return joined


def join_labels(
    production: pl.LazyFrame,
    labels: pl.LazyFrame,
    *,
    on: str,
    labels_on: str,
    target: str,
    labels_target: str,
    production_name: str,
    labels_name: str,
) -> LabelJoin:
    """Add to each row of production the label of its id, as the column ``target``.

    The labels are read here, production is not. Rows keep their order and their number. An id with
    several different labels has none; a null label is no label; a null id matches nothing. Integer
    ids are compared as numbers, and ids of two types by how they are written, so that 5, 5.0 and
    "5" are one id, and "05" is another.

    Production may have the target's column, as long as it is empty: a row with a value of its own
    is an error once the fold meets it, because one of the two would be ignored.

    Parameters
    ----------
    production, labels : LazyFrame
    on, labels_on : str
        Their columns of ids.
    target : str
        What the column of labels is called in the joined frame.
    labels_target : str
        What it is called in the labels.
    production_name, labels_name : str
        What reports call them.

    Raises
    ------
    ConfigError
        When a column is missing.
    DataError
        When the labels cannot be read, have no ids, or ids that cannot be compared.
    """
    with reading(production_name):
        schema = production.collect_schema()
    with reading(labels_name):
        labels_schema = labels.collect_schema()
    _check_columns(schema, {"on": on}, production_name)
    _check_columns(labels_schema, {"on": labels_on, "target": labels_target}, labels_name)
    ids, label_ids = schema[on], labels_schema[labels_on]
    _check_ids(on, (ids, production_name), (label_ids, labels_name))
    _check_labels(labels_target, labels_schema[labels_target], labels_name)
    key = id_key(labels_on, label_ids, ids)
    label = compact_label(labels_target, labels_schema[labels_target]).alias(target)
    with reading(labels_name):
        found = read_labels(labels, key, label)
        example = _example(labels, labels_on, key) if found.table.height else None
    if found.rows and not found.table.height:
        raise DataError(
            f"column {labels_on!r} of {labels_name} holds no id",
            hint="name the column of the ids with labels.on",
        )
    frame = _joined(production, id_key(on, ids, label_ids), found.table, target)
    columns = (on, target, LABEL_ROW)
    return LabelJoin(
        frame=frame.with_columns(pl.col(target).cast(labels_schema[labels_target])),
        target=target,
        facts=LabelFacts(
            source=labels_name,
            production=production_name,
            column=on,
            labels=found.rows,
            null_ids=found.null_ids,
            distinct_ids=found.table.height,
            repeated_labels=found.repeated,
            conflicting_labels=found.conflicting,
            labels_without_prediction=found.table.height,
            label_id=example,
        ),
        columns=(*columns, OWN_TARGET) if target in schema else columns,
    )


def _joined(
    production: pl.LazyFrame, key: pl.Expr, table: pl.DataFrame, target: str
) -> pl.LazyFrame:
    """Production with the table's columns, streamed past it."""
    if target in production.collect_schema():
        own = pl.col(target).is_not_null().alias(OWN_TARGET)
        production = production.with_columns(own).drop(target)
    return production.join(
        table.lazy(),
        left_on=key,
        right_on=KEY,
        how="left",
        maintain_order="left",
        # Whichever side Polars takes for the smaller one: production is never the one it holds.
        build_side="force_right",
        coalesce=False,
    ).drop(KEY)


def _roles(config: Config, labels: Labels) -> tuple[str, str]:
    """The column to join by and the column of the target."""
    on, target = labels.on or config.columns.id, config.columns.target
    if on is None:
        raise ConfigError(
            "labels: it is not known which column labels and predictions share",
            hint="name it with labels.on, or columns.id",
        )
    if target is None:
        raise ConfigError(
            "labels: it is not known which column of the reference they are for",
            hint="name it with columns.target",
        )
    for name, other in (("labels.target", labels.target), ("columns.target", target)):
        if on == other:
            raise ConfigError(
                f"labels: {on!r} cannot be both the id and the label",
                hint=f"correct {name}, or labels.on",
            )
    if labels.path == config.production.path:
        raise ConfigError(
            "labels and production are the same dataset",
            hint="remove labels: a target that production has is read there",
        )
    if labels.path == config.reference.path == STANDARD_INPUT:
        raise ConfigError("standard input cannot be both the reference and the labels")
    if isinstance(labels.path, str) and is_baseline(labels.path):
        raise DataError(
            f"{labels.path} is a baseline, which holds no labels",
            hint="only the reference of a comparison can be one",
        )
    return on, target


def _check_columns(schema: Schema, wanted: Mapping[str, str], name: str) -> None:
    for option, column in wanted.items():
        if column not in schema:
            raise ConfigError(
                f"labels.{option}: {name} has no column {column!r}", hint=_names(column, schema)
            )


def _check_ids(
    column: str, production: tuple[pl.DataType, str], labels: tuple[pl.DataType, str]
) -> None:
    for dtype, name in (production, labels):
        if dtype.is_nested() or dtype == pl.Object:
            raise DataError(
                f"column {column!r} of {name} holds values of type {dtype}, which are no ids",
                hint="name another column with labels.on",
            )
    if not are_comparable(production[0], labels[0]):
        raise DataError(
            f"the ids {column!r} are {production[0]} in {production[1]} and {labels[0]} in"
            f" {labels[1]}, which cannot be compared",
            hint=f"write both alike, or read both as text with dtypes: {{{column}: String}}",
        )


def _check_labels(column: str, dtype: pl.DataType, name: str) -> None:
    if dtype.is_nested() or dtype in (pl.Object, pl.Binary):
        raise DataError(
            f"column {column!r} of {name} holds values of type {dtype}, which are no labels",
            hint="name another column with labels.target",
        )


def _example(labels: pl.LazyFrame, on: str, key: pl.Expr) -> str | None:
    """The first id that can match, described."""
    ids = labels.select(on).filter(key.is_not_null()).head(1).collect(engine="streaming")
    return described_id(ids[on])


def _names(column: str, known: Collection[str]) -> str:
    close = difflib.get_close_matches(column, list(known), n=3)
    return f"did you mean {' or '.join(map(repr, close))}?" if close else listed(known)
