"""The labelled rows of both samples as fitted models take them: features, outcome and loss."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping

import numpy as np
import polars as pl

from mmon.analyses import Context, Run
from mmon.models.learners import Targets
from mmon.models.rows import Rows, rows_of
from mmon.models.shared_inputs import Shared, Term, shared_inputs, total_change
from mmon.profiles.features.losses import joint_of
from mmon.profiles.features.row_sample import RowSample
from mmon.profiles.features.tables import Layout
from mmon.profiles.outcomes.outcomes import Outcome
from mmon.records.arrays import FloatArray
from mmon.results import Task


@dataclasses.dataclass(frozen=True, eq=False)
class LabelledRows:
    """Rows whose loss is known.

    Attributes
    ----------
    rows : Rows
    ref_loss, cur_loss : (n,) and (m,) float64
        0 or 1 (wrong) of classes; the absolute error of a regression.
    targets : Targets
    classes : tuple of str
        The labels of the targets' codes; none of a regression.
    seen : (int, int)
        Labelled rows of both sides that they are a sample of.
    is_number : bool
        Whether the task is a regression.
    ref_means : mapping of str to float
        The reference's mean losses that are known of its rows, by the metric's name.
    """

    rows: Rows
    ref_loss: FloatArray
    cur_loss: FloatArray
    targets: Targets
    classes: tuple[str, ...]
    seen: tuple[int, int]
    is_number: bool
    ref_means: Mapping[str, float]

    @functools.cached_property
    def shared(self) -> Shared:
        """The inputs that both sides have; it takes seconds, and is found once."""
        return shared_inputs(self.rows)

    @functools.cached_property
    def change(self) -> Term:
        """How much the mean loss rose."""
        return total_change((self.ref_loss, self.cur_loss))

    @property
    def may_be_chance(self) -> bool:
        """Whether chance alone may change the mean loss as much."""
        return self.change.interval[0] <= 0.0 <= self.change.interval[1]

    @property
    def unit(self) -> float:
        """What a change of the loss is told in: shares of the reference's mean absolute error."""
        mean = float(self.ref_loss.mean()) if self.is_number and len(self.ref_loss) else 1.0
        return mean or 1.0

    def too_few(self, fewest: int) -> str | None:
        """Why no model is fitted; None where one can be."""
        if not self.rows.names:
            return "no feature is in both sides' rows"
        for side, loss in (("the reference", self.ref_loss), ("production", self.cur_loss)):
            if len(loss) < fewest:
                return f"{len(loss):,} labelled rows of {side}: it takes {fewest}"
        if self.is_number and not self.ref_loss.any():
            return "the reference's mean absolute error is 0"
        return None

    def told(self) -> str:
        """Which loss it is, and of how many rows."""
        what = "mean absolute error" if self.is_number else "share of wrong answers"
        sizes = len(self.ref_loss), len(self.cur_loss)
        if sizes == self.seen:
            return f"{what}, of all {sizes[0]:,} and {sizes[1]:,} labelled rows"
        return f"{what}, of a sample of {sizes[0]:,} and {sizes[1]:,} labelled rows"


def labelled_rows(context: Context) -> LabelledRows | None:
    """The rows of both sides; None where one has no labels, or none with a usable answer."""
    samples, tables = context.samples, context.reference.features
    if samples is None or tables is None:
        return None
    ref, cur = (_side(sample, tables.layout) for sample in samples)
    if ref is None or cur is None:
        return None
    names = [table.binning.column for table in tables.tables]
    names = [name for name in names if name in ref.frame.columns and name in cur.frame.columns]
    return LabelledRows(
        rows_of(ref.frame[names], cur.frame[names]),
        ref.loss,
        cur.loss,
        *_targets(ref, cur),
        (samples[0].labelled, samples[1].labelled),
        is_number=ref.is_number,
        ref_means=ref.means,
    )


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class _Side:
    frame: pl.DataFrame
    loss: FloatArray
    target: FloatArray
    classes: tuple[str, ...]
    is_number: bool
    means: Mapping[str, float]


def _targets(ref: _Side, cur: _Side) -> tuple[Targets, tuple[str, ...]]:
    """Both sides' targets by the same codes, and what these stand for."""
    if len(ref.classes) == 2 == len(cur.classes):
        # Of two classes the second is the positive one, on either side.
        classes = tuple(map(max, ref.classes, cur.classes))
        return Targets(ref.target, cur.target, 2), classes
    classes = tuple(dict.fromkeys([*ref.classes, *cur.classes]))
    codes = np.array([classes.index(name) for name in cur.classes], dtype=np.float64)
    target = codes[cur.target.astype(np.int64)] if len(codes) else cur.target
    return Targets(ref.target, target, len(classes)), classes


def _side(sample: RowSample, layout: Layout) -> _Side | None:
    rows = sample.labelled_rows()
    outcome: Outcome | None = rows.outcome()
    if outcome is None or not len(rows):
        return None
    joint = joint_of(outcome, layout)
    loss = joint.wrong
    usable = np.isfinite(loss)
    if not usable.any():
        return None
    target = outcome.target[usable].astype(np.float64)
    is_number = outcome.task is Task.REGRESSION
    means = dict(zip(layout.losses, joint.losses[:, usable].mean(axis=1).tolist(), strict=True))
    return _Side(rows.frame.filter(usable), loss[usable], target, outcome.classes, is_number, means)


def modelled(run: Run) -> list[Context]:
    """The windows that models are fitted to, which takes seconds each: the newest and the worst.

    Of those that are judged and have rows; the worst is where most answers are wrong among the
    sampled ones. Without any judged one the newest is taken.
    """
    there = [one for one in run.windows if one.production.rows] or list(run.windows)
    judged = [one for one in there if one.is_judged] or there[-1:]
    worst = max(judged, key=_mean_loss)
    return [worst] if worst is judged[-1] else [worst, judged[-1]]


def _mean_loss(context: Context) -> float:
    sample, tables = context.production.sample, context.reference.features
    found = None if sample is None or tables is None else _side(sample, tables.layout)
    return -np.inf if found is None else float(found.loss.mean())
