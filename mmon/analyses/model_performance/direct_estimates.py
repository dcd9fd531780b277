"""The errors of a regression that are to be expected before labels are there (DLE)."""

from __future__ import annotations

import dataclasses
import math
from weakref import WeakKeyDictionary

import numpy as np
import polars as pl

from mmon.analyses import Context
from mmon.analyses.model_performance import DIRECT
from mmon.chance.proportions import Z
from mmon.models.direct_loss import FEWEST, ExpectedLoss, LossLearner, root
from mmon.performance import Estimate
from mmon.profiles.features.row_sample import RowSample, SampledRows
from mmon.profiles.table import Performance
from mmon.records.arrays import FloatArray


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class _Learnt:
    """The learners of a reference's errors and of their squares; ``reason`` why there are none."""

    absolute: LossLearner | None = None
    squared: LossLearner | None = None
    reason: str | None = None


# Sums of a few thousand squares beyond this overflow, and the variance of squares far earlier.
_LARGEST = 1e60

# The reference is the same in every window.
_KNOWN: WeakKeyDictionary[Performance, dict[tuple[str, ...], _Learnt]] = WeakKeyDictionary()


def direct_estimates(context: Context) -> dict[str, Estimate]:
    """What mae, mse and rmse are to be expected to be in a window."""
    samples = context.samples
    found: dict[str, Estimate] | str | None = context.lacks_models or context.lacks_rows
    if samples is not None and found is None:
        found = _of_samples(context, *samples)
    return found if isinstance(found, dict) else dict.fromkeys(DIRECT, Estimate(None, reason=found))


def _of_samples(
    context: Context, ref: RowSample, cur: RowSample
) -> dict[str, Estimate] | str | None:
    rows = cur.all_rows()
    columns = tuple(name for name in _features(context, ref) if name in rows.frame.columns)
    if context.reference.performance is None:
        return "the reference has no labels"
    own = _KNOWN.setdefault(context.reference.performance, {})
    if columns not in own:
        own[columns] = _learnt(ref.labelled_rows(), columns)
    learnt = own[columns]
    if learnt.absolute is None or learnt.squared is None:
        return learnt.reason
    outcome = rows.outcome()
    is_answered = np.zeros(len(rows), bool) if outcome is None else ~np.isnan(outcome.prediction)
    if not is_answered.any():
        return "no row has a prediction"
    features = rows.frame[list(columns)].filter(pl.Series(is_answered))
    size = max(round(context.production.rows * float(is_answered.mean())), 1)
    absolute, squared = (one.expected(features, size) for one in (learnt.absolute, learnt.squared))
    found = {"mae": absolute, "mse": squared, "rmse": root(squared)}
    return {name: _estimate(one, size) for name, one in found.items()}


def _features(context: Context, ref: RowSample) -> list[str]:
    """What the errors may depend on: all but the truth, the time, and what is no single value."""
    target = None if ref.outcome is None else ref.outcome.target
    left_out = {target, ref.timestamp, *(c.name for c in context.reference.columns if c.is_content)}
    return [one.name for one in ref.columns if one.name not in left_out]


def _learnt(rows: SampledRows, columns: tuple[str, ...]) -> _Learnt:
    outcome = rows.outcome()
    errors: FloatArray = np.empty(0)
    if outcome is not None:
        with np.errstate(over="ignore", invalid="ignore"):
            errors = np.abs(np.asarray(outcome.prediction - outcome.target, dtype=np.float64))
    is_known = np.isfinite(errors)
    if float(errors[is_known].max(initial=0.0)) > _LARGEST:
        return _Learnt(reason="errors are too large for their squares to be added up")
    if int(is_known.sum()) < FEWEST:
        told = f"{int(is_known.sum())} labelled rows of the reference are too few"
        return _Learnt(reason=f"{told} to learn its errors from: it takes {FEWEST}")
    features = rows.frame[list(columns)].filter(pl.Series(is_known))
    absolute, squared = (LossLearner.of(features, errors[is_known] ** power) for power in (1, 2))
    return _Learnt(absolute, squared)


def _estimate(one: ExpectedLoss, rows: int) -> Estimate:
    half = Z * math.sqrt(one.variance)
    interval = max(one.value - half, 0.0), one.value + half
    return Estimate(one.value, interval, one.variance, rows)
