"""Where a change of the overall mean came from: bins that became more common, or got worse."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable
from typing import Literal

import numpy as np

from mmon.records.arrays import FloatArray
from mmon.results.charts import FeatureBin


@dataclasses.dataclass(frozen=True, slots=True)
class Contribution:
    """What one feature's bins say about the change of one metric.

    Attributes
    ----------
    column, metric : str
    mix : float
        The part of the change that comes from shares: rows moved to bins where the metric is
        higher (positive) or lower (negative).
    rate : float
        The part that comes from the metric's change inside the bins.
    change : float
        ``mix + rate``: the metric's overall change, the same for every feature.
    """

    column: str
    metric: str
    mix: float
    rate: float
    change: float

    @property
    def parts(self) -> tuple[tuple[Literal["mix", "rate"], float], ...]:
        """Both parts, with their names."""
        return ("mix", self.mix), ("rate", self.rate)


def split(
    shares: tuple[FloatArray, FloatArray], means: tuple[FloatArray, FloatArray]
) -> tuple[FloatArray, FloatArray]:
    """Each bin's mix and rate part of the change of the overall mean.

    With shares w and means m (0 reference, 1 production), the symmetric split is
    mix = (w1 - w0) ((m0 + m1) / 2 - M) and rate = (w0 + w1) / 2 (m1 - m0), where M is the mean of
    both overall means: a bin that became more common adds to the change only as far as it differs
    from the rest. As the shares of each side sum to 1, the parts of all bins sum to the change
    of the overall mean whatever M is. A bin that is empty on one side has no rate part.

    Parameters
    ----------
    shares : two (B,) float64, each summing to 1
    means : two (B,) float64, NaN in empty bins

    Returns
    -------
    mix, rate : (B,) float64

    References
    ----------
    Kitagawa, *Components of a difference between two rates*, JASA 1955.

    Examples
    --------
    >>> shares, means = np.array([[0.5, 0.5], [0.75, 0.25]]), np.array([[0.1, 0.3], [0.1, 0.5]])
    >>> mix, rate = split((shares[0], shares[1]), (means[0], means[1]))
    >>> mix.round(4).tolist(), rate.round(4).tolist()
    ([-0.025, -0.05], [0.0, 0.075])
    """
    (w0, w1), (m0, m1) = shares, means
    before = np.where(np.isnan(m0), m1, m0)
    after = np.where(np.isnan(m1), m0, m1)
    before, after = np.nan_to_num(before), np.nan_to_num(after)
    overall = (w0 @ before + w1 @ after) / 2
    return (w1 - w0) * ((before + after) / 2 - overall), (w0 + w1) / 2 * (after - before)


def contributions(bins: Iterable[FeatureBin]) -> list[Contribution]:
    """The parts of each feature's bins, summed; in the order in which features and metrics appear.

    Parameters
    ----------
    bins : iterable of FeatureBin
        Of one window. Metrics without parts, and sides without labels, are left out.
    """
    parts: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for one in bins:
        if one.mix is not None and one.rate is not None:
            parts.setdefault((one.column, one.metric), []).append((one.mix, one.rate))
    found = []
    for (column, metric), pairs in parts.items():
        mix = math.fsum(pair[0] for pair in pairs)
        rate = math.fsum(pair[1] for pair in pairs)
        found.append(Contribution(column, metric, mix, rate, mix + rate))
    return found
