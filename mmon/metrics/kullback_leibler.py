"""The Kullback-Leibler divergence of production from the reference."""

from __future__ import annotations

import numpy as np

from mmon.metrics._smoothed import Smoothed, smoothed
from mmon.records.arrays import FloatArray


class KullbackLeibler(Smoothed):
    """The Kullback-Leibler divergence of production from the reference, in nats.

    Measures
    --------
    The sum of ``q * ln(q / p)`` over the reference's shares p and production's q, KL(production ||
    reference): what a code made for the reference costs more per production row, in nats. 0 for
    equal shares, without an upper bound. So that a new category stays finite, a share ``smoothing``
    of both sides is first replaced by their average; the shares still sum to 1.

    {p-value}

    Misleads when
    -------------
    Compared with a tool that takes the other direction, KL(reference || production), which differs.
    A new category can decide it, and then ``smoothing`` decides its size (``jensen_shannon`` needs
    none); one that vanished hardly counts.
    {missing values}

    Options
    -------
    {bins}
    smoothing : float, default 0.001
        Share of each side that is replaced by the average of both; above 0, below 1.

    Example
    -------
    {score of three regions}
    ('0.1238', '0.003')

    References
    ----------
    Kullback and Leibler, *On information and sufficiency*, Ann. Math. Stat. 1951. Lee, *On the
    effectiveness of the skew divergence for statistical language analysis*, AISTATS 2001 (the
    smoothing).
    """

    def terms(self, p: FloatArray, q: FloatArray, weight: float) -> FloatArray:
        """Share times log-ratio, plus a difference that sums to 0 and keeps each term positive."""
        p, q = smoothed(p, q, self.smoothing)
        return np.maximum(q * np.log(q / p) + (p - q), 0.0)
