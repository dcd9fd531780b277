"""What a column of vectors is on average, and how much averages of its rows vary.

The mean vector, the number of rows and the sum of squared norms tell the centroid and the total
variance. How a centroid of so many rows varies also depends on how the numbers go together, which
for d of them is d (d + 1) / 2 covariances; sums of a few dozen groups of rows tell as much of it as
a test of means asks for, at any length. Rows are dealt to groups by their place, as cards are, in a
round that begins at another group each time, so that what recurs in the data stays in no group.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Annotated, Any, Self

import numpy as np
from numpy.typing import NDArray

from mmon.profiles.distributions.presence import are_counts
from mmon.profiles.merging import SUM, CellsError, Rows, Sums
from mmon.records import Unbounded, require
from mmon.records.arrays import FloatArray, IntArray, mixed

GROUPS, FEWEST_GROUPS = 64, 16
"""Groups of the rows of one window, and of each of very many."""


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class VectorSums:
    """Sums of the vectors of d numbers of a column, in G groups of rows.

    Attributes
    ----------
    rows : (G,) int64
    sums : (G, d) float64
    squares : float
        Sum of the squared norms of all rows.
    """

    rows: Rows
    sums: Sums
    squares: Annotated[Unbounded, SUM]

    def check(self) -> None:
        """Raise `MisfitError` when what was read back is no sum of vectors."""
        groups = len(self.rows)
        require(groups > 0 and groups & (groups - 1) == 0, "has no power of two of groups")
        require(are_counts(self.rows), "has groups of no number of rows")
        require(self.sums.ndim == 2 and len(self.sums) == groups, "has sums of other groups")

    @classmethod
    def of(cls, matrix: NDArray[Any], *, first: int = 0, groups: int = GROUPS) -> Self:
        """Sum up (k, d) finite vectors, the first of which is row ``first`` of its window."""
        k, d = matrix.shape
        dealt = _dealt(first, k, groups)
        rows: IntArray = np.bincount(dealt, minlength=groups)
        ordered, sums = matrix[np.argsort(dealt, kind="stable")], np.empty((groups, d))
        # Faster than one `reduceat`, which widens number by number.
        for group, past in enumerate(np.cumsum(rows).tolist()):
            part = ordered[past - int(rows[group]) : past]
            part.sum(axis=0, dtype=np.float64, out=sums[group])
        squares = np.einsum("ij,ij->", matrix, matrix, dtype=np.float64)
        return cls(rows, sums, float(squares))

    @classmethod
    def merge(cls, parts: Sequence[Self]) -> Self:
        """The sums of all parts' rows, in as many groups as all of them have."""
        groups = min(len(one.rows) for one in parts)
        same = [one.folded(groups) for one in parts]
        if len({one.width for one in same}) > 1:
            raise CellsError("sums")
        return cls(
            np.sum([one.rows for one in same], axis=0),
            np.sum([one.sums for one in same], axis=0),
            sum(one.squares for one in same),
        )

    def folded(self, groups: int) -> Self:
        """The same sums in at most so many groups."""
        found = self
        while len(found.rows) > groups:
            half = len(found.rows) // 2
            rows, sums = found.rows, found.sums
            found = dataclasses.replace(
                found, rows=rows[:half] + rows[half:], sums=sums[:half] + sums[half:]
            )
        return found

    @property
    def n(self) -> int:
        """Rows with a vector."""
        return int(self.rows.sum())

    @property
    def width(self) -> int:
        """Numbers in a vector."""
        return int(self.sums.shape[1])

    @property
    def mean(self) -> FloatArray:
        """(d,) the centroid of at least one row."""
        found: FloatArray = self.sums.sum(axis=0) / self.n
        return found

    @property
    def total_variance(self) -> float:
        """The sum of the variances of all d numbers, of at least two rows."""
        mean = self.mean
        found = (self.squares - self.n * float(mean @ mean)) / (self.n - 1)
        # Rounding leaves a little of what is equal.
        return found if found > 1e-9 * self.squares / self.n else 0.0


def _dealt(first: int, k: int, groups: int) -> IntArray:
    """(k,) the group of each row from row ``first`` on; fewer groups are these, taken together."""
    place = np.arange(first, first + k)
    turn = mixed((place // GROUPS).astype(np.uint64)).astype(np.int64)
    dealt: IntArray = (place + turn) % GROUPS % groups
    return dealt
