"""MLRun's general drift: the mean of the total variation and the Hellinger distance."""

from __future__ import annotations

import numpy as np

from mmon.chance.bins.dealt_tables import NullTables
from mmon.chance.bins.far_tails import log_tail
from mmon.chance.bins.table import Table
from mmon.metrics._binned import Binned
from mmon.metrics.hellinger import Hellinger
from mmon.metrics.total_variation import TotalVariation
from mmon.profiles.distributions import Distribution
from mmon.records.arrays import FloatArray


class GeneralDrift(Binned):
    """The mean of total variation and Hellinger distance, as in MLRun.

    Measures
    --------
    Half the sum of ``total_variation`` and ``hellinger``: 0 for equal shares, 1 when no category is
    common. MLRun's histogram data drift application averages both over all features; here it is
    per column, and its mean over the columns is MLRun's result. MLRun calls 0.5 a potential and 0.7
    a detected drift; so is the mean called here where any column surely changed.

    {p-value}

    Misleads when
    -------------
    Its value is compared with MLRun's own to the digit: MLRun cuts the reference's range into bins
    of equal width, here bins have equal mass and there are bins for what lies outside. Its unit is
    that of neither distance.
    {missing values}

    Options
    -------
    {bins}

    Example
    -------
    {score of three regions}
    ('0.1864', '0.006')

    References
    ----------
    MLRun documentation, *Model monitoring: histogram data drift application*.
    """

    def terms(self, p: FloatArray, q: FloatArray, weight: float) -> FloatArray:
        """The terms of both distances, one after the other on the first axis."""
        return np.stack([part.terms(p, q, weight) for part in self._parts()])

    def distance(self, p: FloatArray, q: FloatArray, weight: float) -> FloatArray:
        """The mean of both distances."""
        both = [part.distance(p, q, weight) for part in self._parts()]
        return (both[0] + both[1]) / 2

    def corrected(self, value: float, ref: Distribution, cur: Distribution) -> float:
        """The mean of both distances' corrected scores."""
        del value
        both = [
            part.corrected(part.score(ref, cur, with_p_value=False).value or 0.0, ref, cur)
            for part in self._parts()
        ]
        return sum(both) / 2

    def deal_values(self, null: NullTables) -> FloatArray:
        """The mean of both distances, deal by deal."""
        both = [part.deal_values(null) for part in self._parts()]
        return (both[0] + both[1]) / 2

    def error(self, value: float, table: Table) -> float:
        """The mean of both distances' bounds."""
        p, q = table.ref.mass / table.ref.rows, table.cur.mass / table.cur.rows
        errors = [part.error(float(part.distance(p, q, 0.5)), table) for part in self._parts()]
        return sum(errors) / 2

    def log_tail(self, value: float, null: NullTables) -> float:
        """Log of the chance of a sum that ``value`` implies.

        For any s > 0, ``hellinger <= (hellinger**2 / s + s) / 2``, with equality at s: a mean of at
        least ``value`` implies a sum of terms of at least ``2 * value - s / 2``.
        """
        variation, hellinger = self._parts()
        s = value * self._hellinger_share(null)

        def terms(p: FloatArray, q: FloatArray, weight: float) -> FloatArray:
            return variation.terms(p, q, weight) + hellinger.terms(p, q, weight) / (2 * s)

        return log_tail(terms, 2 * value - s / 2, null)

    def _hellinger_share(self, null: NullTables) -> float:
        """Hellinger distance over general drift, in the deals that drift most."""
        variation, hellinger = (part.deal_values(null) for part in self._parts())
        both = (variation + hellinger) / 2
        top = np.argsort(both)[-max(1, len(both) // 50) :]
        return float(hellinger[top].sum() / both[top].sum())

    def _parts(self) -> tuple[TotalVariation, Hellinger]:
        return TotalVariation(self.bins), Hellinger(self.bins)
