"""Vectors of two sides, whose numbers go together and have heavy tails as asked."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]


def vectors(
    rng: np.random.Generator, rows: int, width: int, sort: str = "normal", shift: float = 0.0
) -> Matrix:
    """(rows, width) vectors; a shift is a share of the root of their total variance.

    ``normal`` ones vary alike and alone; of ``correlated`` ones few directions have most of the
    variance; ``heavy`` ones are these with the tails of Student's t of three degrees of freedom,
    and ``skewed`` ones lognormal. The shift is along the first number.
    """
    found = rng.standard_normal((rows, width), dtype=np.float32)
    if sort == "heavy":
        found /= np.sqrt(rng.chisquare(3, (rows, 1)) / 3).astype(np.float32)
    if sort == "skewed":
        found = np.exp(found)
    if sort != "normal":
        scale = (np.arange(1, width + 1) ** -0.5).astype(np.float32)
        found *= scale
        found[:, 1:] += np.float32(0.5) * found[:, :-1]
    if shift:
        found[:, 0] += np.float32(shift * spread(width, sort))
    return found


def spread(width: int, sort: str) -> float:
    """The root of the total variance, of the sorts for which it is known."""
    if sort == "normal":
        return float(np.sqrt(width))
    if sort != "correlated":
        raise ValueError(sort)
    scale = np.arange(1, width + 1) ** -0.5
    return float(np.sqrt((scale**2).sum() + 0.25 * (_upto_last(width) ** 2).sum()))


def _upto_last(width: int) -> NDArray[np.float64]:
    """What each number takes on from the one before it, which has taken on already."""
    return np.arange(1, width) ** -0.5
