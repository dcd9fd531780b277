"""Where the mean of a sequence of rows changed, by binary segmentation, and whether it did at all.

References
----------
Scott and Knott, *A cluster analysis method for grouping means in the analysis of variance*,
Biometrics 1974; Vostrikova, *Detecting "disorder" in multidimensional random processes*, Soviet
Mathematics Doklady 1981 (binary segmentation). The size of the largest standardised difference:
Csörgő and Horváth, *Limit Theorems in Change-Point Analysis*, 1997, (1.3.26). The interval of a
change's place: Bai, *Estimation of a change point in multiple regression models*, Review of
Economics and Statistics 1997; and its re-estimation between its neighbours: Bai, *Estimating
multiple breaks one at a time*, Econometric Theory 1997.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
from typing import NamedTuple

import numpy as np

from mmon.records.arrays import FloatArray, IntArray

ALPHA = 0.01
"""What the p-value of a change may be. Each change found has two more stretches searched, and of
skewed losses p-values are too small: so any is named in at most one of twenty runs without one."""

# In variances over the squared size of the change, rows: the 97.5 % quantile of Bai 1997.
_BAI = 11.0
_SHORTEST_SHARE, _SHORTEST_ROWS = 0.01, 100
# A stretch is so long that chance moves its mean by a fifth of it, at most (one standard error).
_MOST_NOISE = 0.2


@dataclasses.dataclass(frozen=True, slots=True)
class Stretch:
    """Rows between two changes: how many, their mean, and their variance around it."""

    rows: int
    mean: float
    variance: float


@dataclasses.dataclass(frozen=True, slots=True)
class ChangePoint:
    """One change of the mean.

    Attributes
    ----------
    at : int
        The first step after the change.
    earliest, latest : int
        The steps, in [0, T], at the beginning of which it may have been as well, at 95 %.
    before, after : Stretch
        The rows since the change before it, and until the one after it.
    p_value : float
        Of a difference as large as that at any place between its neighbours, by chance.
    """

    at: int
    earliest: int
    latest: int
    before: Stretch
    after: Stretch
    p_value: float


@dataclasses.dataclass(frozen=True)
class Sums:
    """Cumulative rows (T + 1,), sums and sums of squares of a sequence of steps."""

    rows: FloatArray
    sums: FloatArray
    squares: FloatArray

    @classmethod
    def of(cls, rows: IntArray, sums: FloatArray, squares: FloatArray) -> Sums:
        """Of (T,) steps."""
        return cls(*(np.concatenate([[0.0], np.cumsum(one)]) for one in (rows, sums, squares)))

    @property
    def steps(self) -> int:
        """How many steps there are."""
        return len(self.rows) - 1

    def stretch(self, first: int, past: int) -> Stretch:
        """The rows of steps [first, past)."""
        rows, total, squares = (
            float(one[past] - one[first]) for one in (self.rows, self.sums, self.squares)
        )
        mean = total / rows
        return Stretch(int(rows), mean, max(squares / rows - mean**2, 0.0))

    def gains(self, first: int, past: int) -> FloatArray:
        """(past - first - 1,) by how much two means explain more than one, for a change at each
        step but the first: the sum of squares between the two sides."""
        left = self.rows[first + 1 : past] - self.rows[first]
        right = self.rows[past] - self.rows[first + 1 : past]
        before = (self.sums[first + 1 : past] - self.sums[first]) / left
        after = (self.sums[past] - self.sums[first + 1 : past]) / right
        gains: FloatArray = left * right / (left + right) * (after - before) ** 2
        return gains


def shortest_stretch(whole: Stretch, *, is_share: bool) -> int:
    """The fewest rows between two changes of a stretch that may hold some.

    A hundredth of its rows, at least 100, and so many that their mean is known to a fifth: of rare
    errors, and of a share those are rare that are near 1 too, it takes more.
    """
    rare = min(whole.mean, 1.0 - whole.mean) if is_share else whole.mean
    noise = whole.variance / (rare * _MOST_NOISE) ** 2 if rare > 0.0 else 0.0
    return math.ceil(max(_SHORTEST_SHARE * whole.rows, _SHORTEST_ROWS, noise))


def change_points(
    known: Sums, *, shortest: int, is_share: bool, most: int = 5, alpha: float = ALPHA
) -> list[ChangePoint]:
    """The changes of a mean, in the order of the steps; at most the ``most`` largest.

    Parameters
    ----------
    known : Sums
        Of steps of at least one row each.
    shortest : int
        Rows between two changes, and before the first and after the last, at least.
    is_share : bool
        Whether the values are 0 and 1.
    alpha : float
        A change is told where its p-value is at most that.
    """
    search = _Search(known, shortest, is_share)
    found = search.segmented(most, alpha)
    # One at a time a change is placed as if there was no other: between its neighbours it is right.
    for index in range(len(found)):
        ends = [0, *found, known.steps]
        again = search.best(ends[index], ends[index + 2])
        found[index] = found[index] if again is None else again.at
    around = zip([0, *found], found, [*found[1:], known.steps], strict=False)
    told = [search.told(first, at, past) for first, at, past in around]
    return [one for one in told if one.p_value <= alpha]


def segmented(known: Sums, *, shortest: int, most: int) -> list[int]:
    """The first steps after the ``most`` largest changes, sure or not, by binary segmentation."""
    return _Search(known, shortest, is_share=None).segmented(most, 1.0)


class _Best(NamedTuple):
    """The change that explains most."""

    gain: float
    at: int
    p_value: float


@dataclasses.dataclass(frozen=True)
class _Search:
    """How changes are looked for; where it is None whether values are shares, by rows alone."""

    known: Sums
    shortest: int
    is_share: bool | None

    def segmented(self, most: int, alpha: float) -> list[int]:
        """The first steps after the changes, found one after the other, the largest first."""
        found: list[int] = []
        while len(found) < most:
            ends = [0, *found, self.known.steps]
            best = [self.best(a, b) for a, b in itertools.pairwise(ends)]
            sure = [one for one in best if one is not None and one.p_value <= alpha]
            if not sure:
                break
            found = sorted([*found, max(sure).at])
        return found

    def best(self, first: int, past: int) -> _Best | None:
        """The change in steps [first, past) that explains most; None where none fits."""
        edges, shortest = self.known.rows[first : past + 1], self.shortest
        if self.is_share is not None:
            # Where losses are rarer than in all rows, more of them are needed.
            whole = self.known.stretch(first, past)
            shortest = max(shortest, shortest_stretch(whole, is_share=self.is_share))
        low = first + int(np.searchsorted(edges, edges[0] + shortest))
        high = first + int(np.searchsorted(edges, edges[-1] - shortest, side="right")) - 1
        if high < low:
            return None
        gains = self.known.gains(first, past)[low - first - 1 : high - first]
        at = int(np.argmax(gains))
        gain = float(gains[at])
        return _Best(gain, low + at, _p_value(self.known, (first, low, high, past), gain))

    def told(self, first: int, at: int, past: int) -> ChangePoint:
        """A change and what is known of it, between its neighbours."""
        before, after = self.known.stretch(first, at), self.known.stretch(at, past)
        best = self.best(first, past)
        size = (after.mean - before.mean) ** 2
        # Rows by which noise of the one side could have moved the change into the other.
        back, forth = (
            0.0 if not size else _BAI * side.variance / size + 1.0 for side in (after, before)
        )
        edges = self.known.rows
        earliest = int(np.searchsorted(edges, edges[at] - back, side="right")) - 1
        latest = int(np.searchsorted(edges, edges[at] + forth))
        return ChangePoint(
            at=at,
            earliest=max(first, earliest),
            latest=min(past, latest),
            before=before,
            after=after,
            p_value=1.0 if best is None else best.p_value,
        )


def _p_value(known: Sums, places: tuple[int, int, int, int], gain: float) -> float:
    """Of so large a gain at any place from ``low`` to ``high``, of rows [first, past) that are
    alike and independent: ``places`` are (first, low, high, past).

    The largest standardised difference is that of a Brownian bridge in [h, 1 - l], to which chance
    that is counted in steps comes close from below.
    """
    first, low, high, past = places
    whole = known.stretch(first, past)
    inside = whole.variance * whole.rows - gain
    if gain <= 0.0:
        return 1.0
    if inside <= 1e-12 * gain:
        return 0.0
    x2 = gain / inside * whole.rows
    if x2 < 1.0:
        return 1.0
    h, last = ((known.rows[at] - known.rows[first]) / whole.rows for at in (low, high))
    width = math.log(last * (1.0 - h) / (h * (1.0 - last)))
    tail = math.sqrt(x2) * math.exp(-x2 / 2.0) / math.sqrt(2.0 * math.pi)
    # Of a single place it is the normal tail.
    single = math.erfc(math.sqrt(x2 / 2.0))
    return min(1.0, max(single, tail * (width * (1.0 - 1.0 / x2) + 4.0 / x2)))
