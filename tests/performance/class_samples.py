"""Labelled rows of classifiers, good and bad, for the tests of their metrics."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from mmon.performance import Estimate, metric_class, names
from mmon.profiles.outcomes.classification import ClassificationTables
from mmon.profiles.outcomes.outcomes import Outcome
from mmon.results import Task

LABELS = ("bird", "ant", "cat", "dog", "eel", "fox")


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Rows as arrays; several classes have their labels in another order than the alphabet's."""

    task: Task
    classes: tuple[str, ...]
    target: NDArray[np.int16]
    prediction: NDArray[np.int16]
    scores: NDArray[np.float64] | None
    group: NDArray[np.uint8]

    def outcome(self, rows: slice | NDArray[np.intp] = slice(None)) -> Outcome:
        return Outcome(
            task=self.task,
            classes=self.classes,
            target=self.target[rows],
            prediction=self.prediction[rows],
            scores=None if self.scores is None else self.scores[rows],
            lower=None,
            upper=None,
            group=self.group[rows],
            half=np.zeros(len(self.target[rows]), dtype=np.bool_),
        )

    def tables(self, points: int | None = None) -> ClassificationTables:
        return ClassificationTables.of(self.outcome(), points)


def binary(
    seed: int,
    n: int = 400,
    *,
    prevalence: float = 0.4,
    gap: float = 1.0,
    digits: int | None = None,
    missing: float = 0.0,
    threshold: float = 0.5,
) -> Rows:
    """Calibrated normal scores ``gap`` deviations apart; ``missing`` of each field unknown."""
    rng = np.random.default_rng([20, seed])
    target = (rng.random(n) < prevalence).astype(np.int16)
    noise = rng.normal(size=n) + gap * target
    odds = gap * noise - gap * gap / 2 + np.log(prevalence / (1 - prevalence))
    score = 1 / (1 + np.exp(-odds))
    if digits is not None:
        score = np.round(score, digits)
    prediction = (score >= threshold).astype(np.int16)
    group = rng.integers(0, 32, n).astype(np.uint8)
    target = np.where(rng.random(n) < missing, -1, target).astype(np.int16)
    prediction = np.where(rng.random(n) < missing, -1, prediction).astype(np.int16)
    score = np.where(rng.random(n) < missing, np.nan, score)
    return Rows(Task.BINARY, ("no", "yes"), target, prediction, score[:, None], group)


def multiclass(
    seed: int,
    n: int = 400,
    classes: int = 3,
    *,
    gap: float = 1.0,
    digits: int | None = None,
    missing: float = 0.0,
    shares: tuple[float, ...] | None = None,
) -> Rows:
    """Calibrated scores of normal features, one a class."""
    rng = np.random.default_rng([21, seed])
    share = np.array(shares or np.arange(2, classes + 2) / np.arange(2, classes + 2).sum())
    target = rng.choice(classes, n, p=share).astype(np.int16)
    features = rng.normal(size=(n, classes)) + gap * (target[:, None] == np.arange(classes))
    weight = share * np.exp(gap * features)
    scores = weight / weight.sum(axis=1, keepdims=True)
    if digits is not None:
        scores = np.round(scores, digits)
    prediction = scores.argmax(axis=1).astype(np.int16)
    group = rng.integers(0, 32, n).astype(np.uint8)
    target = np.where(rng.random(n) < missing, -1, target).astype(np.int16)
    prediction = np.where(rng.random(n) < missing, -1, prediction).astype(np.int16)
    scores = np.where(rng.random((n, 1)) < missing, np.nan, scores)
    return Rows(Task.MULTICLASS, LABELS[:classes], target, prediction, scores, group)


def estimates(name: str, tables: ClassificationTables) -> dict[str, Estimate]:
    """What a metric says with its default options."""
    return dict(metric_class(name)().estimates(tables))


def classification_names() -> list[str]:
    """Every metric of a classification."""
    return [name for name in names() if Task.REGRESSION not in metric_class(name).tasks]
