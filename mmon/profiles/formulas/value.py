"""The number that a formula's sums make, and how far it may be off by chance.

A smooth function of means varies by chance as its tangent does (the delta method): the gradient is
taken by differences, the covariance of the means is that of the rows, divided by their number.

References
----------
Casella and Berger, *Statistical Inference*, 2002, section 5.5.4 (the delta method).
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

import numpy as np
import polars as pl
from polars.exceptions import PolarsError

from mmon.profiles.formulas.formula import Formula, Leaf
from mmon.profiles.formulas.tally import Tally
from mmon.records.arrays import FloatArray

# Of a deviation among rows: far above rounding, far below what bends a curve.
_STEP = 1e-4
# By so much the slopes on both sides may differ: at a kink or a jump they do by far more.
_SMOOTH = 0.01


@dataclasses.dataclass(frozen=True, slots=True)
class Number:
    """A formula's value.

    Attributes
    ----------
    value : float or None
        None where it is undefined.
    variance : float or None
        By chance among independent rows; None where that is not known.
    reason : str or None
        Why there is no value, or why its variance is not known.
    hits : int or None
        Of a share of rows: the rows that have the property.
    rows : int
        Rows with a value; of a mean, those that it is of.
    """

    value: float | None
    variance: float | None = None
    reason: str | None = None
    hits: int | None = None
    rows: int = 0


def number_of(formula: Formula, tally: Tally | None) -> Number:
    """The value of a formula, and its variance, of the rows that were added up."""
    why = _lacking(formula, tally)
    if why is not None or tally is None:
        return Number(None, reason=why)
    try:
        value = float(_values(formula, [_leaves(formula, tally, tally.means)])[0])
    except PolarsError as error:
        return Number(None, reason=str(error).splitlines()[0])
    if not math.isfinite(value):
        return Number(None, reason=_undefined(formula, tally, value), rows=tally.rows)
    if formula.is_mean:
        return _mean(formula, tally, value)
    if formula.has_extremes:
        why = "chance in a smallest or largest value is not known"
        return Number(value, reason=why, rows=tally.rows)
    return _with_variance(formula, tally, value)


def _lacking(formula: Formula, tally: Tally | None) -> str | None:
    """Why there is no value, where the sums tell it; else None."""
    if tally is None or (not tally.seen and tally.trouble is None):
        has_where = formula.where is not None and tally is not None
        return "where is true of no row" if has_where else "there are no rows"
    if tally.trouble is not None or not tally.unusable:
        return tally.trouble
    told = f"of {tally.unusable:,} of {tally.seen:,} rows it is NaN, infinite or too large"
    return f"{told}: leave them out with where"


def _mean(formula: Formula, tally: Tally, value: float) -> Number:
    """A mean, which for truths is a share of the rows."""
    rows = round(tally.rows * float(tally.means[len(formula.inputs)]))
    found = dataclasses.replace(_with_variance(formula, tally, value), rows=rows)
    if tally.has_others:
        return found
    return dataclasses.replace(found, hits=round(rows * value))


def _undefined(formula: Formula, tally: Tally, value: float) -> str:
    there = tally.means[len(formula.inputs) : 2 * len(formula.inputs)]
    empty = [str(one) for one, share in zip(formula.inputs, there, strict=True) if not share]
    if empty:
        return f"no row has a value of {empty[0]}"
    frame = _frame(formula, [_leaves(formula, tally, tally.means)])
    if any((frame.select(one).to_series() == 0.0).any() for one in formula.divisors):
        return "it is not defined: a division by 0"
    return "it has no value" if math.isnan(value) else "it is infinite, or too large"


def _with_variance(formula: Formula, tally: Tally, value: float) -> Number:
    """A value and its variance by the delta method, where it is smooth and no mere total."""
    rows = tally.rows
    spread = np.sqrt(np.maximum(np.diag(tally.products), 0.0) / max(rows, 1))
    moved = np.flatnonzero(spread > 0.0)
    steps = np.zeros((len(moved), len(spread)))
    steps[np.arange(len(moved)), moved] = _STEP * spread[moved]
    points = [*(tally.means + steps), *(tally.means - steps)]
    found = _values(
        formula,
        [
            *(_leaves(formula, tally, point) for point in points),
            _leaves(formula, tally, tally.means, rows=2 * rows),
        ],
    )
    if not math.isclose(found[-1], value, rel_tol=1e-9, abs_tol=1e-300):
        return Number(value, reason="it grows with the rows: chance in it is not known", rows=rows)
    up, down = found[: len(moved)] - value, value - found[len(moved) : -1]
    sizes = np.abs(up) + np.abs(down)
    rounding = 1e-9 * max(abs(value), 1e-300)
    is_kink = np.abs(up - down) > _SMOOTH * sizes.max(initial=0.0) + rounding
    is_flat = len(moved) > 0 and not (sizes > 0.0).any()
    if not np.isfinite(found).all() or is_kink.any() or is_flat:
        return Number(value, reason="it has jumps or kinks: chance in it is not known", rows=rows)
    # Of a change by one deviation each; so numbers of any size can be squared.
    slopes = 0.5 * (up + down) / _STEP
    deviations = spread[moved]
    correlation = tally.products[np.ix_(moved, moved)] / rows / np.outer(deviations, deviations)
    variance = float(np.einsum("i,ij,j->", slopes, correlation, slopes)) / max(rows - 1, 1)
    return Number(value, max(variance, 0.0), rows=rows)


def _leaves(
    formula: Formula, tally: Tally, means: FloatArray, rows: int | None = None
) -> list[float]:
    """The values of the aggregates, of so many rows with such means."""
    count = tally.rows if rows is None else rows
    return [_leaf(one, formula, tally, means, count) for one in formula.leaves]


def _leaf(leaf: Leaf, formula: Formula, tally: Tally, means: FloatArray, rows: int) -> float:
    if leaf.place is None:
        return float(rows)
    inputs, place = len(formula.inputs), leaf.place
    offset, there = float(means[place]), float(means[inputs + place])
    centre = float(tally.centres[place])
    simple = {
        "mean": centre + offset / there if there else math.nan,
        "sum": rows * (centre * there + offset),
        "count": rows * there,
        "min": float(tally.lows[place]),
        "max": float(tally.highs[place]),
    }
    if leaf.kind in simple:
        return simple[leaf.kind]
    known = tally.rows * there
    if known <= leaf.ddof:
        return math.nan
    square = float(means[2 * inputs + formula.squares.index(place)])
    variance = max(square / there - (offset / there) ** 2, 0.0) * known / (known - leaf.ddof)
    return math.sqrt(variance) if leaf.kind == "std" else variance


def _values(formula: Formula, points: Sequence[Sequence[float]]) -> FloatArray:
    """The numbers that values of the aggregates make; NaN where one is undefined."""
    number = formula.top.cast(pl.Float64).alias("number")
    return _frame(formula, points).select(number)["number"].fill_null(math.nan).to_numpy()


def _frame(formula: Formula, points: Sequence[Sequence[float]]) -> pl.DataFrame:
    """Values of the aggregates, by the names that the number knows them by."""
    columns = zip(*points, strict=True)
    return pl.DataFrame(
        {
            # What is not there is missing, as in SQL.
            str(place): [None if math.isnan(value) else value for value in column]
            for place, column in enumerate(columns)
        },
        schema={str(place): pl.Float64 for place in range(len(formula.leaves))},
    )
