"""Why a mean loss changed, by what it is on inputs that both sides have.

The shared inputs S are those where neither side lacks rows: their density is that of the
reference, p, times that of production, q, over the sum of both. Rows of either side are weighted to
them by the probability that a row is of production, which a classifier tells.

References
----------
Cai, Namkoong and Yadlowsky, *Diagnosing model performance under distribution shift*, 2023.
"""

from __future__ import annotations

import dataclasses
import math

import numpy as np
from scipy.special import stdtrit

from mmon.chance.levels import TAIL
from mmon.chance.proportions import Z
from mmon.models import one_thread
from mmon.models.propensity import propensities
from mmon.models.rows import Rows, binned
from mmon.records.arrays import FloatArray, IntArray

REFITS = 12
"""Bootstrap samples in which the classifiers are fitted again."""
FEWEST = 50
"""Rows of either side below which nothing is fitted."""
# A bootstrap sample has at most so many rows of both sides; the deviations of all rows are those of
# its terms times the root of the ratio (m out of n: Bickel, Götze and van Zwet, Statistica Sinica
# 1997).
_MOST_REFITTED = 6_000
# Sides that share less of their inputs, or by fewer rows, tell nothing about the same inputs.
_LEAST_SHARED, _LEAST_ROWS = 0.05, 30.0


@dataclasses.dataclass(frozen=True, slots=True)
class Term:
    """One part of a change, with its standard deviation and its interval at 95 %."""

    value: float
    deviation: float
    interval: tuple[float, float]


@dataclasses.dataclass(frozen=True, slots=True)
class Split:
    """A change of the mean loss and its three parts, which add up to it.

    Attributes
    ----------
    total : Term
        Of production over the reference.
    parts : tuple of three Term, or None
        Of the inputs that moved to harder ones among those that both sides have, of the loss that
        is another one of the same inputs, and of inputs that the reference hardly has; None where
        the sides share too little.
    """

    total: Term
    parts: tuple[Term, Term, Term] | None


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Shared:
    """The inputs that both sides have.

    Attributes
    ----------
    ref, cur : (n,) and (m,) float64 in [0, 1]
        What rows weigh there: q / (p + q) of the reference's, p / (p + q) of production's.
    """

    ref: FloatArray
    cur: FloatArray

    @property
    def share(self) -> float:
        """How much of their inputs the sides share; 1 where both have the same."""
        return min(1.0, 2.0 * min(float(one.mean()) for one in (self.ref, self.cur)))

    @property
    def effective(self) -> tuple[float, float]:
        """So many equally weighted rows tell as much (Kish, *Survey sampling*, 1965)."""
        return effective_rows(self.ref), effective_rows(self.cur)

    @property
    def lacks(self) -> str | None:
        """Why nothing is told of the same inputs; None where the sides share enough."""
        if self.share >= _LEAST_SHARED and min(self.effective) >= _LEAST_ROWS:
            return None
        told = f"the sides share {self.share:.0%} of their inputs"
        return f"no overlap: {told}, too little to compare them"


def shared_inputs(rows: Rows, *, seed: int = 0) -> Shared:
    """What rows weigh among the inputs that both sides have; they come in no order."""
    once = np.ones(len(rows.ref), dtype=np.int64), np.ones(len(rows.cur), dtype=np.int64)
    with one_thread():
        return Shared(*_weights(binned(rows), once, seed))


def split_change(
    rows: Rows, losses: tuple[FloatArray, FloatArray], shared: Shared, *, seed: int = 0
) -> Split:
    """Split the change of the mean loss of at least `FEWEST` rows of either side.

    Parameters
    ----------
    rows : Rows
        In an order that says nothing of them.
    losses : (n,) and (m,) float64
    shared : Shared
        Of these rows.
    seed : int
        Of the classifiers of the bootstrap.
    """
    with one_thread():
        return _split(binned(rows), losses, shared, seed)


def _split(rows: Rows, losses: tuple[FloatArray, FloatArray], shared: Shared, seed: int) -> Split:
    if shared.lacks is not None:
        return Split(total_change(losses), None)
    once = tuple(np.ones(len(one)) for one in losses)
    values = _parts(losses, (once[0], once[1]), (shared.ref, shared.cur))
    deviations = _deviations(rows, losses, seed)
    reach = float(stdtrit(REFITS - 1, 1.0 - TAIL))
    parts = [
        Term(value, one, (value - reach * one, value + reach * one))
        for value, one in zip(values.tolist(), deviations.tolist(), strict=True)
    ]
    return Split(total_change(losses), (parts[0], parts[1], parts[2]))


def total_change(losses: tuple[FloatArray, FloatArray]) -> Term:
    """The change of the mean of (n,) and (m,) losses, by their own variances."""
    ref, cur = losses
    value = float(cur.mean() - ref.mean())
    deviation = math.sqrt(sum(float(one.var(ddof=1)) / len(one) for one in losses))
    return Term(value, deviation, (value - Z * deviation, value + Z * deviation))


def _weights(
    rows: Rows, counts: tuple[IntArray, IntArray], seed: int
) -> tuple[FloatArray, FloatArray]:
    """(n,) q / (p + q) of the reference's rows and (m,) p / (p + q) of production's; 0 to 1."""
    known = propensities(rows, counts, seed=seed)
    is_cur = np.repeat([False, True], [len(rows.ref), len(rows.cur)])
    share = counts[1].sum() / (counts[0].sum() + counts[1].sum())
    of_cur, of_ref = known * (1.0 - share), (1.0 - known) * share
    # Rows that no classifier told weigh nothing.
    weight = np.nan_to_num(np.where(is_cur, of_ref, of_cur) / (of_cur + of_ref))
    ref, cur = np.split(weight, [len(rows.ref)])
    return ref * counts[0], cur * counts[1]


def _parts(
    losses: tuple[FloatArray, FloatArray],
    counts: tuple[IntArray, IntArray] | tuple[FloatArray, FloatArray],
    weights: tuple[FloatArray, FloatArray],
) -> FloatArray:
    """(3,) the terms."""
    own, shared = (
        [float(np.average(loss, weights=one)) for loss, one in zip(losses, by, strict=True)]
        for by in (counts, weights)
    )
    return np.array([shared[0] - own[0], shared[1] - shared[0], own[1] - shared[1]])


def effective_rows(weights: FloatArray) -> float:
    """So many equally weighted rows tell as much as these (Kish, *Survey sampling*, 1965)."""
    return float(weights.sum()) ** 2 / max(float((weights**2).sum()), 1e-300)


def _deviations(rows: Rows, losses: tuple[FloatArray, FloatArray], seed: int) -> FloatArray:
    """(3,) standard deviations of the terms over bootstrap samples."""
    rng = np.random.default_rng([seed, REFITS])
    sizes = [len(one) for one in losses]
    ratio = min(1.0, max(_MOST_REFITTED / sum(sizes), FEWEST / min(sizes)))
    drawn = [round(ratio * size) for size in sizes]
    found = []
    for refit in range(REFITS):
        counts = tuple(
            np.bincount(rng.integers(0, size, taken), minlength=size)
            for size, taken in zip(sizes, drawn, strict=True)
        )
        both = counts[0], counts[1]
        weights = _weights(rows, both, seed + refit)
        if all(one.sum() > 0.0 for one in weights):
            found.append(_parts(losses, both, weights))
    if len(found) < 2:
        return np.full(3, np.inf)
    deviations: FloatArray = np.std(found, axis=0, ddof=1) * math.sqrt(ratio)
    return deviations
