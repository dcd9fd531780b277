"""Turns class labels of any type into codes that stay the same from batch to batch."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mmon.errors import ConfigError
from mmon.profiles.distributions.counts import as_labels
from mmon.profiles.outcomes.outcomes import UNKNOWN
from mmon.records.arrays import BoolArray
from mmon.results import Task

MOST_CLASSES = 100
"""More classes than a confusion matrix can be read with; rows of further ones are set aside."""

# What the two classes are called when nobody says which is positive: (negative, positive).
_PAIRS = (("0", "1"), ("-1", "1"), ("false", "true"), ("no", "yes"), ("n", "y"), ("f", "t"))
# What one truth is called by different tools.
_TRUTHS = (("true", "1", "True", "TRUE"), ("false", "0", "False", "FALSE"))

_Codes = NDArray[np.int16]


class ClassCodes:
    """The classes of a task, in the order of their codes.

    Labels are compared by their text: 1, 1.0 and "1" are one class, and so are true and 1 where
    only one of them is a class already. A label of ``spellings`` is the class that this says.
    """

    def __init__(
        self,
        task: Task,
        classes: tuple[str, ...],
        positive: str | None,
        spellings: Mapping[str, str] | None = None,
    ) -> None:
        self._task = task
        self._spellings = spellings or {}
        self._positive = positive
        # The name of a positive class that no row has had so far.
        self._guess: str | None = None
        self._codes: dict[str, int] = {name: code for code, name in enumerate(classes) if name}
        if task is Task.BINARY and positive is not None and not classes:
            self._codes = {positive: 1}

    @property
    def names(self) -> tuple[str, ...]:
        """Classes by code; binary always has two, the negative one "" until it was seen."""
        size = max(self._codes.values(), default=-1) + 1
        names = [""] * max(size, 2 if self._task is Task.BINARY else 0)
        for name, code in self._codes.items():
            names[code] = name
        return tuple(names)

    def read(self, values: pl.Series, *, is_target: bool) -> tuple[_Codes, BoolArray]:
        """Codes of true or predicted classes, `UNKNOWN` where missing, or none of the task's.

        The second array tells the latter.

        Raises
        ------
        ConfigError
            When it cannot be told which of two classes is the positive one.
        """
        known = values.fill_nan(None) if values.dtype.is_float() else values
        distinct = known.drop_nulls().unique(maintain_order=True)
        nothing = np.full(len(values), UNKNOWN, dtype=np.int16)
        if not len(distinct):
            return nothing, np.zeros(len(values), np.bool_)
        if distinct.dtype.base_type() in (pl.List, pl.Array, pl.Struct, pl.Object, pl.Binary):
            return nothing, known.is_not_null().to_numpy()
        written = as_labels(distinct).str.strip_chars().to_list()
        labels = [self._spellings.get(label, label) for label in written]
        if self._task is Task.BINARY and not self._settle_positive(labels):
            if is_target:
                raise self._unsettled(values.name, labels)
            # Predictions without any target so far: which is which is not known yet.
            return nothing, np.zeros(len(values), np.bool_)
        if is_target and self._task is Task.BINARY and self._positive is not None:
            self._check_positive(values.name, labels)
        # In the order of labels, so that codes do not depend on the order of rows; of two classes,
        # the first that is not the positive one is the negative one.
        ordered = labels if self._task is Task.BINARY else sorted(set(labels))
        by_label = {label: self._code(label) for label in ordered}
        if is_target and self._guess is not None and UNKNOWN in by_label.values():
            raise self._unsettled(values.name, [*({*self._codes, *by_label} - {self._guess})])
        found = [by_label[label] for label in labels]
        codes = known.replace_strict(
            distinct, pl.Series(found, dtype=pl.Int16), default=None, return_dtype=pl.Int16
        )
        array = codes.fill_null(UNKNOWN).to_numpy()
        return array, (array == UNKNOWN) & known.is_not_null().to_numpy()

    def _code(self, label: str) -> int:
        """The code of a label, a new one where the task has room for it."""
        if self._guess is not None and label.lower() == self._guess:
            del self._codes[self._guess]
            self._codes[label], self._guess = 1, None
        for name in class_names(label):
            if name in self._codes:
                return self._codes[name]
        if self._task is Task.BINARY:
            # Whatever is not positive is the negative class; a third label is none of the two.
            if 0 in self._codes.values() or is_fraction(label):
                return UNKNOWN
            self._codes[label] = 0
        elif len(self._codes) < MOST_CLASSES:
            self._codes[label] = len(self._codes)
        return self._codes.get(label, UNKNOWN)

    def _settle_positive(self, labels: list[str]) -> bool:
        """Know the positive class from how such classes are named; whether it is known."""
        if 1 in self._codes.values():
            return True
        lowered = {label.lower(): label for label in labels}
        for negative, positive in _PAIRS:
            if lowered.keys() <= {negative, positive}:
                self._guess = None if positive in lowered else positive
                self._codes[lowered.get(positive, positive)] = 1
                return True
        return False

    @staticmethod
    def _unsettled(column: str, labels: list[str]) -> ConfigError:
        shown = " and ".join(repr(label) for label in sorted(labels)[:2])
        more = f", and {len(labels) - 2:,} more" if len(labels) > 2 else ""
        return ConfigError(
            f"columns.target: which class of {column!r} is positive? It has {shown}{more}",
            hint="set analyses.model_performance.positive"
            if len(labels) <= 2
            else "set task to multiclass or regression",
        )

    def _check_positive(self, column: str, labels: list[str]) -> None:
        known = {name for label in labels for name in class_names(label)}
        if self._positive in known or len(set(labels)) < 2 or 0 in self._codes.values():
            return
        shown = ", ".join(repr(label) for label in sorted(labels)[:5])
        if not self._positive:
            raise ConfigError(
                f"columns.target: {column!r} has no label in the reference, so that nobody knows"
                " which class is positive",
                hint=f"set analyses.model_performance.positive to one of {shown}",
            )
        raise ConfigError(
            f"analyses.model_performance.positive: {column!r} has no class {self._positive!r}",
            hint=f"it has {shown}",
        )


def class_names(label: str) -> tuple[str, ...]:
    """What a class with this label may be called: itself, and true is 1 and True."""
    return label, *next((names for names in _TRUTHS if label in names), ())


def other_classes(truths: pl.Series, answers: pl.Series, lost: BoolArray) -> ConfigError:
    """That the answers are of other classes than the target; ``lost`` marks which of them."""
    strange = answers.filter(pl.Series(lost)).to_list()
    said = f"{answers.name!r} has {_shown(answers)}, the target {truths.name!r} {_shown(truths)}"
    known = [label for label in truths.to_list() if label not in answers.to_list()] or [truths[0]]
    hint = f"say what stands for what: columns: {{classes: {{{strange[0]!r}: {known[0]!r}}}}}"
    if any(map(is_fraction, strange)):
        hint = "probabilities belong under columns.score"
    return ConfigError(f"columns.prediction: its classes are not the target's: {said}", hint=hint)


def _shown(labels: pl.Series) -> str:
    names = sorted(labels.to_list())
    return ", ".join(map(repr, names[:5])) + (" and more" if len(names) > 5 else "")


def is_fraction(label: str) -> bool:
    """Whether a label looks like a probability: a score where a class belongs."""
    try:
        return not float(label).is_integer()
    except ValueError:
        return False
