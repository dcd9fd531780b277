"""What a changed relation of inputs and outcome costs: two learners, each asked by both sides.

One learner has the labels of the reference, the other those of production. By how much less the
first errs than the second is a number for each row; where only inputs moved it is on average the
same for the same input, whichever side's label it is asked with, and however good either learner
is. So its difference between the sides, on the inputs that both have, is 0 unless the relation
changed. Splits of the reference alone would not repeat what a learner does where it has few rows.
"""

from __future__ import annotations

import dataclasses
import math

import numpy as np

from mmon.models import one_thread
from mmon.models.learners import Learner, Targets, learner
from mmon.models.losses import Loss, by_class
from mmon.models.rows import Rows, binned
from mmon.models.shared_inputs import Shared
from mmon.records.arrays import FloatArray, IntArray

PARTS = 4
"""Parts of the rows: each but the first is judged by learners of those before it."""
FEWEST = 200
"""Rows of either side below which nothing is fitted: fifty would be left to learn from."""
# Beyond so many values both sides are cut to fewer rows, so that a run with many features ends.
_MOST_VALUES = 1_000_000


@dataclasses.dataclass(frozen=True, slots=True)
class Shift:
    """What the change of the relation costs, with its standard deviation.

    Attributes
    ----------
    value, deviation : float
        In units of the loss. Without bias where nothing changed.
    n, m : int
        Rows of both sides that were looked at; three in four of them are judged.
    """

    value: float
    deviation: float
    n: int
    m: int


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Side:
    """One side's rows, with what they weigh among shared inputs, in parts that ``cuts`` bound.

    Numbers are those of bins, as learners take them.
    """

    rows: FloatArray
    targets: FloatArray
    weights: FloatArray
    cuts: IntArray

    def before(self, part: int) -> tuple[FloatArray, FloatArray]:
        """Rows and targets to learn from."""
        end = self.cuts[part]
        return self.rows[:end], self.targets[:end]

    def of(self, part: int, last: int | None = None) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Rows, targets and weights of one part, or of all up to the last."""
        own = slice(self.cuts[part], self.cuts[part + 1 if last is None else last])
        return self.rows[own], self.targets[own], self.weights[own]


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Learnt:
    """Two learners that know the rows before one part: the reference's and production's."""

    part: int
    ref: Learner
    cur: Learner


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """Both sides and the learners of each part but the first, and what their errors cost."""

    sides: tuple[Side, Side]
    learnt: tuple[Learnt, ...]
    loss: Loss


def fit(rows: Rows, targets: Targets, shared: Shared, loss: Loss, *, seed: int = 0) -> Fitted:
    """Fit the learners of at least `FEWEST` rows of either side.

    Parameters
    ----------
    rows : Rows
        In an order that says nothing of them.
    targets : Targets
        Of the same rows.
    shared : Shared
        Of the same rows.
    loss : Loss
        Of classes, or of numbers, as the targets are.
    seed : int
        Of the learners.
    """
    counts = len(rows.ref), len(rows.cur)
    ratio = min(1.0, _MOST_VALUES / (sum(counts) * max(len(rows.names), 1)))
    n, m = (max(FEWEST, round(ratio * count)) for count in counts)
    seen = binned(dataclasses.replace(rows, ref=rows.ref[:n], cur=rows.cur[:m]))
    ref = Side(seen.ref, targets.ref[:n], shared.ref[:n], _cuts(n))
    cur = Side(seen.cur, targets.cur[:m], shared.cur[:m], _cuts(m))
    with one_thread():
        learnt = tuple(
            Learnt(
                part,
                learner(*ref.before(part), rows.is_category, targets.classes, seed=seed),
                learner(*cur.before(part), rows.is_category, targets.classes, seed=seed),
            )
            for part in range(1, PARTS)
        )
    return Fitted((ref, cur), learnt, loss)


def concept_shift(fitted: Fitted) -> Shift:
    """What the change of the relation costs, on the inputs that both sides have.

    A learner of the reference's labels does worse on production's than a learner of production's
    does, and the other way round: the value is the mean of both excesses,

        ½ (E_S[R_Q(f_P) - R_Q(f_Q)] + E_S[R_P(f_Q) - R_P(f_P)]),

    R_P(f) and R_Q(f) being the expected loss of f by either side's relation, S the shared inputs.
    Each side's mean is taken of what is left of the difference of the two losses without what the
    mean of both learners says of it, so that it is right where either that or the weights are
    (augmented overlap weights). Parts are judged by learners of the parts before them, so that
    what one part says is unbiased whatever the others came to, and their variances add up; in
    cross-validation the parts teach each other and vary together.

    References
    ----------
    Li, Morgan and Zaslavsky, *Balancing covariates via propensity score weighting*, JASA 2018; Mao,
    Li and Greene, *Propensity score weighting analysis and treatment effect discretion*, SMMR 2018;
    Chernozhukov et al., *Double/debiased machine learning for treatment and structural
    parameters*, The Econometrics Journal 2018; Dawid, *Present position and potential
    developments: the prequential approach*, JRSS A 1984.
    """
    value, variance = 0.0, 0.0
    with one_thread():
        for one in fitted.learnt:
            ref, cur = (_excess(fitted, one, *side.of(one.part)) for side in fitted.sides)
            value += (cur[0] - ref[0]) / 2.0
            variance += (cur[1] + ref[1]) / 4.0
    n, m = (len(side.rows) for side in fitted.sides)
    count = len(fitted.learnt)
    return Shift(value / count, math.sqrt(variance) / count, n, m)


def _excess(
    fitted: Fitted, learnt: Learnt, rows: FloatArray, targets: FloatArray, weights: FloatArray
) -> tuple[float, float]:
    """By how much more the reference's learner errs than it should, and the variance of that."""
    loss, sides = fitted.loss, (learnt.ref.told(rows), learnt.cur.told(rows))
    if loss.is_of_numbers:
        # Of a target between both answers neither is the better one.
        ref, cur = (np.abs(targets - one[:, 0]) for one in sides)
        return weighted_mean(ref - cur, weights)
    ref, cur = (by_class(one, loss) for one in sides)
    more, both = ref - cur, (sides[0] + sides[1]) / 2.0
    left = more[np.arange(len(rows)), targets.astype(np.int64)] - (both * more).sum(axis=1)
    # One row that might have been another: learners that agree on all rows prove nothing.
    return weighted_mean(left, weights, least=float(loss is Loss.WRONG))


def weighted_mean(
    values: FloatArray, weights: FloatArray, *, least: float = 0.0
) -> tuple[float, float]:
    """A mean and its variance, as if one more row differed from it by ``least``.

    Infinite where nothing has any weight.
    """
    total = float(weights.sum())
    if total <= 0.0:
        return 0.0, math.inf
    mean = float(weights @ values) / total
    squares = float((weights * (values - mean)) @ (weights * (values - mean)))
    typical = float(weights @ weights) / total
    return mean, (squares + (least * typical) ** 2) / total**2


def _cuts(rows: int) -> IntArray:
    return np.arange(PARTS + 1) * rows // PARTS
