"""How often whole verdicts are wrong: false alarms, false discoveries and power, by simulation."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest

import mmon
from mmon.analyses.data_drift.distances import Distance
from mmon.metrics import Metric, load
from mmon.profiles.ecdf import Ecdf
from mmon.results import Result, Status, Verdict
from mmon.results.quantity import Bound
from mmon.verdict import judge
from mmon.verdict.finding import Finding, Rule
from tests.conftest import DATA
from tests.quantities import named

KS = load("ks")
ALARMS = (Status.POTENTIAL_DETECTION, Status.DETECTED)


def judged(ref: np.ndarray, cur: np.ndarray, bound: Bound, metric: Metric = KS) -> list[Result]:
    """Results of one metric on every column of two (rows, columns) arrays."""
    findings = []
    for column in range(ref.shape[1]):
        before, after = Ecdf.of(ref[:, column]), Ecdf.of(cur[:, column])
        score = metric.score(before, after)
        evidence = Distance(metric=metric, ref=before, cur=after, p=score.p_value, rows=len(cur))
        findings.append(
            Finding(
                named(metric.name),
                score.value,
                score.error,
                evidence=evidence,
                bound=bound,
                column=str(column),
                gating=True,
                reason=score.reason,
            )
        )
    return judge(findings, Rule())


def columns_without_drift(rng: np.random.Generator, rows: int, columns: int) -> np.ndarray:
    """Columns of several shapes, with ties and heavy tails among them."""
    shapes = (
        lambda: rng.normal(size=rows),
        lambda: rng.standard_cauchy(rows),
        lambda: rng.lognormal(0, 1.5, rows),
        lambda: rng.poisson(1, rows).astype(float),
        lambda: np.where(rng.random(rows) < 0.9, 0.0, rng.random(rows)),
    )
    return np.column_stack([shapes[i % len(shapes)]() for i in range(columns)])


def any_alarm_rate(repetitions: int, levels: Bound, seed: int) -> float:
    rng = np.random.default_rng(seed)
    alarms = 0
    for _ in range(repetitions):
        ref, cur = columns_without_drift(rng, 1_000, 100), columns_without_drift(rng, 300, 100)
        alarms += any(result.status in ALARMS for result in judged(ref, cur, levels))
    return alarms / repetitions


def bound(level: float, repetitions: int) -> float:
    return level + 2 * math.sqrt(level * (1 - level) / repetitions)


@pytest.mark.parametrize(
    "levels",
    [Bound("max", potential=0.1, detected=0.2), Bound("max", potential=0.0, detected=0.0)],
    ids=["default", "significance only"],
)
@pytest.mark.parametrize("repetitions", [40, pytest.param(1_000, marks=pytest.mark.simulation)])
def test_a_hundred_columns_without_drift_raise_an_alarm_in_at_most_one_run_of_twenty(
    repetitions, levels
):
    assert any_alarm_rate(repetitions, levels, seed=3) <= bound(0.05, repetitions)


@pytest.mark.parametrize("repetitions", [25, pytest.param(400, marks=pytest.mark.simulation)])
@pytest.mark.parametrize(
    ("name", "least_power"),
    [
        # The best test of a shift of normal data.
        ("mean_shift", 0.85),
        # An omnibus test pays for seeing every kind of change.
        ("ks", 0.65),
    ],
)
def test_false_discoveries_are_few_and_small_shifts_are_found(name, least_power, repetitions):
    """10 of 100 columns moved by 0.2 standard deviations, n = 2000, m = 500."""
    rng = np.random.default_rng(8)
    false_shares, found = [], []
    for _ in range(repetitions):
        ref, cur = rng.normal(size=(2_000, 100)), rng.normal(size=(500, 100))
        cur[:, :10] += 0.2
        results = judged(ref, cur, Bound("max", detected=0.0), load(name))
        alarms = [int(r.column) for r in results if r.status is Status.DETECTED]
        false_shares.append(sum(c >= 10 for c in alarms) / max(len(alarms), 1))
        found.append(sum(c < 10 for c in alarms) / 10)
    slack = 2 * np.std(false_shares) / math.sqrt(repetitions)
    assert np.mean(false_shares) <= 0.05 + slack
    assert np.mean(found) >= least_power


def verdict(ref: np.ndarray, cur: np.ndarray, **options) -> mmon.Report:
    return mmon.compare(pl.DataFrame({"x": ref}), pl.DataFrame({"x": cur}), **options)


def test_an_immaterial_shift_is_no_alarm_however_significant():
    rng = np.random.default_rng(1)
    report = verdict(rng.normal(size=200_000), rng.normal(0.005, 1, 200_000))
    assert report.verdict is Verdict.PASS
    assert "no_detection" in report.results.filter(name="ks")["status"].to_list()


def test_one_outlier_does_not_hide_a_shift():
    rng = np.random.default_rng(2)
    shifted = rng.normal(1, 1, 2_000)
    shifted[0] = 1e6
    assert verdict(rng.normal(size=2_000), shifted).verdict is Verdict.BREACH


def test_one_outlier_raises_no_alarm_on_identical_data():
    values = np.random.default_rng(3).normal(size=2_000)
    spoilt = values.copy()
    spoilt[0] = 1e6
    assert verdict(values, spoilt).verdict is Verdict.PASS


def test_identical_binary_columns_score_zero():
    values = np.random.default_rng(4).integers(0, 2, 1_000)
    results = verdict(values, values).results.filter(pl.col("column") == "x")
    assert results["value"].abs().max() == pytest.approx(0.0, abs=1e-12)


def test_few_rows_are_inconclusive_and_enough_rows_are_not():
    rng = np.random.default_rng(5)
    ref = rng.normal(size=1_000)
    few = verdict(ref, rng.normal(size=12))
    assert few.verdict is Verdict.INCONCLUSIVE
    assert "it takes about" in few.document.sentence
    assert verdict(ref, rng.normal(size=200)).verdict is Verdict.PASS


@pytest.mark.data
@pytest.mark.parametrize("splits", [20, pytest.param(200, marks=pytest.mark.simulation)])
def test_random_halves_of_a_real_dataset_pass(splits):
    whole = pl.read_parquet(DATA / "hotel_booking" / "reference.parquet")
    rng = np.random.default_rng(6)
    passed = 0
    for _ in range(splits):
        shuffled = whole[rng.permutation(whole.height)]
        half = whole.height // 2
        report = mmon.compare(shuffled[:half], shuffled[half:], metrics=["ks", "total_variation"])
        passed += report.exit_status == 0
    assert passed / splits >= 0.95
