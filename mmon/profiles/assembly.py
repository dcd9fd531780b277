"""Puts the folds' findings of one dataset together: a profile a window, with its segments."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import polars as pl

from mmon.profiles.activity import Activity
from mmon.profiles.batches import BatchReader
from mmon.profiles.classification import ClassificationTables
from mmon.profiles.column_fold import ColumnFound, empty_column
from mmon.profiles.cuts import OUTSIDE, Key, SegmentCutter
from mmon.profiles.features import NULL, OTHER, FeatureTables
from mmon.profiles.outcomes import Fault
from mmon.profiles.pile import Limits
from mmon.profiles.plan import Plan
from mmon.profiles.regression import RegressionTables
from mmon.profiles.table import Performance, Profile, SegmentProfile
from mmon.results import Task

_NO_KEY = Key(OUTSIDE)


@dataclasses.dataclass(frozen=True, slots=True)
class Found:
    """What the folds ended in.

    Attributes
    ----------
    columns : sequence of ColumnFound
        In the plan's order.
    outcomes : mapping of Key to (Performance, faults)
    activity : mapping of Key to Activity
    """

    columns: Sequence[ColumnFound]
    outcomes: Mapping[Key, tuple[Performance, dict[Fault, int]]]
    activity: Mapping[Key, Activity]


@dataclasses.dataclass(frozen=True, slots=True)
class Assembly:
    """Everything that is known once the last batch was read.

    Attributes
    ----------
    source : str
    plan : Plan
    limits : Limits
    top : int
        Values of each segmenting column that are told apart.
    reader : BatchReader
    found : Found
    """

    source: str
    plan: Plan
    limits: Limits
    top: int
    reader: BatchReader
    found: Found

    def profile(self, window: int) -> Profile:
        """The profile of a window, with those of its segments."""
        whole = self._of_key(Key(window), self.reader.windows.rows[window])
        segments = [
            one for cutter in self.reader.segments for one in self._segments(cutter, window)
        ]
        return dataclasses.replace(whole, features=self._features(window), segments=tuple(segments))

    def empty(self) -> Profile:
        """The profile of no rows."""
        return self._of_key(_NO_KEY, 0)

    def _of_key(self, key: Key, rows: int) -> Profile:
        performance, faults = self.found.outcomes.get(key, (self._no_outcomes(), {}))
        return Profile(
            source=self.source,
            rows=rows,
            columns=tuple(
                column.profiles.get(key) or empty_column(planned)
                for planned, column in zip(self.plan.columns, self.found.columns, strict=True)
            ),
            performance=performance,
            faults=faults,
            activity=self.found.activity.get(key),
        )

    def _no_outcomes(self) -> Performance | None:
        """What is known of the outcomes of no rows: that there are none."""
        if self.reader.outcomes is None:
            return None
        outcome = self.reader.outcomes.read(pl.DataFrame(), 0)
        if outcome.task is Task.REGRESSION:
            return RegressionTables.of(outcome)
        return ClassificationTables.of(outcome)

    def _features(self, window: int) -> FeatureTables | None:
        found = [column.features[window] for column in self.found.columns if column.features]
        layout = self.reader.layout
        if layout is None or not found:
            return None
        cells = self.reader.loss_cells.means(window, layout)
        sample = self.reader.sampler.finish(window, [one.sampled for one in found])
        return FeatureTables(layout, tuple(one.table(layout, cells) for one in found), sample)

    def _segments(self, cutter: SegmentCutter, window: int) -> list[SegmentProfile]:
        """The window's segments: the values with the most rows, and the rest together, last."""
        rows = cutter.of_window(window)
        by_rows = sorted(rows, key=lambda key: (-rows[key], cutter.value(key)))
        if not cutter.is_open:
            kept, rest = by_rows, []
        else:
            named = [key for key in by_rows if cutter.value(key) not in (OTHER, NULL)]
            kept = [key for key in by_rows if key in named[: self.top] or cutter.is_null(key)]
            rest = [key for key in by_rows if key not in kept]
        segments = [
            SegmentProfile(cutter.column, cutter.value(key), self._of_key(key, rows[key]))
            for key in kept
        ]
        if rest:
            merged = Profile.merge([self._of_key(key, rows[key]) for key in rest])
            cut = merged.compress(self.limits.points, self.limits.labels)
            segments.append(SegmentProfile(cutter.column, OTHER, cut))
        return sorted(segments, key=lambda one: one.value == OTHER)
