"""What a formula needs of rows, added up: enough for its value, and for how much chance is in it.

References
----------
Chan, Golub and LeVeque, *Updating formulae and a pairwise algorithm for computing sample
variances*, 1982 (sums of products of deviations merge without losing digits).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Self

import numpy as np

from mmon.profiles.formulas.formula import Formula
from mmon.records import Count, require
from mmon.records.arrays import BoolArray, FloatArray


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """The sums of one formula with I inputs, of which V numbers a row are summed.

    These are of each input how far its value lies from a centre (0 where it is null), then of each
    whether it is there, then the squares of the first of those whose variance is asked for. So
    large numbers that differ little lose no digits; to another centre they move linearly.

    Attributes
    ----------
    rows : int
        Rows that are looked at, all of whose inputs are finite or null.
    unusable : int
        Rows of which some input is NaN or infinite, which are in nothing else.
    has_others : bool
        Whether the first input has other values than 0 and 1.
    centres : (I,) float64
    squares : tuple of int
        The inputs whose squares are summed.
    means : (V,) float64
    products : (V, V) float64
        Sums of products of deviations from the means.
    lows, highs : (I,) float64
        Smallest and largest values; NaN where there is none.
    trouble : str or None
        Why nothing could be summed, in words.
    """

    rows: Count
    unusable: Count
    has_others: bool
    centres: FloatArray
    squares: tuple[int, ...]
    means: FloatArray
    products: FloatArray
    lows: FloatArray
    highs: FloatArray
    trouble: str | None = None

    def check(self) -> None:
        """Raise `MisfitError` when what was read back does not fit together."""
        inputs = len(self.lows)
        size = 2 * inputs + len(self.squares)
        is_fit = self.means.shape == (size,) and self.products.shape == (size, size)
        is_fit &= self.highs.shape == self.centres.shape == (inputs,)
        require(
            is_fit and all(0 <= one < inputs for one in self.squares), "has sums of other sizes"
        )
        numbers = (self.means, self.products, self.centres)
        require(all(np.isfinite(one).all() for one in numbers), "has sums that are infinite")

    @property
    def seen(self) -> int:
        """All rows that it is of, usable or not."""
        return self.rows + self.unusable

    @classmethod
    def of(cls, formula: Formula, values: FloatArray) -> Self:
        """That of (n, I) values, NaN where one is missing, infinite where it is unusable."""
        is_usable = ~np.isinf(values).any(axis=1)
        some: FloatArray = values if is_usable.all() else values[is_usable]
        there: BoolArray = ~np.isnan(some)
        values_there = np.where(there, some, 0.0)
        centres = values_there.sum(axis=0) / np.maximum(there.sum(axis=0), 1)
        filled = np.where(there, some - centres, 0.0)
        squares = filled[:, formula.squares] ** 2
        numbers = np.concatenate([filled, there.astype(np.float64), squares], axis=1)
        first = values_there[:, :1]
        means = numbers.mean(axis=0) if len(numbers) else np.zeros(numbers.shape[1])
        deviations = numbers - means
        lows, highs = np.where(there, some, np.inf), np.where(there, some, -np.inf)
        low, high = lows.min(axis=0, initial=np.inf), highs.max(axis=0, initial=-np.inf)
        return cls(
            rows=len(some),
            unusable=len(values) - len(some),
            has_others=bool(((first != 0.0) & (first != 1.0)).any()),
            centres=centres,
            squares=formula.squares,
            means=means,
            # Not a product of matrices: its threads would spin against ours.
            products=np.einsum("ni,nj->ij", deviations, deviations),
            lows=np.where(np.isinf(low), np.nan, low),
            highs=np.where(np.isinf(high), np.nan, high),
        )

    @classmethod
    def failed(cls, formula: Formula, trouble: str) -> Self:
        """That of rows in which the formula cannot be computed."""
        empty = cls.of(formula, np.empty((0, len(formula.inputs))))
        return dataclasses.replace(empty, trouble=trouble)

    @classmethod
    def merge(cls, parts: Sequence[Self]) -> Self:
        """That of all parts' rows together, to rounding in any order and grouping."""
        trouble = next(iter(sorted(one.trouble for one in parts if one.trouble)), None)
        filled = [one for one in parts if one.rows] or parts[:1]
        rows = np.array([float(one.rows) for one in filled])
        shares = rows / max(rows.sum(), 1.0)
        centres = shares @ np.array([one.centres for one in filled])
        moved = [one._around(centres) for one in filled]
        all_means = np.array([means for means, _ in moved])
        means = shares @ all_means
        shifts = all_means - means
        between = np.einsum("p,pi,pj->ij", rows, shifts, shifts)
        return cls(
            rows=sum(one.rows for one in parts),
            unusable=sum(one.unusable for one in parts),
            has_others=any(one.has_others for one in parts),
            centres=centres,
            squares=parts[0].squares,
            means=means,
            products=np.sum([products for _, products in moved], axis=0) + between,
            lows=np.fmin.reduce([one.lows for one in parts]),
            highs=np.fmax.reduce([one.highs for one in parts]),
            trouble=trouble,
        )

    def _around(self, centres: FloatArray) -> tuple[FloatArray, FloatArray]:
        """The means and the products with other centres."""
        inputs, shift = len(self.centres), self.centres - centres
        move = np.eye(len(self.means))
        for place in range(inputs):
            move[place, inputs + place] = shift[place]
        for at, place in enumerate(self.squares, 2 * inputs):
            move[at, place] = 2.0 * shift[place]
            move[at, inputs + place] = shift[place] ** 2
        products = np.einsum("ij,jk,lk->il", move, self.products, move)
        return np.einsum("ij,j->i", move, self.means), products
