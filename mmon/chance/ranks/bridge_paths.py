"""Null distributions of integrals of a bridge over the value axis, from one cached simulation.

No closed form is known for integrals of a bridge's absolute value, nor for any integral that the
wide gaps beside a few extreme rows dominate. So a bridge is simulated once, with a fixed seed, in
the time scale in which it is stationary (logit t; there it is an Ornstein-Uhlenbeck process), and
a statistic's null is a weighted sum of its columns. Where extreme rows matter, the rows at either
end are dealt to the samples one by one, in accord with the bridge that starts behind them.

References
----------
Shepp, *On the integral of the absolute value of the pinned Wiener process*, Ann. Probab., 1982.
Ehrhard, *Symétrisation dans l'espace de Gauss*, Math. Scand., 1983.
"""

from __future__ import annotations

import dataclasses
import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, gammaln, ndtr, ndtri

from mmon.records.arrays import FloatArray, IntArray

_SEED = 20_201_231
PATHS = 8192
_SPACING = 0.3
# Logit times: from one row in 160,000 to all but one.
_TIMES = np.arange(-40, 41) * _SPACING
# Above this p-value the simulated paths count; below it a tail formula goes on.
ANCHOR = 0.01
# Rows at either end that are dealt one by one.
_ROWS = 40


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Simulated:
    """The simulated null values of one statistic."""

    sample: FloatArray  # (8192,) ascending
    anchor: float  # the value exceeded with probability 0.01
    deviation: float  # largest standard deviation of a linear functional below the statistic

    def tail(self, value: FloatArray) -> FloatArray:
        """P(statistic >= value) for each value, (V,) float64."""
        above = 1.0 - np.searchsorted(self.sample, value, side="left") / PATHS
        far = np.maximum(value - self.anchor, 0.0)
        scaled = far / self.deviation if self.deviation > 0.0 else np.where(far > 0.0, np.inf, 0.0)
        beyond = ndtr(ndtri(ANCHOR) - scaled)
        return np.where(value > self.anchor, beyond, np.maximum(above, ANCHOR))


def simulate(share: FloatArray, weight: FloatArray) -> Simulated:
    """The null of ``sum of weight * |B(share)| / sqrt(share (1 - share))``.

    Shares are (J,) in (0, 1); a weight is its term's standard deviation.
    """
    on_node = _on_nodes(share, weight)
    correlation, absolute = _covariances()
    whole = float(weight.sum())
    raw = (_sizes(1) @ on_node.astype(np.float32)).astype(np.float64)
    mean = math.sqrt(2.0 / math.pi) * whole
    deviation = math.sqrt(max(float(on_node @ absolute @ on_node), 0.0))
    spread = float(raw.std())
    if spread > 0.0:
        raw = mean + (raw - raw.mean()) * (deviation / spread)
    raw = np.sort(np.maximum(raw, 0.0))
    return Simulated(
        sample=raw,
        anchor=float(raw[math.ceil((1.0 - ANCHOR) * PATHS)]),
        deviation=math.sqrt(max(float(on_node @ correlation @ on_node), 0.0)),
    )


def _on_nodes(share: FloatArray, weight: FloatArray) -> FloatArray:
    """Weights at times ``share``, shared between the two nearest simulated times."""
    place = np.clip(np.log(share / (1.0 - share)) / _SPACING, -40.0, 40.0) + 40.0
    node = np.minimum(place.astype(np.int64), len(_TIMES) - 2)
    part = place - node
    on_node = np.zeros(len(_TIMES))
    on_node += np.bincount(node, weight * (1.0 - part), len(_TIMES))
    on_node += np.bincount(node + 1, weight * part, len(_TIMES))
    return on_node


