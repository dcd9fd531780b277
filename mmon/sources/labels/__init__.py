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
from mmon.errors import ConfigError, DataError, NoFilesError, listed
from mmon.profiles.baseline import is_baseline
from mmon.profiles.label_facts import (
    LABEL_ROW,
    OWN_TARGET,
    LabelFacts,
    MatchedLabels,
)
from mmon.sources import Data, open_counted
from mmon.sources.dtypes import Schema
from mmon.sources.errors import reading
from mmon.sources.labels.table import KEY, are_comparable, compact_label, id_key, read_labels
from mmon.sources.listing import STANDARD_INPUT, display_name


@dataclasses.dataclass(frozen=True, slots=True)
class LabelJoin:
    """Production with its labels, not yet read."""

    frame: pl.LazyFrame
    """Production's rows in their order, with the target's column and the helper columns."""
    target: str
    facts: LabelFacts
    """What is known of the labels alone."""
    columns: tuple[str, ...]
    """The columns that the fold needs: select them besides the profile's own."""

    def fold(self, *, is_of_part: bool = False) -> MatchedLabels:
        """A new fold over ``frame``, all of production or a part, that ends in complete facts."""
        facts = dataclasses.replace(self.facts, is_of_part=is_of_part)
        return MatchedLabels(facts, self.target)


def join_configured(
    config: Config,
    production: Data,
    labels: Data | None = None,
    *,
    expect: Schema | None = None,
    may_come: bool = False,
) -> LabelJoin | None:
    """Production joined to the configuration's labels; None when it names none.

    Labels that are not given are opened; those in text files are read by the columns and types of
    the reference, ``expect``. Where they ``may_come`` later, there may be no file of them yet.

    Raises
    ------
    ConfigError
        When the configuration does not say by which column, or which column, or wrongly.
    DataError
        When the labels cannot be read or have no ids.
    """
    if config.labels is None:
        return None
    on, target = _roles(config, config.labels, is_file=labels is None)
    with reading(production.name):
        _check_columns(production.frame.collect_schema(), {"on": on}, production.name)
    label = config.labels.target or target
    known = {label: expect[target]} if expect is not None and target in expect else {}
    if labels is None:
        try:
            labels = open_counted(config.labels, expect=known)
        except NoFilesError:
            if not may_come:
                raise
            ids = production.frame.collect_schema()[on]
            none = pl.LazyFrame(schema={on: ids, label: known.get(label, pl.Null())})
            labels = Data(none, display_name(config.labels.path))
    joined = join_labels(production, labels, on=on, target=target, label=label)
    labels.check(joined.facts.labels)
    return joined


def join_labels(production: Data, labels: Data, *, on: str, target: str, label: str) -> LabelJoin:
    """Add to each row of production the ``label`` of its id ``on``, as the column ``target``.

    The labels are read here, production is not. Rows keep their order and their number. An id with
    several different labels has none; a null label is no label; a null id matches nothing. Integer
    ids are compared as numbers, and ids of two types by how they are written, so that 5, 5.0 and
    "5" are one id, and "05" is another.

    Production may have the target's column, as long as it is empty: a row with a value of its own
    is an error once the fold meets it, because one of the two would be ignored.

    Raises
    ------
    ConfigError
        When a column is missing.
    DataError
        When the labels cannot be read, have no ids, or ids that cannot be compared.
    """
    with reading(production.name):
        schema = production.frame.collect_schema()
    with reading(labels.name):
        labels_schema = labels.frame.collect_schema()
    _check_columns(schema, {"on": on}, production.name)
    _check_columns(labels_schema, {"on": on, "target": label}, labels.name)
    ids, label_ids, dtype = schema[on], labels_schema[on], labels_schema[label]
    _check_ids(on, (ids, production.name), (label_ids, labels.name))
    if dtype.is_nested() or dtype in (pl.Object, pl.Binary):
        raise DataError(
            f"column {label!r} of {labels.name} holds values of type {dtype}, which are no labels",
            hint="name another column with labels.target",
        )
    key = id_key(on, label_ids, ids)
    table, facts = read_labels(labels, on, key, compact_label(label, dtype).alias(target))
    if facts.labels and not facts.distinct_ids:
        raise DataError(
            f"column {on!r} of {labels.name} holds no id",
            hint="name the column of the ids with labels.on",
        )
    frame, own = production.frame, pl.col(target).is_not_null().alias(OWN_TARGET)
    if target in schema:
        frame = frame.with_columns(own).drop(target)
    joined = frame.join(
        table.lazy(),
        left_on=id_key(on, ids, label_ids),
        right_on=KEY,
        how="left",
        maintain_order="left",
        # Whichever side Polars takes for the smaller one: production is never the one it holds.
        build_side="force_right",
        coalesce=False,
    )
    return LabelJoin(
        joined.drop(KEY).with_columns(pl.col(target).cast(dtype)),
        target,
        dataclasses.replace(facts, production=production.name),
        (on, target, LABEL_ROW, *([OWN_TARGET] if target in schema else [])),
    )


def _roles(config: Config, labels: Labels, *, is_file: bool) -> tuple[str, str]:
    """The column to join by and the column of the target."""
    on, target = labels.on or config.columns.id, config.columns.target
    unknown = "labels: it is not known which column"
    if on is None:
        hint = "name it with labels.on, or columns.id"
        raise ConfigError(f"{unknown} labels and predictions share", hint=hint)
    if target is None:
        hint = "name it with columns.target"
        raise ConfigError(f"{unknown} of the reference they are for", hint=hint)
    for name, other in (("labels.target", labels.target), ("columns.target", target)):
        if on == other:
            what = f"labels: {on!r} cannot be both the id and the label"
            raise ConfigError(what, hint=f"correct {name}, or labels.on")
    if is_file and labels.path == config.production.path:
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


def _names(column: str, known: Collection[str]) -> str:
    close = difflib.get_close_matches(column, list(known), n=3)
    return f"did you mean {' or '.join(map(repr, close))}?" if close else listed(known)
