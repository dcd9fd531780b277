"""How the model did in each bin of each feature, and a sample of rows for pairs of features."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Sequence
from typing import Annotated, Self

import numpy as np
from numpy.typing import NDArray

from mmon.profiles.distributions.presence import are_counts
from mmon.profiles.merging import SAME, CellsError, Rows, Sums
from mmon.records import Count, ascends, require
from mmon.records.arrays import BoolArray, FloatArray

REGRESSION_LOSSES = ("mae", "mse", "bias")

SAMPLED_ROWS = 20_000
"""Rows kept of a dataset: half of a twentieth of them tells 0.10 from 0.25 by ten deviations."""

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
        Several classes: (2,), wrong and right. Regression: (1,).
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
        require(self.joint in ((1,), (2,), (2, 2, cells)), "has other outcomes")
        require(
            self.score_edges is None or ascends(self.score_edges.tolist()), "has no score cells"
        )
        is_known = {*self.losses} <= {"log_loss", "brier_score", "mae", "mse", "bias"}
        require(is_known and len({*self.losses}) == len(self.losses), "has unknown losses")

    @property
    def extras(self) -> int:
        """How many sums squares of losses need in each bin, X."""
        return 1 if self.losses == REGRESSION_LOSSES else len(self.losses)

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
        Sum of the square of each loss; of a regression, of the fourth power of the error alone.
    """

    binning: Annotated[Binning, SAME]
    rows: Rows
    outcomes: Rows
    sums: Sums
    extra: Sums

    @property
    def squares(self) -> FloatArray:
        """(B, L) sum of the square of each loss over the labelled rows."""
        if self.extra.shape == self.sums.shape:
            return self.extra
        square = self.sums[:, 1]
        return np.column_stack([square, self.extra[:, 0], square])


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class RowSample:
    """A uniform sample of labelled rows, by bins; all labelled rows where there are few enough.

    Attributes
    ----------
    keys : (k,) uint64, ascending
        The rows' pseudo-random keys; the sample holds the rows with the smallest.
    bins : (k, F) uint8
        Bin of each row in each of the features of `FeatureTables.tables`, in their order.
    loss : (k,) float64
        0 or 1 (wrong) for classes; the absolute error for a regression.
    half : (k,) bool
        A fair coin for each row: which half discovers and which confirms.
    seen : int
        Labelled rows that the sample was drawn from.
    """

    keys: NDArray[np.uint64]
    bins: NDArray[np.uint8]
    loss: FloatArray
    half: BoolArray
    seen: Count

    @classmethod
    def merge(cls, parts: Sequence[Self]) -> Self:
        """The sample of all parts' rows: those with the smallest keys, in any order and grouping.

        A part that left rows out knows of none beyond its largest key.
        """
        if len({one.bins.shape[1] for one in parts}) > 1:
            raise CellsError("columns")
        known = [one.keys[-1] for one in parts if len(one.keys) and len(one.keys) < one.seen]
        keys, bins, loss, half = (
            np.concatenate([getattr(one, name) for one in parts])
            for name in ("keys", "bins", "loss", "half")
        )
        # Rows of one id have one key.
        order = np.lexsort((*bins.T, half, loss, keys))[:SAMPLED_ROWS]
        order = order[keys[order] <= min(known)] if known else order
        seen = sum(one.seen for one in parts)
        return cls(keys[order], bins[order], loss[order], half[order], seen)


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class FeatureTables:
    """How the model did in each bin of each feature.

    Attributes
    ----------
    layout : Layout
    tables : tuple of FeatureTable
        One a feature.
    sample : RowSample or None
        None where no pairs are searched.
    """

    layout: Annotated[Layout, SAME]
    tables: tuple[FeatureTable, ...]
    sample: RowSample | None

    def only(self, places: Sequence[int]) -> Self:
        """The tables of some of the features, and the sample of them."""
        sample = self.sample
        return dataclasses.replace(
            self,
            tables=tuple(self.tables[place] for place in places),
            sample=sample and dataclasses.replace(sample, bins=sample.bins[:, list(places)]),
        )

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
        if self.sample is not None:
            one, rows = self.sample, len(self.sample.keys)
            require(one.bins.shape == (rows, len(names)), "has a sample of other columns")
            require(one.loss.shape == one.half.shape == one.keys.shape == (rows,), "is ragged")
            require(rows <= one.seen and (one.keys[1:] >= one.keys[:-1]).all(), "has other keys")
            sizes = np.array([table.binning.size for table in self.tables])
            require((one.bins < sizes).all(), "has a sample of other bins")
