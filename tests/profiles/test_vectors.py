"""Columns of vectors: what is usable of them, their sums, and their rows in samples."""

from __future__ import annotations

import itertools
import math
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from mmon.comparison.reference import profile_reference
from mmon.config.sections import Config
from mmon.profiles import baseline
from mmon.profiles.distributions.ecdf import Ecdf
from mmon.profiles.distributions.vector_sums import VectorSums
from mmon.profiles.distributions.vectors import lengths_of, vectors_in
from mmon.profiles.folding.growing import Limits
from mmon.profiles.merging import CellsError, same
from mmon.profiles.table import ColumnProfile, Profile
from mmon.sources import Data
from tests.statistics.vector_samples import vectors

ODD = pl.Series(
    [[3.0, 4.0], None, [], [1.0], [math.nan, 1.0], [math.inf, 1.0], [None, 2.0], [0.0, 0.0]],
    dtype=pl.List(pl.Float64),
)


def profiled(frame: pl.DataFrame, **settings) -> Profile:
    config = Config(reference="ref", production="cur", **settings)
    return profile_reference(config, Data(frame.lazy(), "rows"))


def embedded(profile: Profile) -> ColumnProfile:
    found = profile.column("e")
    assert found is not None
    return found


def series(matrix: np.ndarray, dtype: pl.DataType | None = None) -> pl.Series:
    return pl.Series("e", matrix.tolist(), dtype=dtype or pl.List(pl.Float32))


def test_what_is_no_vector_is_told_apart() -> None:
    found = vectors_in(ODD, 2)
    assert found.matrix.tolist() == [[3.0, 4.0], [0.0, 0.0]]
    assert found.is_usable.tolist() == [True, *[False] * 6, True]
    assert (found.null, found.nan, found.inf, found.odd.to_list()) == (2, 2, 1, [1])
    assert found.norms().tolist() == [5.0, 0.0]
    kept = found.as_series()
    assert kept.dtype == pl.Array(pl.Float32, 2)
    assert kept.to_list() == [[3.0, 4.0], *[None] * 6, [0.0, 0.0]]


@pytest.mark.parametrize(
    "values",
    [
        pl.Series([None, None]),
        pl.Series([], dtype=pl.List(pl.Int8)),
        pl.Series([None], dtype=pl.Array(pl.Float32, 4)),
        pl.Series([[1, 2, 3]], dtype=pl.Array(pl.Int64, 3)),
    ],
)
def test_values_without_a_vector_of_that_length_give_none(values: pl.Series) -> None:
    found = vectors_in(values, 2)
    assert found.matrix.shape == (0, 2)
    assert len(found.as_series()) == len(values) == found.null + len(found.odd)
    assert len(lengths_of(values)) == len(values)


def test_norms_have_four_digits_so_that_precision_does_not_show() -> None:
    narrow = vectors(np.random.default_rng(0), 500, 64)
    narrow /= np.linalg.norm(narrow, axis=1, keepdims=True)
    wide = narrow.astype(np.float64)
    wide /= np.linalg.norm(wide, axis=1, keepdims=True)
    for matrix in (narrow, wide):
        assert set(vectors_in(pl.Series(matrix), 64).norms()) == {1.0}


@pytest.mark.parametrize("rows", [0, 1, 63, 64, 1000])
def test_sums_are_those_of_numpy_and_of_equal_groups(rows: int) -> None:
    matrix = vectors(np.random.default_rng(rows), rows, 5, "correlated").astype(np.float64)
    found = VectorSums.of(matrix)
    assert found.n == rows
    assert found.rows.max() - found.rows.min() <= 1
    np.testing.assert_allclose(found.sums.sum(axis=0), matrix.sum(axis=0), atol=1e-9)
    if rows > 1:
        assert found.total_variance == pytest.approx(matrix.var(axis=0, ddof=1).sum())
    assert same(found.folded(8), VectorSums.of(matrix).folded(16).folded(8))


def test_parts_merge_in_any_order_and_batches_do_not_matter() -> None:
    matrix = np.round(vectors(np.random.default_rng(1), 300, 4) * 1024).astype(np.float64)
    cuts = [0, 1, 130, 300]
    parts = [
        VectorSums.of(matrix[a:b], first=a, groups=groups)
        for (a, b), groups in zip(itertools.pairwise(cuts), (64, 64, 32), strict=True)
    ]
    whole = VectorSums.of(matrix).folded(32)
    for some in itertools.permutations(parts):
        assert same(VectorSums.merge(some), whole)
    assert same(VectorSums.merge([VectorSums.merge(parts[:2]), parts[2]]), whole)
    with pytest.raises(CellsError):
        VectorSums.merge([whole, VectorSums.of(np.ones((3, 5)))])


def test_what_recurs_in_the_rows_stays_in_no_group() -> None:
    matrix = np.tile(np.arange(64.0)[:, None], (50, 1))
    means = VectorSums.of(matrix)
    spread = (means.sums[:, 0] / means.rows).std()
    assert spread < 64 / math.sqrt(12) / math.sqrt(50) * 1.5


def test_very_many_windows_keep_fewer_groups() -> None:
    limits = Limits(4096, 4096)
    assert [limits.shared_by(n).groups for n in (1, 64, 65, 128, 300, 10_000)] == [
        64, 64, 32, 32, 16, 16,
    ]  # fmt: skip


def test_a_profile_holds_norms_and_sums_and_is_stored(tmp_path: Path) -> None:
    matrix = vectors(np.random.default_rng(2), 400, 6)
    frame = pl.DataFrame({"x": np.arange(400.0) % 7, "e": series(matrix)})
    profile = profiled(frame.with_columns(pl.when(pl.col("x") > 0).then("e").alias("e")))
    column = embedded(profile)
    kept = matrix[np.arange(400) % 7 > 0]
    assert (column.kind, column.width, column.is_tested) == ("embedding", 6, True)
    assert isinstance(column.distribution, Ecdf)
    assert column.distribution.mean == pytest.approx(np.linalg.norm(kept, axis=1).mean(), rel=1e-3)
    assert column.vectors is not None
    np.testing.assert_allclose(column.vectors.mean, kept.mean(axis=0), atol=1e-6)
    baseline.save(profile, tmp_path / "ref.mmon")
    assert same(baseline.load(tmp_path / "ref.mmon"), profile)


def test_rows_are_sampled_with_their_vectors_merged_and_stored(tmp_path: Path) -> None:
    matrix = vectors(np.random.default_rng(3), 300, 3)
    frame = pl.DataFrame({"id": np.arange(300), "e": series(matrix, pl.Array(pl.Float32, 3))})
    frame = frame.with_columns(pl.when(pl.col("id") % 5 > 0).then("e").alias("e"))
    profile = profiled(frame, columns={"id": "id"}, sample=100)
    assert profile.sample is not None
    held = profile.sample.all_rows().frame["e"]
    assert len(held) == 100
    assert 0 < held.null_count() < 50
    known = {tuple(row) for row in matrix.tolist()}
    assert {tuple(row) for row in held.drop_nulls().to_list()} <= known
    parts = [
        profiled(part, columns={"id": "id"}, sample=100).sample
        for part in (frame[:120], frame[120:])
    ]
    whole = type(profile.sample).merge([one for one in parts if one is not None])
    assert whole.all_rows().frame["e"].to_list() == held.to_list()
    baseline.save(profile, tmp_path / "ref.mmon")
    assert same(baseline.load(tmp_path / "ref.mmon").sample, profile.sample)
