"""Performance metrics of plain rows: scikit-learn's, and by their definition where it has none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn import metrics as sk
from sklearn.calibration import calibration_curve

Numbers = NDArray[np.float64]


def binary(
    target: NDArray[Any],
    prediction: NDArray[Any],
    score: Numbers,
    costs: Mapping[str, float] | None = None,
) -> dict[str, float]:
    """Every metric of a binary task; the positive class is 1."""
    found = {
        "accuracy": sk.accuracy_score(target, prediction),
        "balanced_accuracy": sk.balanced_accuracy_score(target, prediction),
        "precision": sk.precision_score(target, prediction),
        "recall": sk.recall_score(target, prediction),
        "specificity": sk.recall_score(target, prediction, pos_label=0),
        "f1": sk.f1_score(target, prediction),
        "matthews_corrcoef": sk.matthews_corrcoef(target, prediction),
        "roc_auc": sk.roc_auc_score(target, score),
        "average_precision": sk.average_precision_score(target, score),
        "log_loss": sk.log_loss(target, score),
        "brier_score": sk.brier_score_loss(target, score),
        "expected_calibration_error": _calibration_error(target, score),
    }
    if costs is not None:
        cells = ("true_negative", "false_positive", "false_negative", "true_positive")
        worth = [costs[cell] for cell in cells]
        counts = sk.confusion_matrix(target, prediction).ravel()
        found["business_value"] = float(counts @ worth) / len(target)
    return found


def multiclass(
    target: ArrayLike, prediction: ArrayLike, scores: Mapping[str, Numbers]
) -> dict[str, float]:
    """Every metric of a task with several classes, whose scores are given by class."""
    # scikit-learn wants the classes in alphabetical order.
    labels = sorted(scores)
    true, said = (np.searchsorted(labels, np.asarray(side)) for side in (target, prediction))
    table = np.column_stack([scores[label] for label in labels])
    one_hot = np.eye(len(labels))[true]
    # Of equal scores the last, as in top_k_accuracy_score.
    best = len(labels) - 1 - table[:, ::-1].argmax(axis=1)
    found = {
        "accuracy": sk.accuracy_score(true, said),
        "balanced_accuracy": sk.balanced_accuracy_score(true, said),
        "matthews_corrcoef": sk.matthews_corrcoef(true, said),
        "log_loss": sk.log_loss(true, table, labels=range(len(labels))),
        "brier_score": float(np.mean(np.sum((table - one_hot) ** 2, axis=1))),
        "expected_calibration_error": _calibration_error(best == true, table.max(axis=1)),
        "top_2_accuracy": sk.top_k_accuracy_score(true, table, k=2, labels=range(len(labels))),
    }
    for average in ("macro", "micro", "weighted"):
        for name in ("precision", "recall", "f1"):
            found[f"{name}_{average}"] = _decided(name, true, said, average)
        for name, of in (("roc_auc", sk.roc_auc_score), ("average_precision", _area)):
            found[f"{name}_{average}"] = of(one_hot, table, average=average)
    for index, label in enumerate(labels):
        for name in ("precision", "recall", "f1"):
            found[f"{name}:{label}"] = _decided(name, true, said, None)[index]
        found[f"roc_auc:{label}"] = sk.roc_auc_score(true == index, table[:, index])
        found[f"average_precision:{label}"] = _area(true == index, table[:, index])
    return found | _specificities(true, said, labels)


def regression(target: Numbers, prediction: Numbers) -> dict[str, float]:
    """Every metric of a regression without prediction intervals."""
    return {
        "bias": float(np.mean(prediction - target)),
        "mae": sk.mean_absolute_error(target, prediction),
        "mape": sk.mean_absolute_percentage_error(target, prediction),
        "max_error": sk.max_error(target, prediction),
        "median_absolute_error": sk.median_absolute_error(target, prediction),
        "mse": sk.mean_squared_error(target, prediction),
        "pinball_loss": sk.mean_pinball_loss(target, prediction, alpha=0.5),
        "r2": sk.r2_score(target, prediction),
        "rmse": sk.root_mean_squared_error(target, prediction),
        "rmsle": sk.root_mean_squared_log_error(target, prediction),
        "smape": float(np.mean(2 * abs(prediction - target) / (abs(prediction) + abs(target)))),
    }


def _decided(name: str, true: NDArray[Any], said: NDArray[Any], average: str | None) -> Any:
    return getattr(sk, f"{name}_score")(true, said, average=average)


def _area(true: NDArray[Any], scores: Numbers, average: str = "macro") -> float:
    return float(sk.average_precision_score(true, scores, average=average))


def _specificities(
    true: NDArray[Any], said: NDArray[Any], labels: Sequence[str]
) -> dict[str, float]:
    """The recall of "not this class", for each class against the others."""
    cells = sk.multilabel_confusion_matrix(true, said, labels=range(len(labels)))
    right, wrong = cells[:, 0, 0], cells[:, 0, 1]
    each = right / (right + wrong)
    return {
        "specificity_macro": float(each.mean()),
        "specificity_micro": float(right.sum() / (right + wrong).sum()),
        "specificity_weighted": float(np.average(each, weights=np.bincount(true))),
        **{f"specificity:{label}": float(each[i]) for i, label in enumerate(labels)},
    }


def _calibration_error(hit: NDArray[Any], confidence: Numbers) -> float:
    share, mean = calibration_curve(hit, confidence, n_bins=10)
    bins = np.searchsorted(np.linspace(0, 1, 11)[1:-1], confidence)
    rows = np.bincount(bins)
    return float(np.average(abs(share - mean), weights=rows[rows > 0]))
