"""The distribution of a categorical column: rows per label, bounded in memory."""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mmon.profiles.distributions.presence import Presence, are_counts
from mmon.profiles.merging import merged
from mmon.profiles.recognition.spelling import written
from mmon.records import Count, require
from mmon.records.arrays import IntArray

DEFAULT_LABELS = 10_000

MOST_HASHES = 4096
"""Hashes of labels kept once labels were dropped: they tell the number of labels to 1.6 %."""

_NO_ROWS = np.empty(0, dtype=np.int64)
_NO_HASHES = np.empty(0, dtype=np.uint64)


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """A mergeable summary of one categorical column.

    Attributes
    ----------
    labels : (C,) String series
        Labels, ascending.
    mass : (C,) int64
        Rows per label; with ``other`` sums to ``presence.present``.
    presence : Presence
        Rows present and null.
    other : int
        Rows whose label was dropped because more than the cap of labels was seen.
    count_error : int
        Rows by which any one label's mass may be too low; 0 when exact.
    smallest : (k,) uint64, ascending
        Once labels were dropped: the smallest hashes of all labels that were ever seen, none below
        the last left out. Empty before, and where the number of distinct labels is not asked for.
    """

    labels: pl.Series
    mass: IntArray
    presence: Presence
    other: Count = 0
    count_error: Count = 0
    smallest: NDArray[np.uint64] = dataclasses.field(default_factory=_NO_HASHES.copy)

    def check(self) -> None:
        """Raise `MisfitError` when what was read back is no count of labels."""
        require(self.mass.shape == (len(self.labels),), "has not one count a label")
        is_text = self.labels.dtype == pl.String and not self.labels.null_count()
        require(is_text, "has labels that are no texts")
        is_set = self.labels.is_sorted() and self.labels.n_unique() == len(self.labels)
        require(is_set, "has labels that do not ascend")
        is_whole = are_counts(self.mass, self.n - self.other)
        require(is_whole, "has counts that do not add up to its rows")
        require(self.count_error <= self.other, "has an error beyond its other labels")
        ascends = self.smallest.ndim == 1 and (self.smallest[1:] > self.smallest[:-1]).all()
        require(bool(ascends), "has hashes that do not ascend")

    @classmethod
    def of(cls, values: pl.Series) -> Counts:
        """Count a series of any dtype that has a text form; 3.0 and 3 are one label."""
        null = values.null_count()
        presence = Presence(present=len(values) - null, null=null)
        table = values.drop_nulls().alias("label").value_counts(name="mass")
        if values.dtype != pl.String:
            # Different values may share a label; converting the few distinct ones is cheap.
            table = table.with_columns(as_labels(table["label"]))
            table = table.group_by("label").agg(pl.col("mass").sum())
        table = table.sort("label")
        return cls(own_texts(table["label"]), table["mass"].cast(pl.Int64).to_numpy(), presence)

    @classmethod
    def from_mapping(cls, masses: dict[str, int], *, null: int = 0) -> Counts:
        """Counts from ``{label: rows}``, mostly for examples and tests."""
        labels = sorted(masses)
        mass = np.array([masses[label] for label in labels], dtype=np.int64)
        presence = Presence(present=int(mass.sum()), null=null)
        return cls(pl.Series("label", labels, dtype=pl.String), mass, presence)

    @classmethod
    def merge(cls, parts: Sequence[Counts]) -> Counts:
        """The counts of all parts' rows together; exact in any order and any grouping."""
        presence = merged([Presence(), *(part.presence for part in parts)])
        other = sum(part.other for part in parts)
        error = sum(part.count_error for part in parts)
        tables = [
            pl.DataFrame({"label": part.labels, "mass": part.mass})
            for part in parts
            if len(part.labels)
        ]
        if not tables:
            return cls(pl.Series("label", [], dtype=pl.String), _NO_ROWS, presence, other, error)
        smallest = _smallest_of(parts)
        table = pl.concat(tables)
        if len(tables) > 1:
            table = table.group_by("label").agg(pl.col("mass").sum()).sort("label")
        kept = own_texts(table["label"])
        return cls(kept, table["mass"].to_numpy(), presence, other, error, smallest)

    def compress(self, labels: int | None = DEFAULT_LABELS, *, hashes: int = MOST_HASHES) -> Counts:
        """Keep the most frequent labels (ties: the first in order; None keeps all); count the rest.

        So many hashes of all labels are kept in ``smallest``.
        """
        if labels is None or len(self.labels) <= labels:
            return self
        order = self.by_rows
        kept = np.sort(order[:labels])
        dropped = self.mass[order[labels:]]
        return Counts(
            labels=own_texts(self.labels.gather(kept)),
            mass=self.mass[kept],
            presence=self.presence,
            other=self.other + int(dropped.sum()),
            count_error=self.count_error + int(dropped.max()),
            smallest=self._seen()[:hashes].copy() if hashes else _NO_HASHES,
        )

    def thinned(self, rows: int) -> Counts:
        """The same shape of so many rows, at most those there are: cumulative counts are rounded.

        What it says of chance is that of so many independent rows.
        """
        if rows >= self.n:
            return self
        share = rows / self.n
        cumulative = np.rint(np.cumsum(self.mass) * share).astype(np.int64)
        mass = np.diff(cumulative, prepend=0)
        kept = mass > 0
        return Counts(
            labels=self.labels.filter(pl.Series(kept)),
            mass=mass[kept],
            presence=Presence(present=rows),
            other=rows - int(mass.sum()),
            count_error=min(math.ceil(self.count_error * share), rows - int(mass.sum())),
        )

    def _seen(self) -> NDArray[np.uint64]:
        """The smallest hashes of all labels seen; of all of them while none was dropped."""
        return self.smallest if len(self.smallest) else np.sort(_hashes(self.labels))

    @property
    def by_rows(self) -> NDArray[np.intp]:
        """(C,) the labels' places, those with the most rows first (ties: the first in order)."""
        return np.lexsort((np.arange(len(self.mass)), -self.mass))

    @property
    def n(self) -> int:
        """Rows with a label."""
        return self.presence.present

    @property
    def is_exact(self) -> bool:
        """Whether every label was kept."""
        return self.other == 0

    @property
    def distinct(self) -> float:
        """Distinct labels, also of those that were dropped: known to 1.6 % where there are more."""
        if not len(self.smallest):
            return float(len(self.labels))
        # The k-th smallest of d uniform numbers is about k / d.
        share = (float(self.smallest[-1]) + 1.0) / 2.0**64
        return min(max(float(len(self.labels)), (len(self.smallest) - 1) / share), float(self.n))

    @property
    def rank_error(self) -> float:
        """Share of rows whose label is not known, in [0, 1]."""
        return self.other / self.n if self.n else 0.0


