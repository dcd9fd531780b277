"""Reads what the model said and what came true off the columns, batch after batch."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mmon.engine.local import column_of
from mmon.profiles.distributions.reading import Reading, is_comparable, read_as
from mmon.profiles.outcomes.class_codes import ClassCodes
from mmon.profiles.outcomes.loss_steps import NO_PLACE, ROW_US
from mmon.profiles.outcomes.outcomes import UNKNOWN, Fault, Outcome
from mmon.profiles.outcomes.row_keys import FileRows, Keys, RowKeys, groups, halves
from mmon.profiles.recognition.spelling import lost_texts
from mmon.records.arrays import BoolArray, FloatArray, IntArray
from mmon.results import Task
from mmon.windows.timestamps import to_instants

_FaultArray = NDArray[np.uint8]
_Clock = Literal["rows", "time", "dates"]

# Probabilities of single precision, summed or normalised, miss [0, 1] by this much.
ROUNDING = 1e-6


@dataclasses.dataclass(frozen=True, slots=True)
class OutcomePlan:
    """Where the outcome of a row stands.

    Attributes
    ----------
    target : str
        The column of true outcomes.
    prediction : str or None
        The column of answers; None where they follow from the scores.
    scores : tuple of str
        Binary: the positive class's column alone. Several classes: one for each of ``classes``.
    lower, upper : str or None
        The prediction interval of a regression.
    classes : tuple of str
        Classes known beforehand: those of the scores, or of the reference.
    positive : str or None
        The positive class of a binary task, where it is known.
    threshold : float or None
        The score from which on a row counts as positive, where there is no prediction; None is 0.5
        of probabilities, and of other scores none.
    identity : str or None
        The column that identifies a row; None takes its number.
    score_edges : tuple of float
        Of scores that are no probabilities (margins, logits, points) the edges of the cells that
        rows are counted in, ascending; empty where the scores are probabilities.
    spellings : mapping of str to str
        Labels of target or prediction, and the class that each stands for.
    timestamp : str or None
        The column of the rows' time; None takes them in the order in which they are read.
    timezone : str
        Of times that carry none.
    """

    task: Task
    target: str
    prediction: str | None = None
    scores: tuple[str, ...] = ()
    lower: str | None = None
    upper: str | None = None
    classes: tuple[str, ...] = ()
    positive: str | None = None
    threshold: float | None = None
    identity: str | None = None
    score_edges: tuple[float, ...] = ()
    spellings: Mapping[str, str] = dataclasses.field(default_factory=dict)
    timestamp: str | None = None
    timezone: str = "UTC"

    @property
    def decides_from(self) -> float | None:
        """The score from which on a row counts as positive; None where nobody knows."""
        return 0.5 if self.threshold is None and not self.score_edges else self.threshold

    @property
    def is_answered(self) -> bool:
        """Whether the answers are more than one of the ways to read the scores."""
        is_binary = self.task is Task.BINARY
        return not is_binary or self.prediction is not None or self.threshold is not None

    @property
    def has_answers(self) -> bool:
        """Whether it is known what the model answers."""
        is_decided = self.task is not Task.BINARY or self.decides_from is not None
        return self.prediction is not None or (bool(self.scores) and is_decided)

    def codes(self) -> ClassCodes:
        """What codes the classes that are known beforehand have, and new ones will get."""
        return ClassCodes(self.task, self.classes, self.positive, self.spellings)

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that is read."""
        outcome = (self.target, self.prediction, self.lower, self.upper)
        single = (*outcome, self.identity, self.timestamp)
        return tuple(name for name in (*single, *self.scores) if name is not None)


