"""What both sides hold of every condition: sums of all labelled rows, and the sampled rows."""

from __future__ import annotations

import dataclasses
from typing import Self

import numpy as np

from mmon.profiles.features.tables import Binning, FeatureTables
from mmon.records.arrays import BoolArray, FloatArray
from mmon.segments._bin_metrics import wrong_rows
from mmon.segments._rows import Rows, sampled
from mmon.segments.conditions import Condition, conditions
from mmon.segments.sides import Side
from mmon.segments.tallies import Tally, tally_conditions

_RIGHT_WRONG = np.array([0.0, 1.0])


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """Both sides; sums are in fours: rows of the reference, of production, and their losses.

    Attributes
    ----------
    binnings : tuple of F Binning
    is_classified : bool
        Whether a loss is 0 or 1 (wrong), and not an absolute error.
    families : list of F lists of Condition
    bins : list of F (B, 4) float64
        Of all labelled rows in each bin.
    everything : (4,) float64
        Of all labelled rows.
    rows : Rows or None
        The sample; None where a side has none.
    discovers : (k,) bool
        The sampled rows that discover pairs; the others confirm them.
    scale : (4,) float64
        Labelled rows for which each sampled one stands.
    """

    binnings: tuple[Binning, ...]
    is_classified: bool
    families: list[list[Condition]]
    bins: list[FloatArray]
    everything: FloatArray
    rows: Rows | None
    discovers: BoolArray
    scale: FloatArray

    @classmethod
    def of(cls, before: Side, after: Side, *, is_classified: bool) -> Self:
        """The evidence of both sides.

        Raises
        ------
        ValueError
            When the sides were not counted by the same bins.
        """
        ref, cur = before.tables, after.tables
        binnings = tuple(table.binning for table in ref.tables)
        if [one.size for one in binnings] != [table.binning.size for table in cur.tables]:
            raise ValueError("the features were put into other bins on each side")
        bins = [_bin_sums(ref, cur, at, is_classified=is_classified) for at in range(len(binnings))]
        rows, discovers, scale = None, np.empty(0, dtype=np.bool_), np.ones(4)
        samples = before.sample, after.sample
        if samples[0] and samples[1]:
            rows = sampled(samples[0], samples[1], is_classified=is_classified)
            discovers = np.concatenate([samples[0].half, samples[1].half])
            sizes = [(one.seen, len(one)) for one in (samples[0], samples[1])]
            scale = np.array([seen / size for seen, size in sizes] * 2)
        return cls(
            binnings=binnings,
            is_classified=is_classified,
            families=[conditions(at, binning) for at, binning in enumerate(binnings)],
            bins=bins,
            everything=bins[0].sum(axis=0) if bins else np.zeros(4),
            rows=rows,
            discovers=discovers,
            scale=scale,
        )

    def tally(self) -> Tally | None:
        """What the conditions hold, by level of the loss; None without any, or a sample to ask."""
        if not self.bins:
            return None
        if self.is_classified:
            return tally_conditions(_RIGHT_WRONG, list(map(_by_outcome, self.bins)), self.families)
        if self.rows is None:
            return None
        counts = [self.rows.counts(at, len(sums)) for at, sums in enumerate(self.bins)]
        return tally_conditions(self.rows.values, counts, self.families)


def _by_outcome(sums: FloatArray) -> FloatArray:
    """(B, 2, 2) rows by side, right and wrong, from (B, 4) rows and wrong rows by side."""
    rows, wrong = sums[:, :2], sums[:, 2:]
    return np.stack([rows - wrong, wrong], axis=2)


def _bin_sums(
    ref: FeatureTables, cur: FeatureTables, feature: int, *, is_classified: bool
) -> FloatArray:
    """(B, 4) sums of all labelled rows in each bin of a feature."""
    rows, losses = [], []
    for side in (ref, cur):
        table = side.tables[feature]
        rows.append(table.outcomes.sum(axis=1).astype(np.float64))
        if is_classified:
            losses.append(wrong_rows(side.layout, table.outcomes).astype(np.float64))
        else:
            losses.append(table.sums[:, side.layout.losses.index("mae")])
    return np.stack([*rows, *losses], axis=1)
