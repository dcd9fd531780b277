"""What metrics are to be expected of rows without labels, by what their scores mean (CBPE)."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from weakref import WeakKeyDictionary

import numpy as np

from mmon.chance.proportions import Z
from mmon.performance import Estimate, PerformanceMetric, Variant, WeightedRows
from mmon.performance._calibration import Calibration, is_better_calibrated
from mmon.performance._class_intervals import undefined
from mmon.performance._class_tables import FEW, NO_PROBABILITIES
from mmon.performance._expected import ExpectedScores, expected_tables
from mmon.performance._label_moves import Moves, Step, is_estimable, label_moves, steps
from mmon.performance._weighted import Recalibrated, recalibrated
from mmon.profiles.outcomes.classification import MOST_SCORED, ClassificationTables
from mmon.records.arrays import FloatArray
from mmon.results import Task

_TOWARDS = "calibrated on reference rows weighted towards production"


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class _Known:
    """What a reference says of scores; ``reason`` says why it says nothing."""

    calibrations: tuple[Calibration, ...]
    # What would be expected of the reference itself; None where not all of its rows have labels.
    own: ClassificationTables | None = None
    reason: str | None = None
    # By metric: its values, and by how much the reference's own expectation exceeds them.
    excess: dict[PerformanceMetric, Mapping[Variant, float]] = dataclasses.field(
        default_factory=dict
    )


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Expected:
    """A side's rows with scores, as far as they can be told without labels.

    Attributes
    ----------
    tables : ClassificationTables or None
        Those to be expected, of `SCALE` times the rows; None where ``reason`` says why.
    classes : tuple of ExpectedScores
    steps : tuple of Step
        From those tables.
    rows : int
        Rows with scores.
    towards : Recalibrated or None
        What scores mean towards production, where that is another thing than in the reference.
    told : str or None
        How that was found.
    """

    tables: ClassificationTables | None
    classes: tuple[ExpectedScores, ...]
    steps: tuple[Step, ...]
    rows: int
    reason: str | None = None
    towards: Recalibrated | None = None
    told: str | None = None


def expected(
    ref: ClassificationTables, cur: ClassificationTables, towards: WeightedRows | None = None
) -> Expected:
    """What production's scores let expect, given the reference's labels."""
    known = _known(ref)
    reason = known.reason or _why_not(ref, cur)
    rows = cur.answers[0].rows if cur.answers else 0
    if reason is not None:
        return Expected(None, (), (), rows, reason)
    by_label = {one.label: one for one in cur.answers}
    moved = None if towards is None else recalibrated(known.calibrations, towards, ref)
    calibrations, told = known.calibrations, None
    if towards is not None and moved is not None:
        calibrations = moved.calibrations
        told = f"{_TOWARDS} (as {towards.effective:,.0f} rows tell)"
    pairs = zip(ref.answers, calibrations, strict=True)
    classes = tuple(ExpectedScores.of(by_label[one.label], own) for one, own in pairs)
    tables = expected_tables(classes, ref)
    return Expected(tables, classes, steps(classes), rows, towards=moved, told=told)


def estimated(
    ref: ClassificationTables, found: Expected, metric: PerformanceMetric
) -> Mapping[Variant, Estimate]:
    """Every value of a metric that can be told without labels, with what it may be off by.

    The interval is one for the value that the labels would show: it holds their own noise, that of
    rows whose classes are drawn by their chances (Poisson-binomial), and that of the chances, which
    were learnt from so many labels.
    """
    if not is_estimable(metric):
        return {}
    excess = _excess(metric, ref)
    if found.towards is not None:
        excess = _exceeding(metric, found.towards.own, found.towards.realised)
    reason = found.reason
    if metric.reads == "probabilities" and ref.score_edges:
        reason = NO_PROBABILITIES
    elif metric.reads == "answers" and len(ref.classes) > MOST_SCORED:
        reason = f"only {MOST_SCORED} classes have score curves"
    elif metric.reads == "answers" and any(one.is_silent for one in found.classes):
        reason = "some rows with scores have no answer"
    if reason is not None or found.tables is None:
        return dict.fromkeys(excess, undefined(reason or ""))
    moves = label_moves(metric, found.tables, found.classes, found.steps)
    return {
        variant: undefined(one.reason or "")
        if one.value is None
        else _estimate(metric, found, one, one.value - excess.get(variant, 0.0), moves(variant))
        for variant, one in metric.by_variant(found.tables).items()
    }


def _estimate(
    metric: PerformanceMetric, found: Expected, one: Estimate, around: float, moves: Moves
) -> Estimate:
    missed = _by_draws(moves, found.classes)
    # The draws are to the chances what these are to the truth: their mean is the bias, too.
    variance = of_labels(moves, found.classes) + float(missed.var())
    low, high = metric.bounds
    value = min(max(around - float(missed.mean()), low), high)
    half = Z * math.sqrt(variance)
    return Estimate(
        value=value,
        interval=(max(low, value - half), min(high, value + half)),
        variance=variance,
        rows=found.rows,
        error=sum(
            float(np.abs(own).max(initial=0.0)) * part.uncertain
            for own, part in zip(moves.by_class, found.classes, strict=True)
        ),
        reason="; ".join(filter(None, (found.told, one.reason))) or None,
        classes=one.classes,
    )


def _excess(metric: PerformanceMetric, ref: ClassificationTables) -> Mapping[Variant, float]:
    """By how much the reference's own expectation exceeds what its labels show.

    Fitted chances rank the rows that they were fitted to a little too well.
    """
    known = _known(ref)
    if metric not in known.excess:
        known.excess[metric] = _exceeding(metric, known.own, ref)
    return known.excess[metric]


def _exceeding(
    metric: PerformanceMetric, own: ClassificationTables | None, realised: ClassificationTables
) -> Mapping[Variant, float]:
    """By variant, how much larger a metric is of the first tables; 0 where one has none."""
    expected_to_be = {} if own is None else metric.by_variant(own)
    return {
        variant: before.value - one.value
        if (before := expected_to_be.get(variant))
        and before.value is not None
        and one.value is not None
        else 0.0
        for variant, one in metric.by_variant(realised).items()
    }


def of_labels(moves: Moves, classes: Sequence[ExpectedScores]) -> float:
    """The variance that is left when the chances are known: of independent rows."""
    if moves.of_answers is not None:
        return sum(
            float(one.rows[: one.said] @ moves.of_answers(place, one.chances[: one.said]))
            for place, one in enumerate(classes)
        )
    return sum(
        float((one.rows * one.chances * one.misses) @ own**2)
        for own, one in zip(moves.by_class, classes, strict=True)
    )


def _by_draws(moves: Moves, classes: Sequence[ExpectedScores]) -> FloatArray:
    """(64,) by how much the value is off in each draw of the labels behind the chances."""
    deviations = [
        one.calibration.deviations(one.values, one.rows * own)
        for own, one in zip(moves.by_class, classes, strict=True)
        if one.calibration is not None
    ]
    return np.asarray(np.sum(deviations, axis=0))


# The reference is the same in every window.
_KNOWN: WeakKeyDictionary[ClassificationTables, _Known] = WeakKeyDictionary()


def _known(ref: ClassificationTables) -> _Known:
    if ref not in _KNOWN:
        _KNOWN[ref] = _learnt(ref)
    return _KNOWN[ref]


def _learnt(ref: ClassificationTables) -> _Known:
    reason = _too_little(ref)
    if reason is not None:
        return _Known((), reason=reason)
    calibrations = tuple(Calibration.isotonic(one) for one in ref.scores)
    is_fitted = bool(ref.score_edges) or is_better_calibrated(ref.scores)
    if not is_fitted:
        calibrations = tuple(one.as_told() for one in calibrations)
    own = None
    if is_fitted and all(one.rows == ref.sums.rows for one in ref.answers):
        classes = map(ExpectedScores.of, ref.answers, calibrations)
        own = expected_tables(tuple(classes), ref)
    return _Known(calibrations, own)


def _too_little(ref: ClassificationTables) -> str | None:
    """Why the reference does not tell what scores mean."""
    if not ref.scores or not ref.sums.rows:
        return "the reference has no labelled rows with scores"
    for one in ref.scores:
        fewer, of = min((one.inside.n, f"of class {one.label}"), (one.outside.n, "of any other"))
        if fewer < FEW and (ref.task is Task.BINARY or not fewer):
            return f"the reference has {fewer} rows with scores {of}, and it takes {FEW}"
    return None


def _why_not(ref: ClassificationTables, cur: ClassificationTables) -> str | None:
    if not cur.answers or not cur.answers[0].rows:
        return "no row has usable scores" if cur.has_scores else "there are no scores"
    known = {one.label for one in ref.scores}
    new = [one.label for one in cur.answers if one.label not in known and one.said.n]
    if new and ref.task is not Task.BINARY:
        return f"the model answers {new[0]!r}, a class that the reference does not have"
    if {one.label for one in cur.answers} < known:
        return "the scores are not those of the reference's classes"
    return None
