"""Unseen words: their test where nothing changed, their bias and interval, and what is found."""

from __future__ import annotations

import numpy as np
import pytest

from mmon.chance.unseen_words import UnseenWords, unseen_words
from mmon.profiles.distributions.tokens import Tokens
from tests.statistics.sequential import Claim, broken_claims
from tests.statistics.text_samples import texts

SIMULATION = pytest.mark.simulation


def compared(ref, cur) -> UnseenWords:
    found = unseen_words(Tokens.of(ref), Tokens.of(cur))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("n", "m", "odd", "claims"),
    [
        (200, 200, 0.05, (Claim(0.06, 0.3),)),
        *(
            pytest.param(*case, (Claim(0.06, 0.09), Claim(0.03, 0.01)), marks=SIMULATION)
            for case in [(300, 300, 0.0), (300, 300, 0.05), (1500, 300, 0.05), (300, 1500, 0.0)]
        ),
    ],
)
def test_texts_of_the_same_sort_have_new_words_at_the_rate_of_chance(n, m, odd, claims):
    rng = np.random.default_rng([n, m, int(100 * odd)])

    def draw(_):
        found = compared(texts(rng, n, odd=odd), texts(rng, m, odd=odd))
        return {"size": found.p_value_against(0.0) <= 0.05}

    assert not broken_claims({"size": claims}, draw)


@pytest.mark.slow
def test_the_usual_share_is_that_of_further_texts():
    rng = np.random.default_rng(0)
    found = [compared(texts(rng, 300), texts(rng, 300)) for _ in range(60)]
    assert np.mean([one.share for one in found]) > 0.15
    error = np.std([one.rise for one in found]) / np.sqrt(len(found))
    assert np.mean([one.rise for one in found]) == pytest.approx(0.0, abs=3 * error)


def test_a_share_of_new_words_is_estimated_and_found():
    rng = np.random.default_rng(1)
    found = compared(texts(rng, 3000, odd=0.0), texts(rng, 1000, odd=0.0, new=0.05))
    # Frequent words come twice in a text, and count once: so the share is a little larger.
    assert found.rise == pytest.approx(0.055, abs=0.01)
    low, high = found.interval()
    assert low < found.rise < high
    assert found.p_value_against(0.02) < 1e-6


def test_what_full_buckets_hide_is_made_up_for():
    rng = np.random.default_rng(2)
    ref, cur = Tokens.of(texts(rng, 2000)), Tokens.of(texts(rng, 2000, new=0.1))
    whole, small = unseen_words(ref, cur), unseen_words(ref.folded(1 << 14), cur)
    assert whole is not None
    assert small is not None
    assert small.rise == pytest.approx(whole.rise, rel=0.15)
    assert unseen_words(ref.folded(1 << 10), cur) is None


def test_without_words_nothing_is_told():
    some = Tokens.of(texts(np.random.default_rng(3), 200))
    assert unseen_words(some, Tokens.empty()) is None
    assert unseen_words(Tokens.empty(), some) is None
