"""Evidence that adds up over windows: how often it is wrong, and how soon it is right."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from mmon.chance.sequential.cells import Cells, cells, of_rise
from mmon.chance.sequential.detector import Detector, advance, log_ratios, pooling
from mmon.profiles.distributions import Ecdf
from tests.statistics.lasting_samples import SHAPES, SIZES
from tests.statistics.sequential import Claim, broken_claims

SIMULATION = pytest.mark.simulation
LIMIT = 1_000.0


@pytest.mark.parametrize(("n", "m"), SIZES)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("draws", [100, pytest.param(1_000, marks=SIMULATION)])
def test_a_window_is_no_likelier_after_a_change_where_nothing_changed(n, m, shape, draws):
    rng = np.random.default_rng([n, m, len(shape)])
    found = []
    for _ in range(draws):
        of = cells(SHAPES[shape](rng, n))
        window = of.count(SHAPES[shape](rng, m))
        logs = log_ratios(of, of.reference.astype(float), window.astype(float))
        found.append(1.0 if logs is None else float(np.exp(logs) @ of.weights))
    mean, error = np.mean(found), np.std(found) / np.sqrt(draws)
    sys.stdout.write(f"{shape}, {n} and {m} rows: {mean:.3f} ± {error:.3f}\n")
    assert mean <= 1.0 + 3.0 * error


def run_length(rng: np.random.Generator, shape: str, sizes: tuple[int, int], limit: float) -> int:
    """Windows until an alarm, three times the limit at most."""
    n, m = sizes
    of = cells(SHAPES[shape](rng, n))
    state = Detector.start(of)
    for place in range(1, int(3 * limit) + 1):
        window = of.count(SHAPES[shape](rng, m))
        state = pooling(advance(state, of, window, at=place), window)
        if state.log_evidence(of) >= np.log(limit):
            return place
    return int(3 * limit)


@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize(
    ("limit", "claim"),
    [(5.0, Claim(0.33, 0.2)), pytest.param(30.0, Claim(0.33, 0.27), marks=SIMULATION)],
)
def test_where_nothing_changed_it_takes_as_many_windows_as_the_limit(sizes, limit, claim):
    rng = np.random.default_rng([*sizes, 1])

    def draw(names):
        return {one: run_length(rng, one, sizes, limit) / (3 * limit) for one in names}

    assert not broken_claims(dict.fromkeys(SHAPES, (claim,)), draw)


def delay(rng: np.random.Generator, shift: float) -> int:
    """Windows of 500 rows until a shift is found, after ten windows without one."""
    of, state = normal_after_ten(rng)
    for place in range(1, 51):
        window = of.count(Ecdf.of(rng.normal(shift, 1.0, 500)))
        state = pooling(advance(state, of, window, at=place), window)
        if state.log_evidence(of) >= np.log(LIMIT):
            return place
    return 50


def normal_after_ten(rng: np.random.Generator) -> tuple[Cells, Detector]:
    """A column of normal numbers, 2,000 in the reference, after ten windows."""
    of = cells(Ecdf.of(rng.normal(size=2_000)))
    state = Detector.start(of)
    for place in range(10):
        window = of.count(Ecdf.of(rng.normal(size=500)))
        state = pooling(advance(state, of, window, at=place - 10), window)
    return of, state


@pytest.mark.parametrize(("shift", "windows"), [(0.1, 6), (0.2, 1), (0.3, 1)])
@pytest.mark.parametrize(
    "claim", [Claim(0.5, 0.25), pytest.param(Claim(0.5, 0.4), marks=SIMULATION)]
)
def test_half_of_all_shifts_are_found_in_a_few_windows(shift, windows, claim):
    rng = np.random.default_rng(int(100 * shift))

    def draw(_):
        return {f"{shift}": float(delay(rng, shift) <= windows)}

    assert not broken_claims({f"{shift}": (claim,)}, draw, most=600)


def rows_until_found(rng: np.random.Generator, limit: float, rows: int = 10) -> int:
    """Labelled rows, in windows of so many, until it is found that errors rose from 0.2 to 0.3."""
    wrong = rng.binomial(2_000, 0.2)
    of = of_rise(np.array([2_000 - wrong, wrong]))
    state = Detector.start(of)
    for place in range(1, 1_000 // rows):
        wrong = rng.binomial(rows, 0.3)
        window = np.array([rows - wrong, wrong])
        state = pooling(advance(state, of, window, at=place), window)
        if state.log_evidence(of) >= np.log(limit):
            return place * rows
    return 1_000


@pytest.mark.parametrize(
    "claim", [Claim(0.5, 0.25), pytest.param(Claim(0.5, 0.4), marks=SIMULATION)]
)
@pytest.mark.parametrize(("limit", "rows"), [(100.0, 150), (730.0, 250)])
def test_an_error_rate_that_rises_by_half_is_found_in_a_few_labelled_rows(limit, rows, claim):
    rng = np.random.default_rng(int(limit))

    def draw(_):
        return {"found": float(rows_until_found(rng, limit) <= rows)}

    assert not broken_claims({"found": (claim,)}, draw, most=600)
