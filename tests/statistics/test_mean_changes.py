"""Changes of mean outcomes in cells: false alarms, size, bias, and what is said at the level."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pytest
from scipy import stats

from mmon.analyses.concept_drift.calibration import joined, score_cells
from mmon.chance.common_change import beyond_common
from mmon.chance.strata import Strata, Sums
from mmon.profiles.distributions.ecdf import Ecdf
from mmon.profiles.outcomes.classification import ClassificationTables
from mmon.profiles.outcomes.error_plane import Grid
from mmon.profiles.outcomes.regression import RegressionTables
from tests.statistics.sequential import Claim, Draw, broken_claims

SIMULATION = pytest.mark.simulation
SIZE = Claim(0.06, 0.075), Claim(0.03, 0.023)
QUICK = Claim(0.06, 0.14), Claim(0.03, 0.005)
LEVEL = 0.05

# (rows of the reference, of production), shift of the inputs, intercept of the log-odds
CALIBRATED = {
    "alike": ((2000, 2000), 0.0, 0.0),
    "unequal": ((10_000, 1000), 0.0, 0.0),
    "few": ((300, 300), 0.0, 0.0),
    "rare": ((5000, 5000), 0.0, -4.0),
    "shifted": ((5000, 5000), 1.0, -1.0),
    "shifted far": ((5000, 2000), 2.0, -2.0),
    "shifted back, rare": ((5000, 5000), -1.0, -3.0),
}


def scored(
    rng: np.random.Generator, rows: int, shift: float, rate: float, change: float = 0.0
) -> ClassificationTables:
    """A score that is the probability of its outcome, but for a change."""
    p = 1.0 / (1.0 + np.exp(-(rng.normal(shift, 1.0, rows) + rate)))
    y = rng.random(rows) < np.clip(p + change, 0.0, 1.0)
    return ClassificationTables.of_rows(y.astype(int), (p > 0.5).astype(int), p)


def strata(
    rng: np.random.Generator,
    rows: tuple[int, int],
    shift: float = 0.0,
    rate: float = 0.0,
    change: float = 0.0,
) -> Strata:
    ref = scored(rng, rows[0], 0.0, rate)
    cur = scored(rng, rows[1], shift, rate, change)
    found = Strata.of(*score_cells(ref, cur)[None], are_counts=True)
    assert found is not None
    return found


def predicted(rng: np.random.Generator, rows: tuple[int, int], shift: float) -> Strata:
    """Prices whose error grows with them."""

    def side(size: int, away: float) -> tuple[np.ndarray, np.ndarray]:
        answer = np.exp(rng.normal(away, 0.7, size))
        return answer * np.exp(rng.normal(-0.02, 0.2, size)), answer

    ref, cur = side(rows[0], 0.0), side(rows[1], shift)
    grid = Grid.of(*(Ecdf.of(one) for one in ref))
    tables = [RegressionTables.of(*one, grid=grid) for one in (ref, cur)]
    found = Strata.of(*score_cells(*tables)[None], are_counts=False)
    assert found is not None
    return found


def calibration(seed: int) -> Draw:
    rng = np.random.default_rng(seed)

    def draw(names: Collection[str]) -> dict[str, bool]:
        return {n: strata(rng, *CALIBRATED[n]).p_value() <= 0.05 for n in names}

    return draw


def regression(seed: int) -> Draw:
    rng = np.random.default_rng(seed)
    cases = {"alike": ((2000, 2000), 0.0), "unequal": ((5000, 700), 0.0)}
    cases["shifted"] = ((3000, 3000), 0.5)

    def draw(names: Collection[str]) -> dict[str, bool]:
        return {n: predicted(rng, *cases[n]).p_value() <= 0.05 for n in names}

    return draw


REGRESSIONS = ("alike", "unequal", "shifted")


@pytest.mark.slow
def test_a_calibrated_score_has_the_size_in_short() -> None:
    claims = dict.fromkeys(("alike", "shifted", "rare"), QUICK)
    assert not broken_claims(claims, calibration(1), most=300)


@SIMULATION
def test_a_calibrated_score_has_the_size_under_any_shift() -> None:
    assert not broken_claims(dict.fromkeys(CALIBRATED, SIZE), calibration(2))


@SIMULATION
def test_the_same_predictions_have_the_size() -> None:
    assert not broken_claims(dict.fromkeys(REGRESSIONS, SIZE), regression(3))


@SIMULATION
def test_a_change_at_its_level_is_rarely_detected_and_twice_of_it_is_found() -> None:
    """Where it is not said to take more rows, and it is rarely said to be surely below."""
    rng = np.random.default_rng(4)
    cases = {
        f"{n}/{m}{' shifted' * bool(shift)}": ((n, m), shift, -0.5)
        for n, m in ((5000, 5000), (5000, 1000), (1000, 1000), (20_000, 3000))
        for shift in (0.0, 1.0)
    }

    def draw(names: Collection[str]) -> dict[str, float]:
        found: dict[str, float] = {}
        for name in names:
            what, case = name.split(": ")
            if what == "found":
                one = strata(rng, *cases[case], change=2 * LEVEL)
                is_found = one.is_found(LEVEL, 0.05, one.rows)
                found[name] = _is_above(one) if is_found else float("nan")
            else:
                one = strata(rng, *cases[case], change=LEVEL)
                found[name] = _is_above(one) if what == "above" else one.is_below(LEVEL)
        return found

    claims = {f"above: {case}": (Claim(0.055, 0.08),) for case in cases}
    claims |= {f"below: {case}": (Claim(0.03, 0.05),) for case in cases}
    able = [c for c, (rows, *_) in cases.items() if min(rows) >= 3000]
    claims |= {f"found: {case}": (Claim(0.8, 0.74),) for case in able}
    assert not broken_claims(claims, draw, most=4000)


def _is_above(one: Strata) -> bool:
    value, deviation = one.excess()
    return value - LEVEL > 1.6449 * deviation


@pytest.mark.slow
def test_the_value_has_little_bias() -> None:
    rng = np.random.default_rng(5)
    for change, bias in ((0.0, 0.01), (0.05, 0.01), (0.1, 0.006)):
        values = [strata(rng, (5000, 2000), 0.0, -0.5, change).excess()[0] for _ in range(60)]
        assert np.mean(values) == pytest.approx(change * 0.985, abs=bias)


# Bins, rows of both sides, share of the outcome (None: of numbers), and by how much production's
# odds are higher (its numbers larger) in all bins.
RELATIONS: dict[str, tuple[int, tuple[int, int], float | None, float]] = {
    "ten bins": (10, (5000, 1000), 0.3, 1.0),
    "two bins": (2, (2000, 2000), 0.3, 2.0),
    "few rows": (10, (1000, 200), 0.05, 1.0),
    "a hundred, rare": (100, (3000, 3000), 0.01, 1.0),
    "a hundred, few": (100, (20_000, 500), 0.02, 1.0),
    "more frequent": (10, (5000, 5000), 0.3, 2.0),
    "less frequent": (10, (2000, 2000), 0.3, 0.4),
    "rare, more frequent": (10, (5000, 5000), 0.02, 3.0),
    "numbers": (10, (5000, 1000), None, 0.0),
    "numbers, few": (100, (5000, 2000), None, 0.0),
    "larger numbers": (10, (5000, 3000), None, 1.0),
}


def related(rng: np.random.Generator, name: str) -> float:
    """The p-value of an outcome of shares, or means, that differ by bin, on both sides by as much.

    NaN where one side has no outcome, by chance.
    """
    bins, rows, rate, change = RELATIONS[name]
    shares = 1.0 / np.arange(1, bins + 1)
    away = np.exp(np.random.default_rng(bins).normal(0.0, 0.5, bins))
    sides = []
    for side, count in enumerate(rows):
        cell = rng.choice(bins, count, p=shares / shares.sum())
        y = np.exp(rng.normal(0.0, 0.7, count)) * away[cell] + change * side
        if rate is not None:
            share = np.minimum(rate * away[cell], 0.95)
            odds = share / (1.0 - share) * (change if side else 1.0)
            y = (rng.random(count) < odds / (1.0 + odds)).astype(float)
        sums = (np.bincount(cell, one, bins) for one in (np.ones(count), y, y**2))
        sides.append(Sums.of(*sums))
    are_counts = rate is not None
    one = beyond_common(*sides, are_counts=are_counts, fewest=1 if are_counts else 10)
    return float("nan") if one is None else one.p_value()


def relation(seed: int) -> Draw:
    rng = np.random.default_rng(seed)

    def draw(names: Collection[str]) -> dict[str, float]:
        found = {n: related(rng, n) for n in names}
        return {n: p if np.isnan(p) else float(p <= 0.05) for n, p in found.items()}

    return draw


def moved_elsewhere(seed: int) -> Draw:
    """Another feature moved, and with it the outcome: neither it nor this one changed relation."""
    rng = np.random.default_rng(seed)

    def side(shift: float, feature: str, is_number: bool) -> Sums:
        moved, other = rng.normal(shift, 1.0, 3000), rng.integers(0, 10, 3000)
        mean = moved + (0.1 * other if feature == "related" else 0.0)
        y = mean + rng.normal(size=3000)
        if not is_number:
            y = (rng.random(3000) < 1.0 / (1.0 + np.exp(1.0 - mean))).astype(float)
        return Sums.of(*(np.bincount(other, one, 10) for one in (np.ones(3000), y, y**2)))

    def draw(names: Collection[str]) -> dict[str, bool]:
        found = {}
        for name in names:
            kind, feature = name.split(": ")
            sides = [side(shift, feature, kind == "numbers") for shift in (0.0, 0.7)]
            one = beyond_common(*sides, are_counts=kind == "counts")
            assert one is not None
            found[name] = one.p_value() <= 0.05
        return found

    return draw


ELSEWHERE = ("counts: unrelated", "counts: related", "numbers: unrelated", "numbers: related")


@pytest.mark.slow
def test_the_same_relation_has_the_size_in_short() -> None:
    claims = dict.fromkeys(("ten bins", "more frequent", "larger numbers"), QUICK)
    assert not broken_claims(claims, relation(6), most=300)
    assert not broken_claims(dict.fromkeys(ELSEWHERE, QUICK), moved_elsewhere(7), most=300)


@SIMULATION
def test_the_same_relation_has_the_size() -> None:
    """Of bins of many rows and of few, of a common and of a rare outcome, and of numbers."""
    assert not broken_claims(dict.fromkeys(RELATIONS, SIZE), relation(8))


@SIMULATION
def test_a_feature_is_silent_where_another_one_moved() -> None:
    assert not broken_claims(dict.fromkeys(ELSEWHERE, SIZE), moved_elsewhere(9))


def test_the_ratio_of_odds_that_all_bins_share_is_no_change() -> None:
    share = np.array([0.1, 0.3, 0.6])
    odds = 2.0 * share / (1.0 - share)
    rows = np.array([40_000.0, 20_000.0, 30_000.0])
    ref = Sums.of(rows, rows * share, rows * share)
    hits = rows * odds / (1.0 + odds)
    one = beyond_common(ref, Sums.of(rows, hits, hits), are_counts=True)
    assert one is not None
    assert one.change == pytest.approx(0.0, abs=1e-9)
    assert one.p_value() == pytest.approx(1.0)
    # What is known of the log-odds of a cell is as before.
    assert one.ref * rows / (share * (1.0 - share)) == pytest.approx(
        (2.0 / (1.0 + share) ** 2) ** 2, rel=0.01
    )
    whole = Sums.of(rows, rows, rows)
    assert beyond_common(ref, whole, are_counts=True) is None


def test_one_cell_of_counts_is_a_test_of_two_shares() -> None:
    ref, cur = Sums.of([400], [100], [100]), Sums.of([300], [105], [105])
    one = Strata.of(ref, cur, are_counts=True)
    assert one is not None
    oracle = stats.chi2_contingency([[100, 300], [105, 195]], correction=False).pvalue
    assert one.p_value() == pytest.approx(oracle, rel=0.02)
    assert one.change[0] == pytest.approx(0.1)


def test_the_kurtosis_is_that_of_the_hypergeometric_distribution() -> None:
    ref, cur = Sums.of([40], [7], [7]), Sums.of([25], [5], [5])
    one = Strata.of(ref, cur, are_counts=True)
    assert one is not None
    oracle = stats.hypergeom(65, 12, 25)
    assert one.kurtosis[0] == pytest.approx(float(oracle.stats("k")))
    assert one.chance[0] == pytest.approx(float(oracle.var()) * (1 / 25 + 1 / 40) ** 2)


def test_cells_without_rows_of_both_sides_are_left_out() -> None:
    ref, cur = Sums.of([50, 0], [9, 0], [9, 0]), Sums.of([40, 60], [9, 60], [9, 60])
    one = Strata.of(ref, cur, are_counts=True)
    assert one is not None
    assert (one.rows, one.left_out) == (40, 60)
    nothing = Sums.of([0], [0], [0])
    assert Strata.of(ref.take(np.array([True, False])), nothing, are_counts=True) is None
    pair = joined(nothing, nothing, are_counts=True)
    assert Strata.of(*pair, are_counts=True) is None


def test_outcomes_that_are_all_alike_did_not_change() -> None:
    one = Strata.of(Sums.of([50], [0], [0]), Sums.of([40], [0], [0]), are_counts=True)
    assert one is not None
    assert (one.p_value(), one.excess()[0]) == (1.0, 0.0)
