"""What classification metrics have in common: of which tables they are, and when undefined."""

from __future__ import annotations

import abc
import dataclasses
from collections.abc import Mapping
from typing import Protocol

from mmon.performance import PLAIN, Estimate, PerformanceMetric, Tables, Variant
from mmon.performance._class_intervals import undefined
from mmon.profiles.outcomes.classification import ClassificationTables
from mmon.results import Task

FEW = 10
"""With fewer rows of a class its rate hardly tells its own noise, nor does an average over it."""
NO_PROBABILITIES = "the scores are no probabilities, which are in [0, 1]"
NO_PAIRS = "no row has both a target and a prediction"

CLASSIFICATION = frozenset({Task.BINARY, Task.MULTICLASS})

_ESTIMATE = """\
>>> estimate = {class}().estimates(rows)["{name}"]
>>> f"{estimate.value:.3f}", "{:.3f} to {:.3f}".format(*estimate.interval)"""
EXAMPLES = {
    "estimate of six predictions": f"""\
>>> from mmon.profiles.outcomes.classification import ClassificationTables
>>> rows = ClassificationTables.of_rows([0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 1, 0])
{_ESTIMATE}""",
    "estimate of six scores": f"""\
>>> from mmon.profiles.outcomes.classification import ClassificationTables
>>> target, prediction = [0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 1, 0]
>>> score = [0.1, 0.2, 0.6, 0.7, 0.9, 0.4]
>>> rows = ClassificationTables.of_rows(target, prediction, score)
{_ESTIMATE}""",
}


class OfPredictions(PerformanceMetric):
    """A metric with one value, which the confusion matrix has."""

    tasks = CLASSIFICATION
    page_parts = EXAMPLES

    def by_variant(self, tables: Tables) -> Mapping[Variant, Estimate]:
        found = classified(tables)
        reason = self.why_undefined(found)
        return {PLAIN: self.estimate(found) if reason is None else undefined(reason)}

    def why_undefined(self, tables: ClassificationTables) -> str | None:
        """Why no row can be used; None when some can."""
        return None if tables.confusion.any() else NO_PAIRS

    @abc.abstractmethod
    def estimate(self, tables: ClassificationTables) -> Estimate:
        """The value, where some row can be used."""


class OfScores(OfPredictions):
    """Another, which the scores have: how far they are from what came true."""

    reads = "probabilities"
    better = "lower"

    def why_undefined(self, tables: ClassificationTables) -> str | None:
        if not tables.sums.rows:
            return why_no_scores(tables)
        return NO_PROBABILITIES if tables.score_edges else None


class PerClass(PerformanceMetric):
    """A metric of one class against all others, and so of several classes one by one."""

    tasks = CLASSIFICATION
    main_variant = Variant("macro")
    page_parts = EXAMPLES

    def by_variant(self, tables: Tables) -> Mapping[Variant, Estimate]:
        """The value of the positive class; of several classes the averages and each."""
        found = classified(tables)
        values = self.values(found)
        if found.task is Task.BINARY:
            return {PLAIN: values.one(1)}
        return {
            Variant("macro"): values.average(is_weighted=False),
            Variant("micro"): values.micro(),
            Variant("weighted"): values.average(is_weighted=True),
            **{Variant(label=label): values.one(code) for code, label in enumerate(found.classes)},
        }

    @abc.abstractmethod
    def values(self, tables: ClassificationTables) -> ClassValues:
        """The metric of each class."""


class ClassValues(Protocol):
    """A metric of each class of a table."""

    def one(self, code: int) -> Estimate:
        """Of one class, against all others."""

    def average(self, *, is_weighted: bool) -> Estimate:
        """The mean over classes, each counted once or by its rows."""

    def micro(self) -> Estimate:
        """Of all classes' rows taken together."""


def with_enough(average: Estimate, rows: Mapping[str, int], counted: str) -> Estimate:
    """An average that counts each class once, without what it cannot know where one has few rows.

    ``rows`` are those that each class' value rests on, and ``counted`` says what they are.
    """
    fewest = min(rows, key=lambda label: rows[label], default=None)
    if fewest is None or rows[fewest] >= FEW:
        return average
    reason = f"class {fewest} has {rows[fewest]} {counted}, and it takes {FEW} of each class"
    said = reason if average.reason is None else f"{reason}; {average.reason}"
    return dataclasses.replace(average, interval=None, variance=None, reason=said)


def classified(tables: Tables) -> ClassificationTables:
    """The tables, known to be a classification's; raises TypeError when they are a regression's."""
    if not isinstance(tables, ClassificationTables):
        raise TypeError(f"a classification's tables are needed, not {type(tables).__name__}")
    return tables


def why_no_scores(tables: ClassificationTables) -> str:
    """The reason when not one row has both a target and usable scores."""
    if not tables.labelled:
        return "no row has a target"
    if not tables.has_scores:
        return "there are no scores"
    return "no row with a target has usable scores"
