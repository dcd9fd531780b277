"""All pairs of columns of both sides, numbers and categories, compared."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator, Mapping
from typing import Literal

import numpy as np
import polars as pl

from mmon.chance.associations import TableChange, table_change
from mmon.chance.pair_changes import PairChanges, of_correlations, of_tables
from mmon.chance.ranks.correlations import Correlations, rank_correlations
from mmon.models.rows import codes_of, numbers
from mmon.records.arrays import FloatArray, IntArray

Kind = Literal["numbers", "categories", "mixed"]

FEWEST = 30
"""Rows of either side below which no pair is compared."""
# Rows that are expected to have other values than the commonest of both columns: Cochran's rule.
_FEWEST_VARIED = 5.0
# Of so many numbers the products take about a second.
_MOST_PRODUCTS, _LEAST_ROWS = 100_000_000, 1_000
_MOST_TABLES = 2_000
_CATEGORIES = 10
_FIFTHS = (0.2, 0.4, 0.6, 0.8)


@dataclasses.dataclass(frozen=True, slots=True)
class Pair:
    """Two columns, by their names."""

    first: str
    second: str
    kind: Kind


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """How columns are read, as the reference has them.

    Attributes
    ----------
    numeric : tuple of str
    cuts : mapping of str to (4,) float64
        Fifths of each column of numbers.
    codes : mapping of str to mapping
        What stands for each label of a column of categories.
    """

    numeric: tuple[str, ...]
    cuts: Mapping[str, FloatArray]
    codes: Mapping[str, Mapping[str, float]]


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Side:
    """One side's rows, as pairs take them; ``labels`` are codes from 0, and -1 where missing."""

    correlations: Correlations
    labels: Mapping[str, IntArray]
    rows: int


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """P pairs and their changes; ``skipped`` are those with a category that were too many."""

    pairs: tuple[Pair, ...]
    changes: PairChanges
    skipped: int


def plan(frame: pl.DataFrame) -> Plan:
    """Read the reference's columns, of numbers or of labels."""
    labels = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    numeric = tuple(name for name in frame.columns if name not in labels)
    cuts = {name: np.nanquantile(_column(frame, name), _FIFTHS) for name in numeric if labels}
    codes = {
        name: {
            label: min(code, _CATEGORIES - 1.0)
            for label, code in codes_of(frame.get_column(name)).items()
        }
        for name in labels
    }
    return Plan(numeric, cuts, codes)


def side(frame: pl.DataFrame, how: Plan) -> Side:
    """Read one side's rows; of many columns of numbers as many of them as can be looked at."""
    most = max(_MOST_PRODUCTS // max(len(how.numeric), 1) ** 2, _LEAST_ROWS)
    columns = [_column(frame.head(most), name) for name in how.numeric]
    matrix = np.column_stack(columns) if columns else np.empty((frame.height, 0))
    labels = {name: _coded(frame.get_column(name), codes) for name, codes in how.codes.items()}
    for name, cuts in how.cuts.items():
        values = _column(frame, name)
        # Of what equals a cut, as of ties, all goes to one side.
        found = np.searchsorted(np.unique(cuts), values)
        labels[name] = np.where(np.isnan(values), -1, found)
    return Side(rank_correlations(matrix), labels, min(frame.height, most))


def compared(how: Plan, ref: Side, cur: Side) -> Compared:
    """All pairs that can be compared."""
    numeric, changes = _of_numbers(how, ref.correlations, cur.correlations)
    asked = _with_categories(how)
    tables = [(one, _change(one, ref, cur)) for one in itertools.islice(asked, _MOST_TABLES)]
    there = [(pair, change) for pair, change in tables if change is not None]
    of_labels = of_tables([change for _, change in there])
    return Compared(
        (*numeric, *(pair for pair, _ in there)),
        PairChanges.joined([changes, of_labels]),
        sum(1 for _ in asked),
    )


def _column(frame: pl.DataFrame, name: str) -> FloatArray:
    return numbers(frame.get_column(name), None)


def _coded(labels: pl.Series, codes: Mapping[str, float]) -> IntArray:
    # Polars might take the own name of a column for a pattern.
    labels = labels.alias("label")
    found = numbers(labels, codes)
    # What the reference does not have is one of the rare ones.
    found = np.where(np.isnan(found) & ~labels.is_null().to_numpy(), _CATEGORIES - 1.0, found)
    return np.nan_to_num(found, nan=-1.0).astype(np.int64)


def _of_numbers(how: Plan, ref: Correlations, cur: Correlations) -> tuple[list[Pair], PairChanges]:
    first, second = np.triu_indices(len(how.numeric), k=1)
    is_there = np.ones(len(first), dtype=np.bool_)
    for one in (ref, cur):
        rows = one.rows[first, second]
        varied = rows * one.varied[first] * one.varied[second]
        is_there &= (rows >= FEWEST) & (varied >= _FEWEST_VARIED)
        is_there &= np.isfinite(one.value[first, second])
    places = first[is_there], second[is_there]
    pairs = [Pair(how.numeric[i], how.numeric[j], "numbers") for i, j in zip(*places, strict=True)]
    changes = of_correlations(
        ref.value[places], cur.value[places], (ref.variance[places], cur.variance[places])
    )
    return pairs, changes


def _with_categories(how: Plan) -> Iterator[Pair]:
    for first, second in itertools.combinations(how.codes, 2):
        yield Pair(first, second, "categories")
    for first, second in itertools.product(how.numeric, how.codes):
        yield Pair(first, second, "mixed")


def _change(pair: Pair, ref: Side, cur: Side) -> TableChange | None:
    tables = [_table(one.labels[pair.first], one.labels[pair.second]) for one in (ref, cur)]
    return table_change(*tables) if min(one.sum() for one in tables) >= FEWEST else None


def _table(first: IntArray, second: IntArray) -> FloatArray:
    is_there = (first >= 0) & (second >= 0)
    cells = first[is_there] * _CATEGORIES + second[is_there]
    counts = np.bincount(cells, minlength=_CATEGORIES**2)
    return counts.reshape(_CATEGORIES, _CATEGORIES).astype(np.float64)
