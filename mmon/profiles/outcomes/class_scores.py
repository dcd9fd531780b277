"""What the scores of a batch of labelled rows add up to: losses, calibration, ranks and groups."""

from __future__ import annotations

import dataclasses

import numpy as np
from scipy.special import expit

from mmon.profiles.distributions.ecdf import Ecdf
from mmon.profiles.distributions.presence import are_counts
from mmon.profiles.merging import Rows, Sums, rounded
from mmon.profiles.outcomes.outcomes import GROUPS
from mmon.records import Count, require
from mmon.records.arrays import BoolArray, FloatArray, IntArray

# scikit-learn's log_loss keeps probabilities this far from 0 and 1.
SMALLEST = float(np.finfo(np.float64).eps)

CALIBRATION_BINS = 10
# The bins are (lower, upper], the first one closed, as in scikit-learn's calibration_curve.
CALIBRATION_EDGES: FloatArray = np.linspace(0.0, 1.0, CALIBRATION_BINS + 1)[1:-1]

SCORE_CELLS = 48
# Even steps of log-odds: models of rare classes and very sure models both spread over many cells.
CELL_EDGES: FloatArray = expit(np.linspace(-9.0, 9.0, SCORE_CELLS - 1))

# Columns of `ScoreSums.parts`: three powers of each of two losses, then three sums by bin.
_SUMS = 6 + 3 * CALIBRATION_BINS


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class ClassScores:
    """The scores of one class, in the rows that are of it and in the others.

    Attributes
    ----------
    inside, outside : Ecdf
        The class's score in rows of the class, and in rows of any other.
    """

    label: str
    inside: Ecdf
    outside: Ecdf


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class ScoreSums:
    """Sums over rows with a known target and usable scores.

    Of scores that are no probabilities all but the ranks is 0.

    Attributes
    ----------
    parts : (2, 36) float64
        Sums, each in two parts (see `in_parts`): of the powers 1, 2, 3 of the log-loss and of the
        Brier loss, then by calibration bin of the confidence, of its square, and of confidence
        times hit.
    bins : (10, 2) int64
        Rows and hits by calibration bin. The confidence is the positive class's score and a hit a
        positive row; with several classes it is the best score, and a hit where that is the
        target's.
    ranks : (C,) int64
        With several classes: rows by how many classes are scored above the target. Ties go to the
        later label, as in scikit-learn's ``top_k_accuracy_score``. Empty for binary tasks.
    """

    rows: Count
    parts: Sums
    bins: Rows
    ranks: Rows

    def check(self) -> None:
        """Raise `MisfitError` when what was read back are no sums of scores."""
        require(self.parts.shape == (2, _SUMS), "has sums of other things")
        require(self.bins.shape == (CALIBRATION_BINS, 2) and self.ranks.ndim == 1, "is ragged")
        of_bins = self.rows if self.bins.any() else 0
        is_whole = are_counts(self.bins[:, 0], of_bins) and are_counts(self.bins[:, 1])
        require(is_whole, "has bins that do not add up to its rows")
        require(are_counts(self.ranks, self.rows if len(self.ranks) else 0), "has other ranks")

    @classmethod
    def empty(cls, classes: int = 0) -> ScoreSums:
        """The sums of no rows."""
        bins, ranks = (np.zeros(size, np.int64) for size in ((CALIBRATION_BINS, 2), classes))
        return cls(0, np.zeros((2, _SUMS)), bins, ranks)

    @property
    def totals(self) -> FloatArray:
        """(36,) the sums."""
        totals: FloatArray = self.parts.sum(axis=0)
        return totals

    @property
    def log_loss(self) -> tuple[float, float, float]:
        """Sums over rows of the log-loss, of its square and of its cube."""
        first, second, third = self.totals[:3].tolist()
        return first, second, third

    @property
    def brier(self) -> tuple[float, float, float]:
        """Sums over rows of the Brier loss, of its square and of its cube."""
        first, second, third = self.totals[3:6].tolist()
        return first, second, third

    @property
    def confidence(self) -> FloatArray:
        """(3, 10) by calibration bin: sums of the confidence, its square, and confidence * hit."""
        return self.totals[6:].reshape(3, CALIBRATION_BINS)


