"""In which rows the relation of inputs and outcome changed, as rules that other rows confirm."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
from scipy.special import ndtr

from mmon.models import one_thread
from mmon.models.concept_shift import PARTS, Fitted, Learnt, weighted_mean
from mmon.models.rows import Rows
from mmon.models.rules import Condition, Rule, holds, joined, rounded, words
from mmon.models.shared_inputs import effective_rows
from mmon.records.arrays import BoolArray, FloatArray

_HALF = PARTS // 2
_DEPTH = 3
# A rule of fewer rows is none to act by; a split that explains less of the squared change is noise.
_LEAST_SHARE, _LEAST_EXPLAINED = 0.05, 0.05
# Fewer rows of either side do not confirm a rule.
_FEWEST = 30.0


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """Rows in which the mean outcome of the same inputs changed.

    Attributes
    ----------
    rule : str
        Which rows, in words.
    before, after : float
        The share of the class, or the mean target, on the inputs that both sides have.
    deviation : float
        Of their difference.
    p_value : float
        Of "it is 0", two-sided, times the number of rules that were tried.
    share : float
        Of the rows of both sides that the rule holds of, as shared inputs weigh them.
    code : int
        The class that it is about; 0 of numbers.
    rows : int
        Production's that confirm it.
    """

    rule: str
    before: float
    after: float
    deviation: float
    p_value: float
    share: float
    code: int
    rows: int


def where_shifted(fitted: Fitted, rows: Rows, *, alpha: float = 0.05) -> tuple[Place, ...]:
    """The rules of which labels surely say that the outcome changed, what matters most first.

    A shallow tree of the difference of both learners of the first half of the rows says where to
    look; what is told there comes from the labels of the other half, which none of them saw.
    Where it has no split there is no place to tell.

    Parameters
    ----------
    fitted : Fitted
    rows : Rows
        The features' names and labels.
    alpha : float
        The chance that any rule is told where nothing changed.

    References
    ----------
    Athey and Imbens, *Recursive partitioning for heterogeneous causal effects*, PNAS 2016, for
    honest trees.
    """
    learnt = _of_half(fitted)
    ref, cur = fitted.sides
    values = rows.ref[: len(ref.rows)], rows.cur[: len(cur.rows)]
    matrix, seen = np.concatenate(values), np.concatenate([ref.rows, cur.rows])
    # Each side counts half.
    weights = np.concatenate([side.weights / side.weights.sum() for side in fitted.sides])
    with one_thread():
        told = learnt.cur.told(seen) - learnt.ref.told(seen)
        code = _code(told, weights)
        rules = _rules(matrix, told[:, code], weights, rows)
        found = [_measured(fitted, values, one, code, words(one, rows)) for one in rules]
    tried = [one for one in found if one is not None]
    sure = [
        dataclasses.replace(one, p_value=min(1.0, one.p_value * len(tried)))
        for one in tried
        if one.p_value * len(tried) <= alpha
    ]
    return tuple(sorted(sure, key=lambda one: -one.share * abs(one.after - one.before)))


def _code(told: FloatArray, weights: FloatArray) -> int:
    """The class whose chance changed most; of two the second one, which is the positive."""
    count = told.shape[1]
    return count - 1 if count < 3 else int(np.argmax(weights @ np.abs(told)))


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class _Columns:
    """What the tree splits: numbers, and for labels and what is missing 0 or 1.

    ``if_one`` are the conditions that a 1 says; None for numbers.
    """

    values: FloatArray
    features: tuple[int, ...]
    if_one: tuple[Condition | None, ...]


def _columns(matrix: FloatArray, rows: Rows) -> _Columns:
    found: list[tuple[int, FloatArray, Condition | None]] = []
    for feature, is_category in enumerate(rows.is_category):
        values = matrix[:, feature]
        is_missing = np.isnan(values)
        if _is_enough(is_missing):
            found.append((feature, is_missing * 1.0, Condition(feature, is_missing=True)))
        if not is_category:
            middle = 0.0 if is_missing.all() else float(np.nanmedian(values))
            found.append((feature, np.where(is_missing, middle, values), None))
            continue
        found += [
            (feature, (values == code) * 1.0, Condition(feature, label=code))
            for code in np.unique(values[~is_missing]).astype(int).tolist()
            if _is_enough(values == code)
        ]
    return _Columns(
        np.column_stack([one for _, one, _ in found]) if found else np.empty((len(matrix), 0)),
        tuple(feature for feature, _, _ in found),
        tuple(condition for _, _, condition in found),
    )


def _is_enough(is_in: BoolArray) -> bool:
    return _LEAST_SHARE <= float(is_in.mean()) <= 1.0 - _LEAST_SHARE


def _rules(matrix: FloatArray, change: FloatArray, weights: FloatArray, rows: Rows) -> list[Rule]:
    """The leaves of a shallow tree of the change, each once; not all rows, which are no place."""
    from sklearn.tree import DecisionTreeRegressor

    columns = _columns(matrix, rows)
    square = float(np.average(change**2, weights=weights))
    if not columns.features or square <= 0.0:
        return []
    model = DecisionTreeRegressor(
        max_depth=_DEPTH,
        min_weight_fraction_leaf=_LEAST_SHARE,
        min_impurity_decrease=_LEAST_EXPLAINED * square,
        random_state=0,
    )
    tree = model.fit(columns.values, change, sample_weight=weights / weights.mean()).tree_
    found = _leaves(tree, columns, matrix, rows)
    return list(dict.fromkeys(filter(None, found)))


def _leaves(tree: Any, columns: _Columns, matrix: FloatArray, rows: Rows) -> list[Rule]:
    left, right = tree.children_left, tree.children_right
    feature, threshold = tree.feature, tree.threshold
    found: list[Rule] = []
    open_: list[tuple[int, Rule]] = [(0, ())]
    while open_:
        node, path = open_.pop()
        if left[node] < 0:
            found.append(joined(path))
            continue
        at = int(feature[node])
        below, above = _split(columns, at, float(threshold[node]), matrix, rows)
        open_ += [(int(right[node]), (*path, above)), (int(left[node]), (*path, below))]
    return found


def _split(
    columns: _Columns, at: int, threshold: float, matrix: FloatArray, rows: Rows
) -> tuple[Condition, Condition]:
    """What holds on the left and on the right side of a split."""
    feature, if_one = columns.features[at], columns.if_one[at]
    if if_one is not None and if_one.label is not None:
        return dataclasses.replace(if_one, is_not=True), if_one
    if if_one is not None:
        return dataclasses.replace(if_one, is_missing=False), if_one
    is_time = bool(rows.is_time) and rows.is_time[feature]
    # The tree's own bound lies between two values, or is the lower one in single precision.
    bound = rounded(np.nextafter(threshold, math.inf), matrix[:, feature], is_time=is_time)
    return Condition(feature, high=bound), Condition(feature, low=bound)


def _of_half(fitted: Fitted) -> Learnt:
    return next(one for one in fitted.learnt if one.part == _HALF)


def _measured(
    fitted: Fitted, values: tuple[FloatArray, FloatArray], rule: Rule, code: int, told: str
) -> Place | None:
    """What the labels of the second half say of a rule; None where too few of them do."""
    learnt, is_class = _of_half(fitted), not fitted.loss.is_of_numbers
    means, lefts, variances, shares, counts = [], [], [], [], []
    for side, own_values in zip(fitted.sides, values, strict=True):
        matrix, targets, weights = side.of(_HALF, PARTS)
        is_in = holds(rule, own_values[side.cuts[_HALF] :])
        own = weights[is_in]
        if effective_rows(own) < _FEWEST:
            return None
        both = (learnt.ref.told(matrix[is_in]) + learnt.cur.told(matrix[is_in]))[:, code] / 2.0
        outcome = (targets[is_in] == code) * 1.0 if is_class else targets[is_in]
        left, variance = weighted_mean(outcome - both, own, least=float(is_class))
        means.append(float(np.average(both, weights=own)))
        lefts.append(left)
        variances.append(variance)
        shares.append(float(own.sum() / weights.sum()))
        counts.append(len(own))
    level, deviation = (means[0] + means[1]) / 2.0, math.sqrt(sum(variances))
    change = abs(lefts[1] - lefts[0])
    p_value = 2.0 * float(ndtr(-change / deviation)) if deviation > 0.0 else float(change == 0.0)
    before, after = level + lefts[0], level + lefts[1]
    if is_class:
        before, after = (min(max(one, 0.0), 1.0) for one in (before, after))
    share = (shares[0] + shares[1]) / 2.0
    return Place(told, before, after, deviation, p_value, share, code, counts[1])
