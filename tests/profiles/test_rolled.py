"""A reference made of windows knows what their rows say, and reads as the one that decided how."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import roc_auc_score

from mmon.comparison.reference import profile_reference
from mmon.comparison.sides import Inputs, read_production
from mmon.config.sections import Config
from mmon.performance import metric_class
from mmon.profiles.cells import check_same_cells
from mmon.profiles.distributions.ecdf import Ecdf
from mmon.profiles.merging import same
from mmon.profiles.rolled import rolled
from mmon.profiles.table import Profile
from mmon.sources import open_table

BINARY: dict[str, Any] = {
    "reference": "before",
    "production": "after",
    "columns": {"id": "id", "target": "y", "score": "p"},
    "segments": ["region"],
    "exact": True,
    "sample": 0,
}


def frame(seed: int, rows: int = 400) -> pl.DataFrame:
    random = np.random.default_rng(seed)
    score = random.beta(2, 3, rows)
    return pl.DataFrame(
        {
            "id": np.arange(rows) + 10_000 * seed,
            "x": random.normal(seed, 1.0, rows),
            "region": random.choice(["north", "south"], rows),
            "p": score,
            "y": random.random(rows) < score,
        }
    )


@pytest.fixture(scope="module")
def fixed() -> Profile:
    return profile_reference(Config.model_validate(BINARY), open_table(frame(0)))


def read(fixed: Profile, data: pl.DataFrame) -> Profile:
    config = Config.model_validate(BINARY)
    return read_production(config, fixed, Inputs(fixed, open_table(data)), None).profiles[0]


def roc_auc(profile: Profile) -> float | None:
    assert profile.performance is not None
    return metric_class("roc_auc")().estimates(profile.performance)["roc_auc"].value


def test_it_is_what_all_rows_of_the_windows_together_are(fixed: Profile) -> None:
    windows = [frame(1), frame(2), frame(3)]
    whole = read(fixed, pl.concat(windows))
    found = rolled(fixed, [read(fixed, one) for one in windows])
    assert found.rows == whole.rows == 1200
    for one, other in zip(found.columns, whole.columns, strict=True):
        ours, theirs = one.distribution, other.distribution
        assert (ours is None) == (theirs is None)
        assert one.presence == other.presence
        if isinstance(ours, Ecdf) and isinstance(theirs, Ecdf):
            assert same(ours.values, theirs.values)
            assert same(ours.mass, theirs.mass)
        else:
            assert same(ours, theirs), one.name
    every = pl.concat(windows)
    assert roc_auc(found) == pytest.approx(roc_auc_score(every["y"], every["p"]))
    assert same(found.features, whole.features)
    for one in found.segments:
        own = every.filter(pl.col("region") == one.value)
        assert one.profile.rows == own.height
        assert roc_auc(one.profile) == pytest.approx(roc_auc_score(own["y"], own["p"]))
    check_same_cells(found, whole)


def test_kinds_and_roles_stay_those_of_the_reference_that_decided_them(fixed: Profile) -> None:
    found = rolled(fixed, [read(fixed, frame(1))])
    for one, other in zip(found.columns, fixed.columns, strict=True):
        assert one.without_rows() == other.without_rows()
    assert (found.outcome, found.source) == (fixed.outcome, fixed.source)


def test_a_column_that_a_window_lacks_or_holds_otherwise_stays_as_it_was(fixed: Profile) -> None:
    plain = read(fixed, frame(1))
    lists = frame(2).with_columns(x=pl.Series([["none"]] * 400))
    for other in (frame(2).drop("x"), lists):
        found = rolled(fixed, [plain, read(fixed, other)])
        assert found.column("x") is fixed.column("x")
        assert found.column("region") != fixed.column("region")


def test_without_labels_performance_stays_as_it_was(fixed: Profile) -> None:
    unlabelled = frame(1).with_columns(y=pl.lit(None, dtype=pl.Boolean))
    found = rolled(fixed, [read(fixed, unlabelled)] * 2)
    assert same(found.performance, fixed.performance)
    assert same(found.features, fixed.features)
    assert found.rows == 800
    half = rolled(fixed, [read(fixed, unlabelled), read(fixed, frame(2))])
    assert half.performance is not None
    assert half.performance.labelled == 400


def test_numbers_are_of_the_precision_that_both_have(fixed: Profile) -> None:
    double = read(fixed, frame(1))
    single = dataclasses.replace(
        fixed, columns=tuple(dataclasses.replace(c, dtype="Float32") for c in fixed.columns)
    )
    column = rolled(single, [double]).column("x")
    assert column is not None
    assert isinstance(column.distribution, Ecdf)
    values = column.distribution.values
    np.testing.assert_array_equal(values, values.astype(np.float32))
    assert column.dtype == "Float32"
