"""Change points of a mean: those of ruptures, found where they are, and seldom where none is."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

import numpy as np
import pytest
import ruptures
from numpy.typing import NDArray

from mmon.chance.change_points import (
    ChangePoint,
    Sums,
    change_points,
    segmented,
    shortest_stretch,
)
from tests.statistics.sequential import Claim, broken_claims

Sizes = NDArray[np.int64]
Losses = NDArray[np.float64]
ROWS, CHANGE = 20_000, 10_000


def sums_of(values: Losses, sizes: Sizes) -> Sums:
    """Steps of so many rows each."""
    first = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    return Sums.of(sizes, *(np.add.reduceat(one, first) for one in (values, values**2)))


def found(values: Losses, sizes: Sizes) -> list[ChangePoint]:
    known, is_share = sums_of(values, sizes), bool(np.isin(values, (0, 1)).all())
    shortest = shortest_stretch(known.stretch(0, known.steps), is_share=is_share)
    return change_points(known, shortest=shortest, is_share=is_share)


def even(rows: int) -> Sizes:
    return np.full(rows // 10, 10)


def uneven(rows: int, rng: np.random.Generator) -> Sizes:
    """Many small steps, then larger ones."""
    sizes = np.concatenate([rng.integers(1, 4, 1_000), rng.integers(5, 60, rows // 5)])
    kept = sizes[: np.searchsorted(np.cumsum(sizes), rows)]
    return np.append(kept, rows - kept.sum())


def stepped(rng: np.random.Generator) -> Losses:
    """An error rate of 0.1, then of 0.2."""
    return np.concatenate([rng.random(CHANGE) < 0.1, rng.random(ROWS - CHANGE) < 0.2]) * 1.0


@pytest.mark.parametrize("seed", range(12))
def test_binary_segmentation_is_that_of_ruptures(seed: int) -> None:
    rng = np.random.default_rng(seed)
    pieces = rng.integers(60, 200, 6)
    values = np.concatenate([rng.normal(rng.normal(0.0, 1.0), 1.0, size) for size in pieces])
    known = Sums.of(np.ones(len(values), dtype=np.int64), values, values**2)
    for most in (1, 3, 5):
        oracle = ruptures.Binseg(model="l2", min_size=20, jump=1).fit(values).predict(most)
        assert segmented(known, shortest=20, most=most) == oracle[:-1]


def test_changes_are_told_with_the_means_of_both_sides_and_where_they_may_lie() -> None:
    rng = np.random.default_rng(1)
    rates = np.repeat([0.05, 0.3, 0.1], [6_000, 5_000, 9_000])
    values = (rng.random(ROWS) < rates) * 1.0
    first, second = found(values, even(ROWS))
    assert first.at == pytest.approx(600, abs=10)
    assert second.at == pytest.approx(1_100, abs=10)
    assert first.earliest < first.at < first.latest
    assert first.before.mean == pytest.approx(0.05, abs=0.01)
    assert first.after.mean == second.before.mean == pytest.approx(0.3, abs=0.02)
    assert first.after.rows == pytest.approx(5_000, abs=150)
    assert max(first.p_value, second.p_value) < 1e-20


def test_a_step_without_noise_is_sure_and_a_constant_has_none() -> None:
    values = np.repeat([0.0, 1.0], 500)
    (only,) = found(values, np.ones(1_000, dtype=np.int64))
    assert (only.at, only.earliest, only.latest, only.p_value) == (500, 499, 501, 0.0)
    assert found(np.zeros(1_000), even(1_000)) == []
    assert found(np.full(1_000, 3.5), even(1_000)) == []


def test_too_few_rows_have_no_change() -> None:
    assert found(np.repeat([0.0, 1.0], 60), np.ones(120, dtype=np.int64)) == []
    assert found(np.ones(500), np.array([500])) == []


def test_rare_losses_need_longer_stretches() -> None:
    def shortest(rate: float) -> int:
        values = np.zeros(200_000)
        values[: int(rate * 200_000)] = 1.0
        known = sums_of(values, even(200_000))
        return shortest_stretch(known.stretch(0, known.steps), is_share=True)

    found = [shortest(rate) for rate in (0.5, 0.01, 0.99)]
    assert found == pytest.approx([2_000, 2_475, 2_475], abs=1)


NULLS: Mapping[str, Callable[[np.random.Generator], tuple[Losses, Sizes]]] = {
    "rate 0.1": lambda rng: ((rng.random(ROWS) < 0.1) * 1.0, even(ROWS)),
    "rate 0.01": lambda rng: ((rng.random(ROWS) < 0.01) * 1.0, even(ROWS)),
    "rate 0.1, uneven steps": lambda rng: ((rng.random(ROWS) < 0.1) * 1.0, uneven(ROWS, rng)),
    "rate 0.5, 2,000 rows": lambda rng: (
        (rng.random(2_000) < 0.5) * 1.0,
        np.ones(2_000, dtype=np.int64),
    ),
    "rate 0.1, 20 steps": lambda rng: ((rng.random(ROWS) < 0.1) * 1.0, np.full(20, ROWS // 20)),
    "absolute errors": lambda rng: (np.abs(rng.normal(size=ROWS)), even(ROWS)),
    "lognormal losses": lambda rng: (rng.lognormal(0.0, 1.0, ROWS), even(ROWS)),
    "log losses": lambda rng: (_log_losses(rng), even(ROWS)),
}


def _log_losses(rng: np.random.Generator) -> Losses:
    """Of a calibrated model of rare cases."""
    score = rng.beta(0.5, 5.0, ROWS)
    return -np.log(np.where(rng.random(ROWS) < score, score, 1.0 - score))


def hit(points: list[ChangePoint], sizes: Sizes) -> tuple[bool, bool]:
    """Whether a change lies within 300 rows of the true one, and one's interval holds it."""
    ends = np.concatenate([[0], np.cumsum(sizes)])
    near = [one for one in points if abs(ends[one.at] - CHANGE) <= 2_000]
    return (
        any(abs(ends[one.at] - CHANGE) <= 300 for one in near),
        any(ends[one.earliest] <= CHANGE <= ends[one.latest] for one in near),
    )


