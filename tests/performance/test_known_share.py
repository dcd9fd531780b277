"""What labels tell of a metric, whatever those are that are missing."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

from mmon import performance
from mmon.profiles.outcomes.classification import ClassificationTables
from mmon.profiles.outcomes.regression import RegressionTables

MISSING = 3


@pytest.mark.parametrize(
    ("name", "scorer"),
    [("roc_auc", roc_auc_score), ("brier_score", brier_score_loss), ("log_loss", log_loss)],
)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_labels_to_come_are_better_than_the_best_case(name, scorer, seed) -> None:  # type: ignore[no-untyped-def]  # scorers of scikit-learn
    rng = np.random.default_rng(seed)
    score = rng.uniform(0.05, 0.95, 12)
    target = np.array([0, 1, *rng.integers(0, 2, 7), *[-1] * MISSING])
    tables = ClassificationTables.of_rows(target, (score > 0.5).astype(int), score)
    metric = performance.load(name)
    share = metric.known_share(tables, performance.PLAIN)
    known = scorer(target[:-MISSING], score[:-MISSING])
    best = share * known + (1.0 - share) * (name == "roc_auc")
    sign = 1.0 if name == "roc_auc" else -1.0
    for late in itertools.product((0, 1), repeat=MISSING):
        every = np.array([*target[:-MISSING], *late])
        # Scores may be what they are, or the best that the label allows.
        right = np.array([*score[:-MISSING], *np.clip(late, 1e-6, 1.0 - 1e-6)])
        assert sign * scorer(every, right) <= sign * best + 1e-5
        assert sign * scorer(every, score) <= sign * best


def test_of_a_mean_as_much_is_known_as_rows_are() -> None:
    target = np.array([1.0, 2.0, 3.0, np.nan])
    tables = RegressionTables.of(target, np.ones(4))
    for name, share in (("mae", 0.75), ("mse", 0.75), ("rmse", 0.75**0.5)):
        found = performance.load(name).known_share(tables, performance.PLAIN)
        assert found == pytest.approx(share)
    assert performance.load("r2").known_share(tables, performance.PLAIN) is None


def test_averages_that_weigh_by_labels_are_not_known() -> None:
    rng = np.random.default_rng(4)
    scores = rng.dirichlet((1.0, 1.0, 1.0), 60)
    target = np.append(rng.integers(0, 3, 50), [-1] * 10)
    classes = ("a", "b", "c")
    tables = ClassificationTables.of_rows(target, scores.argmax(axis=1), scores, classes=classes)
    metric = performance.load("roc_auc")
    assert metric.known_share(tables, performance.Variant("micro")) is None
    share = metric.known_share(tables, performance.Variant("macro"))
    assert share is not None
    assert 0.0 < share < 50 / 60
