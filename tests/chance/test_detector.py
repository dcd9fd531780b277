"""The Shiryaev-Roberts detector of one column: what it adds up, keeps and forgets."""

from __future__ import annotations

import dataclasses

import numpy as np
import polars as pl
import pytest

from mmon.chance.sequential.cells import Cells, cells, coarse, of_rise, rising
from mmon.chance.sequential.detector import Detector, advance, log_ratios, pooling
from mmon.profiles.codec import from_bytes, to_bytes
from mmon.profiles.distributions import Counts, Distribution, Ecdf
from mmon.records import MisfitError


def column(values: np.ndarray) -> Distribution:
    return Ecdf.of(values) if values.dtype.kind == "f" else Counts.of(pl.Series(values))


def tracked(ref: np.ndarray, windows: list[np.ndarray], **options) -> tuple[Cells, list[Detector]]:
    """The states after each window."""
    of = cells(column(ref))
    states = [Detector.start(of)]
    for place, values in enumerate(windows):
        window = of.count(column(values))
        states.append(pooling(advance(states[-1], of, window, at=place, **options), window))
    return of, states[1:]


def test_the_sum_is_that_of_all_products_that_end_now():
    rng = np.random.default_rng(1)
    ref, windows = rng.normal(size=1_000), [rng.normal(0.05, 1.0, 300) for _ in range(6)]
    of, states = tracked(ref, windows)
    pool, logs = of.reference.copy(), []
    for values in windows:
        window = of.count(column(values))
        logs.append(log_ratios(of, pool.astype(float), window.astype(float)))
        pool += window
    products = sum(np.exp(np.sum(logs[first:], axis=0)) for first in range(len(logs)))
    assert np.exp(states[-1].log_evidence(of)) == pytest.approx(products @ of.weights)
    assert states[-1].pooled.tolist() == pool.tolist()


def test_cells_have_equal_shares_and_repeated_values_have_their_own():
    rng = np.random.default_rng(2)
    assert cells(column(rng.normal(size=4_000))).reference.tolist() == [200] * 20
    values = np.where(rng.random(4_000) < 0.4, 7.0, rng.normal(size=4_000))
    assert (values == 7.0).sum() in cells(column(values)).reference
    assert cells(column(np.repeat([1.0, 2.0], 50))).reference.sum() == 100


@pytest.mark.parametrize(
    ("ref", "later"),
    [
        (lambda rng: rng.normal(size=2_000), lambda rng: rng.normal(0.3, 1, 500)),
        (lambda rng: rng.normal(size=2_000), lambda rng: rng.normal(-0.3, 1, 500)),
        (lambda rng: rng.normal(size=2_000), lambda rng: rng.normal(0, 1.5, 500)),
        (lambda rng: rng.normal(size=2_000), lambda rng: rng.normal(0, 0.7, 500)),
        (lambda rng: rng.poisson(1, 2_000).astype(float), lambda rng: rng.poisson(1.4, 500) * 1.0),
        (lambda rng: (rng.random(2_000) < 0.02) * 1.0, lambda rng: (rng.random(500) < 0.08) * 1.0),
        (lambda rng: rng.integers(0, 10, 2_000), lambda rng: rng.integers(0, 9, 500)),
        (lambda rng: rng.integers(0, 500, 2_000), lambda rng: rng.integers(0, 350, 500)),
    ],
)
def test_a_change_that_lasts_is_found_soon_and_its_beginning_is_known(ref, later):
    rng = np.random.default_rng(3)
    windows = [ref(rng)[:500] for _ in range(8)] + [later(rng) for _ in range(5)]
    of, states = tracked(ref(rng), windows)
    evidence = np.array([one.log_evidence(of) for one in states])
    assert (evidence[:8] < np.log(300)).all()
    assert evidence[-1] > np.log(1_000)
    last = states[-1]
    assert last.since[last.likeliest(of)] in (7, 8, 9)
    assert last.trailing[last.likeliest(of)].sum() == 500 * last.windows[last.likeliest(of)]


def test_dependent_rows_are_less_evidence():
    rng = np.random.default_rng(4)
    ref, windows = rng.normal(size=2_000), [rng.normal(0.2, 1.0, 500) for _ in range(3)]
    found = [tracked(ref, windows, design_effect=one) for one in (1.0, 4.0)]
    alone, four = (states[-1].log_evidence(of) for of, states in found)
    assert four < 0.5 * alone
    assert (found[0][1][-1].pooled == found[1][1][-1].pooled).all()


