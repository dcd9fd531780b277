"""How often whole verdicts are wrong: false alarms, false discoveries and power, by simulation."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from scipy.special import ndtri

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


def judged(
    ref: np.ndarray, cur: np.ndarray, bound: Bound, metric: Metric = KS, windows: int = 1
) -> list[Result]:
    """Results of one metric on every column of two (rows, columns) arrays, window by window."""
    sides = [Ecdf.of(ref[:, column]) for column in range(ref.shape[1])]
    return judge(
        [
            _finding(metric, before, Ecdf.of(part[:, column]), column, bound)
            for part in np.array_split(cur, windows)
            for column, before in enumerate(sides)
        ],
        Rule(),
    )


def _finding(metric: Metric, before: Ecdf, after: Ecdf, column: int, bound: Bound) -> Finding:
    score = metric.score(before, after, with_p_value=False)
    value = None if score.value is None else metric.corrected(score.value, before, after)
    evidence = Distance(
        metric=metric, ref=before, cur=after, score=score.value, is_tested=True, rows=after.n
    )
    return Finding(
        named(metric.name),
        value,
        score.error,
        evidence=evidence,
        bound=bound,
        column=str(column),
        # P-values of segments are computed past a level only, where alone they matter here.
        segment="any",
        gating=True,
        reason=score.reason,
    )


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


LEVELS = Bound("max", potential=0.1, detected=0.2)
TOTAL_VARIATION = load("total_variation")
NEVER, RARELY = Claim(0.01, 0.06), Claim(0.05, 0.12)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("columns", "windows", "rows", "claims"),
    [
        (20, 12, 100, (Claim(0.01, 0.2), Claim(0.05, 0.3))),
        *(
            pytest.param(columns, windows, rows, (NEVER, RARELY), marks=SIMULATION)
            for columns, windows, rows in (
                (20, 1, 50),
                (20, 1, 1_000),
                (100, 1, 300),
                (20, 12, 100),
                (100, 12, 50),
                (20, 52, 100),
            )
        ),
    ],
)
def test_data_that_did_not_change_raises_no_alarm(columns, windows, rows, claims):
    rng = np.random.default_rng([columns, windows, rows])

    def draw(_):
        ref, cur = (columns_without_drift(rng, n, columns) for n in (5_000, rows * windows))
        found = {r.status for r in judged(ref, cur, LEVELS, TOTAL_VARIATION, windows)}
        return {"detected": Status.DETECTED in found, "any": bool(found & {*ALARMS})}

    assert not broken_claims({"detected": claims[:1], "any": claims[1:]}, draw)


@pytest.mark.slow
@pytest.mark.parametrize("claim", [Claim(0.05, 0.25), pytest.param(RARELY, marks=SIMULATION)])
def test_a_level_of_zero_raises_an_alarm_in_one_run_of_twenty(claim):
    rng = np.random.default_rng(3)

    def draw(_):
        ref, cur = (columns_without_drift(rng, rows, 100) for rows in (1_000, 300))
        return {"alarm": any(r.status in ALARMS for r in judged(ref, cur, Bound("max", 0.0, 0.0)))}

    assert not broken_claims({"alarm": (claim,)}, draw)


def shifted(distance: float) -> float:
    """The shift of a normal distribution whose total variation distance is that."""
    return 2.0 * float(ndtri(0.5 + distance / 2.0))


@pytest.mark.parametrize("rows", [100, 300, 1_000, 10_000])
def test_twice_the_level_is_found_or_left_open_and_never_passed(rows):
    rng = np.random.default_rng(rows)
    ref = rng.normal(size=(5_000, 20))
    cur = rng.normal(size=(rows, 20))
    cur[:, 0] += shifted(0.4)
    (found, *others) = judged(ref, cur, LEVELS, TOTAL_VARIATION)
    assert found.status in (Status.DETECTED, *([Status.POTENTIAL_DETECTION] if rows == 100 else []))
    assert {one.status for one in others} <= {Status.NO_DETECTION, Status.INCONCLUSIVE}


def test_a_change_at_its_level_is_not_detected_and_is_potential():
    rng = np.random.default_rng(7)
    cur = rng.normal(size=(20_000, 5)) + shifted(0.19)
    found = judged(rng.normal(size=(50_000, 5)), cur, LEVELS, TOTAL_VARIATION)
    assert {one.status for one in found} == {Status.POTENTIAL_DETECTION}


def test_a_doubled_spread_is_detected():
    rng = np.random.default_rng(8)
    ref, cur = rng.normal(size=(10_000, 1)), 2.0 * rng.normal(size=(10_000, 1))
    (found,) = judged(ref, cur, LEVELS, TOTAL_VARIATION)
    assert found.status is Status.DETECTED


@pytest.mark.slow
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
    assert "no_detection" in report.results.filter(name="total_variation")["status"].to_list()


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
