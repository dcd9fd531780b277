"""Repeats of a row are one row that weighs more; rows that are equal by chance are many."""

from __future__ import annotations

import numpy as np
import pytest

from mmon.models.concept_shift import concept_shift, fit
from mmon.models.learners import Targets
from mmon.models.losses import Loss
from mmon.models.repeats import without_repeats
from mmon.models.rows import Rows
from mmon.models.shared_inputs import Shared

pytestmark = pytest.mark.models


def of(ref: np.ndarray, cur: np.ndarray, y: tuple[np.ndarray, np.ndarray]) -> tuple:
    names = tuple(f"x{place}" for place in range(ref.shape[1]))
    rows = Rows(ref, cur, np.zeros(len(names), dtype=np.bool_), names)
    return rows, Targets(*y, 2), Shared(np.full(len(ref), 0.5), np.full(len(cur), 0.5))


def test_a_row_that_is_there_several_times_weighs_as_much() -> None:
    x = np.array([[3.0, np.nan], [1.0, 7.0], [3.0, np.nan], [2.0, 7.0], [3.0, np.nan]])
    y = np.array([1.0, 0.0, 1.0, 0.0, 1.0])
    rows, targets, shared = without_repeats(*of(x, x[1:], (y, y[1:])), least=3)
    assert rows.ref[:, 0].tolist() == [3.0, 1.0, 2.0]
    assert rows.cur[:, 0].tolist() == [1.0, 3.0, 2.0]
    assert (targets.ref.tolist(), targets.cur.tolist()) == ([1.0, 0.0, 0.0], [0.0, 1.0, 0.0])
    assert (shared.ref.tolist(), shared.cur.tolist()) == ([1.5, 0.5, 0.5], [0.5, 1.0, 0.5])


def test_rows_of_few_values_are_equal_by_chance() -> None:
    rng = np.random.default_rng(1)
    x = rng.integers(0, 3, (300, 2)).astype(np.float64)
    y = rng.integers(0, 2, 300).astype(np.float64)
    rows, _, shared = without_repeats(*of(x, x, (y, y)), least=3)
    assert len(rows.ref) == len(shared.cur) == 300
    alone = of(x[:, :1], x[:, :1], (y, y))
    assert len(without_repeats(*alone, least=200)[0].ref) == 300


@pytest.mark.parametrize("copies", [2, 4])
def test_repeated_rows_of_an_unchanged_relation_cost_nothing(copies: int) -> None:
    rng = np.random.default_rng(copies)
    x = rng.normal(size=(2, 500, 3))
    y = (rng.random((2, 500)) < 1.0 / (1.0 + np.exp(-x[:, :, 0]))).astype(np.float64)
    ref, cur = (np.tile(one, (copies, 1)) for one in x)
    orders = [rng.permutation(len(ref)) for _ in "ab"]
    many = [np.tile(one, copies)[order] for one, order in zip(y, orders, strict=True)]
    given = of(ref[orders[0]], cur[orders[1]], (many[0], many[1]))
    assert excess(*given) > 3.0
    assert excess(*without_repeats(*given, least=200)) < 2.0


def excess(rows: Rows, targets: Targets, shared: Shared) -> float:
    found = concept_shift(fit(rows, targets, shared, Loss.WRONG))
    return found.value / found.deviation
