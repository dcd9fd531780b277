"""How much more often production has each row of the reference, by classifiers of others."""

from __future__ import annotations

import dataclasses

import numpy as np

from mmon.chance.ranks.areas import area, mean_area
from mmon.models.propensity import FOLDS, propensities_of
from mmon.models.rows import Rows
from mmon.models.shared_inputs import effective_rows
from mmon.records.arrays import FloatArray

FEWEST = 200
"""Rows of either side below which no ratio is told."""
# A row counts at most for so many: of one that production has still more often too few are known.
_MOST = 50.0


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class DensityRatio:
    """How production's rows are spread over those of the reference.

    Attributes
    ----------
    weights : (n,) float64
        For each row of the reference, its share of production's rows over its share of the
        reference's; their mean is 1.
    effective : float
        So many equally weighted rows tell as much (Kish, *Survey sampling*, 1965).
    p_value : float
        Of "both sides have the same inputs".
    """

    weights: FloatArray
    effective: float
    p_value: float


def density_ratio(rows: Rows, *, seed: int = 0) -> DensityRatio:
    """The ratio of at least `FEWEST` rows of either side, in an order that says nothing of them.

    References
    ----------
    Bickel, Brückner and Scheffer, *Discriminative learning under covariate shift*, JMLR 2009.
    """
    n, m = len(rows.ref), len(rows.cur)
    known = propensities_of(rows, seed=seed)
    ref, cur = np.split(known, [n])
    folds = [area(ref[one::FOLDS], cur[one::FOLDS]) for one in range(FOLDS)]
    weights = np.minimum(ref / np.maximum(1.0 - ref, 1e-12) * (n / m), _MOST)
    weights /= weights.mean()
    return DensityRatio(weights, effective_rows(weights), mean_area(folds).p_value)
