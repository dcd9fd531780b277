"""MLRun's histogram data drift application gives MLRun's values."""

from __future__ import annotations

import types
from typing import Any

import numpy as np
import polars as pl
import pytest

import mmon
from mmon.applications.context import TrackingContext
from mmon.applications.ready.histogram_data_drift import MEASURES, HistogramDataDrift
from mmon.results import Status

# From mlrun's tests/model_monitoring/test_metrics.py (Apache License 2.0).
U = [0.07101131, 0.25138296, 0.03700347, 0.06843929, 0.11482246]
U += [0.1339393, 0.0503426, 0.05639414, 0.13406714, 0.08259733]
T = [0.17719221, 0.0949423, 0.02982267, 0.19927063, 0.19288318]
T += [0.00137802, 0.07398598, 0.05829106, 0.06771774, 0.10451622]
RISING, FALLING = [0.0, 0.16666667, 0.33333333, 0.5], [0.5, 0.33333333, 0.16666667, 0.0]


@pytest.mark.parametrize(
    ("u", "t", "measure", "expected"),
    [
        (U, T, "tvd", 0.3625321),
        (U, T, "hellinger", 0.338189),
        (U, T, "kld", 1.097619),
        (RISING, FALLING, "tvd", 0.666666),
        (RISING, FALLING, "hellinger", 0.727045),
        (RISING, FALLING, "kld", 8.748242),
    ],
)
def test_distances_are_those_of_mlrun(
    u: list[float], t: list[float], measure: str, expected: float
) -> None:
    found = MEASURES[measure](np.array(t), np.array(u))
    assert found == pytest.approx(expected, rel=1e-5)
    assert MEASURES[measure](np.array(u), np.array(t)) == pytest.approx(expected, rel=1e-5)
    assert MEASURES[measure](np.array(u), np.array(u)) == pytest.approx(0.0, abs=1e-7)


def test_a_small_sample_is_judged_as_mlrun_judges_it() -> None:
    # From mlrun's tests/model_monitoring/test_applications/test_histogram_data_drift.py.
    edges = [-10, -5, 0, 5, 10, 15, 20]
    sample: dict[str, dict[str, Any]] = {
        "timestamp": {"count": 12},
        "ticker": {"count": 12, "unique": 1},
        "f1": {"count": 12, "hist": [[2, 3, 0, 3, 1, 3], edges]},
        "f2": {"count": 12, "hist": [[0, 6, 0, 2, 1, 3], edges]},
        "l": {"count": 12, "hist": [[10, 0, 0, 0, 0, 2], edges]},
    }
    reference: dict[str, dict[str, Any]] = {
        "f1": {"count": 100, "hist": [[0, 0, 0, 30, 70, 0], edges]},
        "f2": {"count": 100, "hist": [[0, 45, 5, 15, 35, 0], edges]},
        "l": {"count": 100, "hist": [[30, 0, 0, 0, 0, 70], edges]},
    }
    shown = []
    context: Any = types.SimpleNamespace(
        sample_df_stats=sample,
        feature_stats=reference,
        dict_to_histogram=TrackingContext.dict_to_histogram,
        log_artifact=lambda name, body: shown.append((name, body.height)),
    )
    general, *metrics = HistogramDataDrift().do_tracking(context)
    assert isinstance(general, mmon.Result)
    assert (general.name, general.status) == ("general_drift", Status.POTENTIAL_DETECTION)
    assert [one.name for one in metrics] == ["tvd_mean", "hellinger_mean", "kld_mean"]
    assert shown == [("drift of columns", 3)]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, "no_detection"),
        (0.2, "no_detection"),
        (0.5, "potential_detection"),
        (0.6, "potential_detection"),
        (0.71, "detected"),
        (1, "detected"),
    ],
)
def test_levels_are_those_of_mlrun(value: float, expected: str) -> None:
    assert HistogramDataDrift().status(value) == expected


@pytest.mark.parametrize("levels", [(0.4, 0.2), (0.0, 0.5), (0.7, 1.0), (-1, 2)])
def test_levels_out_of_order_are_refused(levels: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="0 < potential < detected < 1"):
        HistogramDataDrift(*levels)


@pytest.mark.parametrize("value", [-0.1, 1.1])
def test_no_value_is_out_of_bounds(value: float) -> None:
    with pytest.raises(ValueError, match="not between 0 and 1"):
        HistogramDataDrift().status(value)


def test_bins_are_of_equal_width_with_one_on_either_side() -> None:
    rng = np.random.default_rng(3)
    before, after = rng.normal(size=5000), rng.normal(0.5, 1.5, size=4000)
    report = mmon.run(
        {
            "reference": pl.DataFrame({"x": before}),
            "production": pl.DataFrame({"x": after}),
            "exact": True,
            "applications": [{"class": "histogram_data_drift"}],
        }
    )
    edges = np.histogram_bin_edges(before, bins=20)
    edges[-1] = np.nextafter(edges[-1], np.inf)  # numpy counts the largest value in the last bin
    padded = np.concatenate([[-np.inf], edges, [np.inf]])
    p, q = (np.histogram(side, bins=padded)[0] / len(side) for side in (before, after))
    found = {one.name: one.value for one in report.document.metrics}
    assert found["tvd_mean"] == pytest.approx(np.abs(p - q).sum() / 2, abs=1e-9)
    assert found["kld_mean"] == pytest.approx(MEASURES["kld"](q, p), abs=1e-9)
    own = [one for one in report.document.results if one.application == "histogram-data-drift"]
    (general,) = own
    assert general.value == pytest.approx((found["tvd_mean"] + found["hellinger_mean"]) / 2)
