"""The sampled rows of both sides in one place, and what segments hold of them."""

from __future__ import annotations

import dataclasses

import numpy as np

from mmon.records.arrays import BoolArray, FloatArray, IntArray
from mmon.segments._excess_means import TRIMMED
from mmon.segments.conditions import Segment
from mmon.segments.sides import SampledLosses

# Absolute errors are told apart by so many equal-mass levels, each of which stands for its mean;
# the 5 % that a trimmed mean leaves out are the last six.
_LEVELS = 128


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Rows of both sides, the reference's first.

    Attributes
    ----------
    values : (K,) float64, ascending
        The loss at each level: 0 and 1 for classes.
    bins : (F, k) int64
        Bin of each row in each feature.
    level : (k,) int64
    loss : (k,) float64
    cut_loss : (k,) float64
        The loss with extreme errors cut, so that a few of them do not decide what looks worst.
    is_cur : (k,) bool
    """

    values: FloatArray
    bins: IntArray
    level: IntArray
    loss: FloatArray
    cut_loss: FloatArray
    is_cur: BoolArray

    def take(self, rows: BoolArray) -> Rows:
        """The given rows only."""
        return dataclasses.replace(
            self,
            bins=np.ascontiguousarray(self.bins[:, rows]),
            level=self.level[rows],
            loss=self.loss[rows],
            cut_loss=self.cut_loss[rows],
            is_cur=self.is_cur[rows],
        )

    def within(self, segment: Segment) -> BoolArray:
        """(k,) whether each row is in the segment."""
        inside = np.ones(len(self.loss), dtype=np.bool_)
        for one in segment:
            codes = self.bins[one.feature]
            inside &= (codes >= one.first) & (codes <= one.last)
        return inside

    @property
    def weights(self) -> FloatArray:
        """(k, 4): what each row adds to the rows, and to the cut losses, of either side."""
        sides = np.stack([~self.is_cur, self.is_cur], axis=1).astype(np.float64)
        return np.concatenate([sides, sides * self.cut_loss[:, np.newaxis]], axis=1)

    def totals(self, rows: BoolArray, loss: FloatArray) -> FloatArray:
        """(4,): the given rows on either side, and their sums of one of the losses."""
        is_cur, loss = self.is_cur[rows], loss[rows]
        m, cur = float(np.count_nonzero(is_cur)), float(loss[is_cur].sum())
        return np.array([len(loss) - m, m, float(loss.sum()) - cur, cur])

    def counts(self, feature: int, size: int) -> FloatArray:
        """(B, 2, K) rows in each of ``size`` bins of a feature, by side and level."""
        shape = size, 2, len(self.values)
        code = (self.bins[feature] * 2 + self.is_cur) * shape[2] + self.level
        counts = np.bincount(code, minlength=int(np.prod(shape)))
        return counts.reshape(shape).astype(np.float64)


def sampled(ref: SampledLosses, cur: SampledLosses, *, is_classified: bool) -> Rows:
    """The rows of both samples, neither of which is empty."""
    loss = np.concatenate([ref.loss, cur.loss])
    if is_classified:
        values, level, most = np.array([0.0, 1.0]), loss.astype(np.int64), 1.0
    else:
        values, level = _levels(loss)
        most = float(np.quantile(ref.loss, 1 - TRIMMED))
    return Rows(
        values=values,
        bins=np.concatenate([ref.bins, cur.bins]).T.astype(np.int64, order="C"),
        level=level,
        loss=loss,
        cut_loss=np.minimum(loss, most),
        is_cur=np.repeat([False, True], [len(ref.loss), len(cur.loss)]),
    )


def _levels(loss: FloatArray) -> tuple[FloatArray, IntArray]:
    """The mean of each equal-mass level, and each row's level."""
    cuts = np.unique(np.quantile(loss, np.arange(1, _LEVELS) / _LEVELS, method="inverted_cdf"))
    level = np.searchsorted(cuts, loss, side="left")
    count = np.bincount(level, minlength=len(cuts) + 1)
    total = np.bincount(level, loss, len(cuts) + 1)
    # The level above the last cut is empty where that is the largest value.
    return total / np.maximum(count, 1), level
