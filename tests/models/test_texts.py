"""The linear score of words: what it finds, its size, and what is no error."""

from __future__ import annotations

import numpy as np
import pytest

from mmon.models import texts as own
from mmon.models.texts import texts_apart
from tests.statistics.sequential import Claim, broken_claims
from tests.statistics.text_samples import texts

pytestmark = pytest.mark.models


def test_words_that_became_frequent_are_found_though_none_is_new() -> None:
    rng = np.random.default_rng(0)
    ref, cur = (texts(rng, 600).to_list() for _ in range(2))
    ref, cur = (
        [f"{text} outage" if at % every == 0 else text for at, text in enumerate(side)]
        for side, every in ((ref, 20), (cur, 2))
    )
    # At best, by that word alone: (1 + 0.5 - 0.05) / 2.
    assert texts_apart(ref, cur).area.value == pytest.approx(0.725, abs=0.03)


def test_words_put_together_otherwise_are_found() -> None:
    rng = np.random.default_rng(1)
    pairs = np.array(["ab", "cd", "ef", "gh"])

    def drawn(*, turned: bool) -> list[str]:
        some = ([*pairs[rng.integers(0, 4, 1)][0]] for _ in range(600))
        return [" ".join(two[::-1] if turned else two) for two in some]

    assert texts_apart(drawn(turned=False), drawn(turned=True)).area.value > 0.95


@pytest.mark.parametrize("text", ["", "12 34", "…", "日本語", "x" * 5000])
def test_texts_that_are_all_one_are_not_told_apart(text: str) -> None:
    assert texts_apart([text] * 60, [text] * 60).area.value == 0.5


def test_of_very_long_texts_fewer_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own, "_MOST_CHARACTERS", 40_000)
    told = texts_apart(["some words " * 20] * 300, ["other word " * 20] * 300)
    assert (told.n, told.m) == (91, 90)


@pytest.mark.parametrize(
    "claims",
    [
        (Claim(0.05, 0.3),),
        pytest.param((Claim(0.055, 0.085), Claim(0.04, 0.02)), marks=pytest.mark.simulation),
    ],
)
def test_texts_that_did_not_change_are_told_apart_at_the_rate_of_chance(claims):
    rng = np.random.default_rng(2)

    def draw(_):
        sides = (texts(rng, 120).to_list() for _ in range(2))
        return {"size": texts_apart(*sides).area.p_value <= 0.05}

    assert not broken_claims({"size": claims}, draw)
