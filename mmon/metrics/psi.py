"""The population stability index of credit scoring."""

from __future__ import annotations

import numpy as np

from mmon.metrics._smoothed import Smoothed, smoothed
from mmon.records.arrays import FloatArray


class PopulationStabilityIndex(Smoothed):
    """The population stability index, the symmetric Kullback-Leibler divergence.

    Measures
    --------
    The sum of ``(q - p) * ln(q / p)`` over the reference's shares p and production's q: 0 for equal
    shares, without an upper bound. The habit of credit scoring calls less than 0.1 stable and more
    than 0.25 a shift. So that a category which appears or vanishes stays finite, a share
    ``smoothing`` of both sides is first replaced by their average; the shares still sum to 1, and
    where no bin is nearly empty the index is lower by the factor 1 - 2 * smoothing.

    {p-value}

    Misleads when
    -------------
    The habitual thresholds are applied whatever the rows and bins: by chance alone the index is
    about (bins - 1) * (1/n + 1/m), 0.1 for ten bins in 1,000 and 100 rows. A category that one side
    never had can decide the index, and then ``smoothing`` decides its size.
    {missing values}

    Options
    -------
    {bins}
    smoothing : float, default 0.001
        Share of each side that is replaced by the average of both; above 0, below 1.

    Example
    -------
    {score of three regions}
    ('0.2403', '0.004')

    References
    ----------
    Siddiqi, *Credit Risk Scorecards*, 2006. Yurdakul and Naranjo, *Statistical properties of the
    population stability index*, J. Risk Model Validation 2020. Lee 2001 (the smoothing).
    """

    def terms(self, p: FloatArray, q: FloatArray, weight: float) -> FloatArray:
        """Difference times log-ratio of the smoothed shares."""
        p, q = smoothed(p, q, self.smoothing)
        return (q - p) * np.log(q / p)
