"""How many rows repeat the id of another row, with bounded memory.

Ids are told apart by 64-bit hashes. The ids with the smallest hashes are kept, each with the
number of its rows: all rows of an id hash alike, so whichever ids are kept are kept whole, and the
kept ones are a uniform sample of the *ids*, not of the rows. While there are no more ids than may
be kept the count is exact (but for ids that share a hash: among 10 million ids, 3 chances in a
million that any two do).

References
----------
Cohen and Kaplan, *Summarizing data using bottom-k sketches*, PODC 2007. Horvitz and Thompson,
*A generalization of sampling without replacement from a finite universe*, JASA 1952.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mmon.profiles.activity.steps import joined
from mmon.profiles.distributions.presence import are_counts
from mmon.profiles.merging import merged
from mmon.records import Count, require
from mmon.records.arrays import IntArray, mixed

_Hashes = NDArray[np.uint64]

MOST_IDS = 1 << 20
"""Ids kept of one dataset: 16 MiB."""

STORED_IDS = 1 << 12
"""Ids kept in a file: 64 KiB."""

EVERY_HASH = (1 << 64) - 1
"""The bound where every id is kept."""


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Identities:
    """The ids of some rows.

    Attributes
    ----------
    rows, missing : int
        Rows with an id, and rows without one.
    hashes : (K,) uint64, ascending
        Hashes of the ids that were kept.
    counts : (K,) int64
        Rows of each kept id.
    bound : int
        Every id whose hash is at most this was kept; 2**64 - 1 when all ids were.
    known : (float, float, float) or None
        What ``repeats``, ``standard_error`` and ``sampled`` were before ids were dropped for
        storage.
    """

    rows: Count
    missing: Count
    hashes: _Hashes
    counts: IntArray
    bound: int = EVERY_HASH
    known: tuple[float, float, float] | None = None

    def check(self) -> None:
        """Raise `MisfitError` when what was read back are no ids."""
        require(self.hashes.ndim == 1 and self.counts.shape == self.hashes.shape, "is ragged")
        require((self.hashes[1:] > self.hashes[:-1]).all(), "has hashes that do not ascend")
        require(are_counts(self.counts, most=self.rows) and self.bound >= 0, "has other ids")
        repeats, error, sampled = self.known or (0.0, 0.0, 1.0)
        require(repeats >= 0 and error >= 0 and 0 < sampled <= 1, "has no share of its ids")

    @classmethod
    def of(cls, ids: pl.Series, *, kept: int = MOST_IDS, bound: int = EVERY_HASH) -> Identities:
        """The ids of one batch, at most ``kept`` of them.

        Null, NaN and the empty text are no id. Hashes above ``bound`` need not be looked at: that
        of what the ids will be merged with.
        """
        if ids.dtype.is_float():
            ids = ids.fill_nan(None)
        elif isinstance(ids.dtype, pl.Categorical | pl.Enum):
            # The codes of categories may differ from batch to batch.
            ids = ids.cast(pl.String)
        if ids.dtype == pl.String and (ids == "").any():
            ids = ids.set(ids == "", None)
        there = ids.drop_nulls()
        # The smallest hashes must be a fair sample.
        hashes = mixed(there.hash(seed=0).to_numpy())
        if bound < EVERY_HASH:
            hashes = hashes[hashes <= np.uint64(bound)]
        distinct, counts = np.unique(hashes, return_counts=True)
        whole = cls(len(there), len(ids) - len(there), distinct, counts, bound)
        return whole.shrunk(kept)

    @classmethod
    def merge(cls, parts: Sequence[Identities], *, kept: int = MOST_IDS) -> Identities:
        """The ids of all parts' rows; the same in any order and any grouping."""
        if len(parts) == 1:
            return parts[0].shrunk(kept)
        bound = min(part.bound for part in parts)
        hashes = np.concatenate([part.hashes for part in parts])
        counts = np.concatenate([part.counts for part in parts])
        if bound < EVERY_HASH:
            is_kept = hashes <= np.uint64(bound)
            hashes, counts = hashes[is_kept], counts[is_kept]
        hashes, counts = joined([hashes], [counts])
        given = {"hashes": hashes, "counts": counts, "bound": bound, "known": None}
        return merged(parts, given).shrunk(kept)

    def shrunk(self, kept: int) -> Identities:
        """The same with at most ``kept`` ids, those with the smallest hashes."""
        if len(self.hashes) <= kept:
            return self
        return dataclasses.replace(
            self,
            hashes=self.hashes[:kept].copy(),
            counts=self.counts[:kept].copy(),
            bound=int(self.hashes[kept - 1]),
        )

    def stored(self, kept: int) -> Identities:
        """The same with fewer ids and no less known, as long as nothing is merged with it."""
        known = self.repeats, self.standard_error, self.sampled
        return dataclasses.replace(self.shrunk(kept), known=known)

    @property
    def sampled(self) -> float:
        """Share of the ids that ``repeats`` was found on, in (0, 1]; 1 when it is exact."""
        return (self.bound + 1) / (EVERY_HASH + 1) if self.known is None else self.known[2]

    @property
    def is_exact(self) -> bool:
        """Whether ``repeats`` is exact."""
        return self.sampled == 1.0

    @property
    def repeats(self) -> float:
        """Rows that repeat the id of another row: rows minus distinct ids."""
        if self.known is not None:
            return self.known[0]
        return float((self.counts - 1).sum()) / self.sampled

    @property
    def standard_error(self) -> float:
        """Of ``repeats``; 0 when exact."""
        if self.known is not None:
            return self.known[1]
        squares = float(np.square(self.counts - 1, dtype=np.float64).sum())
        return math.sqrt(squares * (1.0 - self.sampled)) / self.sampled
