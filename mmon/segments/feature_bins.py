"""Every metric in every bin of every feature, on both sides, with its part of the change."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from mmon.profiles.features.tables import FeatureTable, FeatureTables
from mmon.records.arrays import FloatArray
from mmon.results.charts import FeatureBin
from mmon.segments._bin_metrics import BinValues, bin_values
from mmon.segments.contributions import split


def feature_bins(
    ref: FeatureTables | None, cur: FeatureTables | None, *, window: int
) -> list[FeatureBin]:
    """One `FeatureBin` for each metric, feature and bin, in this order of nesting from within.

    Parameters
    ----------
    ref, cur : FeatureTables or None
        None for a side without labels.
    window : int
        The window that ``cur`` is of.

    Raises
    ------
    ValueError
        When the sides were not counted by the same bins.
    """
    some = ref if ref is not None else cur
    if some is None:
        return []
    found: list[FeatureBin] = []
    for index, table in enumerate(some.tables):
        sides = _Sides(
            table,
            _Side(ref, index) if ref is not None else None,
            _Side(cur, index) if cur is not None else None,
        )
        found.extend(sides.bins(window))
    return found


class _Side:
    """One feature's bins on one side."""

    def __init__(self, tables: FeatureTables, index: int) -> None:
        table = tables.tables[index]
        self.rows = table.outcomes.sum(axis=1)
        self.shares: FloatArray = self.rows / max(int(self.rows.sum()), 1)
        self.values: Mapping[str, BinValues] = bin_values(tables.layout, table)


class _Sides:
    """One feature's bins on both sides."""

    def __init__(self, table: FeatureTable, ref: _Side | None, cur: _Side | None) -> None:
        if ref is not None and cur is not None and len(ref.rows) != len(cur.rows):
            raise ValueError(f"{table.binning.column!r} was put into other bins on each side")
        self.binning = table.binning
        self.ref, self.cur = ref, cur

    def bins(self, window: int) -> Iterator[FeatureBin]:
        names = self.binning.names()
        some = self.ref or self.cur
        for metric in some.values if some is not None else ():
            sides = [_spread(side, metric, len(names)) for side in (self.ref, self.cur)]
            parts = self._parts(metric, len(names))
            for label, ref, cur, (mix, rate) in zip(names, *sides, parts, strict=True):
                yield FeatureBin(
                    window=window,
                    column=self.binning.column,
                    label=label,
                    metric=metric,
                    reference_rows=ref[0],
                    production_rows=cur[0],
                    reference_share=ref[1],
                    production_share=cur[1],
                    reference_value=ref[2],
                    production_value=cur[2],
                    reference_interval=ref[3],
                    production_interval=cur[3],
                    mix=mix,
                    rate=rate,
                )

    def _parts(self, metric: str, size: int) -> list[tuple[float | None, float | None]]:
        ref, cur = self.ref, self.cur
        if ref is None or cur is None or not ref.rows.any() or not cur.rows.any():
            return [(None, None)] * size
        if not ref.values[metric].is_mean:
            return [(None, None)] * size
        mix, rate = split(
            (ref.shares, cur.shares), (ref.values[metric].value, cur.values[metric].value)
        )
        return list(zip(mix.tolist(), rate.tolist(), strict=True))


_Cells = tuple[int, float, float | None, tuple[float, float] | None]


def _spread(side: _Side | None, metric: str, size: int) -> list[_Cells]:
    """Rows, share, value and interval in each bin of one side."""
    if side is None:
        return [(0, 0.0, None, None)] * size
    one = side.values[metric]
    columns = zip(
        side.rows.tolist(),
        side.shares.tolist(),
        one.value.tolist(),
        one.low.tolist(),
        one.high.tolist(),
        strict=True,
    )
    return [
        (
            rows,
            share,
            None if math.isnan(value) else value,
            None if math.isnan(low) or math.isnan(high) else (low, high),
        )
        for rows, share, value, low, high in columns
    ]
