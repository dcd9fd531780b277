"""How often a single segment's p-value is small although its null hypothesis holds.

Thousands of segments are tested at once, so the p-values must hold far in the tail.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection

import numpy as np

from mmon.segments._excess_means import means_p_values
from mmon.segments._excess_odds import odds_p_values
from tests.statistics.sequential import Draw

LEVELS = (0.05, 0.01, 1e-3, 1e-4)


@dataclasses.dataclass(frozen=True)
class Rates:
    """Rows and error rates of a segment and of the rest; production's segment is on the null."""

    n: int
    m: int
    rest_n: int
    rest_m: int
    before: float
    rest_before: float
    rest_after: float

    @property
    def after(self) -> float:
        """The largest rate that is no worse than the rest's change makes expected."""
        odds = self.before / (1 - self.before)
        odds *= self.rest_after / (1 - self.rest_after) * (1 - self.rest_before) / self.rest_before
        added = self.before + self.rest_after - self.rest_before
        return max(self.before, added, odds / (1 + odds))


RATES = {
    "same": Rates(1_000, 1_000, 19_000, 19_000, 0.1, 0.1, 0.1),
    "rare, few production rows": Rates(2_000, 100, 18_000, 1_900, 0.01, 0.01, 0.01),
    "rare, few reference rows": Rates(100, 2_000, 1_900, 18_000, 0.01, 0.01, 0.01),
    "better rest": Rates(500, 500, 9_500, 9_500, 0.1, 0.2, 0.15),
    "worse in odds": Rates(500, 500, 9_500, 9_500, 0.3, 0.1, 0.2),
    "worse in points": Rates(500, 500, 9_500, 9_500, 0.05, 0.3, 0.4),
    "worse in points, rare": Rates(2_000, 100, 18_000, 1_900, 0.01, 0.05, 0.08),
    "worse in points, few reference rows": Rates(60, 2_000, 1_900, 18_000, 0.01, 0.1, 0.15),
    "small rest": Rates(9_000, 9_000, 1_000, 1_000, 0.05, 0.3, 0.35),
    "small rest of few errors": Rates(9_900, 9_900, 100, 100, 0.3, 0.03, 0.06),
}
ERRORS: dict[str, Callable[[np.random.Generator, tuple[int, int]], np.ndarray]] = {
    "normal": lambda rng, shape: np.abs(rng.normal(size=shape)),
    "lognormal": lambda rng, shape: rng.lognormal(size=shape),
    "lognormal(1.5)": lambda rng, shape: rng.lognormal(sigma=1.5, size=shape),
    "t3": lambda rng, shape: np.abs(rng.standard_t(3, size=shape)),
}
SIZES = ((100, 100), (100, 1_000), (1_000, 100), (500, 500))
"""Rows of the segment on either side; the rest has nine times as many."""


def null_odds(name: str) -> Draw:
    """Whether p-values of error rates are at most each of `LEVELS`, thousands in one draw."""
    one, rng = RATES[name], np.random.default_rng([3, *name.encode()])

    def counts(rows: int, rate: float) -> np.ndarray:
        wrong = rng.binomial(rows, rate, 4_000)
        return np.stack([rows - wrong, wrong], axis=1).astype(float)

    def draw(_: Collection[str]) -> dict[str, np.ndarray]:
        p = odds_p_values(
            counts(one.n, one.before),
            counts(one.m, one.after),
            counts(one.rest_n, one.rest_before),
            counts(one.rest_m, one.rest_after),
        )
        return {str(level): p <= level for level in LEVELS}

    return draw


def null_means(name: str, n: int, m: int, *, factor: float = 1.0) -> Draw:
    """The same of mean absolute errors, when everything became ``factor`` times as large."""
    rng, batch = np.random.default_rng([4, n, m, *name.encode()]), 250
    cuts = np.quantile(ERRORS[name](rng, (1, 100_000)), np.arange(1, 256) / 256)
    cuts = np.unique(np.concatenate([cuts, factor * cuts]))
    middles = np.concatenate([cuts[:1] / 2, (cuts[1:] + cuts[:-1]) / 2, cuts[-1:] * 1.5])

    def counts(rows: int, scale: float) -> np.ndarray:
        drawn = scale * ERRORS[name](rng, (batch, rows))
        level = np.searchsorted(cuts, drawn) + np.arange(batch)[:, None] * len(middles)
        found = np.bincount(level.ravel(), minlength=batch * len(middles))
        return found.reshape(batch, -1).astype(float)

    def draw(_: Collection[str]) -> dict[str, np.ndarray]:
        sides = [counts(rows, scale) for rows, scale in ((n, 1.0), (m, factor))]
        rest = [counts(9 * rows, scale) for rows, scale in ((n, 1.0), (m, factor))]
        p = means_p_values(middles, *sides, *rest)
        return {str(level): p <= level for level in LEVELS}

    return draw
