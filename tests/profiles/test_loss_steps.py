"""Losses over time: exact sums by step, the same in whatever parts they were read."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import numpy as np
import polars as pl
import pytest

from mmon.profiles.activity.steps import MINUTE_US, SECOND_US
from mmon.profiles.merging import same
from mmon.profiles.outcomes.loss_steps import LEAST, Loss, LossSteps, row_losses
from mmon.profiles.outcomes.outcome_reader import OutcomePlan, OutcomeReader
from mmon.profiles.outcomes.outcomes import Outcome
from mmon.records import MisfitError
from mmon.results import Task

START = dt.datetime(2024, 3, 1)


def rows(size: int, seed: int = 1, **columns: Any) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    frame = pl.DataFrame(
        {
            "y": rng.integers(0, 2, size),
            "yhat": rng.integers(0, 2, size),
            "p": rng.random(size),
            "at": [START + dt.timedelta(minutes=int(m)) for m in range(size)],
        }
    )
    return frame.with_columns(y=pl.when(pl.Series(rng.random(size) < 0.8)).then("y"), **columns)


def outcome(frame: pl.DataFrame, offset: int = 0, **plan: Any) -> Outcome:
    plan = {"prediction": "yhat", "timestamp": "at", "classes": ("0", "1"), **plan}
    return OutcomeReader(OutcomePlan(plan.pop("task", Task.BINARY), "y", **plan)).read(
        frame, offset
    )


def steps(frame: pl.DataFrame, offset: int = 0, **plan: Any) -> LossSteps:
    found = LossSteps.of(outcome(frame, offset, **plan))
    assert found is not None
    return found


def test_each_step_counts_its_labelled_rows_and_their_losses() -> None:
    frame = rows(500)
    found = LossSteps.merge([steps(frame)], steps_kept=20)
    assert found.loss is Loss.ERROR_RATE
    assert found.is_timed
    expected = (
        frame.drop_nulls("y")
        .group_by(pl.col("at").dt.epoch("us") // found.step_us * found.step_us, maintain_order=True)
        .agg(pl.len(), wrong=(pl.col("y") != pl.col("yhat")).sum().cast(pl.Float64))
    )
    assert found.starts.tolist() == expected["at"].to_list()
    assert found.rows.tolist() == expected["len"].to_list()
    assert found.sums.tolist() == found.squares.tolist() == expected["wrong"].to_list()
    assert len(found.starts) <= 20


@pytest.mark.parametrize("plan", [{}, {"prediction": None, "scores": ("p",)}])
@pytest.mark.parametrize("kept", [10, 100, 10_000])
def test_parts_merge_to_the_whole_in_any_order_and_grouping(
    plan: dict[str, Any], kept: int
) -> None:
    frame = rows(1_000, at=pl.col("at").sample(fraction=1.0, shuffle=True, seed=3))
    rng = np.random.default_rng(5)
    whole = LossSteps.merge([steps(frame, **plan)], steps_kept=kept)
    for _ in range(5):
        place = pl.Series(rng.integers(0, 6, len(frame)))
        parts = [steps(frame.filter(place == part), **plan) for part in rng.permutation(6)]
        grouped = [LossSteps.merge(parts[:2], steps_kept=kept), *parts[2:]]
        assert same(LossSteps.merge(grouped, steps_kept=kept), whole)


def test_where_no_column_tells_the_time_steps_are_of_rows() -> None:
    frame = rows(1_000).fill_null(0)
    parts = [steps(frame[:400], timestamp=None), steps(frame[400:], 400, timestamp=None)]
    found = LossSteps.merge(parts)
    assert not found.is_timed
    assert (found.starts // SECOND_US).tolist() == list(range(1_000))
    shorter = found.coarsened(100)
    assert shorter.step_us == 10 * SECOND_US
    assert shorter.rows.tolist() == [10] * 100
    assert shorter.sums.sum() == found.sums.sum()


def test_a_score_without_an_answer_has_its_log_loss() -> None:
    frame = pl.DataFrame({"y": [1, 0, 1, None], "p": [0.8, 0.8, 0.0, 0.5]})
    only_scores = {"prediction": None, "scores": ("p",), "timestamp": None}
    loss, losses = row_losses(outcome(frame, **only_scores)) or (None, np.empty(0))
    assert loss is Loss.LOG_LOSS
    assert losses == pytest.approx(
        [-np.log(0.8), -np.log(0.2), -np.log(LEAST), np.nan], abs=1e-7, nan_ok=True
    )
    loss, losses = row_losses(outcome(frame, **only_scores, threshold=0.5)) or (None, losses)
    assert loss is Loss.ERROR_RATE
    assert losses == pytest.approx([0, 1, 1, np.nan], nan_ok=True)
    margins = outcome(frame, **only_scores, score_edges=(0.5, 0.7))
    assert row_losses(margins) is None
    assert LossSteps.of(margins) is None


def test_errors_that_have_no_mean_are_no_losses() -> None:
    frame = pl.DataFrame(
        {"y": [1.0, 2.0, np.inf, np.nan, 1e300], "yhat": [1.5, None, 1, 1, -1e300]}
    )
    loss, losses = row_losses(outcome(frame, task=Task.REGRESSION, timestamp=None)) or (0, None)
    assert loss is Loss.MAE
    assert losses == pytest.approx([0.5, np.nan, np.nan, np.nan, np.nan], nan_ok=True)


def test_labelled_rows_without_a_time_are_counted_apart() -> None:
    late = pl.when(pl.int_range(pl.len()) % 4 > 0).then("at")
    frame = rows(400, at=late)
    found = steps(frame)
    assert found.unplaced == frame.filter(pl.col("at").is_null()).drop_nulls("y").height
    assert found.labelled + found.unplaced == frame.drop_nulls("y").height
    assert found.step_us <= 5 * MINUTE_US


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"step_us": 0}, "no step"),
        ({"sums": np.zeros(3)}, "ragged"),
        ({"starts": np.zeros(400, dtype=np.int64)}, "out of step"),
        ({"sums": np.full(400, -1.0)}, "below 0"),
        ({"squares": np.full(400, np.nan)}, "below 0"),
    ],
)
def test_what_are_no_steps_is_refused(change: dict[str, Any], says: str) -> None:
    sound = steps(rows(400).fill_null(0))
    sound.check()
    with pytest.raises(MisfitError, match=says):
        dataclasses.replace(sound, **change).check()
