"""Profiles of parts merge to the profile of all rows, however these are split, put and grouped."""

from __future__ import annotations

import dataclasses
import itertools
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from mmon.comparison.reference import profile_reference
from mmon.comparison.sides import Inputs, read_production
from mmon.config.sections import Config
from mmon.engine import local
from mmon.errors import DataError
from mmon.profiles import merging
from mmon.profiles.cells import check_same_cells
from mmon.profiles.merging import (
    LARGEST,
    SUM,
    CellsError,
    changed,
    merge,
    merged,
    rounded,
    same,
)
from mmon.profiles.outcomes.classification import ClassificationTables
from mmon.profiles.outcomes.regression import RegressionTables
from mmon.profiles.table import ColumnProfile, Profile
from mmon.records import Count
from mmon.sources import Data
from tests.profiles import outcome_rows
from tests.profiles.outcome_rows import unlike

TASKS = ["binary", "multiclass", "regression"]
SIZE = 1_500
SAMPLED = 300
# Moments of errors, and sums over the rows of a regression, are the same to rounding.
ROUNDING = {"binary": 0.0, "multiclass": 0.0, "regression": 1e-12}


def settings(task: str) -> Config:
    """A configuration of every analysis, which draws some of the rows."""
    return outcome_rows.config(task, sample=SAMPLED)


def profiled(task: str, reference: Profile, frame: pl.DataFrame) -> Profile:
    """The profile of rows in the cells of a reference."""
    inputs = Inputs(reference, Data(frame.lazy(), "part"))
    (found,) = read_production(settings(task), reference, inputs, None).profiles
    return found


def grouped(parts: list[Profile], rng: np.random.Generator) -> Profile:
    """All parts merged by a random tree."""
    if len(parts) == 1:
        return Profile.merge(parts)
    cuts = np.sort(rng.choice(len(parts) - 1, rng.integers(1, len(parts)), replace=False) + 1)
    ends = [0, *cuts.tolist(), len(parts)]
    groups = [parts[a:b] for a, b in itertools.pairwise(ends)]
    return Profile.merge([grouped(one, rng) for one in groups])


@pytest.fixture(scope="module", params=TASKS)
def whole(request: pytest.FixtureRequest) -> tuple[str, Profile, pl.DataFrame, Profile]:
    """A task, a reference, the rows of a production, and their profile."""
    task = request.param
    reference = outcome_rows.reference(settings(task), outcome_rows.rows(task, SIZE))
    frame = outcome_rows.rows(task, SIZE, seed=2)
    return task, reference, frame, profiled(task, reference, frame)


def without_neighbours(profile: Profile) -> Profile:
    """Rows that were profiled apart are no neighbours."""
    return changed(profile, ColumnProfile, lambda one: dataclasses.replace(one, dependence=None))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(8))
def test_any_parts_in_any_order_and_grouping_merge_to_the_whole(
    whole: tuple[str, Profile, pl.DataFrame, Profile], seed: int
) -> None:
    task, reference, frame, expected = whole
    rng = np.random.default_rng(seed)
    place = rng.integers(0, rng.integers(1, 8), SIZE)
    parts = [
        profiled(task, reference, frame.filter(pl.Series(place == part)))
        for part in rng.permutation(np.unique(place))
    ]
    found, every = (
        without_neighbours(one.compress(None, None)) for one in (grouped(parts, rng), expected)
    )
    assert unlike(found, every, rtol=ROUNDING[task]) == []
    assert expected.features is not None
    assert expected.activity is not None
    assert expected.losses is not None
    assert expected.segments
    assert expected.sample is not None
    # A fifth of the rows has no label: the labelled sample reaches beyond the uniform one.
    assert expected.sample.uniform == expected.sample.is_labelled.sum() == SAMPLED
    assert len(expected.sample.keys) > SAMPLED


@pytest.mark.parametrize("task", TASKS)
def test_parts_without_rows_add_nothing(task: str) -> None:
    frame = outcome_rows.rows(task, 200)
    reference = outcome_rows.reference(outcome_rows.config(task), frame)
    some, none = profiled(task, reference, frame), profiled(task, reference, frame.clear())
    for parts in ([none, some], [some, none]):
        assert unlike(Profile.merge(parts), Profile.merge([some]), rtol=ROUNDING[task]) == []


