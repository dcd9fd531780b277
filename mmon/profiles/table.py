"""The summary of a whole dataset: everything mmon says is a function of two of these."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from mmon.profiles.counts import Counts
from mmon.profiles.ecdf import Ecdf
from mmon.profiles.presence import Presence
from mmon.profiles.reading import Reading
from mmon.results import ColumnKind


@dataclasses.dataclass(frozen=True, slots=True)
class ColumnProfile:
    """One column of a profile.

    Attributes
    ----------
    name : str
    dtype : str
        The Polars dtype it was read with.
    kind : ColumnKind
        How it is analysed.
    reading : Reading
        How its values become numbers or labels.
    presence : Presence
        Counts of present, null, NaN and infinite rows.
    distribution : Ecdf, Counts or None
        None where only presence is known.
    is_tested : bool
        Whether its distribution is compared; presence always is.
    reason : str or None
        Why it is not tested, or what its numbers mean.
    unreadable : int
        Rows whose value could not be read as ``reading`` asks (counted as null).
    """

    name: str
    dtype: str
    kind: ColumnKind
    reading: Reading
    presence: Presence
    distribution: Ecdf | Counts | None = None
    is_tested: bool = True
    reason: str | None = None
    unreadable: int = 0

    def merge(self, others: Sequence[ColumnProfile]) -> ColumnProfile:
        """This column with the rows of the same column of other profiles added."""
        every = [self, *others]
        return dataclasses.replace(
            self,
            presence=sum((one.presence for one in every), Presence()),
            distribution=merge([one.distribution for one in every]),
            unreadable=sum(one.unreadable for one in every),
        )

    def compress(self, points: int | None, labels: int | None) -> ColumnProfile:
        """The same column with its distribution cut to size."""
        return dataclasses.replace(
            self, distribution=compress(self.distribution, points=points, labels=labels)
        )


@dataclasses.dataclass(frozen=True, slots=True)
class Profile:
    """A dataset's summary.

    Attributes
    ----------
    source : str
        Where the data came from, as shown to people.
    rows : int
    columns : tuple of ColumnProfile
        In the dataset's order.
    """

    source: str
    rows: int
    columns: tuple[ColumnProfile, ...]

    def column(self, name: str) -> ColumnProfile | None:
        """The column of that name, or None."""
        return next((column for column in self.columns if column.name == name), None)

    @property
    def rank_error(self) -> float:
        """The largest error of any column's distribution, as a fraction of its rows."""
        errors = (c.distribution.rank_error for c in self.columns if c.distribution is not None)
        return max(errors, default=0.0)

    @classmethod
    def merge(cls, profiles: Sequence[Profile]) -> Profile:
        """One profile of all rows together, uncompressed; the profiles share one plan."""
        first, *others = profiles
        return cls(
            source=first.source,
            rows=sum(profile.rows for profile in profiles),
            columns=tuple(
                column.merge([other.columns[index] for other in others])
                for index, column in enumerate(first.columns)
            ),
        )

    def compress(self, points: int | None, labels: int | None) -> Profile:
        """The same profile with every distribution cut to size, once, after all merges."""
        columns = tuple(column.compress(points, labels) for column in self.columns)
        return dataclasses.replace(self, columns=columns)


def merge(parts: Sequence[Ecdf | Counts | None]) -> Ecdf | Counts | None:
    """The distribution of all parts' rows; the parts are of one type, as one plan made them."""
    ecdfs = [part for part in parts if isinstance(part, Ecdf)]
    counts = [part for part in parts if isinstance(part, Counts)]
    if ecdfs:
        return Ecdf.merge(ecdfs)
    return Counts.merge(counts) if counts else None


def compress(
    distribution: Ecdf | Counts | None, *, points: int | None, labels: int | None
) -> Ecdf | Counts | None:
    """Cut a distribution to so many points or labels; None keeps everything."""
    if distribution is None:
        return None
    if isinstance(distribution, Ecdf):
        return distribution.compress(points)
    return distribution.compress(labels)
