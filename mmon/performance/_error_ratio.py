"""The sampling error of a ratio of two means: squared errors by the target's variance, for R².

To leave out a row moves the logarithm of the ratio by about d / n, d = w - u, where w is the row's
squared error and u its squared deviation from the mean target, each divided by its mean. The
delta method knows that much. Here are two terms more, as both are skewed:

- The scale on which the ratio's interval is built, the power (V[w] - V[u]) / V[d]: with it the
  Edgeworth expansion of the Studentised ratio has the form of that of a Studentised mean of
  skewness E[d³] / V[d]^1.5, so that Hall's correction for a mean holds. Errors that alone are
  noisy make it 1, the scale of their mean square; a target that alone is, -1. Where the logarithm's
  interval reaches further, that end counts: the power is only an estimate.
- The next term by which leaving out a row moves the ratio, which the delete-one jackknife has:
  extreme rows weigh more.

References
----------
Hall, *The Bootstrap and Edgeworth Expansion*, 1992, ch. 2 (smooth functions of means). Efron and
Stein, *The jackknife estimate of variance*, Annals of Statistics 9, 1981.
"""

from __future__ import annotations

import dataclasses
import math
from typing import Self

from mmon.chance.skewed_means import mean_interval
from mmon.profiles.outcomes.error_moments import JointMoments


@dataclasses.dataclass(frozen=True, slots=True)
class RatioError:
    """How uncertain the ratio of two means is."""

    rows: int
    spread: float  # mean of d²
    # Means of d² u and of d² w.
    by_target: float
    by_error: float
    skewness: float  # of d
    heaviest: float  # skewness of w where that of d is positive, else of u
    power: float  # the scale of the interval, in [-1, 1]; 0 is the logarithm

    @classmethod
    def of(cls, joint: JointMoments) -> Self | None:
        """From squared errors and targets; None where their powers overflow.

        Both means must be positive.
        """
        errors, spread = float(joint.sums[1, 0]) / joint.n, float(joint.sums[0, 2]) / joint.n

        def mean_of(power_w: int, power_u: int) -> float:
            mean: float = float(joint.sums[power_w, 2 * power_u]) / joint.n
            # Divided one by one: the product of the divisors may be out of range.
            for divisor in [errors] * power_w + [spread] * power_u:
                mean /= divisor
            return mean

        ww, wu, uu = mean_of(2, 0), mean_of(1, 1), mean_of(0, 2)
        www, wwu, wuu, uuu = mean_of(3, 0), mean_of(2, 1), mean_of(1, 2), mean_of(0, 3)
        found = ww - 2 * wu + uu, wwu - 2 * wuu + uuu, www - 2 * wwu + wuu
        cubes = www - 3 * wwu + 3 * wuu - uuu
        if not all(map(math.isfinite, (*found, cubes))):
            return None
        second, by_target, by_error = (max(0.0, mean) for mean in found)
        skewness = power = heaviest = 0.0
        # Below this it is rounding: errors and deviations are the same.
        if second > 1e-12 * (ww + uu):
            skewness = cubes / second**1.5
            power = min(max((ww - uu) / second, -1.0), 1.0)
            heaviest = _skewness(ww, www) if skewness > 0.0 else _skewness(uu, uuu)
        return cls(joint.n, second, by_target, by_error, skewness, heaviest, power)

    def variance(self, power: float) -> float:
        """Relative variance of the ratio^power, divided by power²."""
        n = self.rows
        heavier = (1.0 + power) * self.by_target + (1.0 - power) * self.by_error
        return (self.spread + heavier / n) / n

    def factors(self) -> tuple[float, float]:
        """What the ratio times is the lower, and the upper, end of its interval."""
        lows, highs = zip(*map(self._ends, (self.power, 0.0)), strict=True)
        return min(lows), max(highs)

    def _ends(self, power: float) -> tuple[float, float]:
        deviation, skewness = math.sqrt(self.variance(power)), self.skewness
        ends = mean_interval(0.0, deviation, skewness, self.rows, heaviest=self.heaviest)
        return _unscaled(ends[0], power), _unscaled(ends[1], power)


def _skewness(square: float, cube: float) -> float:
    """Of numbers of mean 1, from the means of their squares and cubes."""
    spread = square - 1.0
    return (cube - 3.0 * square + 2.0) / spread**1.5 if spread > 1e-12 * square else 0.0


def _unscaled(x: float, power: float) -> float:
    base = 1.0 + power * x
    if abs(power) < 1e-9 or (power < 0.0 and base < 1e-3):
        # Near base 0 the ratio is infinite on this scale: on the logarithm's it is not.
        return math.exp(min(x, 700.0))
    return float(max(0.0, base) ** (1.0 / power))
