"""Which segments are looked at: bins of a feature, and runs of adjacent bins of numbers."""

from __future__ import annotations

import dataclasses

import numpy as np

from mmon.profiles.features.tables import OTHER, Binning
from mmon.records.arrays import FloatArray, IntArray

# Intervals of up to so many adjacent bins are looked at; longer ones only where they are open to
# one side. That is 39 runs of ten bins instead of all 54: what lies between is a union of two.
_WIDEST = 3


@dataclasses.dataclass(frozen=True, slots=True, order=True)
class Condition:
    """Adjacent bins ``first`` to ``last`` (both included) of one feature, by its position."""

    feature: int
    first: int
    last: int


Segment = tuple[Condition, ...]
"""One or two conditions, on different features, that hold together."""


def conditions(feature: int, binning: Binning) -> list[Condition]:
    """The family of conditions on one feature.

    Each bin; of numbers also runs of adjacent bins: all that are open to one side, and those of
    two or three bins. A run of all numbers is left out: it is what is not missing.
    """
    size = binning.size
    runs = {(at, at) for at in range(size)}
    if binning.edges is not None:
        last = size - 2  # The bin after it is that of missing numbers.
        runs |= {(0, end) for end in range(last)} | {(start, last) for start in range(1, last)}
        for width in range(2, _WIDEST + 1):
            runs |= {(start, start + width - 1) for start in range(last - width + 2)}
        if last > 0:
            runs.discard((0, last))
    return [Condition(feature, first, last) for first, last in sorted(runs)]


def words(condition: Condition, binning: Binning) -> str:
    """The condition as a person reads it: ``country = BR``, ``12 < amount ≤ 35``.

    Parameters
    ----------
    condition : Condition
    binning : Binning
        Of the condition's feature.
    """
    name, first, last = binning.column, condition.first, condition.last
    if first == binning.size - 1:
        return f"{name} is missing"
    if binning.edges is None:
        label = binning.names()[first]
        return f"{name} is another" if label == OTHER else f"{name} = {label}"
    ends = [f"{edge:,.6g}" for edge in binning.edges]
    low = ends[first - 1] if first > 0 else None
    high = ends[last] if last < len(ends) else None
    if low is None and high is None:
        return f"{name} is present"
    if low is None:
        return f"{name} ≤ {high}"
    return f"{name} > {low}" if high is None else f"{low} < {name} ≤ {high}"


def over_runs(counts: IntArray | FloatArray, family: list[Condition]) -> FloatArray:
    """Sums over the bins of each condition.

    Parameters
    ----------
    counts : (B, …)
        Counts or sums by bin.
    family : list of S Condition

    Returns
    -------
    (S, …) float64
    """
    padded = np.zeros((len(counts) + 1, *counts.shape[1:]))
    np.cumsum(counts, axis=0, out=padded[1:])
    first = np.array([one.first for one in family])
    last = np.array([one.last for one in family])
    summed: FloatArray = padded[last + 1] - padded[first]
    return summed