def _hashes(labels: pl.Series) -> NDArray[np.uint64]:
    return labels.hash(seed=0).to_numpy()


def _smallest_of(parts: Sequence[Counts]) -> NDArray[np.uint64]:
    """The smallest hashes of all parts' labels, up to where every part knows them."""
    known = [part.smallest[-1] for part in parts if len(part.smallest)]
    if not known:
        return _NO_HASHES
    every = np.unique(np.concatenate([part._seen() for part in parts]))
    smallest: NDArray[np.uint64] = every[every <= min(known)][:MOST_HASHES]
    return smallest


def own_texts(texts: pl.Series) -> pl.Series:
    """The same texts in memory of their own: they may hold on to all that was read with them."""
    return texts + ""


def as_labels(values: pl.Series) -> pl.Series:
    """The labels of values, as a String series of the same name: 1, 1.0 and 1.00 are one."""
    named = values.to_frame("value").select(written(pl.col("value"), values.dtype))
    return named.to_series().alias(values.name)


@dataclasses.dataclass(frozen=True, slots=True)
class Aligned:
    """Two Counts over (C,) labels of either side, ascending; 0 where a side never had one."""

    labels: pl.Series
    ref: IntArray
    cur: IntArray


# As long as a join of Polars takes for none, Python takes for so many.
_FEW_LABELS = 1_000


@functools.lru_cache(maxsize=64)
def align(ref: Counts, cur: Counts) -> Aligned:
    """Put two Counts side by side; rows in ``other`` and nulls are left to the caller."""
    if len(ref.labels) + len(cur.labels) <= _FEW_LABELS:
        sides = [dict(zip(one.labels, one.mass.tolist(), strict=True)) for one in (ref, cur)]
        labels = sorted(sides[0].keys() | sides[1].keys())
        masses = [
            np.array([one.get(label, 0) for label in labels], dtype=np.int64) for one in sides
        ]
        return Aligned(pl.Series("label", labels, dtype=pl.String), *masses)
    left = pl.DataFrame({"label": ref.labels, "ref": ref.mass})
    right = pl.DataFrame({"label": cur.labels, "cur": cur.mass})
    both = left.join(right, on="label", how="full", coalesce=True).fill_null(0).sort("label")
    return Aligned(both["label"], both["ref"].to_numpy(), both["cur"].to_numpy())
