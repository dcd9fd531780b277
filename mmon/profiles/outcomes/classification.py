"""Everything that performance metrics of a classification need to know of a window's rows."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Sequence
from typing import Annotated, Self

import numpy as np
from numpy.typing import ArrayLike

from mmon.profiles.distributions.ecdf import DEFAULT_POINTS, Ecdf
from mmon.profiles.distributions.presence import are_counts
from mmon.profiles.merging import ANY, CellsError, Rows, changed, merged
from mmon.profiles.outcomes.answer_scores import AnswerScores, answer_scores, never_said
from mmon.profiles.outcomes.class_scores import (
    SCORE_CELLS,
    ClassScores,
    ScoreSums,
    binary_sums,
    cell_edges,
    group_cells,
    multiclass_sums,
)
from mmon.profiles.outcomes.outcomes import GROUPS, Outcome
from mmon.records import Count, require
from mmon.records.arrays import BoolArray, FloatArray, IntArray, taken
from mmon.results import Task

MOST_SCORED = 20
"""With more classes than this, only the first so many have score curves: memory is bounded."""


@dataclasses.dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class ClassificationTables:
    """A mergeable summary of what a classifier said and what came true.

    Attributes
    ----------
    task : Task
        ``binary`` or ``multiclass``.
    classes : tuple of str
        (C,) labels by code; binary always (negative, positive), with "" for a negative class that
        was never seen.
    rows : int
        All rows.
    labelled : int
        Rows whose target is known.
    has_scores : bool
        Whether any row came with scores, usable or not.
    confusion : (C, C) int64
        Labelled rows with a prediction, by target (down) and prediction (across).
    scores : tuple of ClassScores
        Labelled rows with usable scores. Binary: of the positive class alone. Several classes: of
        at most `MOST_SCORED` of them. Empty without scores.
    answers : tuple of AnswerScores
        The same scores of the same classes in all rows, labelled or not, by the model's answer.
    sums : ScoreSums
        Losses, calibration and ranks of the labelled rows.
    groups : (32, S, 2, 48) int64
        With several classes: labelled rows by jackknife group, class (in the order of ``scores``),
        "is of the class", and score cell. S = 0 for binary tasks.
    score_edges : tuple of float
        The ends of these cells where the scores are no probabilities, else empty.
    """

    task: Task
    classes: tuple[str, ...]
    rows: Count
    labelled: Count
    has_scores: Annotated[bool, ANY]
    confusion: Rows
    scores: tuple[ClassScores, ...]
    answers: tuple[AnswerScores, ...]
    sums: ScoreSums
    groups: Rows
    score_edges: tuple[float, ...] = ()

    def check(self) -> None:
        """Raise `MisfitError` when what was read back are no tables of a classification."""
        size, labels = len(self.classes), [one.label for one in self.scores]
        is_many = self.task is Task.MULTICLASS
        require(is_many or (self.task is Task.BINARY and size == 2), "has other classes")
        is_set = len({*labels}) == len(labels) and (len({*self.classes}) == size or not is_many)
        require(is_set and {*labels} <= {*self.classes}, "has scores of other classes")
        found = (self.confusion.shape, self.sums.ranks.shape, self.groups.shape)
        groups = (GROUPS, len(labels) * is_many, 2, SCORE_CELLS)
        are_cells = len(self.score_edges) < SCORE_CELLS
        wanted = (size, size), (size * is_many,), groups
        require(are_cells and found == wanted, "has tables of other classes")
        is_part = are_counts(self.confusion, most=self.labelled) and are_counts(self.groups)
        is_part = is_part and self.sums.rows <= self.labelled <= self.rows
        scored = {one.inside.n + one.outside.n for one in self.scores}
        require(is_part and scored <= {self.sums.rows}, "has tables of other rows")
        for one in self.answers:
            one.check_rows(self.sums.rows, self.rows)
        require([one.label for one in self.answers] == labels, "has answers of other classes")

    @classmethod
    def of(cls, outcome: Outcome, points: int | None = DEFAULT_POINTS) -> Self:
        """Summarise a batch, with so many distinct scores of each side of each class."""
        classes = len(outcome.classes)
        target, prediction = outcome.target, outcome.prediction
        is_known = target >= 0
        is_both = is_known & (prediction >= 0)
        joint = target[is_both].astype(np.int64) * classes + prediction[is_both]
        confusion = np.bincount(joint, minlength=classes * classes).reshape(classes, classes)
        scores: tuple[ClassScores, ...] = ()
        answers: tuple[AnswerScores, ...] = ()
        is_binary = outcome.task is Task.BINARY
        sums, groups = ScoreSums.empty(classes * (not is_binary)), _no_groups()
        if outcome.scores is not None and classes:
            is_scored = ~np.isnan(outcome.scores).any(axis=1)
            kept = outcome.classes[1:] if is_binary else outcome.classes[:MOST_SCORED]
            answers = answer_scores(outcome, np.flatnonzero(is_scored), kept, points)
            found = taken(outcome, np.flatnonzero(is_known & is_scored).astype(np.uint32))
            scores, sums, groups = _summarise_scores(found, points)
        return cls(
            task=outcome.task,
            classes=outcome.classes,
            rows=len(outcome),
            labelled=int(np.count_nonzero(is_known)),
            has_scores=outcome.scores is not None and len(outcome) > 0,
            confusion=confusion,
            scores=scores,
            answers=answers,
            sums=sums,
            groups=groups,
            score_edges=outcome.score_edges,
        )

    @classmethod
    def of_rows(
        cls,
        target: ArrayLike,
        prediction: ArrayLike,
        scores: ArrayLike | None = None,
        *,
        classes: tuple[str, ...] = ("0", "1"),
        task: Task | None = None,
        score_edges: tuple[float, ...] = (),
    ) -> Self:
        """The exact summary of rows given as arrays; row i is in jackknife group i mod 32.

        Parameters
        ----------
        target, prediction : (n,) class codes, -1 where unknown
        scores : (n,) or (n, C) probabilities, NaN where missing; optional
        classes : (C,) labels by code
        task : Task, optional
            Default: ``binary`` for two classes.
        score_edges : tuple of float
            Where the scores are no probabilities.
        """
        codes = np.asarray(target, dtype=np.int16)
        n = len(codes)
        known = None if scores is None else np.asarray(scores, dtype=np.float64)
        if known is not None and known.ndim == 1:
            known = known[:, None]
        outcome = Outcome(
            task=task or (Task.BINARY if len(classes) == 2 else Task.MULTICLASS),
            classes=classes,
            target=codes,
            prediction=np.asarray(prediction, dtype=np.int16),
            scores=known,
            lower=None,
            upper=None,
            group=(np.arange(n) % GROUPS).astype(np.uint8),
            half=np.zeros(n, dtype=np.bool_),
            score_edges=score_edges,
        )
        return cls.of(outcome, points=None)

    @classmethod
    def merge(cls, parts: Sequence[Self]) -> Self:
        """The summary of all parts' rows together, exact in any order and any grouping.

        Classes are aligned by label.

        Raises
        ------
        CellsError
            When the parts are of different tasks, or of two other classes.
        """
        classes = _classes(parts)
        kept = _scored_labels(parts, classes)
        return merged([part.aligned(classes, kept) for part in parts])

    def aligned(self, classes: tuple[str, ...], scored: tuple[str, ...]) -> Self:
        """The same over a longer list of classes, with scores of only some of them.

        A class that these rows never met had probability 0 in all of them, or the least score.
        """
        own = {one.label: one for one in self.scores}
        if classes == self.classes and scored == tuple(own):
            return self
        size, is_many = len(classes), self.task is not Task.BINARY
        place = [classes.index(label) for label in self.classes] if is_many else [0, 1]
        confusion = np.zeros((size, size), dtype=np.int64)
        confusion[np.ix_(place, place)] = self.confusion
        ranks = np.zeros(size * is_many, dtype=np.int64)
        ranks[: len(self.sums.ranks)] = self.sums.ranks
        least = min([0.0, *(one.outside.min for one in self.scores if one.outside.n)])
        never = ClassScores("", Ecdf.empty(), Ecdf.of(np.full(self.sums.rows, least)))
        answers = {one.label: one for one in self.answers}
        unsaid = never_said(self.answers, least)
        if not is_many and self.scores:
            # The positive class, whatever it was called.
            never, unsaid = self.scores[0], self.answers[0]
        groups = np.zeros((GROUPS, len(scored) * is_many, 2, SCORE_CELLS), dtype=np.int64)
        for index, label in enumerate(scored if is_many and own else ()):
            if label in own:
                groups[:, index] = self.groups[:, list(own).index(label)]
            else:
                groups[:, index, 0, 0] = self.groups[:, 0].sum(axis=(1, 2))
        return dataclasses.replace(
            self,
            classes=classes,
            confusion=confusion,
            scores=tuple(
                dataclasses.replace(own.get(label, never), label=label) for label in scored
            ),
            answers=tuple(
                dataclasses.replace(answers.get(label, unsaid), label=label) for label in scored
            ),
            sums=dataclasses.replace(self.sums, ranks=ranks),
            groups=groups,
        )

    def compress(self, points: int | None = DEFAULT_POINTS) -> Self:
        """The same summary cut to size, once, after all merges."""
        return changed(self, Ecdf, lambda one: one.compress(points))


def _no_groups() -> IntArray:
    return np.zeros((GROUPS, 0, 2, SCORE_CELLS), dtype=np.int64)


def _summarise_scores(
    scored: Outcome, points: int | None
) -> tuple[tuple[ClassScores, ...], ScoreSums, IntArray]:
    """Score curves, sums and groups of rows that all have a target and scores."""
    assert scored.scores is not None  # noqa: S101 - the caller has looked
    if scored.task is Task.BINARY:
        score = scored.scores[:, 0]
        is_positive = scored.target == 1
        one = _split(scored.classes[1], score, is_positive, points)
        sums = dataclasses.replace(ScoreSums.empty(), rows=len(scored))
        if not scored.score_edges:
            sums = binary_sums(is_positive, score)
        return (one,), sums, _no_groups()
    target = scored.target.astype(np.int64)
    kept = min(len(scored.classes), MOST_SCORED)
    scores = tuple(
        _split(scored.classes[code], scored.scores[:, code], target == code, points)
        for code in range(kept)
    )
    edges = scored.score_edges
    sums = multiclass_sums(target, scored.scores, scored.classes, are_probabilities=not edges)
    group = scored.group.astype(np.int64)
    cells = group_cells(target, scored.scores, group, kept, cell_edges(edges))
    return scores, sums, cells


def _split(label: str, score: FloatArray, is_inside: BoolArray, points: int | None) -> ClassScores:
    inside, outside = score[is_inside], score[~is_inside]
    return ClassScores(label, Ecdf.of(inside, points=points), Ecdf.of(outside, points=points))


def _classes(parts: Sequence[ClassificationTables]) -> tuple[str, ...]:
    """Every class of any part: those that all lists begin with, then the others by their labels."""
    if len({part.task for part in parts}) != 1:
        raise CellsError("task")
    lists = [part.classes for part in parts if part.classes]
    if parts[0].task is not Task.BINARY:
        alike = itertools.takewhile(lambda names: len({*names}) == 1, zip(*lists, strict=False))
        common = [names[0] for names in alike]
        return (*common, *sorted({label for names in lists for label in names} - {*common}))
    # A part without rows may know neither.
    known = [{names[code] for names in lists} - {""} for code in (0, 1)]
    if max(map(len, known)) > 1:
        raise CellsError("classes")
    negative, positive = ("".join(names) for names in known)
    return negative, positive


def _scored_labels(
    parts: Sequence[ClassificationTables], classes: tuple[str, ...]
) -> tuple[str, ...]:
    """Classes whose score curves can be merged: no part left out the scores of one it knew."""
    having = [part for part in parts if part.scores]
    if parts[0].task is Task.BINARY:
        return (classes[1],) if having else ()
    present = {one.label for part in having for one in part.scores}
    lost = {
        label for part in having for label in set(part.classes) - {one.label for one in part.scores}
    }
    return tuple(label for label in classes if label in present - lost)[:MOST_SCORED]
