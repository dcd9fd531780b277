"""How alike rows of one cluster are: the estimate, and that whole clusters are drawn."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

import mmon
from mmon.engine import local
from mmon.profiles.distributions.clustering import Clustering, of_labels, of_numbers
from tests.statistics.autoregressive import in_clusters


def clustering(frame: pl.DataFrame, name: str = "x") -> Clustering:
    found = mmon.profile(frame, columns={"cluster": "user"}).column(name)
    assert found is not None
    assert found.dependence is not None
    assert found.dependence.clusters is not None
    return found.dependence.clusters


def test_the_correlation_is_the_one_of_the_analysis_of_variance():
    values = np.array([1.0, 2.0, 6.0, 3.0, 8.0, 9.0, 4.0, 5.0, 7.0, 10.0, 11.0, 12.0])
    cluster = np.repeat([1, 2, 3, 4], 3)
    groups = values.reshape(4, 3)
    between = 3.0 * groups.mean(axis=1).var(ddof=1)
    within = groups.var(axis=1, ddof=1).mean()
    found = of_numbers(values, cluster)
    assert found.correlation == pytest.approx((between - within) / (between + 2 * within), 1e-5)
    assert (found.rows, found.squares, found.pairs, found.size) == (12, 36, 24, 3.0)


def test_two_labels_are_as_alike_as_the_numbers_0_and_1():
    rng = np.random.default_rng(1)
    values, cluster = in_clusters(rng, 500, 8, 0.4)
    is_high = values[:, 0] > 0.5
    assert of_labels(is_high, cluster).correlation == pytest.approx(
        of_numbers(is_high * 1.0, cluster).correlation, abs=1e-5
    )


@pytest.mark.parametrize("alike", [0.0, 0.2, 0.5])
def test_a_profile_tells_how_alike_the_rows_of_a_user_are(alike, monkeypatch):
    monkeypatch.setattr(local, "_BATCH_ROWS", (3_000, 3_000))
    rng = np.random.default_rng(2)
    values, cluster = in_clusters(rng, 3_000, 10, alike)
    frame = pl.DataFrame({"user": cluster, "x": values[:, 0], "sign": values[:, 0] > 0.0})
    found = clustering(frame)
    # Of ranks it is a little less than of normal values.
    assert found.correlation == pytest.approx(6.0 / np.pi * np.arcsin(alike / 2.0), abs=0.04)
    assert found.size == pytest.approx(10.0)
    assert found.rows <= 8_192
    assert clustering(frame, "sign").size == pytest.approx(10.0)


def test_rows_without_a_cluster_are_in_none():
    frame = pl.DataFrame({"user": [None] * 50 + [1, 1, 2, 2], "x": np.arange(54.0)})
    assert clustering(frame).rows == 4
