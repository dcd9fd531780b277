"""The Kullback-Leibler divergence of production from the reference."""

from __future__ import annotations

import dataclasses
import math
from typing import ClassVar

import numpy as np

from mmon.metrics._binned import Binned
from mmon.metrics._bins import FloatArray
from mmon.metrics._smoothed import DEFAULT_SMOOTHING, check_smoothing, smoothed


@dataclasses.dataclass(frozen=True)
class KullbackLeibler(Binned):
    """The Kullback-Leibler divergence of production from the reference, in nats.

    Measures
    --------
    The sum of ``q * ln(q / p)`` over the reference's shares p and production's q, KL(production ||
    reference): what a code made for the reference costs more per production row, in nats. 0 for
    equal shares, without an upper bound. So that a new category stays finite, a share ``smoothing``
    of both sides is first replaced by their average; the shares still sum to 1.

    The p-value is two-sample and exact up to simulation: the pooled rows are dealt to both sides at
    random, numeric columns are cut at each deal's own quantiles, and beyond the deals a saddlepoint
    tail takes over. It holds with empty and rare categories.

    Misleads when
    -------------
    Compared with a tool that takes the other direction, KL(reference || production), which differs.
    A new category can decide it, and then ``smoothing`` decides its size (``jensen_shannon`` needs
    none); one that vanished hardly counts.
    Missing values are a bin of their own: more of them is a distance too.

    Options
    -------
    bins : int, default 10
        Bins of equal reference mass that a numeric or datetime column is cut into.
    smoothing : float, default 0.001
        Share of each side that is replaced by the average of both; above 0, below 1.

    Example
    -------
    >>> from mmon.metrics import load
    >>> from mmon.profiles.counts import Counts
    >>> reference = Counts.from_mapping({"north": 50, "south": 30, "west": 20})
    >>> production = Counts.from_mapping({"north": 30, "south": 30, "west": 40})
    >>> score = load("kullback_leibler").score(reference, production)
    >>> f"{score.value:.4f}", f"{score.p_value:.3f}"
    ('0.1238', '0.003')

    References
    ----------
    Kullback and Leibler, *On information and sufficiency*, Ann. Math. Stat. 1951. Lee, *On the
    effectiveness of the skew divergence for statistical language analysis*, AISTATS 2001 (the
    smoothing).
    """

    name: ClassVar[str] = "kullback_leibler"
    title: ClassVar[str] = "Kullback-Leibler divergence"
    bounds: ClassVar[tuple[float, float]] = (0.0, math.inf)

    smoothing: float = DEFAULT_SMOOTHING

    def __post_init__(self) -> None:
        Binned.__post_init__(self)
        check_smoothing(self.smoothing)

    def terms(self, p: FloatArray, q: FloatArray, weight: float) -> FloatArray:
        """Share times log-ratio, plus a difference that sums to 0 and keeps each term positive."""
        p, q = smoothed(p, q, self.smoothing)
        return np.maximum(q * np.log(q / p) + (p - q), 0.0)
