"""Ratios of the shares of rare classes: false alarms, size at the level, power and coverage."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from mmon import config_file
from mmon.analyses import Context
from mmon.analyses.concept_drift import CLASS_RATIO
from mmon.analyses.concept_drift.class_shares import class_ratio
from mmon.chance.proportions import ratio_interval, ratio_risen
from mmon.profiles.distributions.counts import Counts
from mmon.profiles.distributions.reading import Reading
from mmon.profiles.table import ColumnProfile, Profile
from mmon.results import ColumnKind, Result, Status
from mmon.verdict import judge
from mmon.verdict.finding import Finding, Rule
from tests.statistics.sequential import Claim, broken_claims

SIMULATION = pytest.mark.simulation
ALARMS = {Status.POTENTIAL_DETECTION, Status.DETECTED}
CONFIG = config_file.validate({"reference": "-", "production": "x", "columns": {"target": "y"}})
NOTHING = Profile("nothing", 0, ())
CONTEXT = Context(NOTHING, NOTHING, CONFIG)
RARE = [0.95, 0.05]
# Three classes of which one has 1 %, and many.
POPULATIONS = [RARE, [0.7, 0.29, 0.01], [0.02] * 50]


def column(mass: np.ndarray) -> ColumnProfile:
    counts = Counts.from_mapping({f"{place:02}": int(rows) for place, rows in enumerate(mass)})
    kind, reading = ColumnKind.CATEGORICAL, Reading.LABEL
    return ColumnProfile("y", "String", kind, reading, counts.presence, counts)


def found(ref: np.ndarray, cur: np.ndarray) -> Finding | None:
    bound = CLASS_RATIO.bound("max")
    return class_ratio(CONTEXT, column(ref), column(cur), bound)


def judged(findings: list[Finding | None]) -> list[Result]:
    return judge([one for one in findings if one is not None], Rule())


@pytest.mark.parametrize(("n", "m"), [(5_000, 3_000), (3_000, 5_000)])
@pytest.mark.parametrize(("before", "after"), [(0.05, 0.10), (0.10, 0.05)])
def test_a_share_that_doubles_or_halves_is_potential(before, after, n, m):
    sides = (
        np.array([rows - share * rows, share * rows]) for rows, share in ((n, before), (m, after))
    )
    (result,) = judged([found(*sides)])
    assert result.status is Status.POTENTIAL_DETECTION
    assert result.value == pytest.approx(2.0, rel=0.01)
    assert result.reason == f"class 01: {before:.2%} → {after:.2%}"


@pytest.mark.parametrize(
    "claim", [Claim(0.95, 0.8), pytest.param(Claim(0.95, 0.92), marks=SIMULATION)], ids=str
)
def test_a_doubled_share_of_samples_is_at_least_potential(claim):
    rng = np.random.default_rng(1)

    def draw(_):
        ref, cur = rng.multinomial(5_000, RARE), rng.multinomial(4_000, [0.9, 0.1])
        return {"potential": judged([found(ref, cur)])[0].status in ALARMS}

    assert not broken_claims({"potential": (claim,)}, draw)


@pytest.mark.parametrize(
    ("windows", "rows", "claims"),
    [
        (4, 500, (Claim(0.01, 0.1), Claim(0.05, 0.2))),
        *(
            pytest.param(windows, rows, (Claim(0.01, 0.04), Claim(0.05, 0.1)), marks=SIMULATION)
            for windows in (1, 12, 52)
            for rows in (100, 300, 1_000)
        ),
    ],
)
def test_classes_that_did_not_change_raise_no_alarm(windows, rows, claims):
    rng = np.random.default_rng([windows, rows])

    def draw(_):
        sides = [(one, rng.multinomial(5_000, one)) for one in POPULATIONS]
        results = judged(
            [found(ref, rng.multinomial(rows, one)) for _ in range(windows) for one, ref in sides]
        )
        statuses = {one.status for one in results}
        return {"detected": Status.DETECTED in statuses, "any": bool(statuses & ALARMS)}

    assert not broken_claims({"detected": claims[:1], "any": claims[1:]}, draw)


@pytest.mark.parametrize("rows", [1_000, 20_000])
@pytest.mark.parametrize(
    "claim", [Claim(0.05, 0.2), pytest.param(Claim(0.05, 0.07), marks=SIMULATION)], ids=str
)
def test_a_ratio_at_its_level_is_seldom_surely_beyond(claim, rows):
    rng = np.random.default_rng(rows)

    def draw(_):
        one = found(rng.multinomial(5_000, RARE), rng.multinomial(rows, [0.925, 0.075]))
        assert one is not None
        return {"beyond": one.evidence.p_value_against(1.5) <= 0.05}

    assert not broken_claims({"beyond": (claim,)}, draw)


@pytest.mark.parametrize("ratio", [1.5, 4.0])
@pytest.mark.parametrize(
    "claim", [Claim(0.95, 0.8), pytest.param(Claim(0.95, 0.93), marks=SIMULATION)], ids=str
)
def test_intervals_hold_the_true_ratio(claim, ratio):
    rng = np.random.default_rng(int(10 * ratio))

    def draw(_):
        after = [1.0 - 0.05 * ratio, 0.05 * ratio]
        one = found(rng.multinomial(5_000, RARE), rng.multinomial(1_000, after))
        # A share of more than a fifth of all rows is no rare one.
        if one is None or one.interval is None:
            return {"holds": np.nan}
        return {"holds": one.interval[0] <= ratio <= one.interval[1]}

    assert not broken_claims({"holds": (claim,)}, draw)


@pytest.mark.parametrize("counts", [(40, 1_000, 90, 1_200), (3, 5_000, 40, 900), (7, 70, 0, 50)])
def test_the_p_value_is_that_of_a_binomial_test(counts):
    k_ref, n, k_cur, m = counts
    share = 1.5 * m / (n + 1.5 * m)
    expected = stats.binomtest(k_cur, k_ref + k_cur, share, alternative="greater").pvalue
    assert ratio_risen(*counts, 1.5) == pytest.approx(expected)


def test_the_interval_inverts_the_p_value_and_is_near_the_usual_one_of_many_rows():
    counts = 5_000, 1_000_000, 9_000, 900_000
    low, high = ratio_interval(*counts, 0.025)
    assert ratio_risen(*counts, low) == pytest.approx(0.025, rel=1e-6)
    usual = stats.contingency.relative_risk(9_000, 900_000, 5_000, 1_000_000)
    assert (low, high) == pytest.approx(tuple(usual.confidence_interval(0.95)), rel=1e-3)


def test_a_class_that_vanished_has_a_ratio_and_no_interval_without_end():
    one = found(np.array([4_500, 500]), np.array([4_000, 0]))
    assert one is not None
    assert one.value == pytest.approx((500.5 / 5_000.5) / (0.5 / 4_000.5))
    assert one.interval is None
    assert judged([one])[0].status is Status.DETECTED


@pytest.mark.parametrize(
    ("ref", "cur"),
    [([700, 300], [500, 500]), ([1_000, 0], [900, 100]), ([995, 5], [990, 10])],
    ids=["no rare class", "unseen_share tells", "too few rows"],
)
def test_what_other_results_tell_or_nothing_can_has_no_ratio(ref, cur):
    assert found(np.array(ref), np.array(cur)) is None
