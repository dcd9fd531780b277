"""How alike the rows of one cluster are, as all rows of one user: what makes rows count as fewer.

The intraclass correlation of ranks, or of labels, by the analysis of variance between clusters.

References
----------
Kish, *Survey Sampling*, 1965, ch. 5: a sample in clusters of m rows is worth ``1 / (1 + (m - 1)
ICC)`` of its rows. Donner, *A review of inference procedures for the intraclass correlation
coefficient in the one-way random effects model*, 1986 (clusters of unequal size).
"""

from __future__ import annotations

import dataclasses
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from mmon.profiles.merging import SUM
from mmon.records import Count, require
from mmon.records.arrays import IntArray

_STEP = 2.0**-20


@dataclasses.dataclass(frozen=True, slots=True)
class Clustering:
    """A mergeable intraclass correlation of one column, of sampled clusters.

    Attributes
    ----------
    rows, squares : int
        Rows of the clusters with a value, and the sum of the squares of their numbers.
    pairs : int
        Pairs of rows of one cluster.
    product : float
        Their correlation, in [0, 1], times their number.
    """

    rows: Count
    squares: Count
    pairs: Count
    product: Annotated[float, SUM]

    def check(self) -> None:
        """Raise `MisfitError` when what was read back does not fit together."""
        require(self.pairs == self.squares - self.rows >= 0, "has other pairs than its rows")
        require(0.0 <= self.product <= self.pairs, "has a correlation that is none")

    @property
    def correlation(self) -> float:
        """Of two rows of one cluster, in [0, 1]; 0 where none has two."""
        return self.product / self.pairs if self.pairs else 0.0

    @property
    def size(self) -> float:
        """Rows of the cluster of a row, on average; at least 1."""
        return self.squares / self.rows if self.rows else 1.0


def of_numbers(values: NDArray[Any], cluster: NDArray[Any]) -> Clustering:
    """The clustering of the ranks of (n,) finite numbers."""
    _, place, rows = np.unique(values, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(rows) - 0.5 * (rows - 1))[place]
    _, group, sizes = np.unique(cluster, return_inverse=True, return_counts=True)
    means = np.bincount(group, ranks) / np.maximum(sizes, 1)
    between = float((sizes * (means - (ranks.mean() if len(ranks) else 0.0)) ** 2).sum())
    within = float(((ranks - means[group]) ** 2).sum())
    return _found(between, within, sizes)


def of_labels(codes: NDArray[Any], cluster: NDArray[Any]) -> Clustering:
    """The clustering of (n,) labels, each of which is a number of its own: there or not."""
    _, group, sizes = np.unique(cluster, return_inverse=True, return_counts=True)
    labels, code, rows = np.unique(codes, return_inverse=True, return_counts=True)
    _, cells, both = np.unique(
        group * max(len(labels), 1) + code, return_index=True, return_counts=True
    )
    # Sums of squares of shares: within each cluster, and of all rows.
    alike = float((both.astype(np.float64) ** 2 / sizes[group[cells]]).sum())
    total = float((rows.astype(np.float64) ** 2).sum()) / max(len(codes), 1)
    return _found(alike - total, len(codes) - alike, sizes)


def _found(between: float, within: float, sizes: IntArray) -> Clustering:
    """From sums of squares between and within clusters of these sizes."""
    rows, clusters = int(sizes.sum()), len(sizes)
    squares = int((sizes.astype(np.int64) ** 2).sum())
    correlation = 0.0
    if clusters > 1 and rows > clusters:
        of_between, of_within = between / (clusters - 1), within / (rows - clusters)
        usual = (rows - squares / rows) / (clusters - 1)
        total = of_between + (usual - 1.0) * of_within
        correlation = (of_between - of_within) / total if total > 0.0 else 0.0
    pairs = squares - rows
    product = np.floor(max(0.0, min(1.0, correlation)) * pairs / _STEP) * _STEP
    return Clustering(rows, squares, pairs, float(product))
