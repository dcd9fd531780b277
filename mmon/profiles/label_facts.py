"""What joining delayed labels found out: how many labels there are, and which predictions use them.

``LABEL_ROW``, a helper column of the joined frame, holds for each production row the position of
the label id that it matched, so a byte a label id tells which ids were used, and how often.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mmon.engine.local import column_of
from mmon.errors import ConfigError

LABEL_ROW = "__mmon_label_row"
"""uint32: the position of the matched label id; null where no label id matched."""
OWN_TARGET = "__mmon_own_target"
"""bool: whether production has a target of its own in this row; only where it has the column."""

_NEVER, _ONCE, _SEVERAL = 0, 1, 2
_LONGEST_ID = 40


@dataclasses.dataclass(frozen=True, slots=True)
class LabelFacts:
    """Delayed labels and the predictions they were joined to, in numbers.

    Attributes
    ----------
    source, production : str
        What reports call the two datasets.
    column : str
        The column of production that holds the ids.
    labels : int
        Rows of the labels.
    null_ids : int
        Label rows without an id; they match nothing.
    distinct_ids : int
        Different ids among the labels.
    repeated_labels : int
        Ids in several label rows that do not contradict each other; used once.
    conflicting_labels : int
        Ids with several different labels; left out, so their predictions are unlabelled.
    labels_without_prediction : int
        Ids that no production row has, of those that were read.
    predictions : int
        Production rows, inside windows or not.
    labelled : int
        Production rows that got a label.
    predictions_without_id : int
        Production rows without an id.
    repeated_predictions : int
        Label ids that several production rows have; each of these rows gets the label.
    label_id, prediction_id : str or None
        An id of either side and its type, for a person who looks for why nothing matches.
    is_of_part : bool
        Whether production was read in part, so that nobody knows which labels are without one.
    """

    source: str
    column: str
    labels: int
    null_ids: int
    distinct_ids: int
    repeated_labels: int
    conflicting_labels: int
    labels_without_prediction: int
    production: str = ""
    predictions: int = 0
    labelled: int = 0
    predictions_without_id: int = 0
    repeated_predictions: int = 0
    label_id: str | None = None
    prediction_id: str | None = None
    is_of_part: bool = False

    def of_part(self) -> LabelFacts:
        """The same of a part of the predictions, of which ids of other parts say nothing."""
        return dataclasses.replace(
            self,
            null_ids=0,
            repeated_labels=0,
            conflicting_labels=0,
            is_of_part=True,
        )

    @property
    def trouble(self) -> str | None:
        """Why not one production row has a label; None when one has, or when there are none."""
        if self.labelled or not self.predictions:
            return None
        if not self.labels:
            return f"{self.source} has no rows"
        if self.predictions_without_id == self.predictions:
            return f"no row of {self.production} has an id in {self.column!r}"
        if self.labels_without_prediction < self.distinct_ids:
            return (
                f"the labels that {self.source} has for {self.production} are missing or"
                " contradict each other"
            )
        what = f"no id of {self.source} is in {self.production}"
        if self.is_of_part:
            what = f"{self.source} has no label of these rows yet, if ids are written alike"
        return f"{what}: an id is {self.label_id} in the one, {self.prediction_id} in the other"


class MatchedLabels:
    """A fold over joined production that ends in `LabelFacts`.

    The numbers do not depend on the order of the rows, nor on how they are cut into batches. It
    begins with what is known of the labels, and the joined frame's column of labels.
    """

    def __init__(self, facts: LabelFacts, target: str) -> None:
        self._facts = facts
        self._target = target
        self._uses: NDArray[np.uint8] = np.zeros(facts.distinct_ids, dtype=np.uint8)

    def add(self, batch: pl.DataFrame, _context: object) -> None:
        """Take one batch of the joined frame.

        Raises
        ------
        ConfigError
            When production has targets of its own.
        """
        facts = self._facts
        if OWN_TARGET in batch.columns and batch[OWN_TARGET].any():
            raise ConfigError(
                f"the target {self._target!r} is in {facts.production} and in {facts.source}",
                hint="remove labels from the configuration, or the values from production",
            )
        ids, labels = column_of(batch, facts.column), column_of(batch, self._target)
        self._facts = dataclasses.replace(
            facts,
            predictions=facts.predictions + batch.height,
            labelled=facts.labelled + batch.height - labels.null_count(),
            predictions_without_id=facts.predictions_without_id + int(missing(ids).sum()),
            prediction_id=facts.prediction_id or described_id(ids),
        )
        rows = np.sort(batch[LABEL_ROW].drop_nulls().to_numpy())
        self._uses[rows] = np.where(self._uses[rows] == _NEVER, _ONCE, _SEVERAL)
        self._uses[rows[1:][rows[1:] == rows[:-1]]] = _SEVERAL

    def finish(self) -> LabelFacts:
        """The facts about all batches taken."""
        return dataclasses.replace(
            self._facts,
            labels_without_prediction=int(np.count_nonzero(self._uses == _NEVER)),
            repeated_predictions=int(np.count_nonzero(self._uses == _SEVERAL)),
        )


def missing(ids: pl.Series) -> pl.Series:
    """Whether each id is missing: null or NaN."""
    return ids.is_null() | ids.is_nan().fill_null(False) if ids.dtype.is_float() else ids.is_null()


def described_id(ids: pl.Series) -> str | None:
    """The first id that is not missing, with its type, cut short; None when all are missing."""
    first = ids.filter(~missing(ids)).head(1)
    if first.is_empty():
        return None
    text = repr(first.item())
    short = text if len(text) <= _LONGEST_ID else f"{text[: _LONGEST_ID - 3]}..."
    return f"{short} ({ids.dtype.base_type()})"
