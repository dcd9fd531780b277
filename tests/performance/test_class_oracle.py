"""Classification metrics equal scikit-learn's on the same rows, to 1e-9."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn import metrics as sk
from sklearn.calibration import calibration_curve

from mmon.performance.business_value import BusinessValue
from mmon.performance.top_k_accuracy import TopKAccuracy
from tests.performance.class_samples import Rows, binary, estimates, multiclass

BINARY = [
    binary(1),
    binary(2, prevalence=0.05, gap=2.5),
    binary(3, gap=0.0, digits=1),
    binary(4, n=3000, digits=2, missing=0.1),
    binary(5, n=7, gap=0.5),
    binary(6, n=2000, gap=6.0),
]
MULTICLASS = [
    multiclass(1),
    multiclass(2, digits=1, gap=0.3),
    multiclass(3, n=2000, classes=6, missing=0.1),
    multiclass(4, classes=4, gap=4.0),
    multiclass(5, n=150, classes=5, gap=0.0, digits=2),
]


def close(ours: float | None, theirs: float) -> None:
    assert ours == pytest.approx(float(theirs), rel=1e-9, abs=1e-9)


def decided(rows: Rows) -> tuple[NDArray[Any], NDArray[Any]]:
    both = (rows.target >= 0) & (rows.prediction >= 0)
    return rows.target[both], rows.prediction[both]


def scored(rows: Rows) -> tuple[NDArray[Any], NDArray[np.float64]]:
    assert rows.scores is not None
    both = (rows.target >= 0) & ~np.isnan(rows.scores).any(axis=1)
    return rows.target[both], rows.scores[both]


@pytest.mark.parametrize("rows", BINARY)
def test_binary_decisions_equal_those_of_scikit_learn(rows: Rows) -> None:
    target, prediction = decided(rows)
    tables = rows.tables()
    oracles: dict[str, Callable[..., float]] = {
        "accuracy": sk.accuracy_score,
        "balanced_accuracy": sk.balanced_accuracy_score,
        "precision": sk.precision_score,
        "recall": sk.recall_score,
        "f1": sk.f1_score,
        "matthews_corrcoef": sk.matthews_corrcoef,
        "specificity": lambda true, said: sk.recall_score(true, said, pos_label=0),
    }
    for name, oracle in oracles.items():
        (found,) = estimates(name, tables).values()
        if found.value is None:
            assert name == "precision"
            assert not prediction.any()
        else:
            close(found.value, oracle(target, prediction))
            assert found.rows <= len(target)


@pytest.mark.parametrize("rows", BINARY)
def test_binary_scores_equal_those_of_scikit_learn(rows: Rows) -> None:
    target, scores = scored(rows)
    tables = rows.tables()
    for name, oracle in {
        "roc_auc": sk.roc_auc_score,
        "average_precision": sk.average_precision_score,
        "log_loss": sk.log_loss,
        "brier_score": sk.brier_score_loss,
    }.items():
        (found,) = estimates(name, tables).values()
        close(found.value, oracle(target, scores[:, 0]))
        assert found.rows == len(target)
        assert found.error == 0.0


@pytest.mark.parametrize("rows", BINARY)
def test_the_calibration_error_is_that_of_the_calibration_curve(rows: Rows) -> None:
    target, scores = scored(rows)
    share, mean = calibration_curve(target, scores[:, 0], n_bins=10)
    edges = np.linspace(0, 1, 11)
    cell = np.searchsorted(edges[1:-1], scores[:, 0])
    weights = np.bincount(cell, minlength=10)
    theirs = np.sum(weights[weights > 0] * np.abs(share - mean)) / len(target)
    (found,) = estimates("expected_calibration_error", rows.tables()).values()
    close(found.value, theirs)


@pytest.mark.parametrize("rows", MULTICLASS)
@pytest.mark.parametrize("name", ["precision", "recall", "f1"])
def test_averages_over_classes_equal_those_of_scikit_learn(name: str, rows: Rows) -> None:
    target, prediction = decided(rows)
    oracle = getattr(sk, f"{name}_score")
    found = estimates(name, rows.tables())
    for average in ("macro", "micro", "weighted"):
        theirs = oracle(target, prediction, average=average, zero_division=0)
        close(found[f"{name}_{average}"].value, theirs)
    labels = range(len(rows.classes))
    each = oracle(target, prediction, average=None, labels=labels, zero_division=0)
    for label, theirs in zip(rows.classes, each, strict=True):
        ours = found[f"{name}:{label}"]
        if ours.value is None:
            assert theirs == 0.0
            assert ours.reason
        else:
            close(ours.value, theirs)


@pytest.mark.parametrize("rows", MULTICLASS)
def test_specificity_is_that_of_the_confusion_matrix_of_each_class(rows: Rows) -> None:
    target, prediction = decided(rows)
    found = estimates("specificity", rows.tables())
    tables = sk.multilabel_confusion_matrix(target, prediction, labels=range(len(rows.classes)))
    each = tables[:, 0, 0] / tables[:, 0].sum(axis=1)
    support = tables[:, 1].sum(axis=1)
    for label, theirs in zip(rows.classes, each, strict=True):
        close(found[f"specificity:{label}"].value, theirs)
    close(found["specificity_macro"].value, each.mean())
    close(found["specificity_weighted"].value, np.average(each, weights=support))
    pooled = tables.sum(axis=0)
    close(found["specificity_micro"].value, pooled[0, 0] / pooled[0].sum())


@pytest.mark.parametrize("rows", MULTICLASS)
def test_multiclass_decisions_equal_those_of_scikit_learn(rows: Rows) -> None:
    target, prediction = decided(rows)
    for name, oracle in {
        "accuracy": sk.accuracy_score,
        "balanced_accuracy": sk.balanced_accuracy_score,
        "matthews_corrcoef": sk.matthews_corrcoef,
    }.items():
        (found,) = estimates(name, rows.tables()).values()
        close(found.value, oracle(target, prediction))


@pytest.mark.parametrize("rows", MULTICLASS)
def test_multiclass_scores_equal_those_of_scikit_learn(rows: Rows) -> None:
    target, scores = scored(rows)
    labels = list(range(len(rows.classes)))
    tables = rows.tables()
    with warnings.catch_warnings():
        # Rounded scores do not sum to one.
        warnings.simplefilter("ignore", UserWarning)
        close(
            estimates("log_loss", tables)["log_loss"].value,
            sk.log_loss(target, scores, labels=labels),
        )
        close(
            estimates("brier_score", tables)["brier_score"].value,
            sk.brier_score_loss(target, scores, labels=labels),
        )
    hot = target[:, None] == np.array(labels)
    for name, oracle in {
        "roc_auc": sk.roc_auc_score,
        "average_precision": sk.average_precision_score,
    }.items():
        found = estimates(name, tables)
        for average in ("macro", "micro", "weighted"):
            close(found[f"{name}_{average}"].value, oracle(hot, scores, average=average))
        for code, label in enumerate(rows.classes):
            close(found[f"{name}:{label}"].value, oracle(hot[:, code], scores[:, code]))


@pytest.mark.parametrize("rows", MULTICLASS)
def test_top_k_accuracy_breaks_ties_as_scikit_learn_does(rows: Rows) -> None:
    target, scores = scored(rows)
    order = np.argsort(rows.classes)
    names = np.array(rows.classes)
    found = TopKAccuracy((1, 2, 3, 5)).estimates(rows.tables())
    for k in (1, 2, 3, 5):
        ours = found[f"top_{k}_accuracy"]
        if k >= len(names):
            assert ours.value is None
            assert "classes" in (ours.reason or "")
            continue
        theirs = sk.top_k_accuracy_score(names[target], scores[:, order], k=k, labels=names[order])
        close(ours.value, theirs)


def test_the_calibration_error_of_several_classes_is_that_of_the_best_score() -> None:
    rows = multiclass(3, n=2000, classes=6)
    target, scores = scored(rows)
    best = scores.max(axis=1)
    hit = scores.argmax(axis=1) == target
    cell = np.searchsorted(np.linspace(0, 1, 11)[1:-1], best)
    theirs = sum(abs(np.sum(hit[cell == c] - best[cell == c])) for c in range(10)) / len(best)
    close(estimates("expected_calibration_error", rows.tables()).popitem()[1].value, theirs)


@pytest.mark.parametrize("rows", BINARY)
def test_business_value_is_the_mean_over_rows(rows: Rows) -> None:
    target, prediction = decided(rows)
    worth = np.array([[1.5, -20.0], [-300.0, 1000.0]])
    metric = BusinessValue(1000.0, -20.0, -300.0, 1.5)
    found = metric.estimates(rows.tables())["business_value"]
    assert found.value == pytest.approx(worth[target, prediction].mean(), rel=1e-12)
    assert found.variance == pytest.approx(
        worth[target, prediction].var(ddof=1) / len(target), rel=1e-9
    )
