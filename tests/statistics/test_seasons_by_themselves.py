"""A window that is odd for its hour or weekday is found, and a reference without seasons keeps all.

"Before" is what windows do by themselves as all blocks of the reference tell it, whenever they are.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from mmon.chance.blocks import Around, of_like_distances
from mmon.verdict import own_noise
from tests.statistics.windows_by_themselves import COLUMNS, Values, alarms, frame, results

DAY = dt.timedelta(days=1)
QUARTER = dt.timedelta(hours=6)


def quarters(rng: np.random.Generator, *, size: float = 1.0) -> Values:
    """Quarters of a day, in the first of which column 3 is in the middle of its cycle."""
    phase = rng.uniform(0.0, 2.0 * np.pi, COLUMNS)
    phase[3] = 0.0

    def values(window: int, rows: int) -> np.ndarray:
        mean = size * np.sin(0.5 * np.pi * window + phase)
        return rng.normal(size=(rows, COLUMNS)) + mean

    return values


def weekdays(rng: np.random.Generator, *, size: float = 1.5) -> Values:
    """Days of which Sundays are others in column 3, and by less in those before it."""
    away = size * np.array([0.0, 0.3, 0.6, 1.0] + [0.0] * (COLUMNS - 4))

    def values(window: int, rows: int) -> np.ndarray:
        return rng.normal(size=(rows, COLUMNS)) + (window % 7 == 6) * away

    return values


def as_sundays(values: Values) -> Values:
    """The same, of which Mondays look like Sundays in column 3."""

    def other(window: int, rows: int) -> np.ndarray:
        found = values(window, rows)
        if window % 7 == 0:
            found[:, 3] = values(6, rows)[:, 3]
        return found

    return other


def as_noons(values: Values) -> Values:
    """The same, in whose first quarter of a day column 3 is as it is in the second."""

    def other(window: int, rows: int) -> np.ndarray:
        found = values(window, rows)
        if window % 4 == 0:
            found[:, 3] = values(1, rows)[:, 3]
        return found

    return other


def share_found(
    values: Values, odd: Values, every: str, length: dt.timedelta, sizes: tuple[int, int, int, int]
) -> tuple[float, int]:
    """The share of odd windows in which column 3 raises an alarm, and the other alarms.

    ``sizes`` are blocks of the reference, windows, their rows, and windows of a season.
    """
    blocks, windows, rows, season = sizes
    sides = (frame(values, 0, blocks, rows, length), frame(odd, blocks, windows, rows, length))
    found = alarms(results(*sides, every))
    assert blocks % season == 0
    hits = ["x3" in one for one in found[::season]]
    others = sum(len(one - {"x3"}) for one in found)
    usual = [one for place, one in enumerate(found) if place % season]
    return float(np.mean(hits)), others + sum("x3" in one for one in usual)


def without_seasons(monkeypatch: pytest.MonkeyPatch) -> None:
    """As though no reference showed any: all of its blocks are taken together."""
    monkeypatch.setattr(own_noise, "seasons", lambda known: ())


@pytest.mark.slow
def test_a_monday_like_a_sunday_is_found_and_was_not_before(monkeypatch):
    values = weekdays(np.random.default_rng(0))
    case = (values, as_sundays(values), "1d", DAY, (112, 14, 300, 7))
    assert share_found(*case) == (1.0, 0)
    without_seasons(monkeypatch)
    assert share_found(*case) == (0.0, 0)


@pytest.mark.slow
def test_a_quarter_of_a_day_like_another_is_found_and_was_not_before(monkeypatch):
    values = quarters(np.random.default_rng(0), size=1.5)
    case = (values, as_noons(values), "6h", QUARTER, (84, 8, 1_000, 4))
    assert share_found(*case) == (1.0, 0)
    without_seasons(monkeypatch)
    assert share_found(*case) == (0.0, 0)


@pytest.mark.simulation
@pytest.mark.parametrize("seed", [1, 2])
def test_nine_in_ten_odd_windows_are_found_and_none_was_before(monkeypatch, seed):
    """Each of 365 windows at the budget of one false alarm in a year, and at most 2 are others."""
    quarter, day = (
        quarters(np.random.default_rng(seed), size=1.5),
        weekdays(np.random.default_rng(seed)),
    )
    cases = (
        (quarter, as_noons(quarter), "6h", QUARTER, (84, 365, 1_000, 4)),
        (day, as_sundays(day), "1d", DAY, (112, 365, 300, 7)),
    )
    for case in cases:
        found, others = share_found(*case)
        assert found >= 0.9
        assert others <= 2
    without_seasons(monkeypatch)
    for values, odd, every, length, (blocks, _, rows, season) in cases:
        found, _ = share_found(values, odd, every, length, (blocks, 56, rows, season))
        assert found <= 0.05


def like_distances(
    rng: np.random.Generator, offset: float, directions: int, zeros_below: float, runs: int
) -> np.ndarray:
    """P-values of one more block, of 14 of each of 24 hours that are so far away by their hour."""
    away = offset * np.abs(np.sin(2.0 * np.pi * np.arange(24) / 24.0))
    drawn = rng.normal(size=(runs, 15, 24, directions))
    drawn[..., 0] += away
    sizes = np.linalg.norm(drawn, axis=-1)
    sizes[sizes < zeros_below] = 0.0
    p_values = []
    for new, blocks in zip(sizes[:, 0], sizes[:, 1:], strict=True):
        spread = float(np.sqrt(blocks.var(axis=0, ddof=1).mean()))
        around = Around(spread, float(blocks[blocks > 0.0].min()))
        p_values += [
            of_like_distances(value, own, around) for value, own in zip(new, blocks.T, strict=True)
        ]
    return np.array(p_values)


@pytest.mark.parametrize("zeros_below", [0.0, 2.5])
@pytest.mark.parametrize(
    "runs",
    [pytest.param(60, id="few"), pytest.param(2_000, id="many", marks=pytest.mark.simulation)],
)
def test_a_block_more_of_its_hour_is_no_farther_than_its_p_value_says(runs, zeros_below):
    """At offsets of 0 to many deviations, also where small distances are estimated as 0."""
    rng = np.random.default_rng([runs, int(zeros_below)])
    for offset in (0.5, 3.0, 30.0):
        for directions in (1, 2, 9):
            if offset < 3.0 and zeros_below:
                # Of hours that do not differ no season is seen.
                continue
            p_values = like_distances(rng, offset, directions, zeros_below, runs)
            for level in (0.05, 0.01, 1e-3, 1e-4):
                # Three standard errors, were all blocks independent.
                most = level + 3.0 * np.sqrt(level / len(p_values))
                assert np.mean(p_values <= level) <= most


def test_far_beyond_blocks_that_are_alike_counts_and_within_does_not():
    blocks = np.random.default_rng(4).normal(0.35, 0.02, 21)
    around = Around(0.02, 0.3)
    assert of_like_distances(0.36, blocks, around) > 0.2
    assert of_like_distances(0.55, blocks, around) < 1e-5
    assert of_like_distances(0.55, blocks, around, 0.1) < 0.01
    assert of_like_distances(0.55, blocks, around, 0.2) > 0.2
