"""Both sides are brought to one floating-point precision before they are compared."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

import mmon

RNG = np.random.default_rng(0)
TENTHS = pl.DataFrame({"x": np.round(RNG.random(2_000), 1), "same": [0.1] * 2_000})


@pytest.mark.parametrize("dtype", [pl.Float32, pl.Float16])
@pytest.mark.parametrize("narrow_side", ["reference", "production"])
def test_the_same_numbers_in_another_precision_do_not_drift(dtype, narrow_side):
    narrow = TENTHS.cast(dtype)
    pair = (narrow, TENTHS) if narrow_side == "reference" else (TENTHS, narrow)
    report = mmon.compare(*pair)
    drift = report.results.filter(pl.col("name").is_in(["ks", "out_of_range_share"]))
    assert drift["value"].to_list() == [0.0] * 4
    assert report.verdict == "pass"


def test_rounding_keeps_the_error_of_a_summary():
    values = RNG.normal(size=50_000)
    exact = mmon.compare(pl.DataFrame({"x": values}), pl.DataFrame({"x": values}).cast(pl.Float32))
    (row,) = exact.results.filter(name="ks").to_dicts()
    assert 0.0 < row["error"] < 1e-3
    assert row["value"] <= row["error"]


def test_numbers_beyond_single_precision_stay_finite():
    wide = pl.DataFrame({"x": [1e300, -1e300] * 500})
    report = mmon.compare(wide, pl.DataFrame({"x": [1.0, -1.0] * 500}).cast(pl.Float32))
    (row,) = report.results.filter(name="ks").to_dicts()
    assert row["value"] == 0.5
