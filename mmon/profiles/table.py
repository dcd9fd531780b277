"""The summary of a whole dataset: everything mmon says is a function of two of these."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Annotated

from mmon.profiles.activity.activity import Activity
from mmon.profiles.block_noise import BlockNoise
from mmon.profiles.distributions.counts import Counts
from mmon.profiles.distributions.dependence import Dependence
from mmon.profiles.distributions.ecdf import Ecdf
from mmon.profiles.distributions.presence import Presence
from mmon.profiles.distributions.reading import Reading
from mmon.profiles.distributions.tokens import Tokens
from mmon.profiles.distributions.vector_sums import VectorSums
from mmon.profiles.features.row_sample import RowSample
from mmon.profiles.features.tables import NULL, OTHER, FeatureTables
from mmon.profiles.formulas.tally import Tally
from mmon.profiles.merging import FEW, SAME, SMALLEST, changed, merged
from mmon.profiles.outcomes.classification import ClassificationTables
from mmon.profiles.outcomes.loss_steps import LossSteps
from mmon.profiles.outcomes.outcome_reader import OutcomePlan
from mmon.profiles.outcomes.outcomes import Fault
from mmon.profiles.outcomes.regression import RegressionTables
from mmon.profiles.recognition.spelling import Spelling
from mmon.records import Count, require
from mmon.results import ColumnKind, Task
from mmon.texts.screen import safe
from mmon.windows.timestamps import DAY_US

Performance = ClassificationTables | RegressionTables


def _by_segment(values: Sequence[tuple[SegmentProfile, ...]]) -> tuple[SegmentProfile, ...]:
    """The segments of all parts, those of each column in their order."""
    # Parts with rows have rows of each column: of its values, or of none.
    columns = list(dict.fromkeys(one.column for part in values for one in part))
    found: dict[tuple[str, str], list[SegmentProfile]] = {}
    for one in (one for part in values for one in part):
        found.setdefault((one.column, one.value), []).append(one)
    whole = [merged(parts) for parts in found.values()]
    return tuple(sorted(whole, key=lambda one: (columns.index(one.column), *one.rank)))


@dataclasses.dataclass(frozen=True, slots=True)
class ColumnProfile:
    """One column of a profile; without rows, how the column is to be read.

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
    is_feature : bool
        Whether the model's performance is looked at by its values.
    reason : str or None
        Why it is not tested, or what its numbers mean.
    unreadable : int
        Rows whose value could not be read as ``reading`` asks (counted as null).
    examples : tuple of str
        Some of these values.
    spelling : Spelling or None
        How the values are written, where they are read from text.
    width : int or None
        Numbers in each value of an embedding.
    vectors : VectorSums or None
        Of an embedding, whose distribution is that of the norms; None without rows.
    tokens : Tokens or None
        Of free text, whose distribution is that of the lengths; None without rows.
    dependence : Dependence or None
        How alike rows of the window are that belong together; None where nothing tells it.
    """

    name: str
    dtype: str
    kind: ColumnKind
    reading: Reading
    presence: Presence = dataclasses.field(default_factory=Presence)
    distribution: Ecdf | Counts | None = None
    is_tested: bool = True
    is_feature: bool = False
    reason: str | None = None
    unreadable: Count = 0
    examples: Annotated[tuple[str, ...], FEW] = ()
    spelling: Spelling | None = None
    width: int | None = None
    vectors: VectorSums | None = None
    tokens: Tokens | None = None
    dependence: Dependence | None = None

    def check(self) -> None:
        """Raise `MisfitError` when what was read back is not read as it says."""
        found = self.distribution
        require(found is not None or not self.is_tested, "is tested and has no distribution")
        kind = Counts if self.reading in (Reading.LABEL, Reading.TRUTH) else Ecdf
        is_fit = (isinstance(found, kind) and self.reading is not Reading.PRESENCE) or found is None
        require(is_fit, f"has a distribution that is not one of a {self.reading}")
        require(self.unreadable <= self.presence.null, "has more unreadable rows than nulls")
        vectors, is_vector = self.vectors, self.reading is Reading.VECTOR
        require(not is_vector or (self.width or 0) > 0, "has vectors of no length")
        require(vectors is None or (is_vector and vectors.width == self.width), "has odd vectors")
        is_whole = vectors is None or vectors.n == self.presence.present
        require(is_whole, "has vectors of other rows")
        require(self.tokens is None or self.reading is Reading.TEXT, "has words and is no text")

    def without_rows(self, distribution: Ecdf | Counts | None = None) -> ColumnProfile:
        """What is said of the column, and not of its values."""
        return dataclasses.replace(
            self,
            presence=Presence(),
            distribution=distribution,
            unreadable=0,
            examples=(),
            vectors=None,
            tokens=None,
            dependence=None,
        )

    @property
    def is_content(self) -> bool:
        """Whether its values are compared by what is in them, of which sampled rows tell more."""
        return self.is_tested and self.reading in (Reading.VECTOR, Reading.TEXT)

    @property
    def value_type(self) -> str:
        """The type of the values, whatever type a file or a tool has for them."""
        found = self.distribution
        if self.kind is ColumnKind.UNSUPPORTED or self.reading is Reading.PRESENCE:
            return self.dtype
        if self.reading is Reading.TIME:
            is_daily = isinstance(found, Ecdf) and not (found.values % DAY_US).any()
            return "Date" if is_daily else "Datetime"
        if self.reading is Reading.VECTOR:
            return f"Vector({self.width})"
        if self.reading is Reading.NUMBER:
            # Of identifiers only that they are whole is kept.
            is_whole = found is None or (isinstance(found, Ecdf) and found.is_whole)
            return "Int64" if is_whole else "Float64"
        is_truth = self.reading is Reading.TRUTH or self.dtype == "Boolean"
        return "Boolean" if is_truth else "String"


@dataclasses.dataclass(frozen=True, slots=True, repr=False)
class Profile:
    """A dataset's summary, or that of a window or segment of it.

    Attributes
    ----------
    source : str
        Where the data came from, as shown to people.
    rows : int
    columns : tuple of ColumnProfile
        In the dataset's order.
    performance : ClassificationTables, RegressionTables or None
        How good the predictions are; None without a target and an answer.
    faults : mapping of Fault to int
        Rows whose outcome is there and cannot be used.
    features : FeatureTables or None
        How good they are in each bin of each feature; None in segments.
    sample : RowSample or None
        Some of the rows; None in segments, without rows, and where nothing asks for them.
    activity : Activity or None
        What happened when.
    losses : LossSteps or None
        What the answers cost over time; None in segments, and where nobody knows.
    formulas : mapping of str to Tally
        The sums of numbers of the user's own, by the formulas' keys.
    segments : tuple of SegmentProfile
        The same of each value of each segmenting column.
    segment_values : mapping of str to tuple of str
        The values of each segmenting column that are told apart.
    outcome : OutcomePlan or None
        How the outcomes were read; None without any, and in production.
    noise : BlockNoise or None
        What its own windows do; None of production, and where windows are not cut.
    ignored : tuple of str
        Columns of the data that were left out; not stored.
    """

    source: Annotated[str, SMALLEST]
    rows: Count
    columns: tuple[ColumnProfile, ...]
    performance: Performance | None = None
    faults: Mapping[Fault, Count] = dataclasses.field(default_factory=dict)
    features: FeatureTables | None = None
    sample: RowSample | None = None
    activity: Activity | None = None
    losses: LossSteps | None = None
    formulas: Mapping[str, Tally] = dataclasses.field(default_factory=dict)
    segments: Annotated[tuple[SegmentProfile, ...], _by_segment] = ()
    segment_values: Annotated[Mapping[str, tuple[str, ...]], SAME] = dataclasses.field(
        default_factory=dict
    )
    outcome: OutcomePlan | None = None
    noise: BlockNoise | None = None
    ignored: tuple[str, ...] = dataclasses.field(default=(), compare=False)

    def __repr__(self) -> str:
        source = safe(self.source, unicode=True)
        return f"<mmon.Profile of {source}: {self.rows:,} rows, {len(self.columns)} columns>"

    def check(self) -> None:
        """Raise `MisfitError` when what was read back does not fit together."""
        names = [column.name for column in self.columns]
        require(len(set(names)) == len(names), "has a column twice")
        for column in self.columns:
            own = [column.presence, *(d.presence for d in (column.distribution,) if d is not None)]
            is_whole = all(presence.rows == self.rows for presence in own)
            require(is_whole, f"has {self.rows} rows, and column {column.name!r} has others")
        parts = (self.performance, self.activity)
        is_whole = all(one is None or one.rows == self.rows for one in parts)
        require(is_whole and sum(self.faults.values()) <= self.rows, "has parts of other rows")
        is_whole = self.sample is None or self.sample.seen == self.rows
        require(is_whole, "has a sample of other rows")
        losses = self.losses
        require(losses is None or losses.labelled <= self.rows, "has losses of other rows")
        sums = self.formulas.values()
        require(all(one.seen <= self.rows for one in sums), "has sums of other rows")
        task = None if self.outcome is None else self.outcome.task
        has = None if self.performance is None else task_of(self.performance)
        require(task is None or has in (None, task), "has parts of other tasks")
        segments = [(one.column, one.value) for one in self.segments]
        require(len(set(segments)) == len(segments), "has a segment twice")
        for one in self.segments:
            is_part = one.profile.rows <= self.rows and not one.profile.segments
            told = (*self.segment_values.get(one.column, ()), OTHER, NULL)
            is_like = [c.name for c in one.profile.columns] == names and one.value in told
            require(is_part and is_like, f"has a segment {one.name!r} of other columns or rows")

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
        """One profile of all rows together, uncompressed: exact in any order and any grouping.

        Moments of a regression's errors, and sums of its targets, predictions and losses, are the
        same but for rounding (1e-12 of their size).

        Raises
        ------
        CellsError
            When the profiles are of different columns or cells.
        """
        return merged(profiles)

    def compress(self, points: int | None, labels: int | None) -> Profile:
        """The same profile with every distribution cut to size, once, after all merges."""
        cut = changed(self, Ecdf, lambda one: one.compress(points))
        return changed(cut, Counts, lambda one: one.compress(labels))


@dataclasses.dataclass(frozen=True, slots=True)
class SegmentProfile:
    """The rows with one value of a segmenting column.

    Attributes
    ----------
    column, value : str
        ``(other)`` stands for all values that are not told apart, ``(null)`` for none.
    profile : Profile
    """

    column: str
    value: str
    profile: Profile

    @property
    def name(self) -> str:
        """As in results: ``country = BR``."""
        return f"{self.column} = {self.value}"

    @property
    def rank(self) -> tuple[bool, int, str]:
        """By which the segments of a column are in order."""
        return self.value == OTHER, -self.profile.rows, self.value


def task_of(tables: Performance) -> Task:
    """The task that tables were made for."""
    return tables.task if isinstance(tables, ClassificationTables) else Task.REGRESSION
