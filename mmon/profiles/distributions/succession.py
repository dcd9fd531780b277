"""How alike the values of rows are that follow each other in time: what makes rows count as fewer.

Of stretches of rows in order of time, the correlation of each row's rank with the next one's, and
of labels by how much more often two rows in a row are alike than any two are. Of each stretch by
itself, so that days or hours that differ, a trend, or a file in order of its values, count as none.

References
----------
Bayley and Hammersley, *The "effective" number of independent observations in an autocorrelated time
series*, 1946 (``n (1 - rho) / (1 + rho)`` rows, of a first-order process). Moran, *The
interpretation of statistical maps*, 1948 (what is known of independent rows: ``-1 / n``). Cohen, *A
coefficient of agreement for nominal scales*, 1960.
"""

from __future__ import annotations

import dataclasses
import math
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from mmon.profiles.merging import SUM, rounded
from mmon.records import Count, require
from mmon.records.arrays import BoolArray, FloatArray, IntArray

# Fewer rows of a stretch say nothing of it.
_FEWEST = 8
# Products are kept in steps, so that sums of them are exact in any order.
_BITS = 20


@dataclasses.dataclass(frozen=True, slots=True)
class Succession:
    """A mergeable correlation of neighbours in time.

    Attributes
    ----------
    pairs : int
        Pairs of neighbours that were looked at.
    product : float
        Their correlation, in [-1, 1], times their number.
    """

    pairs: Count = 0
    product: Annotated[float, SUM] = 0.0

    def check(self) -> None:
        """Raise `MisfitError` when what was read back is no correlation."""
        require(abs(self.product) <= 2.0 * self.pairs + 2.0, "has a correlation beyond 1")

    @property
    def correlation(self) -> float:
        """Of neighbours, in [-1, 1]; 0 where nothing is known."""
        return max(-1.0, min(1.0, self.product / self.pairs)) if self.pairs else 0.0

    @property
    def surely(self) -> float:
        """The correlation where it is beyond chance, which three deviations of it are; else 0."""
        is_sure = self.pairs and self.correlation * math.sqrt(self.pairs) > 3.0
        return self.correlation if is_sure else 0.0


def of_numbers(
    values: NDArray[Any], stretch: IntArray, is_single: BoolArray
) -> dict[int, Succession]:
    """The correlation of the ranks of neighbours, of each stretch of which it is known.

    Parameters
    ----------
    values : (r,) finite numbers, stretch after stretch, each in order of time
    stretch : (r,) int64, ascending from 0
    is_single : (r,) bool
        Whether no other row of the stretch has its time: others are no neighbours.
    """
    # Of all stretches at once: whatever keeps the order serves.
    ranks = np.unique(values, return_inverse=True)[1].astype(np.float64)
    rows = np.maximum(np.bincount(stretch), 1)
    ranks -= (np.bincount(stretch, ranks) / rows)[stretch]
    squares = np.bincount(stretch, ranks * ranks)
    is_pair = _are_neighbours(stretch, is_single)
    pairs = np.bincount(stretch[1:], is_pair, len(rows))
    products = np.bincount(stretch[1:], ranks[1:] * ranks[:-1] * is_pair, len(rows))
    found = products * rows / np.maximum(pairs * squares, 1e-300)
    # Of n independent rows it is -1 / n on average, of others with it lower, too (Kendall 1954).
    return _known(found + (1.0 + 4.0 * found) / rows, pairs, squares > 0.0)


def of_labels(
    codes: NDArray[Any], stretch: IntArray, is_single: BoolArray
) -> dict[int, Succession]:
    """How much more often neighbours are alike than any two rows of a stretch are, likewise."""
    labels, code = np.unique(codes, return_inverse=True)
    rows = np.bincount(stretch)
    cells, sizes = np.unique(stretch * max(len(labels), 1) + code, return_counts=True)
    every = np.maximum(rows * (rows - 1.0), 1.0)
    of = cells // max(len(labels), 1)
    by_chance = np.bincount(of, sizes * (sizes - 1.0), len(rows)) / every
    is_pair = _are_neighbours(stretch, is_single)
    pairs = np.bincount(stretch[1:], is_pair, len(rows))
    alike = np.bincount(stretch[1:], is_pair & (code[1:] == code[:-1]), len(rows))
    has_both = by_chance < 1.0
    found = alike / np.maximum(pairs, 1) - by_chance
    return _known(found / np.where(has_both, 1.0 - by_chance, 1.0), pairs, has_both)


def _are_neighbours(stretch: IntArray, is_single: BoolArray) -> BoolArray:
    """(r - 1,) whether a row and the next one are."""
    found: BoolArray = (stretch[1:] == stretch[:-1]) & is_single[1:] & is_single[:-1]
    return found


def _known(
    correlation: FloatArray, pairs: NDArray[Any], is_known: BoolArray
) -> dict[int, Succession]:
    products = rounded(np.clip(correlation, -1.0, 1.0) * pairs, _BITS)
    known = np.flatnonzero(is_known & (pairs >= _FEWEST)).tolist()
    return {at: Succession(int(pairs[at]), float(products[at])) for at in known}
