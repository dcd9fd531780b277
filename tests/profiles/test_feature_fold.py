"""Each feature's bins hold what a recount with the final edges finds, whatever the batches."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from mmon.comparison.sides import Inputs, read_production
from mmon.engine import local
from mmon.profiles.features.tables import FeatureTables
from mmon.segments import Side
from mmon.sources import Data
from tests.profiles import outcome_rows
from tests.profiles.outcome_rows import FEATURES, bins

TASKS = ["binary", "multiclass", "regression"]
BATCHES = [100, 100_000]
SIZE = 1_500


def features(task: str, frame: pl.DataFrame) -> FeatureTables:
    found = outcome_rows.reference(outcome_rows.config(task, segments=None), frame).features
    assert found is not None
    return found


def usable(task: str, frame: pl.DataFrame) -> NDArray[np.bool_]:
    is_labelled = frame["y"].is_not_null()
    score = {"binary": "p", "multiclass": "p_a"}.get(task)
    if score is None:
        return is_labelled.to_numpy()
    return (is_labelled & frame[score].is_between(0.0, 1.0)).to_numpy()


def joint(task: str, frame: pl.DataFrame, found: FeatureTables) -> NDArray[np.int64]:
    """(n,) the joint outcome of each row."""
    if task == "regression":
        return np.zeros(frame.height, dtype=np.int64)
    if task == "multiclass":
        is_right = (frame["y"] == frame["yhat"]).fill_null(False).to_numpy().astype(np.int64)
        return is_right * found.layout.joint[1] + (frame["y"] == "b").fill_null(False).to_numpy()
    edges = found.layout.score_edges
    assert edges is not None
    cells = np.searchsorted(edges, frame["p"].to_numpy(), side="left")
    target = frame["y"].fill_null(0).to_numpy()
    return (target * 2 + frame["yhat"].to_numpy()) * (len(edges) + 1) + cells


def losses(task: str, frame: pl.DataFrame) -> NDArray[np.float64]:
    """(n, L) the losses of each row."""
    if task == "regression":
        error = (frame["yhat"] - frame["y"]).to_numpy()
        return np.column_stack([np.abs(error), error**2, error])
    positive, score = (1, "p") if task == "binary" else ("a", "p_a")
    is_positive = (frame["y"] == positive).fill_null(False).to_numpy()
    chance = np.where(is_positive, frame[score].to_numpy(), 1.0 - frame[score].to_numpy())
    log_loss = -np.log(np.clip(chance, np.finfo(float).eps, 1.0 - np.finfo(float).eps))
    brier = (1.0 - chance) ** 2 * (1.0 if task == "binary" else 2.0)
    return np.column_stack([log_loss, brier])


@pytest.mark.parametrize("batch", BATCHES)
@pytest.mark.parametrize("task", TASKS)
def test_every_bin_holds_what_a_recount_finds(
    task: str, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local, "_BATCH_ROWS", (batch, batch))
    frame = outcome_rows.rows(task, SIZE)
    found = features(task, frame)
    is_used = usable(task, frame)
    code, loss = joint(task, frame, found)[is_used], losses(task, frame)[is_used]
    assert {one.binning.column for one in found.tables} >= set(FEATURES)
    for one in found.tables:
        place = bins(frame, one)
        np.testing.assert_array_equal(one.rows, np.bincount(place, minlength=one.binning.size))
        counts = np.zeros((one.binning.size, found.layout.size), dtype=np.int64)
        np.add.at(counts, (place[is_used], code), 1)
        np.testing.assert_array_equal(one.outcomes, counts, one.binning.column)
        sums = np.zeros((one.binning.size, loss.shape[1]))
        np.add.at(sums, place[is_used], loss)
        np.testing.assert_allclose(one.sums, sums, rtol=1e-7, atol=1e-7)
        squares = np.zeros_like(sums)
        np.add.at(squares, place[is_used], loss**2)
        np.testing.assert_allclose(one.squares, squares, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("batch", BATCHES)
@pytest.mark.parametrize("task", TASKS)
def test_the_sample_of_few_rows_holds_every_usable_row_in_its_final_bins(
    task: str, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local, "_BATCH_ROWS", (batch, batch))
    frame = outcome_rows.rows(task, SIZE)
    profile = outcome_rows.reference(outcome_rows.config(task, segments=None), frame)
    assert profile.features is not None
    found = Side.of(profile.features, profile.sample, single=("single",)).sample
    assert found is not None
    is_used = usable(task, frame)
    if task == "regression":
        wrong = losses(task, frame)[:, 0]
    else:
        wrong = (frame["y"] != frame["yhat"]).fill_null(False).to_numpy() * 1.0
    tables = profile.features.tables
    expected = np.column_stack([*(bins(frame, one) for one in tables), wrong])[is_used]
    actual = np.column_stack([found.bins, found.loss])
    assert found.seen == len(actual) == is_used.sum()
    np.testing.assert_allclose(
        actual[np.lexsort(actual.T)], expected[np.lexsort(expected.T)], rtol=1e-9
    )


@pytest.mark.parametrize("task", TASKS)
def test_production_is_counted_by_the_bins_of_the_reference(
    task: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local, "_BATCH_ROWS", (300, 300))
    settings = outcome_rows.config(task, segments=None, windows={"every": "1d"})
    before = outcome_rows.reference(settings, outcome_rows.rows(task, SIZE))
    frame = outcome_rows.rows(task, SIZE, seed=2)
    found = read_production(settings, before, Inputs(before, Data(frame.lazy(), "p")), None)
    assert len(found.profiles) == 2
    assert before.features is not None
    ends = [window.rows for window in found.windows]
    for window, profile in enumerate(found.profiles):
        part = frame.slice(sum(ends[:window]), ends[window])
        assert profile.features is not None
        for one, ref in zip(profile.features.tables, before.features.tables, strict=True):
            np.testing.assert_equal(one.binning.edges, ref.binning.edges)
            assert one.binning.labels == ref.binning.labels
            place = bins(part, one)
            np.testing.assert_array_equal(one.rows, np.bincount(place, minlength=one.binning.size))
