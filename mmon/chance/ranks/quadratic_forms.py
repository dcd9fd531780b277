"""Tail probabilities of weighted sums of squared bridge values, to full relative precision.

Statistics such as Cramér-von Mises' are, under the null, quadratic forms in a Gaussian bridge: a
weighted sum of independent chi-squares whose weights are eigenvalues. Its tail is an inverse
Laplace transform, integrated along a parabola through the saddle point, so that p-values keep
their digits however small they are.

References
----------
Anderson and Darling, *Asymptotic theory of certain goodness of fit criteria*, Ann. Math. Stat.,
1952. Rice, *Distribution of quadratic forms in normal random variables: evaluation by numerical
integration*, SIAM J. Sci. Stat. Comput., 1980 (the contour through the saddle point).
"""

from __future__ import annotations

import math

import numpy as np
from scipy.special import gammaincc

from mmon.records.arrays import FloatArray, dot

# Nodes that stand for all the pooled values; more change no p-value by 1 %.
_NODES = 48
# Trapezoidal rule on the contour: exact to 1e-9 over chi-squares of 1 to 1000 degrees.
_STEP = 0.15
_CONTOUR = np.arange(1, 65) * _STEP
_FAR = 1e6
# Weights below this part of the largest change nothing.
_NEGLIGIBLE = 1e-9


def eigenvalues(time: FloatArray, weight: FloatArray, variance: FloatArray) -> FloatArray:
    """Weights of the chi-squares that sum w_j B(t_j)**2 consists of, (L,) positive, descending.

    Times are (J,) in (0, 1), ascending; a variance is that of its term, ``t (1 - t)`` for a bridge
    seen at t. The weights' sum is exactly ``sum(weight * variance)``.
    """
    part = weight * variance
    whole = float(part.sum())
    if whole <= 0.0:
        return np.empty(0)
    if len(time) > _NODES:
        share = np.cumsum(part) / whole
        # A value that carries much is alone; neighbours that carry little share a node.
        node = np.minimum((share - 0.5 * part / whole) * _NODES, _NODES - 1).astype(np.int64)
        starts = np.flatnonzero(np.append(True, node[1:] != node[:-1]))
        grouped = np.add.reduceat(part, starts)
        with np.errstate(invalid="ignore", divide="ignore"):
            time = np.add.reduceat(part * time, starts) / grouped
            variance = np.add.reduceat(part * variance, starts) / grouped
        part = grouped
    is_filled = part > 0.0
    time, variance, part = time[is_filled], variance[is_filled], part[is_filled]
    scaled = np.sqrt(part / variance)
    covariance = np.minimum.outer(time, time) * (1.0 - np.maximum.outer(time, time))
    np.fill_diagonal(covariance, variance)
    found = np.linalg.eigvalsh(covariance * np.outer(scaled, scaled))[::-1]
    found = found[found > _NEGLIGIBLE * found[0]]
    return np.asarray(found * (whole / float(found.sum())))


def tail(value: float, weights: FloatArray) -> float:
    """P(sum of weights * chi-square(1) >= value), in [0, 1], non-increasing in ``value``."""
    if value <= 0.0:
        return 1.0
    if len(weights) == 0:
        return 0.0
    largest = float(weights[0])
    relative = weights / largest
    x = value / largest
    # At most exp(-x / 4) 2**(K / 2), by Markov's inequality: no double is as small.
    if not x < _FAR:
        return 0.0
    if x < float(relative.sum()):
        return 1.0 - _one_side(x, relative, -1.0)
    return _one_side(x, relative, 1.0)


def _one_side(x: float, relative: FloatArray, side: float) -> float:
    """P(sum > x) for side 1, P(sum < x) for side -1: the saddle point has that sign."""
    at = _saddle(x, relative, side)
    rest = relative / (1.0 - 2.0 * at * relative)
    second = 2.0 * dot(rest, rest) + 1.0 / at**2
    third = 8.0 * dot(rest * rest, rest) - 2.0 / at**3
    scale = 1.0 / math.sqrt(second)
    # The curvature of steepest descent, and enough of it for the far end to decay.
    bend = max(third / (6.0 * second), 0.1 / scale)
    height = np.append(0.0, _CONTOUR) * scale
    point = at + bend * height**2 + 1j * height
    slope = 2.0 * bend * height + 1j
    exponent = -0.5 * np.log(1.0 - 2.0 * np.multiply.outer(relative, point)).sum(axis=0)
    # Relative to the saddle point, so that nothing underflows before the end.
    peak = -0.5 * float(np.log1p(-2.0 * at * relative).sum()) - at * x - math.log(abs(at))
    flow = np.exp(exponent - point * x - np.log(side * point) - peak) * slope
    area = (0.5 * flow[0].imag + float(flow[1:].imag.sum())) * _STEP * scale
    return float(min(1.0, max(0.0, area / math.pi * math.exp(peak))))


def _saddle(x: float, relative: FloatArray, side: float) -> float:
    """Where K(s) - s x - log|s| is smallest on (0, 1/2) or below 0; K: the cumulant function."""
    low, high = (0.0, 0.5) if side > 0.0 else (-(len(relative) + 4.0) / x, 0.0)
    at = 0.5 * (low + high)
    for _ in range(80):
        rest = relative / (1.0 - 2.0 * at * relative)
        slope = float(rest.sum()) - x - 1.0 / at
        if slope > 0.0:
            high = at
        else:
            low = at
        curve = 2.0 * dot(rest, rest) + 1.0 / at**2
        newton = at - slope / curve
        following = newton if low < newton < high else 0.5 * (low + high)
        if abs(following - at) <= 1e-6 * abs(at) * min(1.0, 1.0 - 2.0 * at):
            break
        at = following
    return at


def tails(values: FloatArray, weights: FloatArray) -> FloatArray:
    """`tail` at many values at once, from a scaled chi-square with the sum's first cumulants.

    References
    ----------
    Imhof, *Computing the distribution of quadratic forms in normal variables*, Biometrika, 1961,
    section 4 (Pearson's three-moment approximation).
    """
    if len(weights) == 0:
        return (values <= 0.0).astype(np.float64)
    # Relative to the largest, so that the cubes neither vanish nor overflow.
    relative = weights / weights[0]
    first, second, third = (float((relative**power).sum()) for power in (1, 2, 3))
    freedom = second**3 / third**2
    scaled = (values / weights[0] - first) * (second / third) + freedom
    found: FloatArray = gammaincc(0.5 * freedom, np.maximum(0.5 * scaled, 0.0))
    # The approximating law may start above 0; the sum itself is surely at least 0.
    return np.where(values <= 0.0, 1.0, found)
