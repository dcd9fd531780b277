"""The cost of a changed relation: its size where nothing changed, or inputs alone; its power."""

from __future__ import annotations

import re

import numpy as np
import pytest
from scipy.special import ndtr

from mmon.models.concept_shift import concept_shift
from mmon.models.where_shifted import where_shifted
from tests.models.relations import BOUND, learnt, of_loans, smooth
from tests.statistics.sequential import Claim, broken_claims

pytestmark = pytest.mark.models

SIMULATION = pytest.mark.simulation
SIZE = (Claim(0.06, 0.09), Claim(0.03, 0.015))


@pytest.mark.parametrize(
    ("n", "m", "moved", "claims"),
    [
        (200, 200, 1.0, (Claim(0.05, 0.5),)),
        *(
            pytest.param(n, m, moved, SIZE, marks=SIMULATION)
            for n, m, moved in [(200, 200, 0.0), (300, 200, 1.0)]
        ),
    ],
)
def test_a_relation_that_did_not_change_costs_something_at_the_rate_of_chance(n, m, moved, claims):
    rng = np.random.default_rng([n, m])

    def draw(_):
        rows, targets = smooth(rng, n, m, moved=moved)
        fitted = learnt(rows, targets)
        shift = concept_shift(fitted)
        return {
            "size": ndtr(-shift.value / shift.deviation) <= 0.05,
            "a rule is told": bool(where_shifted(fitted, rows)),
        }

    every = {"size": claims, "a rule is told": (Claim(0.05, 0.5 if len(claims) == 1 else 0.09),)}
    assert not broken_claims(every, draw)


@SIMULATION
def test_a_changed_relation_is_found_though_inputs_moved():
    rng = np.random.default_rng(3)

    def draw(_):
        shift = concept_shift(learnt(*smooth(rng, 2_000, 2_000, moved=0.5, change=2.0)))
        return {"power": ndtr(-shift.value / shift.deviation) <= 0.05}

    assert not broken_claims({"power": (Claim(0.9, 0.6),)}, draw)


@SIMULATION
def test_the_rule_that_is_told_first_is_the_one_that_was_planted():
    rng = np.random.default_rng(4)

    def draw(_):
        rows, targets = of_loans(rng, 20_000)
        (first, *_) = where_shifted(learnt(rows, targets), rows)
        found = re.fullmatch(r"region = north and income < ([\d,]+)", first.rule)
        bound = 0.0 if found is None else float(found[1].replace(",", ""))
        return {"planted": abs(bound - BOUND) <= 0.05 * BOUND}

    assert not broken_claims({"planted": (Claim(0.8, 0.4),)}, draw)