@pytest.mark.slow
@pytest.mark.parametrize("batch", [100, 100_000])
@pytest.mark.parametrize("task", TASKS)
def test_a_shuffled_copy_of_the_reference_gives_the_same_profile(
    task: str, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = outcome_rows.rows(task, SIZE)
    expected = outcome_rows.reference(settings(task), frame)
    monkeypatch.setattr(local, "_BATCH_ROWS", (batch, batch))
    shuffled = frame.sample(fraction=1.0, shuffle=True, seed=3)
    found = outcome_rows.reference(settings(task), shuffled)
    found, expected = without_neighbours(found), without_neighbours(expected)
    assert unlike(found, expected, rtol=ROUNDING[task]) == []


@pytest.mark.parametrize("task", ["binary", "regression"])
def test_a_reference_with_performance_is_read_twice_and_production_once(task: str) -> None:
    reads = []

    def counted(frame: pl.DataFrame, name: str) -> pl.LazyFrame:
        return frame.lazy().map_batches(
            lambda batch: reads.append(name) or batch, schema=frame.schema
        )

    # The first rows of texts are looked at beforehand, to see how they are written.
    frame = outcome_rows.rows(task, 300).drop("city", "country", "id")
    roles = outcome_rows.ROLES[task]
    config = outcome_rows.config(task, segments=None, columns=roles)
    reference = profile_reference(config, Data(counted(frame, "ref"), "ref"))
    inputs = Inputs(reference, Data(counted(frame, "cur"), "cur"))
    read_production(config, reference, inputs, None)
    assert reads == ["ref", "ref", "cur"]
    reads.clear()
    plain = Config(reference="ref", production="cur")
    profile_reference(plain, Data(counted(frame, "ref"), "ref"))
    assert reads == ["ref"]


@pytest.mark.parametrize("task", TASKS)
def test_profiles_of_different_cells_are_refused_in_a_sentence(task: str) -> None:
    one = outcome_rows.reference(settings(task), outcome_rows.rows(task, 400))
    other = outcome_rows.reference(settings(task), outcome_rows.rows(task, 400, seed=2))
    with pytest.raises(CellsError, match="profiles of different cells cannot be merged or compare"):
        Profile.merge([one, other])
    with pytest.raises(CellsError, match=r"they differ in (bins of |score cells|grids)"):
        check_same_cells(one, other)
    check_same_cells(one, profiled(task, one, outcome_rows.rows(task, 400, seed=2)))
    check_same_cells(one, profiled(task, one, outcome_rows.rows(task, 400).drop("number")))
    segments = dataclasses.replace(one, segment_values={"country": ("br",)})
    with pytest.raises(CellsError, match="segment_values"):
        Profile.merge([one, segments])


@dataclasses.dataclass(frozen=True)
class Inner:
    rows: Count
    most: Annotated[int, LARGEST] | None


@dataclasses.dataclass(frozen=True)
class Outer:
    """A new part of a profile, of which nothing is known elsewhere."""

    inner: Inner
    several: tuple[Inner, ...]
    cells: Annotated[NDArray[np.int64], SUM]
    edges: NDArray[np.float64]
    how: str = "read"


def outer(**changes: Any) -> Outer:
    one = Outer(Inner(1, None), (Inner(2, 3),), np.array([1, 2]), np.array([0.5]))
    return dataclasses.replace(one, **changes)


def test_a_new_part_merges_as_its_annotations_say() -> None:
    found = merge([outer(), outer(inner=Inner(4, 9)), outer()])
    expected = outer(inner=Inner(6, 9), several=(Inner(6, 3),), cells=np.array([3, 6]))
    assert same(found, expected)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"how": "guessed"}, "how"),
        ({"edges": np.array([0.25])}, "edges"),
        ({"cells": np.array([1])}, "cells"),
        ({"several": ()}, "several"),
        ({"inner": Outer}, "inner"),
    ],
)
def test_what_must_be_the_same_is_named_where_it_differs(
    change: dict[str, Any], place: str
) -> None:
    if place == "inner":
        with pytest.raises(CellsError):
            merging._some([outer(), Inner(1, 2)], [])
        return
    with pytest.raises(CellsError, match=f"they differ in {place}") as caught:
        merged([outer(), outer(**change)])
    assert caught.value.hint


