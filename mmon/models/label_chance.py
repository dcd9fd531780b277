"""How probable it is of a row to have a label, and what labelled rows count for by it."""

from __future__ import annotations

import dataclasses

import numpy as np
from scipy.optimize import isotonic_regression

from mmon.models.propensity import propensities_of
from mmon.models.rows import Rows
from mmon.models.shared_inputs import effective_rows
from mmon.records.arrays import FloatArray

FEWEST = 50
"""Rows with a label, and rows without one, below which nothing is fitted."""
# Rows that have a label so much more rarely than all rows are like hardly any labelled one.
_LEAST = 0.05


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class LabelChance:
    """What labelled rows stand for, so that together they are like all rows.

    Attributes
    ----------
    weights : (m,) float64
        Of each labelled row the inverse of its chance to have a label.
    effective : float
        So many equally weighted rows tell as much (Kish, *Survey sampling*, 1965).
    unlike : float in [0, 1]
        The share of all rows that are like hardly any labelled one: nothing is told of these.
    """

    weights: FloatArray
    effective: float
    unlike: float


def label_chance(rows: Rows, *, seed: int = 0) -> LabelChance:
    """Learn the chance from `FEWEST` rows without a label (``ref``), and with one (``cur``).

    Cross-fitted gradient boosting orders the rows; at each place of that order the chance is the
    share of rows that have a label (isotonic regression), so that the labelled rows stand for as
    many rows as there are, there and altogether.

    Parameters
    ----------
    rows : Rows
        In an order that says nothing of them.

    References
    ----------
    Rosenbaum and Rubin, *Reducing bias in observational studies using subclassification on the
    propensity score*, JASA 1984; van der Laan, Lin, Carone and Luedtke, *Stabilized inverse
    probability weighting via isotonic calibration*, arXiv 2411.06342.
    """
    n, m = len(rows.ref), len(rows.cur)
    told = propensities_of(rows, seed=seed)
    is_labelled = np.repeat([0.0, 1.0], [n, m])
    order = np.argsort(told, kind="stable")
    place = np.unique(told[order], return_inverse=True)[1]
    count = np.bincount(place)
    share = np.bincount(place, is_labelled[order]) / count
    chance = np.empty(n + m)
    chance[order] = isotonic_regression(share, weights=count).x[place]
    least = _LEAST * m / (n + m)
    weights = 1.0 / np.maximum(chance[n:], least)
    return LabelChance(weights, effective_rows(weights), float(np.mean(chance < least)))
