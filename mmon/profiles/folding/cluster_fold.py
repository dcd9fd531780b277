"""Draws whole clusters of rows, window by window, and tells how alike their rows are."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from mmon.engine.local import column_of
from mmon.profiles.distributions.clustering import Clustering, of_labels, of_numbers
from mmon.profiles.distributions.dependence import Dependence
from mmon.profiles.distributions.reading import Reading
from mmon.profiles.folding.batches import Batch, Extent
from mmon.profiles.folding.sample_fold import SampledAs, in_final_form
from mmon.profiles.outcomes.row_keys import Keys
from mmon.profiles.plan import Plan
from mmon.profiles.table import ColumnProfile

# Rows of a window, of whole clusters; a correlation of .05 is known of it to a fifth.
_ROWS = 8192
_FEWEST_ROWS = 1024
_MANY_WINDOWS = 8


class _Drawn:
    """The rows of one window's clusters whose hashes lie below a limit that falls."""

    def __init__(self) -> None:
        self.limit = np.uint64(2**64 - 1)
        self._parts: list[tuple[Keys, pl.DataFrame]] = []
        self.rows = 0

    def add(self, keys: Keys, rows: pl.DataFrame, most: int) -> None:
        self._parts.append((keys, rows))
        self.rows += len(keys)
        if self.rows > 2 * most:
            self.cut(most)

    def lower(self, keys: Keys, most: int) -> None:
        """Let the limit fall to where so many of the keys lie below it; one cluster stays."""
        if len(keys) > most:
            # All rows of a hash or none: else its cluster would be smaller than it is.
            self.limit = max(np.partition(keys, most)[most], keys.min() + np.uint64(1))

    def cut(self, most: int) -> tuple[Keys, pl.DataFrame]:
        """Leave as many whole clusters as have so many rows."""
        keys = np.concatenate([one for one, _ in self._parts])
        frame = pl.concat([one for _, one in self._parts])
        self.lower(keys, most)
        kept = keys < self.limit
        keys, frame = keys[kept], frame.filter(pl.Series(kept))
        self._parts, self.rows = [(keys, frame)], len(keys)
        return keys, frame


class ClusterFold:
    """The clusters of one dataset: of each window the correlation of each column's rows."""

    def __init__(self, cluster: str, columns: Mapping[str, SampledAs]) -> None:
        self._cluster = cluster
        self._columns = {
            name: how
            for name, how in columns.items()
            if how.reading in (Reading.NUMBER, Reading.LABEL, Reading.TRUTH, Reading.TIME)
        }
        self._windows: dict[int, _Drawn] = {}

    def add(self, batch: pl.DataFrame, context: Batch) -> None:
        if context.is_known or not context.cuts:
            return
        cluster = column_of(batch, self._cluster)
        keys, is_there = cluster.hash(seed=0).to_numpy(), cluster.is_not_null().to_numpy()
        cut = context.cuts[0]
        for key, first, past in cut.parts:
            drawn = self._windows.setdefault(key.window, _Drawn())
            places = np.arange(first, past) if cut.order is None else cut.order[first:past]
            places = places[is_there[places] & (keys[places] < drawn.limit)]
            drawn.lower(keys[places], self._size)
            places = places[keys[places] < drawn.limit]
            if len(places):
                drawn.add(keys[places], self._read(batch, places), self._size)

    @property
    def _size(self) -> int:
        return max(_FEWEST_ROWS, _ROWS * _MANY_WINDOWS // max(len(self._windows), _MANY_WINDOWS))

    def _read(self, batch: pl.DataFrame, places: np.ndarray) -> pl.DataFrame:
        some = pl.DataFrame({name: batch.get_column(name) for name in self._columns})[places]
        return pl.DataFrame(
            {name: in_final_form(column_of(some, name), how) for name, how in self._columns.items()}
        )

    def finish(self) -> dict[int, dict[str, Clustering]]:
        return {
            window: {name: _clustering(column_of(frame, name), keys) for name in self._columns}
            for window, drawn in self._windows.items()
            if drawn.rows
            for keys, frame in [drawn.cut(self._size)]
        }


def cluster_folds(
    plan: Plan, extent: Extent, schema: Mapping[str, pl.DataType]
) -> list[ClusterFold]:
    """What draws the clusters of a first pass, where a column names them."""
    if extent.cluster is None or extent.cluster not in schema or extent.known is not None:
        return []
    tested = (column for column in plan.columns if column.is_tested and column.name in schema)
    return [ClusterFold(extent.cluster, {one.name: SampledAs(one.reading) for one in tested})]


def with_clusters(
    columns: Sequence[ColumnProfile], found: Mapping[str, Clustering]
) -> tuple[ColumnProfile, ...]:
    """The columns of a window, each with how alike the rows of one cluster are."""
    return tuple(
        dataclasses.replace(
            one,
            dependence=dataclasses.replace(
                one.dependence or Dependence(), clusters=found[one.name]
            ),
        )
        if one.name in found
        else one
        for one in columns
    )


def _clustering(values: pl.Series, keys: Keys) -> Clustering:
    is_there = values.is_not_null()
    if values.dtype.is_float():
        is_there &= values.is_finite().fill_null(False)
    some, own = values.filter(is_there), keys[is_there.to_numpy()]
    if values.dtype.is_numeric():
        return of_numbers(some.to_numpy(), own)
    return of_labels(some.hash(seed=0).to_numpy(), own)