@pytest.mark.parametrize(("shift", "windows", "after"), [(2.0, 1, 1), (1.0, 30, 1), (0.15, 30, 12)])
def test_evidence_goes_when_the_change_is_over(shift, windows, after):
    rng = np.random.default_rng(5)
    of = cells(column(rng.normal(size=5_000)))
    state = Detector.start(of)
    for place, mean in enumerate([0.0] * 3 + [shift] * windows + [0.0] * after):
        window = of.count(column(rng.normal(mean, 1.0, 500)))
        state = advance(state, of, window, at=place)
        # What is told to have changed does not join the pool.
        state = state if mean else pooling(state, window)
        if place == 2 + windows:
            assert state.log_evidence(of) > np.log(1_000)
            assert state.since[state.likeliest(of)] == 3
    assert state.log_evidence(of) < np.log(20)


def test_a_window_of_nothing_or_of_a_few_rows_changes_nothing():
    of = cells(column(np.random.default_rng(6).normal(size=100)))
    state = Detector.start(of)
    for rows in (0, 1, 2):
        window = np.zeros(len(of.reference), dtype=np.int64)
        window[-1] = rows
        assert advance(state, of, window, at=0) is state
    empty = cells(column(np.empty(0)))
    assert advance(Detector.start(empty), empty, np.array([50]), at=0).log_evidence(empty) <= 0.0


def test_a_loss_is_watched_for_rises_only():
    rng = np.random.default_rng(7)
    of = of_rise(np.array([1_600, 400]))
    up, down = (
        advance(Detector.start(of), of, np.array([500 - wrong, wrong]), at=0).log_evidence(of)
        for wrong in (150, 50)
    )
    assert up > np.log(100) > 0.0 > down
    errors = Ecdf.of(np.abs(rng.normal(size=2_000)))
    of = rising(errors)
    window = of.count(Ecdf.of(np.abs(rng.normal(0, 1.3, 500))))
    assert advance(Detector.start(of), of, window, at=0).log_evidence(of) > np.log(100)


@pytest.mark.parametrize(
    "values",
    [
        np.random.default_rng(8).lognormal(0, 3, 5_000),
        np.repeat([1.0, 2.0, 5.0], [500, 20, 3]),
        np.random.default_rng(8).integers(0, 40, 3_000),
    ],
)
def test_counts_by_cell_are_a_distribution_with_the_same_rows(values):
    ref = column(values)
    of = cells(ref)
    found = coarse(of, of.reference, ref)
    assert found.n == len(values)
    if isinstance(found, Ecdf):
        found.check()
        assert (np.diff(found.values) > 0).all()
        assert found.mass.tolist() == of.reference[of.reference > 0].tolist()


def test_a_state_is_read_back_as_it_was_kept_and_a_damaged_one_is_refused():
    rng = np.random.default_rng(10)
    _, states = tracked(rng.normal(size=1_000), [rng.normal(size=300) for _ in range(3)])
    kept = to_bytes(states[-1])
    assert to_bytes(from_bytes(kept, Detector)) == kept
    for broken in (
        {"trailing": states[-1].trailing[:, :-1]},
        {"log_sums": -states[-1].log_sums - 1.0},
        {"pooled": states[-1].pooled - 10_000},
        {"log_losses": states[-1].log_losses[:-1]},
    ):
        with pytest.raises(MisfitError):
            from_bytes(to_bytes(dataclasses.replace(states[-1], **broken)), Detector)


def test_a_second_window_that_is_as_those_before_takes_back_what_one_seemed_to_tell():
    """Where windows differ by nature one that is normal refutes little by itself."""
    rng = np.random.default_rng(11)
    normal, odd = rng.normal(size=500), rng.normal(1.0, 1.0, 500)
    ref = rng.normal(size=2_000)
    of, states = tracked(ref, [odd, normal, normal], design_effect=40.0)
    assert [one.is_gone(of) for one in states[:2]] == [False, True]
    assert states[1].windows[states[1].likeliest(of)] == 2
    of, states = tracked(ref, [odd, odd, normal, odd], design_effect=40.0)
    assert not any(one.is_gone(of) for one in states)