def simulate_rows(
    below: IntArray, total: int, width: FloatArray, n: int, m: int, power: int
) -> FloatArray:
    """(8192,) ascending null values of ``∫ |F - G|**power dx``, extreme rows dealt one by one.

    Of the pooled rows, ``total``, so many as ``below`` says lie left of each gap; the sides' rows,
    n + m, may differ from it.
    """
    rows = max(1, min(_ROWS, total // 8))
    first = int(np.searchsorted(below, rows, side="right"))
    last = int(np.searchsorted(below, total - rows, side="left"))
    last = max(first, last)
    share = below[first:last] / total
    # Standard deviation of F - G at t, over that of a bridge.
    deviation = math.sqrt((n + m) / (n * m) * ((n + m) / (n + m - 1)))
    scale = deviation * np.sqrt(share * (1.0 - share))
    on_node = _on_nodes(share, width[first:last] * scale**power)
    found = (_sizes(power) @ on_node.astype(np.float32)).astype(np.float64)
    edge = int(np.clip(round(math.log(rows / (total - rows)) / _SPACING), -40, 40)) + 40
    # To 1 %, so that columns with a few nulls more or less share what was simulated.
    chance = float(expit(round(math.log(m / n), 2)))
    low = _by_row(below[:first], width[:first], rows)
    high = _by_row(total - below[last:], width[last:], rows)
    for is_high, wide in ((False, low), (True, high)):
        if wide.any():
            # Drawing without replacement moves rows a little less than binomially.
            ahead = np.arange(1.0, rows + 1.0)
            factor = deviation * np.sqrt((total - ahead) / total / total)
            dealt = _dealt(chance, edge, rows, is_high, power)
            found += dealt @ (wide * factor**power).astype(np.float32)
    found.sort()
    return found


def _by_row(below: IntArray, width: FloatArray, rows: int) -> FloatArray:
    wide = np.zeros(rows)
    wide[below - 1] = width
    return wide


@lru_cache(maxsize=16)
def _dealt(chance: float, edge: int, rows: int, is_high: bool, power: int) -> NDArray[np.float32]:
    """(8192, rows) standardised |production rows among the first i - expected|**power.

    As many of the rows are in production as the path says at its column ``edge`` (its other end
    for the high side), and which ones is a fixed random order.
    """
    hits = np.arange(rows + 1.0)
    log = gammaln(rows + 1) - gammaln(hits + 1) - gammaln(rows - hits + 1)
    pmf = np.exp(log + hits * math.log(chance) + (rows - hits) * math.log1p(-chance))
    paths = _paths()
    # The reference's share is the larger where production has few rows: the sign is production's.
    level = ndtr(-paths[:, len(_TIMES) - 1 - edge] if is_high else paths[:, edge])
    count = np.searchsorted(np.cumsum(pmf)[:-1], level, side="right")
    drawn = np.cumsum(_orders(rows)[int(is_high)] < count[:, None], axis=1, dtype=np.float32)
    expected = (np.arange(1, rows + 1) * chance).astype(np.float32)
    away: NDArray[np.float32] = np.abs(drawn - expected)
    away /= np.float32(math.sqrt(chance * (1.0 - chance)))
    return away if power == 1 else away * away


@lru_cache(maxsize=4)
def _orders(rows: int) -> NDArray[np.int8]:
    """(2, 8192, rows) a random order of the rows of either end for each path."""
    generator = np.random.default_rng(_SEED + 1)
    order = np.tile(np.arange(rows, dtype=np.int8), (2, PATHS, 1))
    return generator.permuted(order, axis=2)


@lru_cache(maxsize=1)
def _paths() -> NDArray[np.float32]:
    """(8192, 81) stationary paths of unit variance."""
    generator = np.random.default_rng(_SEED)
    step = math.exp(-0.5 * _SPACING)
    noise = generator.standard_normal((len(_TIMES), PATHS), dtype=np.float32)
    noise[1:] *= math.sqrt(1.0 - step * step)
    for i in range(1, len(_TIMES)):
        noise[i] += step * noise[i - 1]
    return np.ascontiguousarray(noise.T)


@lru_cache(maxsize=2)
def _sizes(power: int) -> NDArray[np.float32]:
    """Powers of the absolute simulated paths."""
    paths = _paths()
    return np.abs(paths) if power == 1 else paths * paths


@lru_cache(maxsize=1)
def _covariances() -> tuple[FloatArray, FloatArray]:
    """Correlation of the paths, and the covariance of their absolute values."""
    correlation = np.exp(-0.5 * np.abs(np.subtract.outer(_TIMES, _TIMES)))
    # E|X Y| of standard normals, minus E|X| E|Y|.
    absolute = (
        2.0
        / math.pi
        * (
            np.sqrt(np.maximum(1.0 - correlation**2, 0.0))
            + correlation * np.arcsin(correlation)
            - 1.0
        )
    )
    return correlation, absolute