def in_parts(values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """(n,) positive numbers in two parts: sums of each are exact, in any order and grouping.

    The first are multiples of 2**-20, the second of 2**-49 and at most 2**-21: doubles hold all
    multiples up to 2**33 and 2**4, the sums over a hundred million rows at least.
    """
    coarse = rounded(values, 20)
    return coarse, rounded(values - coarse, 49)


def binary_sums(is_positive: BoolArray, score: FloatArray) -> ScoreSums:
    """Sums of a batch's (n,) scored rows, of a binary task; scores are in [0, 1]."""
    of_target = np.where(is_positive, score, 1.0 - score)
    brier = np.square(1.0 - of_target)
    return _summed(of_target, brier, score, is_positive, ranks=np.empty(0, dtype=np.int64))


def multiclass_sums(
    target: IntArray, scores: FloatArray, labels: tuple[str, ...], *, are_probabilities: bool = True
) -> ScoreSums:
    """Sums of a batch's scored rows: (n,) class codes and (n, C) scores of the (C,) classes."""
    n, classes = scores.shape
    of_target = scores[np.arange(n), target]
    place = np.empty(classes, dtype=np.int64)
    place[sorted(range(classes), key=labels.__getitem__)] = np.arange(classes)
    above = np.zeros(n, dtype=np.int64)
    squares = 1.0 - 2.0 * of_target
    best = scores[:, 0].copy()
    for code in range(classes):
        one = scores[:, code]
        above += (one > of_target) | ((one == of_target) & (place[code] > place[target]))
        squares += one * one
        np.maximum(best, one, out=best)
    ranks = np.bincount(above, minlength=classes)
    if not are_probabilities:
        return dataclasses.replace(ScoreSums.empty(), rows=n, ranks=ranks)
    return _summed(of_target, squares, best, above == 0, ranks=ranks)


def _summed(
    of_target: FloatArray,
    brier: FloatArray,
    confidence: FloatArray,
    is_hit: BoolArray,
    *,
    ranks: IntArray,
) -> ScoreSums:
    log_loss = -np.log(np.clip(of_target, SMALLEST, 1.0 - SMALLEST))
    cell = np.searchsorted(CALIBRATION_EDGES, confidence, side="left")
    powers = [
        [part.sum() for part in in_parts(power)]
        for loss in (log_loss, brier)
        for power in (loss, loss * loss, loss * loss * loss)
    ]
    moments = [
        [np.bincount(cell, part, CALIBRATION_BINS) for part in in_parts(weights)]
        for weights in (confidence, confidence * confidence, confidence * is_hit)
    ]
    counts = np.bincount(2 * cell + is_hit, minlength=2 * CALIBRATION_BINS)
    misses, hits = counts.reshape(CALIBRATION_BINS, 2).T
    return ScoreSums(
        rows=len(of_target),
        parts=np.column_stack([np.transpose(powers), *moments]),
        bins=np.column_stack([misses + hits, hits]),
        ranks=ranks,
    )


def cell_edges(edges: tuple[float, ...]) -> FloatArray:
    """The edges of score cells: the given ones, or where there are none those of probabilities."""
    return np.asarray(edges) if edges else CELL_EDGES


def group_cells(
    target: IntArray,
    scores: FloatArray,
    group: IntArray,
    classes: int,
    edges: FloatArray = CELL_EDGES,
) -> IntArray:
    """(32, classes, 2, 48) rows by jackknife group, class, "is of the class" and score cell.

    Of (n,) class codes, (n, C) scores and (n,) groups; the first so many classes are counted.
    """
    cells = np.zeros((GROUPS, classes, 2, SCORE_CELLS), dtype=np.int64)
    for code in range(classes):
        cell = np.searchsorted(edges, scores[:, code])
        cell += SCORE_CELLS * (target == code) + (2 * SCORE_CELLS) * group
        counted = np.bincount(cell, minlength=GROUPS * 2 * SCORE_CELLS)
        cells[:, code] = counted.reshape(GROUPS, 2, SCORE_CELLS)
    return cells
