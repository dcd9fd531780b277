"""One pass over a frame gives exact, mergeable, repeatable profiles, window by window."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest

from mmon.comparison.columns import plan_production, plan_reference
from mmon.config.columns import Columns
from mmon.config.windows import Windows
from mmon.engine import local
from mmon.errors import ConfigError
from mmon.profiles.distributions.ecdf import Ecdf
from mmon.profiles.folding import batches
from mmon.profiles.folding.build import WHOLE, Profiled, profile_frame
from mmon.profiles.folding.growing import Limits
from mmon.profiles.table import Profile
from mmon.windows.cut import RowCut, WindowCut

LIMITS = Limits(points=512, labels=100)
ROWS = 5_000


def frame(rows: int = ROWS, seed: int = 0) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    start = dt.datetime(2024, 1, 1)
    return pl.DataFrame(
        {
            "when": [start + dt.timedelta(minutes=int(m)) for m in rng.integers(1, 20_000, rows)],
            "x": np.where(rng.random(rows) < 0.05, np.nan, rng.normal(size=rows)),
            "n": pl.Series(rng.integers(0, 30, rows)).set(pl.Series(rng.random(rows) < 0.1), None),
            "c": rng.choice(["a", "b", "ü"], rows),
            "flag": rng.random(rows) < 0.5,
            "nested": [[1]] * rows,
        }
    )


def build(data: pl.DataFrame, cut=None, limits: Limits = LIMITS) -> Profiled:
    plan = plan_reference(data.schema, Columns(timestamp="when"))
    return profile_frame(data.lazy(), plan, source="t", limits=limits, cut=cut)


def assert_same(one: Profile, other: Profile) -> None:
    assert one.rows == other.rows
    for a, b in zip(one.columns, other.columns, strict=True):
        assert (a.name, a.presence, a.kind) == (b.name, b.presence, b.kind)
        if isinstance(a.distribution, Ecdf):
            np.testing.assert_array_equal(a.distribution.values, b.distribution.values)
            np.testing.assert_array_equal(a.distribution.mass, b.distribution.mass)
        elif a.distribution is not None:
            assert a.distribution.labels.to_list() == b.distribution.labels.to_list()
            assert a.distribution.mass.tolist() == b.distribution.mass.tolist()


def test_presence_tells_null_nan_and_inf_apart():
    data = pl.DataFrame({"x": [1.0, None, float("nan"), float("inf"), -float("inf"), 2.0]})
    column = build(data.with_columns(when=pl.lit(dt.datetime(2024, 1, 1)))).profiles[WHOLE].columns
    (x,) = (c for c in column if c.name == "x")
    assert (x.presence.present, x.presence.null, x.presence.nan, x.presence.inf) == (2, 1, 1, 2)
    assert x.presence.rows == 6
    assert x.distribution.values.tolist() == [1.0, 2.0]


@pytest.mark.slow
@pytest.mark.parametrize("batch", [7, 100, 4_999])
def test_the_profile_does_not_depend_on_the_batches(monkeypatch, batch):
    whole = build(frame(), limits=Limits(None, None)).profiles[WHOLE]
    monkeypatch.setattr(local, "_BATCH_ROWS", (batch, batch))
    assert_same(build(frame(), limits=Limits(None, None)).profiles[WHOLE], whole)


def test_a_profile_of_a_concatenation_is_the_merge_of_profiles():
    a, b = frame(seed=1), frame(3_000, seed=2)
    exact = Limits(None, None)
    parts = [build(data, limits=exact).profiles[WHOLE] for data in (a, b)]
    whole = build(pl.concat([a, b]), limits=exact).profiles[WHOLE]
    assert_same(Profile.merge(parts), whole)
    assert_same(Profile.merge(parts[::-1]), whole)


def test_many_batches_keep_the_error_bound_they_report(monkeypatch):
    monkeypatch.setattr(local, "_BATCH_ROWS", (500, 500))
    values = np.random.default_rng(4).lognormal(size=40_000)
    data = pl.DataFrame({"x": values, "when": [dt.datetime(2024, 1, 1)] * len(values)})
    (x, _) = build(data, limits=Limits(64, 10)).profiles[WHOLE].columns
    missed = np.arange(1, len(values) + 1) / len(values) - x.distribution.cdf(np.sort(values))
    assert missed.min() >= 0.0
    assert missed.max() <= x.distribution.rank_error <= 4 / 64


@pytest.mark.parametrize("order", ["given", "sorted", "reversed"])
def test_time_windows_in_one_pass_equal_one_profile_each(order):
    data = frame()
    if order != "given":
        data = data.sort("when", descending=order == "reversed")
    found = build(data, WindowCut.of(Windows(every="1d")), Limits(None, None))
    assert found.outside == 0
    assert sum(profile.rows for profile in found.profiles.values()) == ROWS
    for key, profile in found.profiles.items():
        start = dt.datetime(1970, 1, 1) + dt.timedelta(microseconds=key)
        end = start + dt.timedelta(days=1)
        alone = data.filter(pl.col("when") >= start, pl.col("when") < end)
        assert_same(profile, build(alone, limits=Limits(None, None)).profiles[WHOLE])


def test_many_windows_share_the_points_and_keep_their_error_bound(monkeypatch):
    monkeypatch.setattr(local, "_BATCH_ROWS", (7_000, 7_000))
    values = np.random.default_rng(5).lognormal(size=60_000)
    data = pl.DataFrame({"x": values, "when": [dt.datetime(2024, 1, 1)] * len(values)})
    found = build(data, RowCut(500), Limits(points=512, labels=10))
    assert len(found.profiles) == 120
    kept = [profile.columns[0].distribution for profile in found.profiles.values()]
    # 512 points for 64 windows are 273 for each of 120, and a few more in the tails.
    assert max(len(ecdf.values) for ecdf in kept) < 320
    for index, ecdf in enumerate(kept):
        inside = np.sort(values[500 * index : 500 * (index + 1)])
        missed = np.arange(1, 501) / 500 - ecdf.cdf(inside)
        assert missed.min() >= 0.0
        assert missed.max() <= ecdf.rank_error + 1e-12
        assert ecdf.rank_error < 0.02


@pytest.mark.slow
def test_too_many_windows_are_refused_with_their_number(monkeypatch):
    monkeypatch.setattr(batches, "MOST_SUMMARIES", 600)
    monkeypatch.setattr(local, "_BATCH_ROWS", (100, 100))
    assert len(build(frame(1_000), RowCut(10)).profiles) == 100
    with pytest.raises(ConfigError, match=r"110 windows or more, of 6 columns each") as caught:
        build(frame(5_000), RowCut(10))
    assert "at most 600 in all" in (caught.value.hint or "")
    assert len(build(frame(5_000)).profiles) == 1


def test_row_windows_follow_the_order_of_rows(monkeypatch):
    monkeypatch.setattr(local, "_BATCH_ROWS", (700, 700))
    found = build(frame(), RowCut(1_200), Limits(None, None))
    assert [profile.rows for profile in found.profiles.values()] == [1_200] * 4 + [200]
    second = build(frame()[1_200:2_400], limits=Limits(None, None)).profiles[WHOLE]
    assert_same(found.profiles[1], second)


def test_rows_without_a_time_or_outside_the_limits_are_counted():
    data = frame(1_000).with_columns(
        when=pl.when(pl.int_range(pl.len()) < 10).then(None).otherwise("when")
    )
    cut = WindowCut.of(Windows(every="1d", start="2024-01-02", end="2024-01-04"))
    found = build(data, cut)
    inside = data.filter(
        pl.col("when") > dt.datetime(2024, 1, 2), pl.col("when") <= dt.datetime(2024, 1, 4)
    ).height
    assert sum(profile.rows for profile in found.profiles.values()) == inside
    assert found.outside == 1_000 - inside
    assert len(found.profiles) == 2


def test_windows_of_time_need_a_timestamp():
    data = frame().drop("when")
    plan = plan_reference(data.schema, Columns())
    with pytest.raises(ConfigError, match="timestamp"):
        profile_frame(
            data.lazy(), plan, source="t", limits=LIMITS, cut=WindowCut.of(Windows(every="1d"))
        )


def test_no_rows_give_an_empty_profile():
    profile = build(frame().clear()).profiles[WHOLE]
    assert profile.rows == 0
    assert [column.presence.rows for column in profile.columns] == [0] * 6


def test_production_is_read_the_way_the_reference_was():
    reference = build(frame()).profiles[WHOLE]
    production = frame(500, seed=9).with_columns(
        pl.col("x").cast(pl.String),
        pl.col("n").cast(pl.Float64),
        pl.when(pl.col("flag")).then(pl.lit("true")).otherwise(pl.lit("false")).alias("flag"),
        pl.lit(1).alias("new"),
    )
    plan = plan_production(reference, production.schema)
    profile = profile_frame(production.lazy(), plan, source="p", limits=LIMITS).profiles[WHOLE]
    straight = build(frame(500, seed=9)).profiles[WHOLE]
    for name in ("n", "flag", "c"):
        one, other = profile.column(name), straight.column(name)
        assert one.presence == other.presence
        assert one.distribution.mass.tolist() == other.distribution.mass.tolist()
    # "NaN" in a text is read as NaN, so even these agree.
    assert profile.column("x").presence == straight.column("x").presence
    assert profile.column("new") is None


def test_progress_tells_rows_read_so_far(monkeypatch):
    monkeypatch.setattr(local, "_BATCH_ROWS", (2_000, 2_000))
    data = frame()
    seen: list[int] = []
    plan = plan_reference(data.schema, Columns())
    profile_frame(data.lazy(), plan, source="t", limits=LIMITS, progress=seen.append)
    assert seen == [2_000, 4_000, 5_000]


def test_an_error_in_a_column_reaches_the_caller():
    plan = plan_reference(frame().schema, Columns())
    without_x = frame().drop("x").lazy()
    with pytest.raises(pl.exceptions.ColumnNotFoundError):
        profile_frame(without_x, plan, source="t", limits=LIMITS)
