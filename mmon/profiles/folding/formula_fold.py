"""Sums what formulas need of each batch of rows, window by window and segment by segment."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl
from polars.exceptions import PolarsError

from mmon.errors import closest
from mmon.profiles.folding.batches import Batch, Extent
from mmon.profiles.folding.keys import Key
from mmon.profiles.formulas.formula import Formula
from mmon.profiles.formulas.tally import Tally
from mmon.profiles.formulas.widened import widened
from mmon.records.arrays import FloatArray

Tallies = dict[str, Tally]

_WHERE = "where"


class FormulaFold:
    """The sums of some formulas over one dataset."""

    def __init__(self, formulas: Sequence[Formula], schema: Mapping[str, pl.DataType]) -> None:
        self._formulas = {one.key: one for one in formulas}
        troubles = {one.key: _trouble(one, schema) for one in formulas}
        self._troubles = {key: why for key, why in troubles.items() if why is not None}
        self._selected = {
            one.key: _selected(one, schema) for one in formulas if one.key not in self._troubles
        }
        self._found: dict[Key, Tallies] = {}

    def add(self, batch: pl.DataFrame, context: Batch) -> None:
        cuts = context.cuts[context.is_known :]
        if not cuts:
            return
        for key, formula in self._formulas.items():
            values = self._values(batch, formula)
            for cut in cuts:
                ordered = values if values is None or cut.order is None else values[cut.order]
                for place, first, past in cut.parts:
                    known = self._found.setdefault(place, {})
                    if ordered is None:
                        part = Tally.failed(formula, self._troubles[key])
                    else:
                        some = ordered[first:past]
                        part = Tally.of(formula, some[some[:, -1] > 0.0, :-1])
                    known[key] = Tally.merge([known[key], part]) if key in known else part

    def finish(self) -> dict[Key, Tallies]:
        return self._found

    def _values(self, batch: pl.DataFrame, formula: Formula) -> FloatArray | None:
        """(n, I + 1) values of the inputs, and whether the row is looked at; None of a trouble."""
        if formula.key in self._troubles:
            return None
        try:
            frame = batch.select(*self._selected[formula.key])
        except PolarsError as error:
            self._troubles[formula.key] = _said(error)
            return None
        if frame[_WHERE].null_count():
            self._troubles[formula.key] = "where computes whole numbers that are too large"
            return None
        columns = []
        for series in frame.get_columns()[1:]:
            # Missing is NaN, and what is NaN itself is no number to sum: infinite.
            values = series.fill_nan(np.inf) if series.dtype.is_float() else series
            columns.append(values.fill_null(np.nan).to_numpy())
        return np.stack(columns, axis=1)


def formula_folds(extent: Extent, frame: pl.LazyFrame) -> list[FormulaFold]:
    """What sums the formulas that are asked for over a frame, where any is."""
    return [FormulaFold(extent.formulas, frame.collect_schema())] if extent.formulas else []


def _selected(formula: Formula, schema: Mapping[str, pl.DataType]) -> list[pl.Expr]:
    """The inputs as numbers, infinite where they are too large, and where, which is null then.

    They come after as many rows as there are: a literal has only one.
    """
    found = [pl.int_range(pl.len()).alias("row")]
    for place, one in enumerate((*formula.inputs, _condition(formula))):
        is_where = place == len(formula.inputs)
        wide, beyond = widened(one, schema)
        number = wide.cast(pl.Float64)
        if beyond is not None:
            number = pl.when(beyond).then(None if is_where else math.inf).otherwise(number)
        found.append(number.alias(_WHERE if is_where else str(place)))
    return found


def _condition(formula: Formula) -> pl.Expr:
    condition = pl.lit(value=True) if formula.where is None else formula.where
    return condition.fill_null(value=False).alias(_WHERE)


def _trouble(formula: Formula, schema: Mapping[str, pl.DataType]) -> str | None:
    """Why a formula cannot be computed of such columns; None where it can."""
    lacks = next((name for name in formula.columns if name not in schema), None)
    if lacks is not None:
        near = closest(lacks, schema, "")
        return f"there is no column {lacks!r}" + (f": {near}" if near else "")
    frame = pl.LazyFrame(schema={name: schema[name] for name in formula.columns})
    try:
        inputs = frame.select(
            one.alias(str(place)) for place, one in enumerate(formula.inputs)
        ).collect_schema()
        where = frame.select(_condition(formula)).collect_schema()[_WHERE]
        # Only rows tell some types that do not go together.
        frame.select(*_selected(formula, frame.collect_schema())).collect()
    except PolarsError as error:
        return _said(error)
    for dtype in inputs.values():
        if not (dtype.is_numeric() or dtype in (pl.Boolean, pl.Null)):
            return f"it aggregates values of type {dtype}, which are no numbers"
    return (
        None if where in (pl.Boolean, pl.Null) else f"where is of type {where}, not true or false"
    )


def _said(error: PolarsError) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__
