"""Puts the folds' findings of one dataset together: a profile a window, with its segments."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from mmon.errors import DataError
from mmon.profiles.activity.activity import Activity
from mmon.profiles.features.tables import FeatureTables
from mmon.profiles.folding.batches import BatchReader, Extent
from mmon.profiles.folding.column_fold import ColumnFound, empty_column
from mmon.profiles.folding.keys import OUTSIDE, Key
from mmon.profiles.outcomes.outcomes import Fault
from mmon.profiles.plan import Plan
from mmon.profiles.table import Performance, Profile, SegmentProfile, performance_of


@dataclasses.dataclass(frozen=True, slots=True)
class Assembly:
    """Everything that is known once the last batch was read; the columns in the plan's order."""

    source: str
    plan: Plan
    extent: Extent
    reader: BatchReader
    columns: Sequence[ColumnFound]
    outcomes: Mapping[Key, tuple[Performance, dict[Fault, int]]]
    activity: Mapping[Key, Activity]

    def profile(self, window: int) -> Profile:
        """The profile of a window, with those of its segments."""
        rows, known = self.reader.windows.rows[window], self.extent.known
        whole = self._of_key(Key(window), rows)
        if known is not None:
            if rows != known.rows:
                raise DataError(
                    f"{self.source!r} changed while it was read",
                    hint="run again when nobody writes it, or with a copy of it",
                )
            whole = dataclasses.replace(whole, columns=known.columns, activity=known.activity)
        return dataclasses.replace(
            whole, features=self._features(window), segments=tuple(self._segments(window))
        )

    def empty(self) -> Profile:
        """The profile of no rows."""
        return self._of_key(Key(OUTSIDE), 0)

    def _of_key(self, key: Key, rows: int) -> Profile:
        cells = self.extent.cells
        performance, faults = self.outcomes.get(key) or (self._no_outcomes(), {})
        return Profile(
            source=self.source,
            rows=rows,
            columns=tuple(
                column.profiles.get(key) or empty_column(planned)
                for planned, column in zip(self.plan.columns, self.columns, strict=True)
            ),
            performance=performance,
            faults=faults,
            activity=self.activity.get(key),
            segment_values={} if key.segment or cells is None else cells.segments,
        )

    def _no_outcomes(self) -> Performance | None:
        """What is known of the outcomes of no rows: that there are none."""
        if self.reader.outcomes is None:
            return None
        return performance_of(self.reader.outcomes.read(pl.DataFrame(), 0), None, None)

    def _features(self, window: int) -> FeatureTables | None:
        found = [c.features[window] for c in self.columns if window in c.features]
        layout = self.reader.layout
        if layout is None or not found:
            return None
        bins = [np.concatenate(one.sampled) for one in found]
        return FeatureTables(
            layout,
            tuple(one.table() for one in found),
            self.reader.sampler.finish(window, bins),
        )

    def _segments(self, window: int) -> list[SegmentProfile]:
        """The window's segments: those of each column with the most rows first, the rest last."""
        return [
            one
            for cutter in self.reader.segments
            for one in sorted(
                (
                    SegmentProfile(cutter.column, cutter.value(key), self._of_key(key, rows))
                    for key, rows in cutter.of_window(window).items()
                ),
                key=lambda one: one.rank,
            )
        ]