def test_sums_of_rounded_numbers_do_not_depend_on_their_order() -> None:
    values = rounded(np.random.default_rng(1).exponential(size=100_000), 26)
    assert len({values.sum(), values[::-1].sum(), np.sort(values).sum(), sum(values)}) == 1


@pytest.mark.slow
def test_production_has_no_grid_where_its_reference_has_no_row_to_draw_one_by(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(local, "_BATCH_ROWS", (100, 100))
    frame = outcome_rows.rows("regression", 300)
    reference = outcome_rows.reference(
        outcome_rows.config("regression"),
        frame.with_columns(y=pl.lit(None, dtype=pl.Float64)),
    )
    found = profiled("regression", reference, frame).performance
    assert isinstance(found, RegressionTables)
    assert found.used > 0
    assert found.plane is None
    document = outcome_rows.document(outcome_rows.config("regression"), reference, frame)
    assert document.performance


def profile_of(frame: pl.DataFrame, **body: Any) -> Profile:
    settings = Config.model_validate({"reference": "r", "production": "p", **body})
    return profile_reference(settings, Data(frame.lazy(), "r"))


def test_outcomes_in_text_are_read_the_same_way_in_the_second_pass() -> None:
    frame = pl.DataFrame({"x": np.arange(40) % 7, "y": ["1,5", "2,5"] * 20, "yhat": [2.0] * 40})
    found = profile_of(frame, task="regression", columns={"target": "y", "prediction": "yhat"})
    assert isinstance(found.performance, RegressionTables)
    assert found.performance.error.values.tolist() == [-0.5, 0.5]
    assert [column.name for column in found.columns] == ["x", "y", "yhat"]


def test_of_three_labels_the_two_with_the_most_rows_are_the_classes() -> None:
    labels = ["maybe"] * 5 + ["no"] * 60 + ["yes"] * 35
    frame = pl.DataFrame({"x": np.arange(100) % 7, "y": labels, "p": np.linspace(0, 1, 100)})
    body = {
        "columns": {"target": "y", "score": "p"},
        "analyses": {"model_performance": {"positive": "yes"}},
    }
    found = profile_of(frame, **body).performance
    assert isinstance(found, ClassificationTables)
    assert found.classes == ("no", "yes")
    assert found.labelled == 95


def test_the_values_of_segments_are_those_with_the_most_rows_of_all() -> None:
    late = [f"v{i}" for i in range(300)] + ["z"] * 50 + ["y"] * 40
    frame = pl.DataFrame({"s": late, "x": np.arange(390) % 7})
    found = profile_of(frame, segments={"columns": ["s"], "top": 2})
    assert found.segment_values == {"s": ("z", "y")}
    assert [(one.value, one.profile.rows) for one in found.segments] == [
        ("z", 50),
        ("y", 40),
        ("(other)", 300),
    ]


def test_a_reference_that_changes_between_its_passes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ref.parquet"
    frame = outcome_rows.rows("binary", 200)
    frame.write_parquet(path)
    settings = outcome_rows.config("binary", reference=str(path), segments=None)

    def rewrite(what: str, rows: int) -> None:
        frame.with_columns(p=1.0 - pl.col("p")).write_parquet(path)

    with pytest.raises(DataError, match="changed while it was read"):
        profile_reference(settings, progress=rewrite)
    sizes = iter([200, 150])
    shrinking = frame.lazy().map_batches(lambda one: one.head(next(sizes)), schema=frame.schema)
    # What tells how texts are written has its own look at the first rows.
    kept = shrinking.drop("id", "city", "country")
    settings = outcome_rows.config("binary", columns=outcome_rows.ROLES["binary"], segments=None)
    with pytest.raises(DataError, match="changed while it was read"):
        profile_reference(settings, Data(kept, "reference"))
