"""Rows in order, and the ranks that a summary retains of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmon.profiles.distributions.ranks import choose, retained_ranks, sort

WHOLE = [np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64, np.uint64]


@pytest.mark.parametrize("dtype", WHOLE)
@given(st.integers(1, 300), st.integers(0, 2**32 - 1))
def test_whole_numbers_counted_and_sorted_are_in_one_order(
    dtype: type[np.integer], reach: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    ends = np.iinfo(dtype)
    high = int(rng.integers(ends.min, ends.max, dtype=dtype, endpoint=True))
    values = rng.integers(max(ends.min, high - reach), high, 100, dtype=dtype, endpoint=True)
    np.testing.assert_array_equal(sort(values.copy()), np.sort(values))


def test_the_widest_range_of_whole_numbers_is_no_range_to_count() -> None:
    ends = np.iinfo(np.int64)
    assert sort(np.array([ends.max, 0, ends.min])).tolist() == [ends.min, 0, ends.max]
    assert sort(np.empty(0, dtype=np.int64)).tolist() == []


@pytest.mark.slow
@given(st.lists(st.integers(0, 60), min_size=1, max_size=400), st.integers(4, 32))
def test_a_rank_is_the_last_of_its_run_and_the_error_what_lies_between(
    values: list[int], points: int
) -> None:
    ordered = np.sort(np.array(values))
    changes = ordered[1:] != ordered[:-1]
    distinct = int(changes.sum()) + 1
    ranks, error = choose(ordered, changes, distinct, points)
    if distinct > points:
        wanted = ordered[retained_ranks(len(ordered), points) - 1]
        np.testing.assert_array_equal(
            ranks, np.unique(np.searchsorted(ordered, wanted, side="right"))
        )
    kept = ordered[ranks - 1]
    np.testing.assert_array_equal(ranks, np.searchsorted(ordered, kept, side="right"))
    # Rows strictly between two retained values.
    between = np.searchsorted(ordered, kept) - np.append(0, ranks[:-1])
    assert error == between.max()
