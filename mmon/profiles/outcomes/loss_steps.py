"""What the model's answers cost over time: rows, losses and squares of losses, step by step.

Rows are counted in steps of time as those of an `Activity` are. Where no column tells the time a
row is a second after the one before it, in the order in which the dataset is read: its windows
merge into the whole, and datasets of which nobody knows which came first lie over each other.
"""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Sequence
from typing import Self

import numpy as np

from mmon.profiles.activity.batch_steps import MOST_STEPS, BatchSteps
from mmon.profiles.activity.steps import LADDER_US, SECOND_US, coarser
from mmon.profiles.distributions.presence import are_counts
from mmon.profiles.merging import merged, rounded
from mmon.profiles.outcomes.outcomes import Outcome
from mmon.records import Count, require
from mmon.records.arrays import FloatArray, IntArray
from mmon.results import Task

ROW_US = SECOND_US
"""How long a row takes where nobody knows the time: the finest step is one row."""

NO_PLACE = np.iinfo(np.int64).min
"""The place of a row whose time is missing."""

LEAST = float(np.finfo(np.float64).eps)
"""As scikit-learn's log_loss: a certain and wrong answer has a finite loss."""

LOSS_BITS, SQUARE_BITS = 26, 22
"""Losses to 1e-8, and their squares to 2e-7: sums of a hundred million rows are exact."""


class Loss(enum.StrEnum):
    """What a row's answer costs."""

    ERROR_RATE = "error_rate"
    """1 where the answer is wrong, else 0."""
    LOG_LOSS = "log_loss"
    """Of the probability that the true class was given, where nobody says what the answer is."""
    MAE = "mae"
    """The absolute error."""


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class LossSteps:
    """The losses of labelled rows by step; exact, and the same however the rows are split.

    Attributes
    ----------
    loss : Loss
    is_timed : bool
        Whether steps are of time; else of rows, of `ROW_US` each.
    step_us : int
        Length of a step in microseconds.
    starts : (T,) int64, ascending
        Starts of the steps that have labelled rows, in microseconds since 1970-01-01 UTC, or
        since the first row.
    rows : (T,) int64
        Labelled rows of each step.
    sums, squares : (T,) float64
        Sums of their losses, and of the squares of these.
    unplaced : int
        Labelled rows whose time is missing; they are in no step.
    """

    loss: Loss
    is_timed: bool
    step_us: Count
    starts: IntArray
    rows: IntArray
    sums: FloatArray
    squares: FloatArray
    unplaced: Count = 0

    def check(self) -> None:
        """Raise `MisfitError` when what was read back are no such steps."""
        require(self.step_us > 0, "has no step")
        parts = (self.rows, self.sums, self.squares)
        is_even = self.starts.ndim == 1 and all(one.shape == self.starts.shape for one in parts)
        require(is_even, "is ragged")
        is_ladder = (self.starts[1:] > self.starts[:-1]).all()
        require(is_ladder and not (self.starts % self.step_us).any(), "has steps out of step")
        is_loss = all(np.isfinite(one).all() and (one >= 0).all() for one in parts[1:])
        require(are_counts(self.rows) and is_loss, "has losses below 0, or no numbers")

    @classmethod
    def of(cls, outcome: Outcome) -> Self | None:
        """Count a batch; None where it is not known when its rows were, or what they cost."""
        found = row_losses(outcome)
        if found is None or outcome.place is None:
            return None
        loss, losses = found
        is_known = ~np.isnan(losses)
        is_placed = is_known & (outcome.place != NO_PLACE)
        places, losses = outcome.place[is_placed], losses[is_placed]
        steps = BatchSteps.of(places, is_daily=outcome.clock == "dates")
        return cls(
            loss=loss,
            is_timed=outcome.clock != "rows",
            step_us=steps.step_us,
            starts=steps.numbers * steps.step_us,
            rows=steps.counts,
            sums=steps.sums(places, losses),
            squares=steps.sums(places, rounded(losses**2, SQUARE_BITS)),
            unplaced=int(is_known.sum() - is_placed.sum()),
        )

    @classmethod
    def merge(cls, parts: Sequence[LossSteps], *, steps_kept: int = MOST_STEPS) -> LossSteps:
        """All parts' rows, in at most so many steps; the same in any order and any grouping."""
        step_us = max((one.step_us for one in parts if len(one.starts)), default=LADDER_US[0])
        starts = np.concatenate([one.starts // step_us * step_us for one in parts])
        whole, places = np.unique(starts, return_inverse=True)

        def added(name: str) -> FloatArray:
            values = np.concatenate([getattr(one, name) for one in parts])
            return np.bincount(places, values, len(whole)).astype(np.float64)

        given = {
            "step_us": step_us,
            "starts": whole,
            # Counts below 2**53 are exact as fractions.
            "rows": added("rows").astype(np.int64),
            "sums": added("sums"),
            "squares": added("squares"),
        }
        return merged(parts, given).coarsened(steps_kept)

    def coarsened(self, most: int) -> LossSteps:
        """The same in steps so long that at most so many have rows."""
        step_us = self.step_us
        while len(np.unique(self.starts // step_us)) > most:
            step_us = coarser(step_us)
        if step_us == self.step_us:
            return self
        longer = dataclasses.replace(self, step_us=step_us, starts=self.starts // step_us * step_us)
        return LossSteps.merge([longer], steps_kept=most)

    @property
    def labelled(self) -> int:
        """Labelled rows in steps."""
        return int(self.rows.sum())


def row_losses(outcome: Outcome) -> tuple[Loss, FloatArray] | None:
    """What each row of a batch costs, (n,) and NaN where unlabelled; None where nobody knows.

    Classes cost 0 or 1; of a binary task that has nothing but probabilities, and no threshold, the
    logarithmic loss is told. Numbers cost their absolute error.
    """
    if outcome.task is Task.REGRESSION:
        # An error of infinity has no mean.
        with np.errstate(over="ignore", invalid="ignore"):
            size = np.abs(outcome.prediction.astype(np.float64) - outcome.target)
            return Loss.MAE, np.where(np.isfinite(size * size), size, np.nan)
    target, prediction = outcome.target, outcome.prediction
    is_known = target >= 0
    if outcome.is_answered:
        wrong = (target != prediction).astype(np.float64)
        return Loss.ERROR_RATE, np.where(is_known & (prediction >= 0), wrong, np.nan)
    if outcome.scores is None or outcome.score_edges:
        return None
    given = np.where(target == 1, outcome.scores[:, 0], 1.0 - outcome.scores[:, 0])
    lost = -np.log(np.clip(given, LEAST, 1.0 - LEAST))
    return Loss.LOG_LOSS, rounded(np.where(is_known, lost, np.nan), LOSS_BITS)
