"""Which of many overlapping segments tell something that the others do not."""

from __future__ import annotations

import dataclasses
from typing import Self

import numpy as np
from scipy.special import ndtri

from mmon.records.arrays import BoolArray, FloatArray
from mmon.segments._rises import Rise, VarianceAt
from mmon.segments._rows import Rows
from mmon.segments.conditions import Segment

# What a second condition must add to the squared deviation of the fit: the 95 % point of a
# chi-square of one degree of freedom. Else the shorter description stands.
_PER_CONDITION = 3.84


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Basis:
    """The rows that a kind of segment is judged on, and how they follow from the sampled ones.

    Attributes
    ----------
    inside : (S, 4) float64
        Rows of the reference and of production in each segment, and the sums of their losses.
    everything : (4,) float64
        The same of all rows.
    rows : (k,) bool
        The sampled rows among them.
    scale : (4,) float64
        Rows for which each sampled one stands.
    """

    inside: FloatArray
    everything: FloatArray
    rows: BoolArray
    scale: FloatArray

    @classmethod
    def of_rows(cls, rows: Rows, segments: list[Segment], among: BoolArray) -> Self:
        """The basis that consists of some sampled rows, each standing for itself."""
        inside = np.stack(
            [rows.totals(rows.within(one) & among, rows.cut_loss) for one in segments]
        )
        return cls(inside, rows.totals(among, rows.cut_loss), among, np.ones(4))

    def left(self, removed_inside: FloatArray) -> FloatArray:
        """(S, 4) what is left of the segments without some sampled rows."""
        return np.maximum(self.inside - removed_inside * self.scale, 0.0)

    def deviations(
        self, removed_inside: FloatArray, removed: FloatArray, variance: VarianceAt
    ) -> FloatArray:
        """(S,) excess deviations of the segments without some rows.

        Parameters
        ----------
        removed_inside, removed : (S, 4), (4,) float64
            The sampled rows removed, of each segment and in all.
        """
        gone, left = removed_inside * self.scale, self.left(removed_inside)
        # A sample says only roughly how many wrong rows are gone.
        n, m = np.maximum(left[:, 0], 0.5), np.maximum(left[:, 1], 0.5)
        spread = gone * (self.scale - 1)
        noise = spread[:, 2] / n**2 + spread[:, 3] / m**2
        rest = np.maximum(self.everything - removed * self.scale - left, 0.0)
        return Rise(left, variance, noise).deviations_beyond(Rise(rest, variance))


def distinct(
    segments: list[Segment],
    rows: Rows,
    full: Basis,
    confirming: Basis,
    variance: VarianceAt,
    *,
    alpha: float,
    limit: int,
    least: tuple[float, float],
) -> list[int]:
    """Positions of the segments to tell, the clearest first.

    The segment that fits best, on the rows that discovered no pair, is told; its rows are removed;
    and so on, as long as others are still worse than the rest is without these rows.

    Parameters
    ----------
    segments : list of S Segment
        All significant.
    rows : Rows
        The sample.
    full : Basis
        What segments of one feature are judged on.
    confirming : Basis
        What pairs are judged on: the rows that did not discover them.
    variance : callable
    alpha : float
        Level of "still worse", divided by the number of segments that are in question.
    limit : int
    least : (float, float)
        Rows of the full basis that must be left of a segment, on either side.
    """
    depth = np.array([len(one) for one in segments])
    inside = np.stack([rows.within(one) for one in segments])
    removed = np.zeros(len(rows.loss), dtype=np.bool_)
    is_open = np.ones(len(segments), dtype=np.bool_)
    told: list[int] = []
    while is_open.any() and len(told) < limit:
        # How the segments fit, and whether they still do, are told by what the rows leave.
        gone = inside[:, removed].astype(np.float64)
        weights = rows.weights[removed]
        of_confirming = weights * confirming.rows[removed, np.newaxis]
        fit = confirming.deviations(gone @ of_confirming, of_confirming.sum(axis=0), variance)
        in_full = full.deviations(gone @ weights, weights.sum(axis=0), variance)
        if told:
            left = full.left(gone @ weights)
            is_open &= (left[:, 0] >= least[0]) & (left[:, 1] >= least[1])
            enough = -float(ndtri(alpha / max(int(is_open.sum()), 1)))
            is_open &= np.where(depth == 1, in_full, fit) > enough
            if not is_open.any():
                break
        score = np.sign(fit) * fit**2 - _PER_CONDITION * (depth - 1)
        best = int(np.argmax(np.where(is_open, score, -np.inf)))
        told.append(best)
        is_open[best] = False
        removed |= inside[best]
    return told
