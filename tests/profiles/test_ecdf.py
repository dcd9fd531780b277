"""The numeric summary: exact where it can be, within its own error bound everywhere else."""

from __future__ import annotations

import math

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmon.profiles.distributions.ecdf import Ecdf
from mmon.profiles.distributions.presence import Presence

FIELDS = ("values", "mass", "total", "moments")

reals = hnp.arrays(np.float64, st.integers(0, 300), elements=st.floats(-1e9, 1e9))
integers = hnp.arrays(np.int64, st.integers(0, 300), elements=st.integers(-20, 20))
samples = st.one_of(reals, integers)
parts = st.lists(st.one_of(reals), min_size=1, max_size=5)


def same(one: Ecdf, other: Ecdf) -> bool:
    return one.presence == other.presence and all(
        np.array_equal(getattr(one, field), getattr(other, field)) for field in FIELDS
    )


def exact_cdf(values: np.ndarray, at: np.ndarray) -> np.ndarray:
    return np.searchsorted(np.sort(values), at, side="right") / len(values)


@given(samples)
def test_all_distinct_values_are_kept_when_they_fit(values):
    ecdf = Ecdf.of(values, points=1000)
    expected, mass = np.unique(values, return_counts=True)
    assert ecdf.is_exact
    assert ecdf.rank_error == 0.0
    np.testing.assert_array_equal(ecdf.values, expected)
    np.testing.assert_array_equal(ecdf.mass, mass)


@given(samples.filter(len), st.integers(16, 64))
def test_the_cdf_is_underestimated_by_at_most_the_rank_error(values, points):
    ecdf = Ecdf.of(values, points=points)
    missed = exact_cdf(values, values) - ecdf.cdf(values)
    assert missed.min() >= 0.0
    assert missed.max() <= ecdf.rank_error + 1e-15
    assert ecdf.rank_error <= 1 / points + 1e-15


@given(parts, st.integers(16, 64))
def test_merging_and_compressing_once_keeps_the_bound(samples_, points):
    merged = Ecdf.merge([Ecdf.of(values, points=points) for values in samples_]).compress(points)
    values = np.concatenate(samples_)
    assert merged.n == len(values)
    if not len(values):
        return
    missed = exact_cdf(values, values) - merged.cdf(values)
    assert missed.min() >= 0.0
    assert missed.max() <= merged.rank_error + 1e-15
    assert merged.rank_error <= 2 / points + 1e-15


@given(parts, st.randoms())
def test_merge_is_commutative(samples_, random):
    ecdfs = [Ecdf.of(values, points=16) for values in samples_]
    shuffled = list(ecdfs)
    random.shuffle(shuffled)
    assert same(Ecdf.merge(ecdfs), Ecdf.merge(shuffled))


@given(reals, reals, reals)
def test_merge_is_associative(a, b, c):
    x, y, z = (Ecdf.of(values, points=16) for values in (a, b, c))
    left = Ecdf.merge([Ecdf.merge([x, y]), z])
    right = Ecdf.merge([x, Ecdf.merge([y, z])])
    assert same(left, right)
    assert same(left, Ecdf.merge([x, y, z]))
    assert same(left.compress(20), right.compress(20))


@given(integers, integers)
def test_an_exact_profile_of_a_concatenation_equals_the_merge(a, b):
    merged = Ecdf.merge([Ecdf.of(a, points=None), Ecdf.of(b, points=None)]).compress(None)
    whole = Ecdf.of(np.concatenate([a, b]), points=None)
    np.testing.assert_array_equal(merged.values, whole.values)
    np.testing.assert_array_equal(merged.mass, whole.mass)
    np.testing.assert_array_equal(merged.total, whole.total)


@given(st.lists(reals, min_size=1, max_size=4).filter(lambda p: sum(map(len, p)) > 1))
def test_mean_and_variance_survive_merging_and_compressing(samples_):
    merged = Ecdf.merge([Ecdf.of(values, points=16) for values in samples_]).compress(16)
    values = np.concatenate(samples_)
    scale = max(1.0, float(np.abs(values).max()))
    assert merged.mean == pytest.approx(values.mean(), abs=1e-12 * scale)
    assert merged.variance == pytest.approx(values.var(ddof=1), abs=1e-11 * scale**2, rel=1e-9)
    assert merged.total.sum() == pytest.approx(values.sum(), abs=1e-11 * scale * len(values))


def test_the_extremes_are_always_retained_and_the_tails_are_denser():
    values = np.random.default_rng(7).standard_t(2, 100_000)
    ecdf = Ecdf.of(values, points=100)
    ordered = np.sort(values)
    assert ecdf.min == ordered[0]
    assert ecdf.max == ordered[-1]
    assert set(ordered[[1, 2, -3, -2]]) <= set(ecdf.values)
    assert ecdf.mass[0] < ecdf.mass[len(ecdf.mass) // 2]


def test_quantiles_are_the_smallest_value_with_enough_rows_below():
    ecdf = Ecdf.of(np.arange(1, 101))
    assert [ecdf.quantile(p) for p in (0.0, 0.01, 0.5, 0.505, 1.0)] == [1, 1, 50, 51, 100]


def test_a_heavy_atom_adds_no_error():
    rng = np.random.default_rng(3)
    values = np.where(rng.random(50_000) < 0.9, 0.0, rng.random(50_000))
    ecdf = Ecdf.of(values, points=100)
    assert ecdf.cdf(np.array([0.0]))[0] == (values == 0.0).mean()
    assert ecdf.rank_error <= 0.01


def test_an_empty_summary_has_no_moments_and_merges_away():
    empty = Ecdf.of(np.empty(0), presence=Presence(null=3))
    assert math.isnan(empty.mean)
    assert math.isnan(empty.variance)
    assert math.isnan(empty.quantile(0.5))
    full = Ecdf.of(np.array([1.0, 2.0]))
    merged = Ecdf.merge([empty, full])
    assert merged.presence == Presence(present=2, null=3)
    assert merged.mean == 1.5


@pytest.mark.parametrize("extreme", [1e308, 5e-324, -1e308])
def test_extreme_values_neither_warn_nor_lose_order(extreme):
    ecdf = Ecdf.of(np.array([0.0, extreme, extreme, 1.0]))
    assert ecdf.values.tolist() == sorted({0.0, 1.0, extreme})
    assert ecdf.n == 4


def test_int64_extremes_keep_every_digit():
    low, high = np.iinfo(np.int64).min, np.iinfo(np.int64).max
    ecdf = Ecdf.of(np.array([high, low, high - 1], dtype=np.int64))
    assert ecdf.values.tolist() == [low, high - 1, high]


def test_a_large_offset_does_not_spoil_the_variance():
    values = np.random.default_rng(5).normal(1e9, 1.0, 40_000)
    parts_ = [Ecdf.of(chunk, points=64) for chunk in np.split(values, 8)]
    assert Ecdf.merge(parts_).compress(64).variance == pytest.approx(values.var(ddof=1), rel=1e-6)


def test_narrow_dtypes_are_summarised_like_wide_ones():
    values = np.random.default_rng(11).integers(0, 100, 5_000)
    for dtype in (np.int8, np.uint8, np.int16, np.uint32, np.float32):
        ecdf = Ecdf.of(values.astype(dtype))
        assert same(ecdf, Ecdf.of(values.astype(np.float64 if dtype == np.float32 else np.int64)))
