"""Whether as many rows arrived as the reference makes expected, or fewer than chance explains."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
from scipy.special import betainc, betaincc, gammainc, gammaincc, gammaincinv, stdtr

from mmon.analyses.system_performance.rates import Noise, Rates
from mmon.analyses.system_performance.spans import Span

# How sure the reference must be before its counts are taken for more regular than Poisson's.
_REGULAR = 0.05
# Of what lies between the ends of a search no more than a billionth is left.
_HALVINGS = 30


@dataclasses.dataclass(frozen=True, slots=True)
class Expectation:
    """The number of rows that a time should have.

    Attributes
    ----------
    rows : float
        Their mean; positive.
    estimated : float
        Variance of ``rows`` itself, in units of the noise's ratio.
    reference_rows : int
        Rows that all rates together were measured on.
    length_us : int
        Over how long a time.
    noise : Noise or None
        None where the reference is too short to tell.
    """

    rows: float
    estimated: float
    reference_rows: int
    length_us: int
    noise: Noise | None

    @classmethod
    def of(cls, rates: Rates, span: Span) -> Expectation | None:
        """What the rates make expected; None where they say nothing, or no row at all."""
        if span.length <= 0 or span.length < rates.shortest_us:
            return None
        edges = np.array([span.start, span.end], dtype=np.int64)
        rows = float(rates.expected(edges)[0])
        if rows <= 0.0:
            return None
        uncertain = float(rates.uncertainty(edges)[0])
        every = int(rates.rows.sum())
        return cls(rows, uncertain, every, span.length, rates.noise(span.length))

    def times(self, factor: float) -> Expectation:
        """The same over a time ``factor`` times as long."""
        rows = self.rows * factor
        # A longer time has other hours as well, until all that the reference has count.
        relative = max(self.estimated / self.rows**2 / factor, 1.0 / self.reference_rows)
        return Expectation(
            rows,
            relative * rows**2,
            self.reference_rows,
            max(1, round(self.length_us * factor)),
            self.noise,
        )

    def p_value(self, rows: int) -> float | None:
        """Two-sided p-value of "production comes at the reference's rate"."""
        tails = self.tails(rows)
        return None if tails is None else min(1.0, 2.0 * min(tails))

    def tails(self, rows: int, share: float = 1.0) -> tuple[float, float] | None:
        """P(at most ``rows``) and P(at least ``rows``), when ``share`` of what is expected comes.

        The larger one of Student's t, which knows how few blocks the noise was measured on, and the
        negative binomial distribution of the same variance, which knows that counts are skewed.
        """
        if self.noise is None:
            return None
        mean = share * self.rows
        ratio = self._ratio
        # Where whole blocks are busier than others the noise grows faster than the mean.
        per_block = self.noise.relative * mean**2 * min(1.0, self.noise.block_us / self.length_us)
        spread = max(ratio * mean, per_block) if ratio >= 1.0 else ratio * mean
        variance = spread + max(ratio, 1.0) * share**2 * self.estimated
        deviation = math.sqrt(max(variance, np.finfo(np.float64).tiny))
        freedom = self.noise.freedom
        lower = float(stdtr(freedom, (rows + 0.5 - mean) / deviation))
        upper = float(stdtr(freedom, (mean - rows + 0.5) / deviation))
        if ratio >= 1.0:
            skewed = _count_tails(rows, mean, variance)
            lower, upper = max(lower, skewed[0]), max(upper, skewed[1])
        return lower, upper if rows else 1.0

    @property
    def _ratio(self) -> float:
        """The noise's ratio; below 1 only as far as the reference is sure of it."""
        noise = self.noise
        if noise is None or noise.ratio >= 1.0:
            return 1.0 if noise is None else noise.ratio
        at_most = noise.freedom * noise.ratio / float(2 * gammaincinv(noise.freedom / 2, _REGULAR))
        return min(1.0, at_most)

    def interval(self, rows: int, level: float = 0.95) -> tuple[float, float] | None:
        """Confidence interval of what share of the expected rows the true rate brings."""
        if self.noise is None:
            return None
        tail = (1.0 - level) / 2
        middle = max(rows, 1) / self.rows
        low = 0.0
        if rows:
            low = self._crossing(rows, (0.0, middle), 1, tail)
        high = middle
        while (tails := self.tails(rows, high)) is not None and tails[0] > tail:
            high *= 2
            # Where the noise is as large as the mean, no share is too large.
            if high > 1e6 * middle:
                return low, math.inf
        return low, self._crossing(rows, (rows / self.rows, high), 0, tail)

    def _crossing(self, rows: int, limits: tuple[float, float], side: int, tail: float) -> float:
        """The share at which a tail, below it inside the limits on one end only, is crossed."""
        low, high = limits
        for _ in range(_HALVINGS):
            share = (low + high) / 2
            tails = self.tails(rows, share)
            is_in = tails is not None and tails[side] > tail
            if is_in == (side == 1):
                high = share
            else:
                low = share
        return (low + high) / 2


def _count_tails(rows: int, mean: float, variance: float) -> tuple[float, float]:
    """P(at most ``rows``) and P(at least ``rows``), negative binomial or Poisson."""
    if mean <= 0.0:
        return 1.0, 0.0 if rows else 1.0
    if variance <= mean * (1.0 + 1e-9):
        return float(gammaincc(rows + 1, mean)), float(gammainc(rows, mean)) if rows else 1.0
    size, chance = mean**2 / (variance - mean), mean / variance
    lower = float(betainc(size, rows + 1, chance))
    return lower, float(betaincc(size, rows, chance)) if rows else 1.0
