"""Tails of the binned metrics' p-values, against real deals."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from mmon.chance.bins.dealt_tables import null_tables
from mmon.metrics import load
from mmon.profiles.distributions.counts import Counts
from mmon.profiles.distributions.ecdf import Ecdf
from tests.statistics.test_sizes import BINNED, as_counts

ZIPF = 1 / np.arange(1, 201) / np.sum(1 / np.arange(1, 201))


def test_null_tables_of_tied_numbers_are_those_of_real_deals() -> None:
    rng = np.random.default_rng(1)
    values = np.round(4 * rng.standard_normal(1300))
    ref, cur = Ecdf.of(values[:1000]), Ecdf.of(values[1000:])
    null = null_tables(ref, cur, 10)
    assert set(null.ref.sum(axis=1)) == {1000}
    assert set(null.cur.sum(axis=1)) == {300}
    metric = load("total_variation")
    dealt = []
    for _ in range(600):
        deal = rng.permutation(values)
        sides = Ecdf.of(deal[:1000]), Ecdf.of(deal[1000:])
        dealt.append(metric.score(*sides, with_p_value=False).value)
    ours = metric.deal_values(null)  # type: ignore[attr-defined]  # binned metrics have it
    for level in (0.25, 0.5, 0.75, 0.9):
        assert np.quantile(ours, level) == pytest.approx(np.quantile(dealt, level), rel=0.06)


@pytest.mark.parametrize("name", BINNED)
@pytest.mark.parametrize("shares", [np.full(10, 0.1), np.diff([0, 0.37, 0.74, 0.92, 0.98, 1.0])])
def test_tail_is_that_of_a_hundred_thousand_deals(name: str, shares: np.ndarray) -> None:
    rng = np.random.default_rng(2)
    n, m = 1000, 300
    pooled = rng.multinomial(n, shares) + rng.multinomial(m, shares)
    drawn = rng.multivariate_hypergeometric(pooled, m, size=100_000, method="marginals")
    metric = load(name)
    distances = metric.distance(  # type: ignore[attr-defined]  # binned metrics have it
        (pooled - drawn) / n, drawn / m, n / (n + m)
    )
    ref, cur = (
        Counts.from_mapping({str(i): int(k) for i, k in enumerate(mass)})
        for mass in (pooled - drawn[0], drawn[0])
    )
    for level in (1e-2, 1e-3):
        value = float(np.quantile(distances, 1 - level))
        at_least = float(np.mean(distances >= value * (1 - 1e-9)))
        more = float(np.mean(distances > value * (1 + 1e-9)))
        found = metric.p_value(value, ref, cur)
        assert found is not None
        assert more / 2.5 <= found <= at_least * 2.5


@pytest.mark.parametrize("name", BINNED)
def test_p_values_never_rise_with_the_value_and_resolve_far(name: str) -> None:
    rng = np.random.default_rng(3)
    metric = load(name)
    pairs = itertools.chain(
        [(Ecdf.of(rng.standard_normal(2000)), Ecdf.of(rng.standard_normal(1500)))],
        [(as_counts(rng.choice(200, 2000, p=ZIPF)), as_counts(rng.choice(200, 1500, p=ZIPF)))],
        [(as_counts(rng.integers(0, 3, 2000)), as_counts(rng.integers(0, 3, 1500)))],
    )
    for ref, cur in pairs:
        # The two divergences are in nats, without an upper bound.
        grid = np.linspace(0, 3 if name in ("kullback_leibler", "psi") else 0.9, 19)
        found = np.array([metric.p_value(float(value), ref, cur) for value in grid])
        assert found[0] == 1.0
        assert (np.diff(found) <= 0).all()
        assert 0 < found[-1] < 1e-60


@pytest.mark.parametrize("name", BINNED)
def test_more_production_rows_make_the_same_value_more_significant(name: str) -> None:
    rng = np.random.default_rng(4)
    ref, cur = Ecdf.of(rng.standard_normal(5000)), Ecdf.of(rng.standard_normal(100))
    metric = load(name)
    value = metric.score(ref, cur).value
    assert value is not None
    found = [metric.p_value(value, ref, cur, rows=rows) for rows in (50, 100, 400, 1600)]
    assert found[3] < found[0]
    if name != "chi_square":
        # Cramér's V has all rows in its denominator: 1,500 more of 5,000 show little.
        assert found == sorted(found, reverse=True)  # type: ignore[type-var]  # none is None
        assert found[3] < 1e-3


@pytest.mark.parametrize("name", BINNED)
def test_score_and_p_value_agree_and_repeat(name: str) -> None:
    rng = np.random.default_rng(5)
    values = rng.standard_normal((2, 300))
    scores = []
    for _ in range(2):
        ref, cur = Ecdf.of(values[0]), Ecdf.of(values[1])
        score = load(name).score(ref, cur)
        assert score.value is not None
        assert score.p_value == load(name).p_value(score.value, ref, cur)
        scores.append(score)
    assert scores[0] == scores[1]
