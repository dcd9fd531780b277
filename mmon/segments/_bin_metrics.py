"""Every metric that the counts and sums of a feature's bins allow, bin by bin."""

from __future__ import annotations

import dataclasses

import numpy as np

from mmon.profiles.features.tables import FeatureTable, Layout
from mmon.records.arrays import FloatArray, IntArray
from mmon.segments import _bin_intervals as intervals

# Values that a loss cannot leave: an interval is cut there.
_BOUNDS = {
    "log_loss": (0.0, np.inf),
    "brier_score": (0.0, 1.0),
    "mae": (0.0, np.inf),
    "mse": (0.0, np.inf),
}


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class BinValues:
    """One metric in each of B bins; NaN where undefined.

    Attributes
    ----------
    value, low, high : (B,) float64
        The metric and its confidence interval.
    is_mean : bool
        Whether the metric is a mean over rows, so that its changes add up over bins.
    """

    value: FloatArray
    low: FloatArray
    high: FloatArray
    is_mean: bool = False


# A value that may be off by more than a drop that matters is none.
_MOST_DOUBT = 0.05


def wrong_rows(layout: Layout, outcomes: IntArray) -> IntArray:
    """Rows whose predicted class is not the target.

    Parameters
    ----------
    layout : Layout
        Of a classification.
    outcomes : (B, J) int64

    Returns
    -------
    (B,) int64
    """
    if len(layout.joint) == 2:
        wrong: IntArray = outcomes.reshape(-1, *layout.joint)[:, 0].sum(axis=1)
        return wrong
    by_class = outcomes.reshape(-1, *layout.joint).sum(axis=3)
    missed_or_alarmed: IntArray = by_class[:, 0, 1] + by_class[:, 1, 0]
    return missed_or_alarmed


def bin_values(layout: Layout, table: FeatureTable) -> dict[str, BinValues]:
    """Every metric available in the bins of one feature, by name.

    Returns
    -------
    dict of str to BinValues
        Means over rows first.
    """
    rows = table.outcomes.sum(axis=1)
    found: dict[str, BinValues] = {}
    if layout.size > 1:
        wrong = wrong_rows(layout, table.outcomes)
        found["error_rate"] = _proportion(wrong, rows, is_mean=True)
    for index, name in enumerate(layout.losses):
        found[name] = _mean(name, table.sums[:, index], table.squares[:, index], rows)
    if len(layout.joint) == 3:
        joint = table.outcomes.reshape(-1, *layout.joint)
        if layout.joint[2] > 1:
            found["roc_auc"] = _area(joint.sum(axis=2))
        found |= _decisions(joint.sum(axis=3))
    return found


def _share(hits: IntArray, rows: IntArray) -> FloatArray:
    return hits / np.where(rows > 0, rows, np.nan)


def _proportion(hits: IntArray, rows: IntArray, *, is_mean: bool = False) -> BinValues:
    return BinValues(_share(hits, rows), *intervals.proportion(hits, rows), is_mean=is_mean)


def _mean(name: str, sums: FloatArray, squares: FloatArray, rows: IntArray) -> BinValues:
    low, high = intervals.student(sums, squares, rows)
    least, most = _BOUNDS.get(name, (-np.inf, np.inf))
    value = sums / np.where(rows > 0, rows, np.nan)
    return BinValues(value, np.maximum(low, least), np.minimum(high, most), is_mean=True)


def _decisions(by_class: IntArray) -> dict[str, BinValues]:
    """Precision, recall and F1 from (B, 2 target, 2 prediction) counts."""
    hits, missed, false_alarms = by_class[:, 1, 1], by_class[:, 1, 0], by_class[:, 0, 1]
    # F1 = 2 J / (1 + J) rises with J, the share of hits among rows that are positive or called so:
    # an interval of the proportion J is one of F1.
    overlap = _proportion(hits, hits + missed + false_alarms)
    return {
        "precision": _proportion(hits, hits + false_alarms),
        "recall": _proportion(hits, hits + missed),
        "f1": BinValues(_f1_of(overlap.value), low=_f1_of(overlap.low), high=_f1_of(overlap.high)),
    }


def _f1_of(overlap: FloatArray) -> FloatArray:
    f1: FloatArray = 2 * overlap / (1 + overlap)
    return f1


def _area(by_score: IntArray) -> BinValues:
    """ROC AUC from (B, 2 target, S score cells) counts; a tie counts by half.

    Rows of one cell are in an unknown order: the area is known to half their pairs' share, by which
    the interval is widened. Where that is too much, as when production's scores all lie in one cell
    of the reference's, there is no value.
    """
    negatives, positives = by_score[:, 0], by_score[:, 1]
    below = np.cumsum(negatives, axis=1) - negatives
    won = ((below + negatives / 2) * positives).sum(axis=1)
    n, m = negatives.sum(axis=1), positives.sum(axis=1)
    pairs = n * m
    doubt = (negatives * positives).sum(axis=1) / 2 / np.where(pairs > 0, pairs, np.nan)
    area = np.where(doubt <= _MOST_DOUBT, won / np.where(pairs > 0, pairs, np.nan), np.nan)
    low, high = intervals.area_under_roc(area, n, m)
    return BinValues(area, np.maximum(low - doubt, 0.0), np.minimum(high + doubt, 1.0))
