"""The sequential test is as often wrong as it says, and stops as soon as it is sure."""

from __future__ import annotations

import numpy as np
import pytest

from tests.statistics.sequential import FALSE_ALARM, MISSED, Claim, broken_claims

CLAIMS = [Claim(0.055, 0.08), Claim(0.93, 0.9)]
TRIALS = 1_000


def share_called_broken(claim: Claim, mean: float, *, trials_each: int = 1) -> float:
    """Of many sequences of shares of ``trials_each`` draws, those for which the claim is broken."""
    rng = np.random.default_rng([10, round(1e4 * mean), trials_each])
    claims = {str(one): [claim] for one in range(TRIALS)}

    def draw(wanted):
        return {one: rng.binomial(trials_each, mean, 500) / trials_each for one in wanted}

    return len(broken_claims(claims, draw)) / TRIALS


def chance(level: float) -> float:
    return level + 3.5 * np.sqrt(level / TRIALS)


@pytest.mark.parametrize("trials_each", [1, 10])
@pytest.mark.parametrize("claim", CLAIMS, ids=str)
def test_a_claim_at_its_limit_is_seldom_called_broken(claim, trials_each):
    found = share_called_broken(claim, claim.limit, trials_each=trials_each)
    assert found <= chance(FALSE_ALARM)


@pytest.mark.parametrize("trials_each", [1, 10])
@pytest.mark.parametrize("claim", CLAIMS, ids=str)
def test_a_claim_broken_by_its_margin_is_seldom_missed(claim, trials_each):
    found = share_called_broken(claim, claim.broken, trials_each=trials_each)
    assert 1.0 - found <= chance(MISSED)


def test_what_is_far_from_the_limit_takes_few_draws():
    asked = []

    def draw(wanted):
        asked.append(set(wanted))
        return {name: {"never": 0.0, "always": 1.0}[name] for name in wanted}

    claims = {"never": [Claim(0.05, 0.08)], "always": [Claim(0.05, 0.08), Claim(0.9, 0.8)]}
    assert broken_claims(claims, draw) == {"always": "1 of 15 is not at most 0.05"}
    # Each is asked no longer than it takes.
    assert [len(one) for one in asked].index(1) == 40
    assert len(asked) < 150


def test_draws_that_say_nothing_do_not_count():
    values = iter([np.nan, 1.0] * 100)
    found = broken_claims({"x": [Claim(0.05, 0.1)]}, lambda _: {"x": next(values)})
    assert found == {"x": "1 of 10 is not at most 0.05"}
    assert broken_claims({"x": [Claim(0.05, 0.1)]}, lambda _: {"x": np.nan}, most=9) == {}


@pytest.mark.parametrize(("share", "holds"), [(0.06, True), (0.07, False)])
def test_in_the_region_of_indifference_the_more_likely_answer_is_taken(share, holds):
    values = np.arange(100) < 100 * share
    found = broken_claims({"x": [Claim(0.055, 0.08)]}, lambda _: {"x": values}, most=100)
    assert (not found) == holds
