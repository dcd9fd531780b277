"""How probable a value is by what blocks of the reference do by themselves, against SciPy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from mmon.chance.blocks import of_change, of_distance


def test_beyond_all_blocks_a_distance_has_the_tail_of_f():
    blocks = np.abs(np.random.default_rng(1).normal(size=60))
    squares = blocks**2
    nu = min(1.0, 2.0 * squares.mean() ** 2 / squares.var())
    beyond = blocks.max() + 0.5
    expected = stats.f.sf(beyond**2 / squares.mean(), nu, 60 * nu)
    assert of_distance(beyond, blocks) == pytest.approx(expected)
    assert of_distance(-beyond, blocks) == pytest.approx(expected)
    assert of_distance(beyond + 0.2, blocks, 0.2) == pytest.approx(expected)


def test_within_the_blocks_a_distance_is_as_probable_as_theirs():
    blocks = np.append(np.full(57, 0.01), [0.6, 0.6, 0.6])
    assert of_distance(0.6, blocks) == pytest.approx(4 / 61)
    assert of_distance(0.005, blocks) == 1.0
    assert of_distance(0.1, blocks, level=0.2) == 1.0


def test_distances_that_rows_explain_add_nothing_to_what_rows_say():
    blocks = np.append(np.zeros(50), np.full(10, 0.06))
    mean = float((blocks**2).mean())
    assert of_distance(0.05, blocks, sampling=mean) == 0.0
    assert of_distance(0.05, blocks, sampling=mean / 2) == of_distance(0.05, blocks)
    assert of_distance(0.05, blocks, sampling=mean / 1.5) <= of_distance(0.05, blocks)


def test_blocks_without_any_distance_tell_of_no_noise():
    assert of_distance(0.1, np.zeros(20)) == 0.0
    assert of_change(0.1, np.full(20, 0.3)) == 0.0
    assert of_change(-0.1, np.full(20, 0.3)) == 1.0


def test_a_change_beyond_all_blocks_is_students():
    blocks = np.random.default_rng(2).normal(0.5, 0.1, 30)
    spread = blocks.std(ddof=1) * np.sqrt(1 + 1 / 30)
    assert of_change(1.0, blocks) == pytest.approx(stats.t.sf(1.0 / spread, 29))
    assert of_change(-1.0, blocks, two_sided=True) == pytest.approx(
        2 * stats.t.sf(1.0 / spread, 29)
    )


@pytest.mark.parametrize("size", [1, 4])
def test_a_block_more_is_beyond_them_as_often_as_its_p_value_says(size):
    rng = np.random.default_rng(size)
    p_values = []
    for _ in range(2_000):
        every = np.linalg.norm(rng.normal(size=(31, size)), axis=1)
        p_values.append(of_distance(every[0], every[1:]))
    for level in (0.05, 0.01):
        assert np.mean(np.array(p_values) <= level) <= 1.6 * level
