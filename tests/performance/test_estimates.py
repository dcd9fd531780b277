"""What is to be expected without labels, against scikit-learn row by row, and by simulation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit
from sklearn import metrics as oracle
from sklearn.isotonic import IsotonicRegression

from mmon import performance
from mmon.performance import PLAIN, Variant, _estimated
from mmon.performance._calibration import is_better_calibrated
from mmon.performance._expected import SCALE
from mmon.performance._label_moves import label_moves
from mmon.profiles.distributions.ecdf import Ecdf
from mmon.profiles.outcomes.class_scores import ClassScores
from mmon.profiles.outcomes.classification import ClassificationTables
from mmon.records.arrays import FloatArray, IntArray
from mmon.results import Task
from tests.performance.without_labels import NAMES, binary_world, tables_of

ROWS = 5_000


def oracle_chances(score: FloatArray, target: IntArray, at: FloatArray) -> FloatArray:
    """NannyML's calibrator: scikit-learn's isotonic regression of the rows' labels."""
    fitted = IsotonicRegression(out_of_bounds="clip", increasing=True).fit(score, target)
    return np.asarray(fitted.predict(at))


def oracle_values(score: FloatArray, chance: FloatArray) -> dict[str, float]:
    """NannyML's formulas: each row stands once as a positive and once as a negative one."""
    said = (score >= 0.5).astype(int)
    target = np.repeat([1, 0], len(score))
    twice = {"sample_weight": np.concatenate([chance, 1.0 - chance])}
    answers, scores = np.tile(said, 2), np.tile(score, 2)
    return {
        "accuracy": float(np.mean(np.where(said == 1, chance, 1.0 - chance))),
        "precision": float(chance[said == 1].mean()),
        "recall": float(chance[said == 1].sum() / chance.sum()),
        "specificity": float((1 - chance)[said == 0].sum() / (1 - chance).sum()),
        "f1": float(oracle.f1_score(target, answers, **twice)),
        "balanced_accuracy": float(oracle.balanced_accuracy_score(target, answers, **twice)),
        "matthews_corrcoef": float(oracle.matthews_corrcoef(target, answers, **twice)),
        "roc_auc": float(oracle.roc_auc_score(target, scores, **twice)),
        "average_precision": float(oracle.average_precision_score(target, scores, **twice)),
        "brier_score": float(oracle.brier_score_loss(target, scores, **twice)),
        "log_loss": float(oracle.log_loss(target, scores, **twice)),
    }


def test_expected_tables_give_what_rows_with_the_chances_of_scikit_learn_give() -> None:
    rng = np.random.default_rng(1)
    before, after = binary_world(rng, ROWS, slope=0.6), binary_world(rng, ROWS, 0.7, slope=0.6)
    found = _estimated.expected(tables_of(*before), tables_of(*after, is_labelled=False))
    assert found.tables is not None
    told = oracle_values(after[0], oracle_chances(*before, after[0]))
    for name in NAMES:
        value = performance.load(name).by_variant(found.tables)[PLAIN].value
        assert value == pytest.approx(told[name], abs=2e-6), name


def test_chances_of_several_classes_are_those_of_each_against_all_others() -> None:
    rng = np.random.default_rng(2)
    scores = rng.dirichlet([1.0, 1.0, 2.0], 2 * ROWS)
    target = (
        rng.random((2 * ROWS, 1)) > np.cumsum(scores**2 / (scores**2).sum(1)[:, None], 1)
    ).sum(1)
    target = np.minimum(target, 2)
    classes = ("a", "b", "c")
    answers = scores.argmax(axis=1)
    ref, cur = (
        ClassificationTables.of_rows(labels, answers[rows], scores[rows], classes=classes)
        for rows in (slice(ROWS), slice(ROWS, None))
        for labels in [target[rows] if rows == slice(ROWS) else np.full(ROWS, -1)]
    )
    found = _estimated.expected(ref, cur)
    assert found.tables is not None
    chances = np.column_stack(
        [oracle_chances(scores[:ROWS, k], target[:ROWS] == k, scores[ROWS:, k]) for k in range(3)]
    )
    hits = [chances[answers[ROWS:] == k, k].sum() for k in range(3)]
    confusion = found.tables.confusion / SCALE
    assert confusion.diagonal() == pytest.approx(hits, abs=0.01)
    actual = chances.sum(axis=0)
    assert confusion.sum(axis=1) == pytest.approx(actual * ROWS / actual.sum(), abs=0.01)
    assert confusion.sum(axis=0) == pytest.approx(np.bincount(answers[ROWS:]), rel=1e-3)
    area = performance.load("roc_auc").by_variant(found.tables)[Variant(label="b")].value
    twice = np.concatenate([chances[:, 1], 1 - chances[:, 1]])
    target_twice, scores_twice = np.repeat([1, 0], ROWS), np.tile(scores[ROWS:, 1], 2)
    assert area == pytest.approx(
        oracle.roc_auc_score(target_twice, scores_twice, sample_weight=twice), abs=2e-6
    )


