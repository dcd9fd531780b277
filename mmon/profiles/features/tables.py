"""How the model did in each bin of each feature."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Sequence
from typing import Annotated, Self

import numpy as np

from mmon.profiles.distributions.presence import are_counts
from mmon.profiles.merging import SAME, Rows, Sums
from mmon.records import Count, ascends, require
from mmon.records.arrays import FloatArray

REGRESSION_LOSSES = ("mae", "mse", "bias")

OTHER = "(other)"
NULL = "(null)"


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Binning:
    """How the rows of one feature are put into B bins.

    Attributes
    ----------
    column : str
    edges : (E,) float64 or None
        For numbers: bins (-inf, e0], (e0, e1], …, (e_last, inf), then `NULL` (missing, or no finite
        number): B = E + 2. All values are one bin where E is 0.
    labels : tuple of str or None
        For categories: one bin each, then `OTHER`, then `NULL`: B = len(labels) + 2.
    is_single : bool
        Whether the edges are numbers of single precision: values are rounded to it first, or 0.7
        would not be the 0.7 of the reference.
    """

    column: str
    edges: FloatArray | None
    labels: tuple[str, ...] | None
    is_single: bool = False

    def check(self) -> None:
        """Raise `MisfitError` when what was read back makes no bins."""
        require((self.edges is None) != (self.labels is None), "has not either edges or labels")
        require(self.size < 256, "has too many bins")
        if self.edges is not None:
            is_axis = self.edges.ndim == 1 and np.isfinite(self.edges).all()
            is_axis = is_axis and (self.edges[1:] > self.edges[:-1]).all()
            require(is_axis, "has edges that do not ascend")
        require(len(set(self.labels or ())) == len(self.labels or ()), "repeats a label")

    @property
    def size(self) -> int:
        """Number of bins, B."""
        kept = self.edges if self.edges is not None else self.labels or ()
        return len(kept) + 2

    def names(self) -> list[str]:
        """The bins in words: ``≤ 12``, ``12 to 35``, ``> 310``; categories as they are."""
        if self.edges is None:
            return [*(self.labels or ()), OTHER, NULL]
        ends = [f"{edge:,.6g}" for edge in self.edges]
        if not ends:
            return ["any", NULL]
        between = [f"{low} to {high}" for low, high in itertools.pairwise(ends)]
        return [f"≤ {ends[0]}", *between, f"> {ends[-1]}", NULL]


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """What the joint outcome of a labelled row is counted by.

    Attributes
    ----------
    score_edges : (S - 1,) float64 or None
        Binary tasks with scores: the cells of the score, (-inf, e0], …; S = 1 without scores.
    joint : tuple of int
        The shape of the joint outcome, row-major. Binary: (2 target, 2 prediction, S score cells).
        Several classes: (2, C + 1), wrong and right by the target's class, for the first C classes
        of the reference and all others together. Regression: (1,).
    losses : tuple of str
        Mean-type losses that are summed besides: ``log_loss``, ``brier_score`` (with scores),
        ``mae``, ``mse``, ``bias`` (regression). ``error_rate`` follows from the joint outcomes.
    """

    score_edges: FloatArray | None
    joint: tuple[Count, ...]
    losses: tuple[str, ...]

    def check(self) -> None:
        """Raise `MisfitError` when what was read back counts nothing."""
        cells = 1 if self.score_edges is None else self.score_edges.size + 1
        is_known = self.joint in ((1,), (2, 2, cells)) or (
            len(self.joint) == 2 and self.joint[0] == 2 and self.joint[1] > 0
        )
        require(is_known, "has other outcomes")
        require(
            self.score_edges is None or ascends(self.score_edges.tolist()), "has no score cells"
        )
        is_known = {*self.losses} <= {"log_loss", "brier_score", "mae", "mse", "bias"}
        require(is_known and len({*self.losses}) == len(self.losses), "has unknown losses")

    @property
    def extras(self) -> int:
        """How many sums each bin has besides those of losses, X."""
        return 3 if self.losses == REGRESSION_LOSSES else len(self.losses)

    @property
    def size(self) -> int:
        """Number of joint outcomes, J."""
        return int(np.prod(self.joint))


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class FeatureTable:
    """One feature's bins.

    Attributes
    ----------
    binning : Binning
    rows : (B,) int64
        Rows in each bin, labelled or not.
    outcomes : (B, J) int64
        Labelled rows by joint outcome.
    sums : (B, L) float64
        Sum of each loss over the labelled rows.
    extra : (B, X) float64
        Sum of the square of each loss; of a regression, of the fourth power of the error, of the
        target and of its square.
    """

    binning: Annotated[Binning, SAME]
    rows: Rows
    outcomes: Rows
    sums: Sums
    extra: Sums

    @property
    def squares(self) -> FloatArray:
        """(B, L) sum of the square of each loss over the labelled rows."""
        if self.sums.shape[1] != len(REGRESSION_LOSSES):
            return self.extra
        square = self.sums[:, 1]
        return np.column_stack([square, self.extra[:, 0], square])


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class FeatureTables:
    """How the model did in each bin of each feature.

    Attributes
    ----------
    layout : Layout
    tables : tuple of FeatureTable
        One a feature.
    """

    layout: Annotated[Layout, SAME]
    tables: tuple[FeatureTable, ...]

    def only(self, places: Sequence[int]) -> Self:
        """The tables of some of the features."""
        return dataclasses.replace(self, tables=tuple(self.tables[place] for place in places))

    def check(self) -> None:
        """Raise `MisfitError` when what was read back does not fit together."""
        losses = len(self.layout.losses)
        names = [table.binning.column for table in self.tables]
        require(len(set(names)) == len(names), "repeats a column")
        for table in self.tables:
            bins = table.binning.size
            found = [one.shape for one in (table.rows, table.outcomes, table.sums, table.extra)]
            extra = (bins, self.layout.extras)
            wanted = [(bins,), (bins, self.layout.size), (bins, losses), extra]
            require(found == wanted, "has tables of other bins")
            is_whole = are_counts(table.rows) and are_counts(table.outcomes)
            is_whole = is_whole and (table.outcomes.sum(axis=1) <= table.rows).all()
            require(is_whole, "has more labelled rows than rows")
