"""Corrects p-values for the number of columns that were tested at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mmon.records.arrays import FloatArray


def benjamini_hochberg(p_values: Sequence[float] | FloatArray) -> FloatArray:
    """False-discovery-rate adjusted p-values.

    Parameters
    ----------
    p_values : (C,) float in [0, 1]

    Returns
    -------
    (C,) float64 in [0, 1], in the given order; the same as
    ``scipy.stats.false_discovery_control(p_values, method="bh")``.

    References
    ----------
    Benjamini and Hochberg, *Controlling the false discovery rate*, JRSS B 57(1), 1995.

    Examples
    --------
    >>> benjamini_hochberg([0.01, 0.04, 0.03]).tolist()
    [0.03, 0.04, 0.04]
    """
    p = np.asarray(p_values, dtype=np.float64)
    count = len(p)
    if count == 0:
        return p
    order = np.argsort(p, kind="stable")
    scaled = p[order] * count / np.arange(1, count + 1)
    adjusted = np.empty(count)
    adjusted[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return adjusted
