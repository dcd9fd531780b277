"""The Hellinger distance: how far the square roots of the shares are apart."""

from __future__ import annotations

import numpy as np

from mmon.metrics._binned import Binned
from mmon.records.arrays import FloatArray


class Hellinger(Binned):
    """The distance between the square roots of the shares.

    Measures
    --------
    The square root of half the sum of ``(sqrt(p) - sqrt(q))**2`` over the reference's shares p and
    production's q: 0 for equal shares, 1 when no category is common. A change of 1 point weighs
    more in a rare category than in a common one, yet a category that appears or vanishes stays
    finite without smoothing.

    {p-value}

    Misleads when
    -------------
    Read as a share of rows: it is not one. For small changes it grows like the change itself, but
    its unit depends on how common the changed categories are. With many rare categories chance
    alone keeps it far from 0. In two sparse categories it has few possible values, and so a
    conservative p-value (size 0.03 at 2 % of 500 and 100 rows).
    {missing values}

    Options
    -------
    {bins}

    Example
    -------
    {score of three regions}
    ('0.1728', '0.004')

    References
    ----------
    Hellinger, *Neue Begründung der Theorie quadratischer Formen von unendlichvielen
    Veränderlichen*, J. reine angew. Math. 1909. Le Cam, *Asymptotic Methods in Statistical Decision
    Theory*, 1986.
    """

    is_root = True
    # By the triangle inequality, as its square is at most the total variation.
    is_true_distance = True

    def terms(self, p: FloatArray, q: FloatArray, weight: float) -> FloatArray:
        """Half the squared difference of the roots."""
        return 0.5 * (np.sqrt(p) - np.sqrt(q)) ** 2
