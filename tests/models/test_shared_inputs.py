"""The parts of a change of the mean loss are those of inputs whose shares and losses are known."""

from __future__ import annotations

import numpy as np
import pytest

from mmon.models.rows import Rows
from mmon.models.shared_inputs import FEWEST, Split, shared_inputs, split_change

pytestmark = pytest.mark.models

REF, CUR = (0.6, 0.3, 0.1), (0.1, 0.3, 0.6)
REF_RISK, CUR_RISK = (0.1, 0.2, 0.4), (0.1, 0.3, 0.5)
# By hand: shared inputs have densities p q / (p + q) of 3/35, 3/20 and 3/35, which is a third, with
# their sum, of what the sides' rows are weighted to.
TERMS = (0.0667, 0.0733, 0.1)


def known(rng: np.random.Generator, rows: int) -> tuple[Rows, tuple]:
    x = [rng.choice(3, rows, p=shares) for shares in (REF, CUR)]
    risks = [np.array(REF_RISK)[x[0]], np.array(CUR_RISK)[x[1]]]
    losses = tuple((rng.random(rows) < risk).astype(np.float64) for risk in risks)
    return of(*(one[:, np.newaxis].astype(np.float64) for one in x)), losses


def of(ref: np.ndarray, cur: np.ndarray, category: bool = False) -> Rows:
    names = tuple(f"x{place}" for place in range(ref.shape[1]))
    return Rows(ref, cur, np.full(len(names), category), names)


def shifted(rng: np.random.Generator, rows: int, by: float) -> tuple[Rows, tuple]:
    """Inputs that moved, and of which each costs what it did."""
    x = [rng.normal(shift, 1.0, (rows, 3)) for shift in (0.0, by)]
    losses = tuple(
        (rng.random(rows) < 0.6 / (1.0 + np.exp(1.0 - one[:, 0]))).astype(np.float64) for one in x
    )
    return of(*x), losses


def split_of(rows: Rows, losses: tuple) -> Split:
    return split_change(rows, losses, shared_inputs(rows))


def values(split: Split) -> np.ndarray:
    assert split.parts is not None
    return np.array([one.value for one in split.parts])


@pytest.mark.slow
def test_terms_of_known_inputs_are_found() -> None:
    rows, losses = known(np.random.default_rng(3), 20_000)
    split = split_of(rows, losses)
    assert values(split) == pytest.approx(TERMS, abs=0.01)
    assert values(split).sum() == pytest.approx(split.total.value)
    assert split.total.value == losses[1].mean() - losses[0].mean()
    for part, true in zip(split.parts or (), TERMS, strict=True):
        low, high = part.interval
        assert low - 0.005 < true < high + 0.005
    # The integral of 2 p q / (p + q).
    assert shared_inputs(rows).share == pytest.approx(2 * (0.6 / 7 * 2 + 0.15), abs=0.03)


@pytest.mark.slow
def test_the_same_input_costs_the_same_where_only_inputs_moved() -> None:
    split = split_of(*shifted(np.random.default_rng(4), 20_000, 0.5))
    assert split.parts is not None
    assert split.total.value > 0.03
    assert abs(split.parts[1].value) <= 0.01
    assert split.parts[1].interval[0] <= 0.0 <= split.parts[1].interval[1]


@pytest.mark.slow
def test_a_changed_concept_is_no_change_of_inputs() -> None:
    rows, losses = shifted(np.random.default_rng(5), 4_000, 0.0)
    worse = np.random.default_rng(6).random(4_000) < 0.1
    split = split_of(rows, (losses[0], np.maximum(losses[1], worse)))
    inputs, concept, unseen = values(split)
    assert concept == pytest.approx(split.total.value, abs=0.01)
    assert abs(inputs) + abs(unseen) < 0.01
    assert shared_inputs(rows).share > 0.9


def test_sides_without_overlap_have_no_parts() -> None:
    rows, losses = shifted(np.random.default_rng(7), 1_000, 30.0)
    shared = shared_inputs(rows)
    assert split_change(rows, losses, shared).parts is None
    assert shared.share < 0.05
    assert shared.lacks is not None
    assert shared.lacks.startswith("no overlap")


@pytest.mark.parametrize("rows", [FEWEST, 300])
def test_few_rows_and_equal_ones_have_parts(rows: int) -> None:
    rng = np.random.default_rng(8)
    constant = of(np.ones((rows, 1)), np.ones((rows, 1)))
    losses = rng.random(rows), rng.random(rows) + 1.0
    split = split_of(constant, losses)
    assert values(split) == pytest.approx([0.0, split.total.value, 0.0])


def test_categories_of_one_side_are_unseen() -> None:
    rng = np.random.default_rng(9)
    ref, cur = rng.integers(0, 2, 2_000), rng.integers(1, 3, 2_000)
    losses = np.full(2_000, 0.1), np.where(cur == 2, 0.9, 0.1)
    sides = (one[:, np.newaxis].astype(np.float64) for one in (ref, cur))
    split = split_of(of(*sides, category=True), losses)
    assert values(split) == pytest.approx([0.0, 0.0, 0.4], abs=0.03)


def test_the_same_rows_have_the_same_parts() -> None:
    rows, losses = known(np.random.default_rng(10), 400)
    assert split_of(rows, losses) == split_of(rows, losses)
