"""How often whole verdicts are wrong: false alarms, false discoveries and power, by simulation."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

import mmon
from mmon.analyses.data_drift.distances import Distance
from mmon.metrics import Metric, load
from mmon.profiles.distributions.ecdf import Ecdf
from mmon.results import Result, Status, Verdict
from mmon.results.quantity import Bound
from mmon.verdict import judge
from mmon.verdict.finding import Finding, Rule
from tests.conftest import DATA
from tests.quantities import named
from tests.statistics.sequential import Claim, broken_claims

SIMULATION = pytest.mark.simulation
KS = load("ks")
ALARMS = (Status.POTENTIAL_DETECTION, Status.DETECTED)


def judged(ref: np.ndarray, cur: np.ndarray, bound: Bound, metric: Metric = KS) -> list[Result]:
    """Results of one metric on every column of two (rows, columns) arrays."""
    findings = []
    for column in range(ref.shape[1]):
        before, after = Ecdf.of(ref[:, column]), Ecdf.of(cur[:, column])
        score = metric.score(before, after)
        evidence = Distance(
            metric=metric, ref=before, cur=after, p=score.p_value, enough=0.0, rows=len(cur)
        )
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


QUICK, SURE = (Claim(0.05, 0.25),), pytest.param((Claim(0.05, 0.08),), marks=SIMULATION)


@pytest.mark.parametrize(
    "levels",
    [Bound("max", potential=0.1, detected=0.2), Bound("max", potential=0.0, detected=0.0)],
    ids=["default", "significance only"],
)
@pytest.mark.parametrize("claims", [QUICK, SURE])
def test_a_hundred_columns_without_drift_raise_an_alarm_in_at_most_one_run_of_twenty(
    claims, levels
):
    rng = np.random.default_rng(3)

    def draw(_):
        ref, cur = (columns_without_drift(rng, rows, 100) for rows in (1_000, 300))
        return {"any alarm": any(r.status in ALARMS for r in judged(ref, cur, levels))}

    assert not broken_claims({"any alarm": claims}, draw)


@pytest.mark.parametrize(
    ("most_false", "margin"),
    [(Claim(0.05, 0.2), 0.2), pytest.param(Claim(0.05, 0.09), 0.05, marks=SIMULATION)],
)
@pytest.mark.parametrize(
    ("name", "least_power"),
    [
        # The best test of a shift of normal data.
        ("mean_shift", 0.85),
        # An omnibus test pays for seeing every kind of change.
        ("ks", 0.65),
    ],
)
def test_false_discoveries_are_few_and_small_shifts_are_found(
    name, least_power, most_false, margin
):
    """10 of 100 columns moved by 0.2 standard deviations, n = 2000, m = 500."""
    rng = np.random.default_rng(8)

    def draw(_):
        ref, cur = rng.normal(size=(2_000, 100)), rng.normal(size=(500, 100))
        cur[:, :10] += 0.2
        results = judged(ref, cur, Bound("max", detected=0.0), load(name))
        alarms = [int(r.column) for r in results if r.status is Status.DETECTED]
        false = sum(c >= 10 for c in alarms)
        return {"false": false / max(len(alarms), 1), "found": (len(alarms) - false) / 10}

    found = (Claim(least_power, least_power - margin),)
    assert not broken_claims({"false": (most_false,), "found": found}, draw)


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
@pytest.mark.parametrize(
    "claim", [Claim(0.95, 0.7), pytest.param(Claim(0.95, 0.9), marks=SIMULATION)], ids=str
)
def test_random_halves_of_a_real_dataset_pass(claim):
    whole = pl.read_parquet(DATA / "hotel_booking" / "reference.parquet")
    half, rng = whole.height // 2, np.random.default_rng(6)

    def draw(_):
        shuffled = whole[rng.permutation(whole.height)]
        report = mmon.compare(shuffled[:half], shuffled[half:], metrics=["ks", "total_variation"])
        return {"passes": report.exit_status == 0}

    assert not broken_claims({"passes": (claim,)}, draw)
