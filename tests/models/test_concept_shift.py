"""What a changed relation costs is what it is known to cost, whichever inputs moved."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics

from mmon.models import concept_shift as module
from mmon.models.concept_shift import FEWEST, PARTS, concept_shift, weighted_mean
from mmon.models.learners import Targets, learner
from mmon.models.losses import Loss, by_class
from mmon.models.rows import Rows
from tests.models.relations import learnt, smooth

pytestmark = pytest.mark.models

EVEN = (1 / 3, 1 / 3, 1 / 3)
MOVED = ((0.6, 0.3, 0.1), (0.1, 0.3, 0.6))
BEFORE, AFTER = (0.9, 0.2, 0.6), (0.2, 0.1, 0.6)


def known(
    rng: np.random.Generator,
    rows: int,
    shares: tuple = (EVEN, EVEN),
    risks: tuple = (BEFORE, AFTER),
) -> tuple[Rows, Targets]:
    """One category, of which each label has a known risk on either side."""
    x = [rng.choice(3, rows, p=share) for share in shares]
    targets = [
        (rng.random(rows) < np.array(risk)[one]).astype(np.float64)
        for one, risk in zip(x, risks, strict=True)
    ]
    sides = (one[:, np.newaxis].astype(np.float64) for one in x)
    return Rows(*sides, np.array([True]), ("x",)), Targets(*targets, 2)


@pytest.mark.parametrize(
    ("shares", "first"),
    # Shared inputs have densities p q / (p + q) of 3/35, 3/20 and 3/35.
    [((EVEN, EVEN), 1 / 3), (MOVED, (3 / 35) / (6 / 35 + 3 / 20))],
)
def test_it_is_the_change_of_risk_where_another_answer_is_the_best_one(shares, first) -> None:
    found = concept_shift(learnt(*known(np.random.default_rng(1), 4_000, shares)))
    # Of the second label both sides' best answer is no, whatever its risk.
    assert found.value == pytest.approx(0.7 * first, abs=4.0 * found.deviation)
    assert found.deviation < 0.015
    assert (found.n, found.m) == (4_000, 4_000)


@pytest.mark.parametrize("loss", [Loss.WRONG, Loss.BRIER, Loss.LOG])
def test_inputs_that_moved_cost_nothing(loss: Loss) -> None:
    rows, targets = known(np.random.default_rng(2), 4_000, MOVED, (BEFORE, BEFORE))
    assert concept_shift(learnt(rows, targets, loss)).value == pytest.approx(0.0, abs=0.005)


@pytest.mark.slow
def test_a_brier_score_also_sees_what_leaves_the_best_answer() -> None:
    rows, targets = known(
        np.random.default_rng(11), 4_000, risks=((0.05, 0.05, 0.05), (0.45, 0.05, 0.05))
    )
    found = concept_shift(learnt(rows, targets, Loss.BRIER))
    # The mean squared change of the chance.
    assert found.value == pytest.approx(0.4**2 / 3.0, abs=0.01)
    assert concept_shift(learnt(rows, targets)).value < 0.02


def test_losses_are_those_of_scikit_learn() -> None:
    rng = np.random.default_rng(12)
    truth = rng.integers(0, 3, 200)
    chances = rng.dirichlet(np.ones(3), 200)
    known = (Loss.WRONG, Loss.BRIER, Loss.LOG)
    means = {one: by_class(chances, one)[np.arange(200), truth].mean() for one in known}
    assert means[Loss.LOG] == pytest.approx(metrics.log_loss(truth, chances))
    right = metrics.accuracy_score(truth, chances.argmax(axis=1))
    assert means[Loss.WRONG] == pytest.approx(1.0 - right)
    every = ((chances - np.eye(3)[truth]) ** 2).sum(axis=1).mean()
    assert means[Loss.BRIER] == pytest.approx(every)
    two, yes = np.column_stack([1.0 - chances[:, 0], chances[:, 0]]), (truth == 0) * 1
    brier = by_class(two, Loss.BRIER)[np.arange(200), yes].mean()
    assert brier == pytest.approx(metrics.brier_score_loss(yes, chances[:, 0]))


@pytest.mark.slow
def test_a_regression_is_told_in_its_absolute_error() -> None:
    rng = np.random.default_rng(3)
    x = [rng.normal(size=(3_000, 1)) for _ in range(2)]
    targets = (x[0][:, 0], x[1][:, 0] + 1.0)
    rows = Rows(*x, np.array([False]), ("x",))
    found = concept_shift(learnt(rows, Targets(*targets, 0)))
    assert found.value == pytest.approx(1.0, abs=0.1)
    same = concept_shift(learnt(rows, Targets(x[0][:, 0], x[1][:, 0], 0)))
    assert same.value == pytest.approx(0.0, abs=0.02)


def test_several_classes_are_answers_too() -> None:
    rng = np.random.default_rng(4)
    x = [rng.integers(0, 3, (2_000, 1)).astype(np.float64) for _ in range(2)]
    rows = Rows(*x, np.array([True]), ("x",))
    turned = (x[1][:, 0] + 1.0) % 3.0
    found = concept_shift(learnt(rows, Targets(x[0][:, 0], turned, 3)))
    assert found.value == pytest.approx(1.0, abs=0.01)


def test_learners_that_agree_on_all_rows_prove_nothing() -> None:
    x = np.zeros((FEWEST, 1))
    rows = Rows(x, x, np.array([False]), ("x",))
    targets = np.arange(FEWEST) % 4 == 0
    found = concept_shift(learnt(rows, Targets(targets * 1.0, targets * 1.0, 2)))
    assert found.value == 0.0
    assert found.deviation > 0.0


@pytest.mark.parametrize("classes", [0, 2])
def test_a_side_with_one_outcome_alone_is_learnt_as_that(classes: int) -> None:
    rows, targets = smooth(np.random.default_rng(5), 300, 300)
    found = concept_shift(learnt(rows, Targets(targets.ref, np.ones(300), classes)))
    assert 0.0 < found.value < 1.0


def test_the_same_rows_have_the_same_cost() -> None:
    rows, targets = smooth(np.random.default_rng(6), 400, 300)
    assert concept_shift(learnt(rows, targets)) == concept_shift(learnt(rows, targets))


def test_many_values_are_cut_to_fewer_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_VALUES", 3_000)
    rows, targets = smooth(np.random.default_rng(7), 1_500, 500)
    found = concept_shift(learnt(rows, targets))
    assert (found.n, found.m) == (750, 250)


def test_each_part_is_judged_by_learners_of_those_before_it() -> None:
    rows, targets = smooth(np.random.default_rng(8), 400, 400)
    fitted = learnt(rows, targets)
    assert [one.part for one in fitted.learnt] == list(range(1, PARTS))
    ref, _ = fitted.sides
    for one in fitted.learnt:
        taught, judged = ref.before(one.part)[0], ref.of(one.part)[0]
        assert len(taught) == 100 * one.part
        assert np.array_equal(np.concatenate([taught, judged]), ref.rows[: len(taught) + 100])


def test_a_learner_knows_classes_by_their_codes() -> None:
    rng = np.random.default_rng(9)
    x = rng.integers(0, 2, (200, 1)).astype(np.float64)
    told = learner(x, x[:, 0] * 2.0, np.array([True]), 4, seed=0).told(x)
    assert told.shape == (200, 4)
    assert np.array_equal(told.argmax(axis=1), x[:, 0] * 2.0)
    assert np.allclose(told.sum(axis=1), 1.0)


def test_a_weighted_mean_has_the_variance_of_one_of_equal_weights() -> None:
    values = np.random.default_rng(10).normal(size=500)
    mean, variance = weighted_mean(values, np.full(500, 0.3))
    assert mean == pytest.approx(values.mean())
    assert variance == pytest.approx(values.var() / 500)
    assert weighted_mean(values, np.zeros(500)) == (0.0, np.inf)
    assert weighted_mean(np.zeros(10), np.ones(10), least=1.0) == (0.0, pytest.approx(0.01))
