"""Which numbers of windows surely differ by their place in a season, and how often by chance."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from mmon.chance.seasons import differing

KEYS = 20
LEVEL = 0.01


def seen(values: np.ndarray, places: int, parts: int = 1) -> np.ndarray:
    """Of consecutive blocks, so many places of so many parts a cycle."""
    cycles, rest = np.divmod(np.arange(values.shape[1]), places * parts)
    return differing(values, cycles, *np.divmod(rest, parts), LEVEL)


def alike(rng: np.random.Generator, blocks: int) -> np.ndarray:
    return np.abs(rng.normal(size=(KEYS, blocks)))


def dependent(rng: np.random.Generator, blocks: int) -> np.ndarray:
    """Blocks that are like the ones before them."""
    found = rng.normal(size=(KEYS, blocks))
    for place in range(1, blocks):
        found[:, place] = 0.95 * found[:, place - 1] + np.sqrt(1 - 0.95**2) * found[:, place]
    return np.abs(found)


def by_day(rng: np.random.Generator, blocks: int) -> np.ndarray:
    """Days that differ as a whole, far more than their hours."""
    days = 2.0 * rng.normal(size=(KEYS, blocks // 24 + 1))
    return np.abs(rng.normal(size=(KEYS, blocks)) + np.repeat(days, 24, axis=1)[:, :blocks])


@pytest.mark.parametrize("blocks", [(504, 24), (112, 7)])
@pytest.mark.parametrize("draw", [alike, dependent, by_day])
@pytest.mark.parametrize(
    "runs", [pytest.param(10, id="few"), pytest.param(500, id="many", marks=pytest.mark.simulation)]
)
def test_a_season_is_seen_by_chance_in_at_most_one_reference_in_a_hundred(
    draw: Callable[[np.random.Generator, int], np.ndarray], blocks: tuple[int, int], runs: int
):
    """Of twenty keys any; how many blocks, and how many are a season."""
    rng = np.random.default_rng(blocks)
    found = [seen(draw(rng, blocks[0]), blocks[1]).any() for _ in range(runs)]
    assert np.mean(found) <= LEVEL


@pytest.mark.parametrize(("blocks", "places"), [(504, 24), (112, 7)])
def test_what_surely_differs_by_place_is_seen_key_by_key(blocks, places):
    rng = np.random.default_rng(places)
    values = alike(rng, blocks)
    values[3] += 2.0 * np.sin(2.0 * np.pi * np.arange(blocks) / places)
    # One odd place of many is little of all ranks, and much of all numbers.
    values[7, ::places] += 12.0
    assert np.flatnonzero(seen(values, places)).tolist() == [3, 7]


def test_what_hardly_explains_how_blocks_differ_is_not_seen():
    rng = np.random.default_rng(2)
    values = rng.normal(size=(KEYS, 504)) + 0.5 * np.sin(2.0 * np.pi * np.arange(504) / 24)
    assert not seen(values, 24).any()


def test_hours_of_all_days_are_no_part_of_a_week():
    rng = np.random.default_rng(3)
    at = np.arange(448)
    values = rng.normal(size=(3, 448)) + 5.0 * np.sin(2.0 * np.pi * at / 4)
    values[1] += 5.0 * (at % 28 >= 24)
    assert seen(values, 7, 4).tolist() == [False, True, False]
    assert seen(values, 4).tolist() == [True, True, True]


def test_blocks_without_a_number_and_constant_ones_are_no_season():
    rng = np.random.default_rng(4)
    values = alike(rng, 504)
    values[0, rng.random(504) < 0.5] = np.nan
    values[1] = 0.25
    values[2] = np.nan
    values[3] += 3.0 * np.sin(2.0 * np.pi * np.arange(504) / 24)
    values[3, rng.random(504) < 0.3] = np.nan
    assert np.flatnonzero(seen(values, 24)).tolist() == [3]


def test_a_key_more_makes_others_no_surer_and_the_same_draws_tell_the_same():
    rng = np.random.default_rng(5)
    values = alike(rng, 504) + 1.1 * np.sin(2.0 * np.pi * np.arange(504) / 24)
    alone, together = seen(values[:5], 24), seen(values, 24)
    assert not (together[:5] & ~alone).any()
    np.testing.assert_array_equal(together, seen(values, 24))
