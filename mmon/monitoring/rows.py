"""Reads production for the windows of a run: how many rows each has, then the rows of some."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator, Sequence

import polars as pl
import polars.selectors as cs

from mmon import sources
from mmon.comparison.rows_again import reads_again
from mmon.comparison.sides import Opened, Progress, Summarised, open_production, planned
from mmon.history.records import StoredWindow
from mmon.monitoring.apart import Parts, apart
from mmon.monitoring.due import Due
from mmon.monitoring.window import Given, read_window
from mmon.profiles.folding.build import columns_read
from mmon.profiles.folding.census import WINDOW, Census, counted, keyed, labelled, with_values
from mmon.profiles.folding.keys import WHOLE
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

    def count(self, between: Between, *, by_names: bool = True) -> tuple[Census, Opened]:
        """The rows of each window of a time, and where they were read from.

        ``by_names`` is whether names of files are believed to tell of when their rows are.

        Raises
        ------
        DataError
            When production cannot be read, or its times cannot.
        """
        side = self._opened(between, by_names=by_names)
        with sources.reading(side.data.name):
            plan, _ = planned(self.given.config, self.given.reference, side)
            found = counted(side.data.frame, plan, self.cut)
        side.data.check(found.rows)
        return found, side

    def count_all(self, between: Between, stored: Sequence[StoredWindow]) -> tuple[Census, Opened]:
        """The same; wherever rows are, where names of files hide some that were known before."""
        found, side = self.count(between)
        since, end = between
        known = [
            one
            for one in stored
            if (since is None or one.key >= since) and (end is None or (one.end_us or 0) <= end)
        ]
        if all(found.windows.get(one.key, 0) >= one.rows for one in known):
            return found, side
        return self.count(between, by_names=False)

    def labelled(self, windows: Sequence[StoredWindow], now: Opened) -> dict[int, tuple[int, int]]:
        """The rows of some windows, and those among them that have a label by now.

        None are looked for where production, opened ``now``, has no column for them.
        """
        target = self.given.config.columns.target
        if not windows or target is None or not isinstance(self.cut, WindowCut):
            return {}
        if target not in now.frame.collect_schema():
            return {}
        side = self._opened((windows[0].start_us, windows[-1].end_us))
        if target not in side.frame.collect_schema():
            return {}
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
                    side = self._reopened(parts, group)
                else:
                    self._take(parts, side, group)
                    watch.close()
                for one in group:
                    # Its rows are at hand: what files announced is no matter any more.
                    frame = parts.of(one.key)
                    data = Data(frame, side.data.name)
                    new = _new_columns(frame, side)
                    own = dataclasses.replace(side, data=data, frame=frame, new_columns=new)
                    yield one, own, read_window(self.given, own, one, self.progress)

    def _reopened(self, parts: Parts, group: Sequence[Due]) -> Opened:
        """Where the rows of some windows are, which are taken from there.

        Among the files of a short time the names may seem right that those of a longer one refute.
        """
        span = group[0].span[0], group[-1].span[1]
        with sources.unchanged():
            side = self._opened(span)
            self._take(parts, side, group)
        if all(parts.rows(one.key) >= one.rows for one in group):
            return side
        parts.clear()
        with sources.unchanged():
            side = self._opened(span, by_names=False)
            self._take(parts, side, group)
        return side

    def _take(self, parts: Parts, side: Opened, due: Sequence[Due]) -> None:
        with sources.reading(side.data.name):
            parts.take(self._frame(side), [one.key for one in due])

    def _opened(self, between: Between, *, by_names: bool = True) -> Opened:
        given, cut = self.given, self.cut
        if isinstance(cut, WindowCut):
            cut = cut.within(*between)
        sides = given.config, given.reference, given.inputs, cut
        return open_production(*sides, by_names=by_names)

    def _frame(self, side: Opened) -> pl.LazyFrame:
        """The columns that are read, and each row's window."""
        config, schema = self.given.config, side.frame.collect_schema()
        plan, extent = planned(config, self.given.reference, side)
        also = () if side.joined is None else side.joined.columns
        names = [*schema] if reads_again(config) else columns_read(plan, extent, also, schema)
        read = dict.fromkeys([*names, *filter(None, [plan.timestamp]), *side.new_columns])
        return keyed(side.frame.select(cs.by_name(list(read))), plan, self.cut)


def _new_columns(frame: pl.LazyFrame, side: Opened) -> dict[str, pl.DataType]:
    """The new columns that have values in a window's rows: files of other windows may have more."""
    if not side.new_columns:
        return {}
    found = with_values(frame.with_columns(pl.lit(WHOLE).alias(WINDOW)), side.new_columns)
    return {name: side.new_columns[name] for name in found.get(WHOLE, ())}


def _groups(due: Sequence[Due]) -> Iterator[Sequence[Due]]:
    """Windows that are read at once: those that follow each other, and not too many."""
    first = 0
    for at in range(1, len(due) + 1):
        is_gap = at == len(due) or due[at].span[0] != due[at - 1].span[1]
        if at - first == _GROUP or is_gap:
            yield due[first:at]
            first = at
