"""Summarises one column of vectors over all batches: their norms, and sums of groups of them."""

from __future__ import annotations

import polars as pl

from mmon.profiles.distributions.ecdf import Ecdf
from mmon.profiles.distributions.presence import Presence
from mmon.profiles.distributions.vector_sums import VectorSums
from mmon.profiles.distributions.vectors import vectors_in
from mmon.profiles.folding.column_fold import ColumnFold
from mmon.profiles.folding.keys import Cut
from mmon.profiles.merging import few, merged


class VectorFold(ColumnFold):
    """One column's summaries; a vector of another length is one that could not be read."""

    def add_parts(self, values: pl.Series, lost: pl.Series | None, cut: Cut) -> None:
        """Add the rows of a cut, in its order."""
        del lost
        width = self.plan.width or 1
        for _, pile, limits, rows in self.piles.of(cut):
            found = vectors_in(values[rows], width)
            norms, odd = found.norms(), found.odd
            presence = Presence(len(norms), found.null + len(odd), found.nan, found.inf)
            pile.presence = merged([pile.presence, presence])
            pile.unreadable += len(odd)
            examples = [f"a list of {length:,} numbers" for length in odd.unique().sort()[:3]]
            pile.examples = few([pile.examples, examples])
            pile.add(Ecdf.of(norms, presence=presence, points=limits.points), limits)
            first = 0 if pile.vectors is None else pile.vectors.n
            sums = VectorSums.of(found.matrix, first=first, groups=limits.groups)
            parts = [sums] if pile.vectors is None else [pile.vectors, sums]
            pile.vectors = VectorSums.merge(parts)
