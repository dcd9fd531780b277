"""The family of conditions, how they sum over bins, and how they read."""

from __future__ import annotations

import numpy as np

from mmon.profiles.features.tables import Binning
from mmon.segments.conditions import Condition, conditions, over_runs, words

AMOUNT = Binning("amount", np.array([12.0, 35.0, 310.0, 1_500.0]), None)
COUNTRY = Binning("country", None, ("BR", "DE"))


def test_conditions_read_as_a_person_would_say_them():
    told = [words(one, AMOUNT) for one in conditions(0, AMOUNT)]
    assert told == [
        "amount ≤ 12",
        "amount ≤ 35",
        "amount ≤ 310",
        "amount ≤ 1,500",
        "12 < amount ≤ 35",
        "12 < amount ≤ 310",
        "12 < amount ≤ 1,500",
        "amount > 12",
        "35 < amount ≤ 310",
        "35 < amount ≤ 1,500",
        "amount > 35",
        "310 < amount ≤ 1,500",
        "amount > 310",
        "amount > 1,500",
        "amount is missing",
    ]
    told = [words(one, COUNTRY) for one in conditions(1, COUNTRY)]
    assert told == ["country = BR", "country = DE", "country is another", "country is missing"]


def test_one_bin_of_numbers_is_what_is_present():
    flat = Binning("x", np.empty(0), None)
    assert [words(one, flat) for one in conditions(0, flat)] == ["x is present", "x is missing"]


def test_ten_bins_have_a_family_of_forty():
    assert len(conditions(0, Binning("x", np.arange(9.0), None))) == 40


def test_runs_sum_their_bins():
    counts = np.arange(12).reshape(6, 2)
    family = [Condition(0, 1, 3), Condition(0, 5, 5)]
    assert over_runs(counts, family).tolist() == [[12.0, 15.0], [10.0, 11.0]]