@pytest.mark.parametrize("name", NAMES)
def test_the_noise_of_labels_is_that_of_drawing_them(name: str) -> None:
    rng = np.random.default_rng(3)
    ref = tables_of(*binary_world(rng, ROWS))
    score, _ = binary_world(rng, 1_000, 0.5)
    found = _estimated.expected(ref, tables_of(score, np.zeros(1_000, int), is_labelled=False))
    assert found.tables is not None
    metric, chance = performance.load(name), found.classes[0].calibration.at(score)
    moves = label_moves(metric, found.tables, found.classes, found.steps)(PLAIN)
    drawn = [
        metric.by_variant(tables_of(score, (rng.random(1_000) < chance).astype(int)))[PLAIN].value
        for _ in range(150)
    ]
    spread = float(np.std(np.array(drawn, dtype=np.float64)))
    # The standard error of a spread of 150 draws is 6 %.
    assert np.sqrt(_estimated.of_labels(moves, found.classes)) == pytest.approx(spread, rel=0.2)


def test_scores_are_fitted_only_where_that_lowers_the_calibration_error() -> None:
    rng = np.random.default_rng(4)
    verdicts = []
    for slope in (1.0, 0.5):
        score, target = binary_world(rng, 20_000, slope=slope)
        sides = (Ecdf.of(score[target == k], points=None) for k in (1, 0))
        verdicts.append(is_better_calibrated([ClassScores("1", *sides)]))
    assert verdicts == [False, True]


def test_estimates_are_the_same_of_merged_parts() -> None:
    rng = np.random.default_rng(5)
    before, after = binary_world(rng, ROWS), binary_world(rng, ROWS, 0.5)
    halves = [tuple(one[rows] for one in after) for rows in (slice(2_000), slice(2_000, None))]
    parts = [tables_of(*half, is_labelled=False) for half in halves]
    merged = ClassificationTables.merge(parts).compress(None)
    whole = tables_of(*after, is_labelled=False)
    area = performance.load("roc_auc")
    ref = tables_of(*before)
    one, other = (performance.without_labels(ref, cur)(area)[PLAIN] for cur in (merged, whole))
    assert one == other


def test_scores_of_any_scale_are_fitted() -> None:
    rng = np.random.default_rng(6)
    margin = rng.normal(0.0, 2.0, 2 * ROWS)
    target = (rng.random(2 * ROWS) < expit(margin)).astype(int)
    edges = tuple(np.linspace(-4, 4, 47))
    ref, cur = (
        ClassificationTables.of_rows(labels, margin[rows] > 0, margin[rows], score_edges=edges)
        for rows, labels in (
            (slice(ROWS), target[:ROWS]),
            (slice(ROWS, None), np.full(ROWS, -1)),
        )
    )
    told = performance.without_labels(ref, cur)
    area = told(performance.load("roc_auc"))[PLAIN]
    assert area.value == pytest.approx(oracle.roc_auc_score(target, margin), abs=0.01)
    loss = told(performance.load("log_loss"))[PLAIN]
    assert (loss.value, loss.reason) == (
        None,
        "the scores are no probabilities, which are in [0, 1]",
    )


def _undefined(ref: ClassificationTables, cur: ClassificationTables, name: str = "roc_auc") -> str:
    found = performance.without_labels(ref, cur)(performance.load(name))
    assert all(one.value is None for one in found.values())
    return next(iter(found.values())).reason or ""


def test_what_cannot_be_estimated_says_why() -> None:
    rng = np.random.default_rng(7)
    score, target = binary_world(rng, 500)
    ref, cur = tables_of(score, target), tables_of(score, target, is_labelled=False)
    nothing = np.full(500, np.nan)
    zeros = np.zeros(500, dtype=int)
    assert _undefined(tables_of(score, zeros), cur) == (
        "the reference has 0 rows with scores of class 1, and it takes 10"
    )
    bare = ClassificationTables.of_rows(target, target)
    assert _undefined(bare, cur) == "the reference has no labelled rows with scores"
    assert _undefined(ref, bare) == "there are no scores"
    assert _undefined(ref, tables_of(nothing, target)) == "no row has usable scores"
    silent = ClassificationTables.of_rows(-np.ones(500), -np.ones(500), score)
    assert _undefined(ref, silent, "f1") == "some rows with scores have no answer"
    others = ClassificationTables.of_rows(
        [0, 1] * 20,
        [0, 1] * 20,
        rng.dirichlet([1, 1], 40),
        classes=("a", "b"),
        task=Task.MULTICLASS,
    )
    three = ClassificationTables.of_rows([-1] * 3, [0, 1, 2], np.eye(3), classes=("a", "b", "c"))
    assert _undefined(others, three) == (
        "the model answers 'c', a class that the reference does not have"
    )


def test_constant_scores_rank_nothing() -> None:
    rng = np.random.default_rng(8)
    target = (rng.random(500) < 0.3).astype(int)
    ref = tables_of(np.full(500, 0.3), target)
    cur = tables_of(np.full(500, 0.3), target, is_labelled=False)
    told = performance.without_labels(ref, cur)
    assert told(performance.load("roc_auc"))[PLAIN].value == 0.5
    assert told(performance.load("accuracy"))[PLAIN].value == pytest.approx(0.7, abs=0.06)