@pytest.mark.parametrize("name", NULLS)
def test_a_few_sequences_without_a_change_have_none(name: str) -> None:
    rng = np.random.default_rng(7)
    assert sum(bool(found(*NULLS[name](rng))) for _ in range(20)) <= 2


def test_a_few_doubled_error_rates_are_found_where_they_doubled() -> None:
    rng = np.random.default_rng(8)
    hits = [hit(found(stepped(rng), sizes), sizes)[0] for sizes in [even(ROWS)] * 20]
    assert sum(hits) >= 18


@pytest.mark.simulation
def test_in_95_of_100_sequences_without_a_change_none_is_named() -> None:
    rng = np.random.default_rng(9)

    def draw(names: Collection[str]) -> dict[str, float]:
        return {name: float(bool(found(*NULLS[name](rng)))) for name in names}

    assert broken_claims({name: [Claim(0.05, 0.07)] for name in NULLS}, draw) == {}


@pytest.mark.simulation
def test_an_error_rate_that_doubles_is_found_within_300_rows_in_95_of_100_sequences() -> None:
    rng = np.random.default_rng(10)

    def draw(names: Collection[str]) -> dict[str, float]:
        told: dict[str, float] = {}
        for name in ("even", "uneven"):
            sizes = even(ROWS) if name == "even" else uneven(ROWS, rng)
            points = found(stepped(rng), sizes)
            told[name], told[f"{name}: interval"] = hit(points, sizes)
            told[f"{name}: more"] = len(points) > 1
        return {name: told[name] for name in names}

    claims = {
        f"{name}{what}": [claim]
        for name in ("even", "uneven")
        for what, claim in (
            ("", Claim(0.95, 0.93)),
            (": interval", Claim(0.93, 0.91)),
            (": more", Claim(0.05, 0.07)),
        )
    }
    assert broken_claims(claims, draw) == {}