class OutcomeReader:
    """Reads successive batches of one dataset, which is made of these rows of files."""

    def __init__(self, plan: OutcomePlan, files: Sequence[FileRows] = ()) -> None:
        self.plan = plan
        self._keys = RowKeys(plan.identity, files)
        self.classes = plan.codes()

    def read(self, batch: pl.DataFrame, offset: int, keys: Keys | None = None) -> Outcome:
        """The outcome of each row of a batch, the first of which is row ``offset`` of the data.

        The rows' keys may be known already.

        Raises
        ------
        ConfigError
            When the positive class cannot be told.
        """
        fault = np.zeros(batch.height, dtype=np.uint8)
        keys = self._keys.read(batch, offset) if keys is None else keys
        target: FloatArray | NDArray[np.int16]
        prediction: FloatArray | NDArray[np.int16]
        scores = None
        if self.plan.task is Task.REGRESSION:
            target = _numbers(batch, self.plan.target, fault, Fault.UNKNOWN_TARGET)
            prediction = _numbers(batch, self.plan.prediction, fault, Fault.UNKNOWN_PREDICTION)
        else:
            target, unknown = self.classes.read(_column(batch, self.plan.target), is_target=True)
            scores = self._scores(batch, fault)
            prediction = self._predicted(batch, scores, fault)
            scores = self._padded(scores)
            fault[unknown] = Fault.UNKNOWN_TARGET
            target, prediction = self._in_order(target), self._in_order(prediction)
        place, clock = self._places(batch, offset)
        # What is wrong with an interval's ends is no fault of the outcome.
        ends = [
            _numbers(batch, name, fault, Fault.NONE) if name and name in batch else None
            for name in (self.plan.lower, self.plan.upper)
        ]
        return Outcome(
            task=self.plan.task,
            classes=self._classes(),
            target=target,
            prediction=prediction,
            scores=scores,
            lower=ends[0],
            upper=ends[1],
            group=groups(keys),
            half=halves(keys),
            key=keys,
            fault=fault,
            score_edges=self.plan.score_edges,
            place=place,
            clock=clock,
            is_answered=self.plan.is_answered,
        )

    def _places(self, batch: pl.DataFrame, offset: int) -> tuple[IntArray, _Clock]:
        """(n,) when each row was, and what tells it."""
        name = self.plan.timestamp
        if name is None or name not in batch:
            first = offset * ROW_US
            return np.arange(first, first + batch.height * ROW_US, ROW_US), "rows"
        times = column_of(batch, name)
        instants = to_instants(times, self.plan.timezone).fill_null(NO_PLACE).to_numpy()
        return instants, "dates" if times.dtype == pl.Date else "time"

    def _classes(self) -> tuple[str, ...]:
        """The classes: those known beforehand, then others by label."""
        names, known = self.classes.names, len(self.plan.classes)
        if self.plan.task is Task.BINARY:
            return names
        return (*names[:known], *sorted(names[known:]))

    def _in_order(self, codes: NDArray[np.int16]) -> NDArray[np.int16]:
        """(n,) codes of the classes as they came, as those of `_classes`."""
        came, names = self.classes.names, self._classes()
        if came == names:
            return codes
        places = np.array([*(names.index(name) for name in came), UNKNOWN], dtype=np.int16)
        return places[codes]  # UNKNOWN is the last one

    def _scores(self, batch: pl.DataFrame, fault: _FaultArray) -> FloatArray | None:
        """(n, S) scores as they are, NaN where they cannot be used."""
        if not self.plan.scores or any(name not in batch for name in self.plan.scores):
            return None
        columns = []
        for name in self.plan.scores:
            values = _numbers(batch, name, fault, Fault.UNREADABLE_SCORE)
            is_outside, found = are_outside(values), Fault.SCORE_OUTSIDE
            if self.plan.score_edges:
                is_outside, found = np.isinf(values), Fault.UNREADABLE_SCORE
            if is_outside.any():
                _mark(fault, is_outside, found)
                values = np.where(is_outside, np.nan, values)
            columns.append(values if self.plan.score_edges else np.clip(values, 0.0, 1.0))
        return np.column_stack(columns)

    def _predicted(
        self, batch: pl.DataFrame, scores: FloatArray | None, fault: _FaultArray
    ) -> NDArray[np.int16]:
        if self.plan.prediction is not None and self.plan.prediction in batch:
            answers = column_of(batch, self.plan.prediction)
            codes, unknown = self.classes.read(answers, is_target=False)
            _mark(fault, unknown, Fault.UNKNOWN_PREDICTION)
            return codes
        nothing = np.full(batch.height, UNKNOWN, dtype=np.int16)
        if scores is None:
            return nothing
        if self.plan.task is Task.BINARY:
            threshold = self.plan.decides_from
            if threshold is None:
                return nothing
            best = (scores[:, 0] >= threshold).astype(np.int16)
        else:
            best = np.argmax(np.nan_to_num(scores, nan=-1.0), axis=1).astype(np.int16)
        best[np.isnan(scores).any(axis=1)] = UNKNOWN
        return best

    def _padded(self, scores: FloatArray | None) -> FloatArray | None:
        """Scores of every class known: one without a column has the least, probability 0."""
        if scores is None or self.plan.task is Task.BINARY:
            return scores
        missing = len(self.classes.names) - scores.shape[1]
        if not missing:
            return scores
        # Below what the others have, where that is no probability; NaN where they have none.
        least = scores.min(axis=1)
        unscored = least - 1.0 if self.plan.score_edges else np.where(np.isnan(least), least, 0.0)
        return np.column_stack([scores, *[unscored] * missing])


def are_outside(scores: FloatArray) -> BoolArray:
    """(n,) whether scores are no probabilities, by more than rounding; NaN is none."""
    return (scores < -ROUNDING) | (scores > 1.0 + ROUNDING)


def _column(batch: pl.DataFrame, name: str) -> pl.Series:
    """A column; all missing where production has no such column."""
    if name in batch:
        return column_of(batch, name)
    return pl.Series([None] * batch.height, dtype=pl.Null)


def _numbers(
    batch: pl.DataFrame, name: str | None, fault: _FaultArray, unreadable: Fault
) -> FloatArray:
    """(n,) a column's numbers, NaN where missing or not a number; marks the latter."""
    if name is None or name not in batch:
        return np.full(batch.height, np.nan)
    original = column_of(batch, name)
    if not is_comparable(original.dtype, Reading.NUMBER):
        _mark(fault, original.is_not_null().to_numpy(), unreadable)
        return np.full(batch.height, np.nan)
    values = read_as(original, Reading.NUMBER)
    lost = lost_texts(batch, name)
    if lost is None and values.null_count() > original.null_count():
        lost = original.set(values.is_not_null(), None)
    if lost is not None:
        _mark(fault, lost.is_not_null().to_numpy(), unreadable)
    return values.cast(pl.Float64).fill_null(np.nan).to_numpy()


def _mark(fault: _FaultArray, rows: BoolArray, found: Fault) -> None:
    """Note a fault of some rows, where they have no worse one."""
    np.maximum(fault, rows * np.uint8(found), out=fault)
