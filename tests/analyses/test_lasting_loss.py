"""A small rise of the model's loss that lasts, over the windows of a history."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from mmon import config_file
from mmon.analyses import Context, model_performance
from mmon.analyses.model_performance.loss_cells import cells_of, counted
from mmon.config.sections import Config
from mmon.profiles.outcomes.classification import ClassificationTables
from mmon.profiles.outcomes.loss_steps import Loss, LossSteps
from mmon.profiles.outcomes.regression import RegressionTables
from mmon.profiles.table import Profile
from mmon.results import Result, Status
from mmon.verdict import judge
from mmon.verdict.finding import Rule

DAY_US = 86_400_000_000
ALARMS = (Status.POTENTIAL_DETECTION, Status.DETECTED)


def config(**settings: Any) -> Config:
    body = {"reference": "ref", "production": "cur", "windows": {"every": "1d"}}
    columns = {"target": "y", "prediction": "said", "timestamp": "at"}
    analyses = {"model_performance": settings}
    return config_file.validate({**body, "columns": columns, "analyses": analyses})


def side(losses: np.ndarray, kind: Loss = Loss.ERROR_RATE, days: int = 1) -> Profile:
    """A profile of rows that cost so much, in so many days of equal rows."""
    zeros = np.zeros(len(losses))
    parts = np.array_split(losses, days)
    steps = LossSteps(
        kind,
        is_timed=True,
        step_us=DAY_US,
        starts=np.arange(days) * DAY_US,
        rows=np.array([len(one) for one in parts]),
        sums=np.array([one.sum() for one in parts]),
        squares=np.array([(one**2).sum() for one in parts]),
    )
    tables: Any = (
        ClassificationTables.of_rows(zeros, losses.astype(int))
        if kind is Loss.ERROR_RATE
        else RegressionTables.of(zeros, losses, None, None)
    )
    return Profile("data", len(losses), (), performance=tables, losses=steps)


def scored(rng: np.random.Generator, rows: int, noise: float, decimals: int = 9) -> Profile:
    """A profile of probabilities without answers, which are the surer wrong the more noise."""
    odds = rng.normal(0.0, 2.0, rows)
    target = (rng.random(rows) < 1 / (1 + np.exp(-odds))).astype(int)
    scores = 1 / (1 + np.exp(-odds - rng.normal(0.0, noise, rows) * 3.0))
    return of_scores(target, np.clip(scores, 0.001, 0.999).round(decimals))


def of_scores(target: np.ndarray, scores: np.ndarray) -> Profile:
    losses = -np.log(np.where(target == 1, scores, 1.0 - scores))
    tables = ClassificationTables.of_rows(target, np.full(len(target), -1), scores)
    known = side(losses, Loss.MAE).losses
    assert known is not None
    known = dataclasses.replace(known, loss=Loss.LOG_LOSS)
    return Profile("data", len(losses), (), performance=tables, losses=known)


def tracked(of: Config, ref: Profile, windows: list[Profile]) -> list[Result]:
    """The result of each window."""
    state, found = None, []
    for day, cur in enumerate(windows):
        start = (19_723 + day) * DAY_US
        context = Context(ref, cur, of, bounds=(start, start + DAY_US))
        findings, state = model_performance.advance(context, state)
        found += judge(findings.findings, Rule.of_budget(of))
    return found


def test_an_error_rate_that_rises_a_little_is_found_and_its_size_is_known() -> None:
    rng = np.random.default_rng(1)
    rates = [0.1] * 20 + [0.16] * 10
    windows = [side((rng.random(200) < rate).astype(float)) for rate in rates]
    found = tracked(config(), side((rng.random(5_000) < 0.1).astype(float)), windows)
    assert not any(r.status in ALARMS for r in found[:20])
    last = found[-1]
    assert (last.name, last.application) == ("lasting_loss", "model-performance")
    assert last.status in ALARMS
    assert last.gating
    assert last.value is not None
    assert abs(last.value - 0.06) < 0.02
    assert last.interval is not None
    assert last.interval[0] < 0.06 < last.interval[1]
    assert last.reason is not None
    assert last.reason.endswith(("since 2024-01-20", "since 2024-01-21", "since 2024-01-22"))


def test_an_error_rate_that_falls_or_stays_is_no_alarm() -> None:
    rng = np.random.default_rng(2)
    rates = [0.1] * 20 + [0.05] * 20
    windows = [side((rng.random(200) < rate).astype(float)) for rate in rates]
    found = tracked(config(), side((rng.random(5_000) < 0.1).astype(float)), windows)
    assert not any(r.status in ALARMS for r in found)


def test_errors_of_a_regression_are_a_share_of_what_they_were() -> None:
    rng = np.random.default_rng(3)
    scales = [1.0] * 10 + [1.25] * 10
    windows = [side(np.abs(rng.normal(0, one, 300)), Loss.MAE) for one in scales]
    ref = side(np.abs(rng.normal(size=5_000)), Loss.MAE)
    found = tracked(config(), ref, windows)
    assert not any(r.status in ALARMS for r in found[:10])
    assert found[-1].status in ALARMS
    assert found[-1].value is not None
    assert abs(found[-1].value - 0.25) < 0.08
    assert found[-1].relative


def test_probabilities_without_answers_are_tracked_by_their_logarithmic_loss() -> None:
    rng = np.random.default_rng(5)
    windows = [scored(rng, 400, 0.1) for _ in range(30)] + [scored(rng, 400, 0.8) for _ in range(8)]
    found = tracked(config(), scored(rng, 20_000, 0.1), windows)
    assert not any(r.status in ALARMS for r in found[:30])
    assert found[-1].status in ALARMS
    assert found[-1].relative
    means = [
        float(one.losses.sums.sum()) / one.rows
        for one in (scored(rng, 200_000, noise) for noise in (0.1, 0.8))
        if one.losses is not None
    ]
    assert found[-1].value is not None
    assert abs(found[-1].value - (means[1] / means[0] - 1)) < 0.2


@pytest.mark.parametrize("decimals", [1, 2, 9])
def test_losses_of_probabilities_are_counted_in_the_cells_of_their_order(decimals: int) -> None:
    rng = np.random.default_rng(6)
    target = rng.integers(0, 2, 3_000)
    scores = np.clip(rng.random(3_000).round(decimals), 0.001, 0.999)
    ref = of_scores(target, scores)
    assert ref.losses is not None
    of = cells_of(ref, ref.losses)
    assert of is not None
    assert of.cuts is not None
    away = np.abs(target - scores)
    places = np.searchsorted(of.cuts.at, away)
    counts = np.bincount(places, minlength=len(of.reference))
    np.testing.assert_array_equal(of.reference, counts)
    np.testing.assert_array_equal(counted(of, ref, ref.losses), counts)
    if decimals == 9:
        assert np.ptp(counts) <= 1


def test_without_labels_on_both_sides_nothing_is_told() -> None:
    labelled = side(np.zeros(100))
    without = Profile("data", 100, ())
    assert tracked(config(), without, [labelled]) == []
    assert tracked(config(), labelled, [without]) == []


def test_days_whose_error_rates_differ_by_nature_are_no_rise_that_lasts() -> None:
    rng = np.random.default_rng(4)

    def days(count: int, mean: float) -> list[np.ndarray]:
        rates = np.clip(rng.normal(mean, 0.05, count), 0.01, 0.6)
        return [(rng.random(500) < rate).astype(float) for rate in rates]

    known = np.concatenate(days(40, 0.2))
    windows = [side(one) for one in days(60, 0.2)]
    assert any(r.status in ALARMS for r in tracked(config(), side(known), windows))
    beside = side(known, days=40)
    assert not any(r.status in ALARMS for r in tracked(config(), beside, windows))
    worse = [side(one) for one in days(20, 0.32)]
    assert tracked(config(), beside, worse)[-1].status in ALARMS
