"""The Hellinger distance: how far the square roots of the shares are apart."""

from __future__ import annotations

import dataclasses
import math
from typing import ClassVar

import numpy as np

from mmon.metrics._binned import Binned
from mmon.metrics._bins import FloatArray


@dataclasses.dataclass(frozen=True)
class Hellinger(Binned):
    """The distance between the square roots of the shares.

    Measures
    --------
    The square root of half the sum of ``(sqrt(p) - sqrt(q))**2`` over the reference's shares p and
    production's q: 0 for equal shares, 1 when no category is common. A change of 1 point weighs
    more in a rare category than in a common one, yet a category that appears or vanishes stays
    finite without smoothing.

    The p-value is two-sample and exact up to simulation: the pooled rows are dealt to both sides at
    random, numeric columns are cut at each deal's own quantiles, and beyond the deals a saddlepoint
    tail takes over. It holds with empty and rare categories.

    Misleads when
    -------------
    Read as a share of rows: it is not one. For small changes it grows like the change itself, but
    its unit depends on how common the changed categories are. With many rare categories chance
    alone keeps it far from 0. In two sparse categories it has few possible values, and so a
    conservative p-value (size 0.03 at 2 % of 500 and 100 rows).
    Missing values are a bin of their own: more of them is a distance too.

    Options
    -------
    bins : int, default 10
        Bins of equal reference mass that a numeric or datetime column is cut into.

    Example
    -------
    >>> from mmon.metrics import load
    >>> from mmon.profiles.counts import Counts
    >>> reference = Counts.from_mapping({"north": 50, "south": 30, "west": 20})
    >>> production = Counts.from_mapping({"north": 30, "south": 30, "west": 40})
    >>> score = load("hellinger").score(reference, production)
    >>> f"{score.value:.4f}", f"{score.p_value:.3f}"
    ('0.1728', '0.004')

    References
    ----------
    Hellinger, *Neue Begründung der Theorie quadratischer Formen von unendlichvielen
    Veränderlichen*, J. reine angew. Math. 1909. Le Cam, *Asymptotic Methods in Statistical Decision
    Theory*, 1986.
    """

    name: ClassVar[str] = "hellinger"
    title: ClassVar[str] = "Hellinger distance"

    def terms(self, p: FloatArray, q: FloatArray, weight: float) -> FloatArray:
        """Half the squared difference of the roots."""
        return 0.5 * (np.sqrt(p) - np.sqrt(q)) ** 2

    def of_sum(self, total: FloatArray) -> FloatArray:
        """The square root."""
        return np.sqrt(np.minimum(total, 1.0))

    def to_sum(self, value: float) -> float:
        """The square."""
        return value * value

    def reach(self, ref_moved: float, cur_moved: float) -> float:
        """By the triangle inequality, as its square is at most the total variation."""
        return math.sqrt(ref_moved) + math.sqrt(cur_moved)
