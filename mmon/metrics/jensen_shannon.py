"""The Jensen-Shannon distance: the square root of the divergence, to base 2."""

from __future__ import annotations

import math

import numpy as np
from scipy.special import rel_entr

from mmon.metrics._binned import Binned
from mmon.records.arrays import FloatArray


class JensenShannon(Binned):
    """The square root of the Jensen-Shannon divergence, to base 2.

    Measures
    --------
    The square root of the mean Kullback-Leibler divergence, in bits, of the reference's and of
    production's shares from their average: 0 for equal shares, 1 when no category is common. It is
    a true distance, needs no smoothing, and equals
    ``scipy.spatial.distance.jensenshannon(p, q, base=2)``.

    {p-value}

    Misleads when
    -------------
    Compared with tools that report the divergence (its square) or use natural logarithms: a
    distance of 0.1 is a divergence of 0.01. With many rare categories chance alone keeps it far
    from 0. In two sparse categories it has few possible values, and so a conservative p-value.
    {missing values}

    Options
    -------
    {bins}

    Example
    -------
    {score of three regions}
    ('0.2067', '0.004')

    References
    ----------
    Lin, *Divergence measures based on the Shannon entropy*, IEEE Trans. Inf. Theory 1991. Endres
    and Schindelin, *A new metric for probability distributions*, IEEE Trans. Inf. Theory 2003.
    """

    is_root = True
    # By the triangle inequality, as its square is at most the total variation.
    is_true_distance = True

    def terms(self, p: FloatArray, q: FloatArray, weight: float) -> FloatArray:
        """Mean divergence of both shares from their average, in bits."""
        middle = (p + q) / 2
        total = rel_entr(p, middle) + rel_entr(q, middle)
        return np.maximum(total, 0.0) / (2 * math.log(2))
