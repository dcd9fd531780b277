"""The Jensen-Shannon distance: the square root of the divergence, to base 2."""

from __future__ import annotations

import dataclasses
import math
from typing import ClassVar

import numpy as np
from scipy.special import rel_entr

from mmon.metrics._binned import Binned
from mmon.metrics._bins import FloatArray


@dataclasses.dataclass(frozen=True)
class JensenShannon(Binned):
    """The square root of the Jensen-Shannon divergence, to base 2.

    Measures
    --------
    The square root of the mean Kullback-Leibler divergence, in bits, of the reference's and of
    production's shares from their average: 0 for equal shares, 1 when no category is common. It is
    a true distance, needs no smoothing, and equals
    ``scipy.spatial.distance.jensenshannon(p, q, base=2)``.

    The p-value is two-sample and exact up to simulation: the pooled rows are dealt to both sides at
    random, numeric columns are cut at each deal's own quantiles, and beyond the deals a saddlepoint
    tail takes over. It holds with empty and rare categories.

    Misleads when
    -------------
    Compared with tools that report the divergence (its square) or use natural logarithms: a
    distance of 0.1 is a divergence of 0.01. With many rare categories chance alone keeps it far
    from 0. In two sparse categories it has few possible values, and so a conservative p-value.
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
    >>> score = load("jensen_shannon").score(reference, production)
    >>> f"{score.value:.4f}", f"{score.p_value:.3f}"
    ('0.2067', '0.004')

    References
    ----------
    Lin, *Divergence measures based on the Shannon entropy*, IEEE Trans. Inf. Theory 1991. Endres
    and Schindelin, *A new metric for probability distributions*, IEEE Trans. Inf. Theory 2003.
    """

    name: ClassVar[str] = "jensen_shannon"
    title: ClassVar[str] = "Jensen-Shannon distance"

    def terms(self, p: FloatArray, q: FloatArray, weight: float) -> FloatArray:
        """Mean divergence of both shares from their average, in bits."""
        middle = (p + q) / 2
        total = rel_entr(p, middle) + rel_entr(q, middle)
        return np.maximum(total, 0.0) / (2 * math.log(2))

    def of_sum(self, total: FloatArray) -> FloatArray:
        """The square root."""
        return np.sqrt(np.minimum(total, 1.0))

    def to_sum(self, value: float) -> float:
        """The square."""
        return value * value

    def reach(self, ref_moved: float, cur_moved: float) -> float:
        """By the triangle inequality, as its square is at most the total variation."""
        return math.sqrt(ref_moved) + math.sqrt(cur_moved)
