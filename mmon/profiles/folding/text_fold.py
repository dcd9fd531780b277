"""Summarises one column of free text over all batches: its lengths, and its words."""

from __future__ import annotations

import polars as pl

from mmon.profiles.distributions.ecdf import Ecdf
from mmon.profiles.distributions.presence import Presence
from mmon.profiles.distributions.tokens import Tokens
from mmon.profiles.folding.column_fold import ColumnFold
from mmon.profiles.folding.keys import Cut
from mmon.profiles.merging import merged


class TextFold(ColumnFold):
    """One column's summaries."""

    def add_parts(self, values: pl.Series, lost: pl.Series | None, cut: Cut) -> None:
        """Add the rows of a cut, in its order."""
        del lost
        for _, pile, limits, rows in self.piles.of(cut):
            part = values[rows]
            texts, first = part.drop_nulls(), pile.presence.present
            presence = Presence(len(texts), len(part) - len(texts))
            pile.presence = merged([pile.presence, presence])
            lengths = texts.str.len_chars().cast(pl.Int64).to_numpy()
            pile.add(Ecdf.of(lengths, presence=presence, points=limits.points), limits)
            tokens = Tokens.of(texts, first=first, limit=limits.buckets)
            pile.tokens = tokens if pile.tokens is None else Tokens.merge([pile.tokens, tokens])
