"""An estimate beside a level: whether it is surely beyond, and whether twice the level would be."""

from __future__ import annotations

import math
from collections.abc import Callable

from scipy.special import ndtr, ndtri

TAIL = 0.025
"""What a one-sided p-value at 95 %, two-sided, may be."""
POWER = 0.8
"""How often a change of twice the level has to be found, that its absence says something."""

_FARTHEST = 2.0**40
_CLOSE = 0.01


def beyond(difference: float, deviation: float) -> float:
    """One-sided p-value of "the true value is not beyond the level".

    Parameters
    ----------
    difference : float
        How far beyond its level an estimate lies.
    deviation : float
        Standard deviation of the estimate, normal.
    """
    if deviation > 0.0:
        return float(ndtr(-difference / deviation))
    return 0.0 if difference > 0.0 else 1.0


def is_surely_below(p_value: float | None) -> bool:
    """Whether a one-sided p-value of "not beyond the level", normal, proves it at 95 %."""
    return p_value is not None and p_value >= 1.0 - TAIL


def is_powerful(distance: float, deviation: float, alpha: float) -> bool:
    """Whether a true value that far beyond its level is found in `POWER` of all samples."""
    return distance >= deviation * float(ndtri(POWER) - ndtri(min(alpha, 0.5)))


def stricter(alpha: float) -> float:
    """What the p-value of a value may be, so that those around it are found in `POWER` of cases."""
    return float(ndtr(ndtri(min(alpha, 0.5)) - ndtri(POWER)))


def critical(
    p_value: Callable[[float], float | None], start: float, most: float = math.inf
) -> float | None:
    """The size from which on noise is improbable: where a falling p-value crosses `TAIL`.

    Parameters
    ----------
    p_value : callable
        Of a size; None where the noise is not known.
    start : float
        A size to begin with, above 0.
    most : float
        The largest size there is, which noise may reach.

    Returns
    -------
    float or None
        To a hundredth of itself; 0 where noise makes no size at all.
    """

    def is_improbable(size: float) -> bool:
        found = p_value(size)
        return found is not None and found <= TAIL

    inside = outside = min(start, most)
    while not is_improbable(outside):
        if outside >= most:
            return most if math.isfinite(most) and p_value(outside) is not None else None
        if outside > start * _FARTHEST:
            return None
        inside, outside = outside, min(2.0 * outside, most)
    while inside == outside or is_improbable(inside):
        inside, outside = inside / 2.0, inside
        if inside < start / _FARTHEST:
            return 0.0
    while outside - inside > _CLOSE * outside:
        middle = 0.5 * (inside + outside)
        inside, outside = (inside, middle) if is_improbable(middle) else (middle, outside)
    return outside
