"""Standardised tallies: exact without drift, and free of it with drift."""

from __future__ import annotations

import numpy as np
import pytest

from mmon.segments.conditions import Condition
from mmon.segments.tallies import tally_conditions

RIGHT_WRONG = np.array([0.0, 1.0])


def bins(ref, cur):
    """(B, 2, 2) from rows and wrong rows of each bin of either side."""
    return np.array([[[n - k, k] for n, k in pair] for pair in zip(ref, cur, strict=True)], float)


def test_the_same_mix_leaves_counts_as_they_are():
    counts = bins([(100, 10), (200, 40), (300, 3)], [(50, 9), (100, 20), (150, 1)])
    family = [Condition(0, 0, 1), Condition(0, 2, 2)]
    tally = tally_conditions(RIGHT_WRONG, [counts], [family])
    assert tally.ref.tolist() == [[250, 50], [297, 3]]
    assert tally.cur.tolist() == [[121, 29], [149, 1]]
    assert tally.ref_rest.tolist() == [[297, 3], [250, 50]]
    assert tally.cur_rest.tolist() == [[149, 1], [121, 29]]


def test_a_single_bin_is_never_weighted():
    counts = bins([(97, 10), (203, 41)], [(55, 9), (1_013, 20)])
    tally = tally_conditions(RIGHT_WRONG, [counts], [[Condition(0, 0, 0), Condition(0, 1, 1)]])
    assert tally.ref.tolist() == [[87, 10], [162, 41]]


def test_moved_rows_do_not_change_a_runs_rate():
    # Rates of 0.1 and 0.4 in both bins of the run; only their shares changed.
    counts = bins([(900, 90), (100, 40), (500, 5)], [(100, 10), (900, 360), (500, 5)])
    tally = tally_conditions(RIGHT_WRONG, [counts], [[Condition(0, 0, 1)]])
    ref, cur = tally.ref[0], tally.cur[0]
    assert ref[1] / ref.sum() == pytest.approx(cur[1] / cur.sum())
    # The 100 rows that now stand for most tell little more than they did: 1000² / (100²/900 + …).
    assert ref.sum() == pytest.approx(1_000**2 / (100**2 / 900 + 900**2 / 100))


def test_bins_that_the_reference_lacks_have_no_counterpart():
    counts = bins([(0, 0), (100, 20)], [(80, 8), (100, 30)])
    tally = tally_conditions(RIGHT_WRONG, [counts], [[Condition(0, 0, 0), Condition(0, 0, 1)]])
    assert tally.ref.tolist() == [[0, 0], [80, 20]]
    assert tally.rows() == (100.0, 180.0)
