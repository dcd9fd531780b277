"""What every drift metric promises, checked on every metric that discovery finds."""

from __future__ import annotations

import dataclasses
import doctest
import importlib
import inspect
import itertools
import math
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmon.errors import ConfigError
from mmon.metrics import Distribution, Metric, load, metric_class, names
from mmon.profiles.distributions.counts import Counts
from mmon.profiles.distributions.ecdf import Ecdf
from mmon.profiles.distributions.presence import Presence
from mmon.results import ColumnKind, Score

SECTIONS = ("Measures", "Misleads when", "Options", "Example", "References")
TINY = float(np.finfo(np.float64).smallest_subnormal)
LARGEST = float(np.finfo(np.float64).max)
INTEGERS = np.iinfo(np.int64)


def takes(name: str, kind: ColumnKind) -> bool:
    return kind in metric_class(name).kinds


NUMERIC = [name for name in names() if takes(name, ColumnKind.NUMERIC)]
CATEGORICAL = [name for name in names() if takes(name, ColumnKind.CATEGORICAL)]


def counts(masses: dict[str, int], *, null: int = 0) -> Counts:
    return Counts.from_mapping(masses, null=null)


def numeric_pair(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Two samples of one of six shapes, with ties or without, shifted or not."""
    rng = np.random.default_rng(seed)
    n, m = (int(size) for size in rng.integers(30, 1500, 2))
    shift = float(rng.choice([0.0, 0.3, 2.0]))
    draw: Callable[[int], np.ndarray] = [
        lambda size: rng.normal(size=size),
        lambda size: rng.standard_cauchy(size=size),
        lambda size: rng.lognormal(sigma=1.5, size=size),
        lambda size: np.where(rng.random(size) < 0.6, 0.0, rng.normal(size=size)),
        lambda size: rng.poisson(2.0, size=size),
        lambda size: np.round(rng.normal(size=size) * 30),
    ][seed % 6]
    return draw(n), draw(m) + (int(shift) if seed % 6 == 4 else shift)


def categorical_pair(seed: int) -> tuple[Counts, Counts]:
    rng = np.random.default_rng(seed)
    size = int(rng.integers(2, 12))
    pair = []
    for share in (0.0, 0.2):
        mass = rng.integers(0, 300, size) * (rng.random(size) >= share)
        mass[0] += 1
        labels = {f"label {i}": int(rows) for i, rows in enumerate(mass) if rows}
        pair.append(counts(labels, null=int(rng.integers(0, 5))))
    return pair[0], pair[1]


def pairs(name: str, seeds: range) -> Iterator[tuple[Distribution, Distribution]]:
    """Random pairs of every kind of distribution that a metric takes."""
    for seed in seeds:
        if name in NUMERIC:
            ref, cur = numeric_pair(seed)
            yield Ecdf.of(ref), Ecdf.of(cur)
        if name in CATEGORICAL:
            yield categorical_pair(seed)


def each_pair(seeds: int) -> pytest.MarkDecorator:
    """One case a pair: what is dealt at random for it is shared by metrics asked in a row."""
    kinds = (
        ("numbers", NUMERIC, lambda seed: tuple(map(Ecdf.of, numeric_pair(seed)))),
        ("labels", CATEGORICAL, categorical_pair),
    )
    return pytest.mark.parametrize(
        ("names_of_kind", "pair"),
        [
            pytest.param(takers, draw(seed), id=f"{kind}-{seed}")
            for kind, takers, draw in kinds
            for seed in range(seeds)
        ],
    )


def doubled(side: Distribution) -> Distribution:
    if isinstance(side, Ecdf):
        return Ecdf.merge([side, side]).compress(None)
    return Counts.merge([side, side])


def is_sound(metric: Metric, score: Score) -> None:
    """A finite value within bounds with a p-value, or a reason."""
    low, high = metric.bounds
    if score.value is None:
        assert score.reason
        assert score.p_value is None
        return
    assert isinstance(score.value, float)
    assert math.isfinite(score.value)
    assert low <= score.value <= high
    assert score.error >= 0.0
    if score.p_value is None:
        assert score.reason
    else:
        assert 0.0 <= score.p_value <= 1.0


@pytest.mark.parametrize("name", names())
def test_a_metric_is_a_frozen_dataclass_that_says_what_it_is(name: str) -> None:
    kind = metric_class(name)
    assert dataclasses.is_dataclass(kind)
    assert kind.__dataclass_params__.frozen
    assert kind.name == name
    assert kind.kinds <= set(ColumnKind)
    assert kind.kinds & {ColumnKind.NUMERIC, ColumnKind.CATEGORICAL}
    assert isinstance(kind.is_symmetric, bool)
    assert kind.bounds[0] < kind.bounds[1]


@pytest.mark.parametrize("name", names())
def test_the_manual_page_has_every_section_in_order(name: str) -> None:
    page = inspect.getdoc(metric_class(name)) or ""
    lines = page.splitlines()
    found = [line for line, under in itertools.pairwise(lines) if under == "-" * len(line) and line]
    assert tuple(found) == SECTIONS
    for option in dataclasses.fields(metric_class(name)):  # type: ignore[arg-type]  # a dataclass by contract
        assert f"{option.name} :" in page, f"option {option.name} is not documented"


@pytest.mark.parametrize("name", names())
def test_the_manual_page_has_an_example_that_runs(name: str) -> None:
    module = importlib.import_module(f"mmon.metrics.{name}")
    kind = metric_class(name)
    examples = [
        test
        for test in doctest.DocTestFinder(recurse=False).find(kind, name, module=module)
        if test.examples
    ]
    assert len(examples) == 1
    shown = [example for example in examples[0].examples if example.want]
    assert shown
    assert not any("..." in example.want for example in shown)
    runner = doctest.DocTestRunner(verbose=False)
    assert runner.run(examples[0]).failed == 0


@pytest.mark.parametrize("name", names())
def test_an_unknown_option_is_refused(name: str) -> None:
    with pytest.raises(ConfigError, match="has no option"):
        load(name, {"no_such_option": 1})


@pytest.mark.parametrize("name", names())
def test_identical_sides_score_zero_without_significance(name: str) -> None:
    metric = load(name)
    for ref, _ in pairs(name, range(24)):
        score = metric.score(ref, ref)
        is_sound(metric, score)
        assert score.value == pytest.approx(0.0, abs=1e-12)
        assert score.p_value is None or score.p_value > 0.99


@each_pair(36)
def test_scores_are_sound_and_their_p_values_are_those_of_p_value(
    names_of_kind: list[str], pair: tuple[Distribution, Distribution]
) -> None:
    for name in names_of_kind:
        metric = load(name)
        score = metric.score(*pair)
        is_sound(metric, score)
        assert score.value is not None, name
        assert score.p_value == metric.p_value(score.value, *pair), name
        assert score.p_value == metric.p_value(score.value, *pair, rows=pair[1].n), name


@pytest.mark.parametrize("name", [name for name in names() if metric_class(name).is_symmetric])
def test_a_symmetric_metric_does_not_know_the_sides(name: str) -> None:
    metric = load(name)
    for ref, cur in pairs(name, range(24)):
        there = metric.score(ref, cur, with_p_value=False)
        back = metric.score(cur, ref, with_p_value=False)
        assert there.value == pytest.approx(back.value, rel=1e-9, abs=1e-15)


@pytest.mark.parametrize("name", [name for name in names() if not metric_class(name).is_symmetric])
def test_an_asymmetric_metric_does_know_the_sides(name: str) -> None:
    metric = load(name)
    differences = []
    for ref, cur in pairs(name, range(24)):
        there = metric.score(ref, cur, with_p_value=False)
        back = metric.score(cur, ref, with_p_value=False)
        differences.append(abs((there.value or 0.0) - (back.value or 0.0)))
    assert max(differences) > 1e-6


@pytest.mark.parametrize("name", names())
def test_duplicating_all_rows_changes_only_the_p_value(name: str) -> None:
    metric = load(name)
    for ref, cur in pairs(name, range(24)):
        once = metric.score(ref, cur, with_p_value=False)
        twice = metric.score(doubled(ref), doubled(cur), with_p_value=False)
        # Unbiased deviations (n - 1) know the number of rows: by 1 / (4 n) at most.
        assert once.value == pytest.approx(twice.value, rel=1.0 / ref.n, abs=1e-12)


@each_pair(12)
def test_p_values_do_not_rise_with_the_value(
    names_of_kind: list[str], pair: tuple[Distribution, Distribution]
) -> None:
    for name in names_of_kind:
        metric = load(name)
        score = metric.score(*pair, with_p_value=False)
        top = 4.0 * abs(score.value or 0.0) + 0.1
        values = np.linspace(0.0, min(top, metric.bounds[1]), 30)
        found = [metric.p_value(float(value), *pair) for value in values]
        if None in found:
            assert set(found) == {None}, name
            continue
        assert found[0] == pytest.approx(1.0), name
        assert np.all(np.diff(found) <= 1e-12), name


@each_pair(12)
def test_more_rows_make_the_same_value_more_significant(
    names_of_kind: list[str], pair: tuple[Distribution, Distribution]
) -> None:
    for name in names_of_kind:
        metric = load(name)
        value = abs(metric.score(*pair, with_p_value=False).value or 0.0) + 0.01
        found = [metric.p_value(value, *pair, rows=rows) for rows in (20, 200, 2_000, 200_000)]
        if None in found:
            assert set(found) == {None}, name
            continue
        # Lattices of few rows make it rise a little on its way down.
        assert np.all(np.diff(found) <= 0.05), name
        assert found[-1] <= found[0], name


@pytest.mark.parametrize("name", names())
def test_scores_are_the_same_on_every_call(name: str) -> None:
    for ref, cur in pairs(name, range(6)):
        assert load(name).score(ref, cur) == load(name).score(ref, cur)


def odd_ecdfs() -> dict[str, Ecdf]:
    return {
        "empty": Ecdf.empty(),
        "all null": Ecdf.empty(Presence(null=50)),
        "all nan": Ecdf.empty(Presence(nan=50)),
        "all infinite": Ecdf.empty(Presence(inf=50)),
        "one row": Ecdf.of(np.array([3.0])),
        "two rows": Ecdf.of(np.array([3.0, 4.0])),
        "constant": Ecdf.of(np.full(100, 3.0)),
        "another constant": Ecdf.of(np.full(40, -3.0)),
        "with infinities": Ecdf.of(np.arange(90.0), presence=Presence(present=90, inf=10)),
        "mostly null": Ecdf.of(np.arange(5.0), presence=Presence(present=5, null=95)),
        "integers": Ecdf.of(np.arange(100)),
        "integer extremes": Ecdf.of(np.array([INTEGERS.min, -1, 0, 1, INTEGERS.max])),
        "denormals": Ecdf.of(np.arange(50) * TINY),
        "huge": Ecdf.of(np.array([-1e300, -1e299, 0.0, 1e299, 1e300])),
        "one outlier": Ecdf.of(np.append(np.arange(99.0), 1e300)),
        "compressed": Ecdf.of(np.arange(5000.0), points=64),
    }


def odd_counts() -> dict[str, Counts]:
    many = counts({f"label {i}": 3 for i in range(400)})
    return {
        "empty": counts({}),
        "all null": counts({}, null=50),
        "one row": counts({"a": 1}),
        "constant": counts({"a": 100}),
        "another constant": counts({"b": 40}),
        "two labels": counts({"a": 60, "b": 40}),
        "mostly null": counts({"a": 3, "b": 2}, null=95),
        "the empty label": counts({"": 10, "a": 10}),
        "many labels": many,
        "capped labels": many.compress(50),
        "very many rows": counts({"a": 10**12, "b": 10**12}),
    }


def soundly_scored(name: str, ref: Distribution, cur: Distribution) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        metric = load(name)
        is_sound(metric, metric.score(ref, cur))
        metric.p_value(0.1, ref, cur, rows=1000)


# All metrics on one pair, and then the next: they share what is dealt at random.
@pytest.mark.slow
@pytest.mark.parametrize(
    ("odd", "names_of_kind", "ref_name"),
    [
        pytest.param(odd, takers, ref_name, id=f"{kind}-{ref_name}")
        for kind, odd, takers in (
            ("numbers", odd_ecdfs(), NUMERIC),
            ("labels", odd_counts(), CATEGORICAL),
        )
        for ref_name in odd
    ],
)
def test_odd_distributions_give_a_score_or_a_reason(
    odd: dict[str, Any], names_of_kind: list[str], ref_name: str
) -> None:
    for (cur_name, cur), name in itertools.product(odd.items(), names_of_kind):
        try:
            soundly_scored(name, odd[ref_name], cur)
        # Whatever it is, it is raised again, with what was being compared.
        except Exception as error:
            error.add_note(f"{name}: {ref_name} against {cur_name}")
            raise


@pytest.mark.parametrize("name", NUMERIC)
def test_empty_sides_are_named_in_the_reason(name: str) -> None:
    full, empty = Ecdf.of(np.arange(50.0)), Ecdf.empty()
    metric = load(name)
    for ref, cur, side in ((empty, full, "reference"), (full, empty, "production")):
        score = metric.score(ref, cur)
        assert score.value is None
        assert side in (score.reason or "")
        assert metric.p_value(0.1, ref, cur) is None


def compressed(values: np.ndarray, rng: np.random.Generator) -> Ecdf:
    """A compressed summary, of one batch or of several merged ones."""
    points = int(rng.choice([16, 64, 300]))
    if rng.random() < 0.5:
        return Ecdf.of(values, points=points)
    batches = np.array_split(values, 3)
    return Ecdf.merge([Ecdf.of(batch, points=2 * points) for batch in batches]).compress(points)


@pytest.mark.parametrize("name", NUMERIC)
def test_the_error_bounds_what_compression_changes(name: str) -> None:
    metric = load(name)
    for seed in range(60):
        rng = np.random.default_rng([7, seed])
        ref, cur = numeric_pair(seed)
        exact = metric.score(
            Ecdf.of(ref, points=None), Ecdf.of(cur, points=None), with_p_value=False
        )
        rough = metric.score(compressed(ref, rng), compressed(cur, rng), with_p_value=False)
        assert exact.value is not None
        assert rough.value is not None
        assert exact.error == 0.0
        assert abs(exact.value - rough.value) <= rough.error * (1.0 + 1e-9) + 1e-14


@pytest.mark.parametrize("name", CATEGORICAL)
def test_the_error_bounds_what_capping_labels_changes(name: str) -> None:
    metric = load(name)
    for seed in range(40):
        ref, cur = categorical_pair(seed)
        exact = metric.score(ref, cur, with_p_value=False)
        rough = metric.score(ref.compress(5), cur.compress(5), with_p_value=False)
        assert exact.value is not None
        assert exact.error == 0.0
        if rough.value is not None:
            assert abs(exact.value - rough.value) <= rough.error * (1.0 + 1e-9) + 1e-14


@pytest.mark.slow
@given(
    ref=st.lists(st.integers(-3, 3), min_size=1, max_size=40),
    cur=st.lists(st.integers(-3, 3), min_size=1, max_size=40),
)
def test_integers_and_the_same_floats_score_alike(ref: list[int], cur: list[int]) -> None:
    whole = Ecdf.of(np.array(ref, dtype=np.int64)), Ecdf.of(np.array(cur, dtype=np.int64))
    mixed = whole[0], Ecdf.of(np.array(cur, dtype=np.float64))
    for name in NUMERIC:
        metric = load(name)
        one, other = metric.score(*whole), metric.score(*mixed)
        is_sound(metric, one)
        assert one == other, name


@each_pair(12)
def test_a_score_without_chance_is_no_larger_and_nothing_is_left_of_the_same_data(
    names_of_kind: list[str], pair: tuple[Distribution, Distribution]
) -> None:
    ref, cur = pair
    for name in names_of_kind:
        metric = load(name)
        score = metric.score(ref, cur, with_p_value=False).value
        if score is not None:
            assert abs(metric.corrected(score, ref, cur)) <= abs(score) + 1e-12, name
            assert metric.corrected(0.0, ref, ref) == 0.0, name


@each_pair(12)
def test_a_p_value_against_a_level_grows_with_it_up_to_one(
    names_of_kind: list[str], pair: tuple[Distribution, Distribution]
) -> None:
    for name in names_of_kind:
        metric = load(name)
        score = metric.score(*pair, with_p_value=False).value
        if score is None or metric.p_value(score, *pair) is None:
            continue
        size = abs(score)
        found = [metric.p_value_against(score, size * share, *pair) for share in (0.2, 0.5, 0.8)]
        assert np.all(np.diff(found) >= -1e-12), name
        assert metric.p_value_against(score, size * 2.0 + 0.01, *pair) >= 0.5, name
        assert metric.p_value_against(score, -0.1, *pair) is not None, name
        # Surely above a level is never surely below it.
        assert not (found[0] <= 0.05 and metric.is_below(score, size * 0.2, *pair)), name
