"""Where a numeric column is cut, which categories there are, and what compression may hide."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmon.chance.bins.table import tabulate
from mmon.metrics import load
from mmon.profiles.distributions.counts import Counts
from mmon.profiles.distributions.ecdf import Ecdf
from mmon.profiles.distributions.presence import Presence
from tests.metrics.test_binned import ORACLES as BINNED


def test_bins_hold_equal_reference_mass_and_are_open_at_both_ends() -> None:
    table = tabulate(Ecdf.of(np.arange(100.0)), Ecdf.of(np.array([-1e9, 9.0, 9.5, 1e9])), 10)
    assert table.ref.mass.tolist() == [10] * 10
    assert table.cur.mass.tolist() == [2, 1, 0, 0, 0, 0, 0, 0, 0, 1]


def test_a_constant_reference_tells_below_equal_and_above() -> None:
    table = tabulate(Ecdf.of(np.full(50, 7)), Ecdf.of(np.array([6, 7, 7, 8, 9, 9])), 10)
    assert table.ref.mass.tolist() == [0, 50, 0]
    assert table.cur.mass.tolist() == [1, 2, 3]


def test_few_distinct_values_are_bins_and_so_is_each_gap_between_them() -> None:
    table = tabulate(Ecdf.of(np.array([0, 0, 1, 1, 3, 3])), Ecdf.of(np.array([0, 1, 2, 2, 3])), 10)
    assert table.ref.mass.tolist() == [2, 2, 0, 2]
    assert table.cur.mass.tolist() == [1, 1, 2, 1]


def test_a_heavy_value_is_a_bin_of_its_own() -> None:
    ref = np.concatenate([np.zeros(50), np.linspace(-1, -0.1, 25), np.linspace(0.1, 1, 25)])
    table = tabulate(Ecdf.of(ref), Ecdf.of(np.zeros(30)), 10)
    where = int(np.argmax(table.cur.mass))
    assert table.cur.mass.tolist() == [30 if i == where else 0 for i in range(len(table.cur.mass))]
    assert table.ref.mass[where] == 50
    assert table.ref.mass[where - 1] == 5


def test_missing_and_infinite_values_are_in_no_bin() -> None:
    ref = Ecdf.of(np.arange(20.0), presence=Presence(present=20, null=1, nan=2))
    cur = Ecdf.of(np.arange(20.0), presence=Presence(present=20, inf=4))
    table = tabulate(ref, cur, 2)
    assert table.ref.mass.tolist() == [10, 10]
    assert table.cur.mass.tolist() == [10, 10]


def test_a_reference_without_values_has_one_bin_for_all_of_production() -> None:
    ref = Ecdf.empty(Presence(null=5))
    table = tabulate(ref, Ecdf.of(np.arange(3.0)), 10)
    assert (table.ref.mass.tolist(), table.cur.mass.tolist()) == ([0], [3])


def test_a_repeated_value_of_an_uncompressed_merge_counts_once() -> None:
    parts = [Ecdf.of(np.repeat([1.0, 2.0, 3.0], 5) + shift) for shift in (0.0, 1.0)]
    merged = Ecdf.merge(parts)
    whole = Ecdf.of(np.concatenate([np.repeat([1.0, 2.0, 3.0], 5), np.repeat([2.0, 3.0, 4.0], 5)]))
    both = tabulate(merged, merged, 10), tabulate(whole, whole, 10)
    assert both[0].ref.mass.tolist() == both[1].ref.mass.tolist()


def test_labels_that_one_side_did_not_keep_are_one_bin_for_both() -> None:
    ref = Counts.from_mapping({"a": 50, "b": 30, "c": 5, "d": 4}).compress(2)
    cur = Counts.from_mapping({"a": 10, "c": 9, "d": 1})
    table = tabulate(ref, cur, 10)
    assert table.ref.mass.tolist() == [50, 30, 9]
    assert table.cur.mass.tolist() == [10, 0, 10]
    assert table.hidden == (9, 10)


def test_numbers_and_labels_cannot_be_compared() -> None:
    with pytest.raises(TypeError, match="numeric column with a categorical"):
        tabulate(Ecdf.of(np.arange(3.0)), Counts.from_mapping({"a": 1}), 10)


@pytest.mark.parametrize("bins", [1, 0, 1001, 2.5, True])
def test_bins_out_of_range_are_refused(bins: object) -> None:
    from mmon.errors import ConfigError

    with pytest.raises(ConfigError, match="bins"):
        load("psi", {"bins": bins})


def draw(rng: np.random.Generator, rows: int) -> np.ndarray:
    shapes = (
        rng.standard_normal(rows),
        rng.standard_cauchy(rows),
        np.round(5 * rng.standard_normal(rows)),
        np.where(rng.random(rows) < 0.5, 0.0, rng.standard_normal(rows)),
        rng.poisson(20, rows).astype(float),
        np.where(rng.random(rows) < 0.3, 3.3, np.round(rng.lognormal(0, 1.5, rows), 1)),
    )
    return shapes[rng.integers(len(shapes))]


@pytest.mark.slow
@given(st.integers(0, 2**32), st.sampled_from([16, 40, 300]), st.booleans())
@settings(max_examples=60)
def test_compression_moves_no_value_beyond_its_error(seed: int, points: int, merge: bool) -> None:
    rng = np.random.default_rng(seed)
    ref, cur = draw(rng, int(rng.integers(50, 5000))), draw(rng, int(rng.integers(50, 5000)))
    small_ref = Ecdf.of(ref, points=points)
    if merge:
        parts = [Ecdf.of(part, points=points) for part in np.array_split(ref, 3)]
        small_ref = Ecdf.merge(parts).compress(points)
    exact = tabulate(Ecdf.of(ref, points=None), Ecdf.of(cur, points=None), 10)
    small = tabulate(small_ref, Ecdf.of(cur, points=points), 10)
    weight = len(ref) / (len(ref) + len(cur))
    for name in BINNED:
        metric = load(name)
        values = [
            float(
                metric.distance(  # type: ignore[attr-defined]  # all of BINNED have it
                    table.ref.mass / len(ref), table.cur.mass / len(cur), weight
                )
            )
            for table in (exact, small)
        ]
        error = metric.error(values[1], small)  # type: ignore[attr-defined]  # likewise
        assert abs(values[0] - values[1]) <= error + 1e-12


@pytest.mark.parametrize("name", BINNED)
@pytest.mark.parametrize("kept", [2, 10, 20])
def test_dropping_rare_labels_moves_no_value_beyond_its_error(name: str, kept: int) -> None:
    rng = np.random.default_rng(kept)
    for _ in range(5):
        sides = []
        for rows in (3000, 800):
            mass = rng.multinomial(rows, rng.dirichlet(np.full(60, 0.3)))
            sides.append(Counts.from_mapping({f"{i}": int(k) for i, k in enumerate(mass) if k}))
        exact = load(name).score(*sides)
        capped = load(name).score(*(side.compress(kept) for side in sides))
        assert exact.value is not None
        assert capped.value is not None
        assert 0 < capped.error < np.inf
        assert abs(exact.value - capped.value) <= capped.error + 1e-12


@pytest.mark.parametrize("name", BINNED)
def test_default_compression_of_many_rows_leaves_a_small_error(name: str) -> None:
    rng = np.random.default_rng(0)
    ref, cur = rng.standard_normal(200_000), rng.normal(0.1, 1, 100_000)
    score = load(name).score(Ecdf.of(ref), Ecdf.of(cur))
    assert score.error < 0.01
