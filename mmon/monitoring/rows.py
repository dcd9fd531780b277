"""Reads production for the windows of a run: how many rows each has, then the rows of some."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator, Sequence

import polars as pl
import polars.selectors as cs

from mmon import sources
from mmon.comparison.sides import Opened, Progress, Summarised, open_production, planned
from mmon.history.records import StoredWindow
from mmon.monitoring.apart import Parts, apart
from mmon.monitoring.due import Due
from mmon.monitoring.window import Given, read_window
from mmon.profiles.folding.build import columns_read
from mmon.profiles.folding.census import Census, counted, keyed, labelled
from mmon.sources import Data
from mmon.windows.cut import RowCut, WindowCut

_GROUP = 64
"""So many windows are read at once."""

Between = tuple[int | None, int | None]
Read = tuple[Due, Opened, Summarised]
"""A window, where its rows are, and what was found in them."""


@dataclasses.dataclass(frozen=True, slots=True)
class Rows:
    """The rows of production in windows."""

    given: Given
    cut: WindowCut | RowCut
    progress: Progress | None

    def count(self, between: Between) -> tuple[Census, Opened]:
        """The rows of each window of a time, and where they were read from.

        Raises
        ------
        DataError
            When production cannot be read, or its times cannot.
        """
        side = self._opened(between)
        with sources.reading(side.data.name):
            plan, _ = planned(self.given.config, self.given.reference, side)
            found = counted(side.data.frame, plan, self.cut)
        side.data.check(found.rows)
        return found, side

    def labelled(self, windows: Sequence[StoredWindow]) -> dict[int, tuple[int, int]]:
        """The rows of some windows, and those among them that have a label by now."""
        target = self.given.config.columns.target
        if not windows or target is None or not isinstance(self.cut, WindowCut):
            return {}
        side = self._opened((windows[0].start_us, windows[-1].end_us))
        with sources.reading(side.data.name):
            plan, _ = planned(self.given.config, self.given.reference, side)
            return labelled(side.frame, plan, self.cut, target)

    def read(
        self, due: Sequence[Due], counted: Opened, watch: contextlib.ExitStack, since: int | None
    ) -> Iterator[Read]:
        """Each window with what is found in its rows, one after the other.

        ``counted`` is where the rows ``since`` some time were counted, in a ``watch`` over its
        files, which ends once they are read.
        """
        groups = list(_groups(due))
        is_counted = len(groups) == 1 and (since is None or due[0].key >= since)
        if not is_counted:
            watch.close()
        for group in groups:
            with apart() as parts:
                side = counted
                if not is_counted:
                    with sources.unchanged():
                        side = self._opened((group[0].span[0], group[-1].span[1]))
                        self._take(parts, side, group)
                else:
                    self._take(parts, side, group)
                    watch.close()
                for one in group:
                    # Its rows are at hand: what files announced is no matter any more.
                    frame = parts.of(one.key)
                    data = Data(frame, side.data.name)
                    own = dataclasses.replace(side, data=data, frame=frame)
                    yield one, own, read_window(self.given, own, one, self.progress)

    def _take(self, parts: Parts, side: Opened, due: Sequence[Due]) -> None:
        with sources.reading(side.data.name):
            parts.take(self._frame(side), [one.key for one in due])

    def _opened(self, between: Between) -> Opened:
        given, cut = self.given, self.cut
        if isinstance(cut, WindowCut):
            cut = cut.within(*between)
        return open_production(given.config, given.reference, given.inputs, cut)

    def _frame(self, side: Opened) -> pl.LazyFrame:
        """The columns that are read, and each row's window."""
        config, schema = self.given.config, side.frame.collect_schema()
        plan, extent = planned(config, self.given.reference, side)
        also = () if side.joined is None else side.joined.columns
        quality = config.analyses.data_quality
        is_whole = quality is not None and quality.duplicates
        names = [*schema] if is_whole else columns_read(plan, extent, also, schema)
        read = dict.fromkeys([*names, *filter(None, [plan.timestamp])])
        return keyed(side.frame.select(cs.by_name(list(read))), plan, self.cut)


def _groups(due: Sequence[Due]) -> Iterator[Sequence[Due]]:
    """Windows that are read at once: those that follow each other, and not too many."""
    first = 0
    for at in range(1, len(due) + 1):
        is_gap = at == len(due) or due[at].span[0] != due[at - 1].span[1]
        if at - first == _GROUP or is_gap:
            yield due[first:at]
            first = at
