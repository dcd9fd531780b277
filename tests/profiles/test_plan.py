"""Which columns are read and how is decided on the reference and followed by production."""

from __future__ import annotations

import polars as pl
import pytest

from mmon.comparison.columns import plan_production, plan_reference
from mmon.comparison.roles import narrow, refuse, without_ignored
from mmon.config.columns import Columns
from mmon.errors import ConfigError
from mmon.profiles.distributions.reading import Reading
from mmon.profiles.folding.build import WHOLE, profile_frame
from mmon.profiles.folding.growing import Limits
from mmon.profiles.kinds import settle
from mmon.results import ColumnKind

SCHEMA = {
    "event_time": pl.Datetime("us"),
    "x": pl.Float64(),
    "branch": pl.Int64(),
    "born": pl.Date(),
    "city": pl.String(),
    "y": pl.Boolean(),
}


def plan(**roles):
    return {column.name: column for column in plan_reference(SCHEMA, Columns(**roles)).columns}


def test_a_datetime_named_like_the_rows_time_is_taken_as_that():
    columns = plan()
    assert not columns["event_time"].is_tested
    assert columns["event_time"].reason == "time"
    assert columns["born"].is_tested


def test_a_choice_of_times_is_not_made_for_the_user():
    both = {"timestamp": pl.Datetime("us"), "created_at": pl.Datetime("us")}
    assert plan_reference(both, Columns()).timestamp is None
    assert plan_reference(both, Columns(timestamp="created_at")).timestamp == "created_at"


def test_declared_kinds_win():
    columns = plan(categorical=("branch",), numeric=("y",), id="city")
    assert columns["branch"].kind is ColumnKind.CATEGORICAL
    assert columns["y"].reading is Reading.NUMBER
    assert columns["city"].kind is ColumnKind.IDENTIFIER


def test_only_the_features_and_the_roles_are_read():
    assert list(plan(features=("x",), target="y")) == ["event_time", "x", "y"]
    assert "x" not in plan(ignore=("x",))


@pytest.mark.parametrize(
    ("roles", "message"),
    [
        ({"features": ("x", "z")}, "columns.features: the reference has no column 'z'"),
        ({"target": "label"}, "columns.target"),
        ({"categorical": ("brnch",)}, "columns.categorical"),
    ],
)
def test_a_column_that_is_not_there_is_named(roles, message):
    with pytest.raises(ConfigError, match=message):
        plan(**roles)


def test_what_to_ignore_is_a_name_or_a_pattern_of_either_side():
    assert "x" not in plan(ignore=("x*", "[y"))
    refuse(without_ignored(["x", "debug_1"], Columns(ignore=("debug_*", "x"))))
    with pytest.raises(ConfigError, match=r"columns.ignore: neither dataset .*'X '") as caught:
        refuse(without_ignored(["x", "debug_1"], Columns(ignore=("X ",))))
    assert caught.value.hint == "did you mean 'x'?"
    with pytest.raises(ValueError, match="'x' is listed under both features and ignore"):
        Columns(features=("x",), ignore=("?",))


def test_a_close_name_is_suggested():
    with pytest.raises(ConfigError) as caught:
        plan(categorical=("brnch",))
    assert caught.value.hint == "did you mean 'branch'?"


def reference(data: pl.DataFrame, **roles):
    found = profile_frame(
        data.lazy(),
        plan_reference(data.schema, Columns(**roles)),
        source="t",
        limits=Limits(None, None),
    )
    return found.profiles[WHOLE]


def test_the_time_may_be_productions_alone():
    ref = reference(pl.DataFrame({"x": [1.0]}), timestamp="when")
    schema = {"x": pl.Float64(), "when": pl.Datetime("us")}
    assert plan_production(ref, schema, Columns(timestamp="when")).timestamp == "when"
    with pytest.raises(ConfigError, match="neither dataset has a column 'when'"):
        plan_production(ref, {"x": pl.Float64()}, Columns(timestamp="when"))
    with pytest.raises(ConfigError, match=r"columns.id: neither"):
        plan_production(ref, {"x": pl.Float64()}, Columns(id="key"))


def test_a_dtype_that_cannot_be_compared_is_only_counted():
    ref = reference(pl.DataFrame({"x": [1.0]}))
    (column,) = plan_production(ref, {"x": pl.List(pl.Float64())}).columns
    assert not column.is_tested
    assert column.reading is Reading.PRESENCE
    assert "cannot be compared" in column.reason


def test_a_stored_reference_is_narrowed_as_one_that_is_read():
    data = pl.DataFrame({"i": range(50), "x": [1.0] * 50, "when": ["2024-01-01"] * 50})
    roles = Columns(features=("x",), timestamp="when")
    stored = narrow(settle(reference(data)), roles)
    read = settle(reference(data, features=("x",), timestamp="when"))
    told = [(c.name, c.kind, c.reading, c.is_tested, c.reason) for c in read.columns]
    assert [(c.name, c.kind, c.reading, c.is_tested, c.reason) for c in stored.columns] == told


@pytest.mark.parametrize("dtype", [pl.Int64(), pl.Float64(), pl.String()])
def test_production_of_a_boolean_reference_is_read_as_true_and_false(dtype):
    ref = reference(pl.DataFrame({"y": [True, False]}))
    (column,) = plan_production(ref, {"y": dtype}).columns
    assert column.reading is Reading.TRUTH
