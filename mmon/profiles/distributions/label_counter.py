"""Counts a text column batch after batch by hashes, so that most rows' texts are never compared."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mmon.profiles.distributions.counts import Counts, own_texts
from mmon.profiles.distributions.presence import Presence
from mmon.records.arrays import BoolArray, IntArray

# Above this share of new labels in a batch, looking them up costs more than plain counting.
_MOST_NEW = 0.05
# More labels than these are no few any more, and would take memory as long as new ones come.
_MOST_LABELS = 100_000

_Hashes = NDArray[np.uint64]


class LabelCounter:
    """Counts of successive batches of one String column.

    A column has few labels and many rows: sorting 64-bit hashes is cheaper than grouping texts, and
    only a label that was not met before is looked up. That two of d labels share a hash, and are
    counted as one, has a probability of d² / 2⁶⁵: below 1e-9 for 100,000 labels.
    """

    def __init__(self) -> None:
        self._hashes: _Hashes = np.empty(0, dtype=np.uint64)
        self._labels = pl.Series("label", [], dtype=pl.String)
        # Position of each known label in the order of labels.
        self._ranks: IntArray = np.empty(0, dtype=np.int64)
        self._is_worth_it = True

    def count(self, values: pl.Series) -> Counts:
        """The counts of one batch; the same as ``Counts.of(values)``."""
        texts = values.drop_nulls()
        if not self._is_worth_it or not len(texts):
            return Counts.of(values)
        hashes = texts.hash(seed=0).to_numpy()
        ordered = np.sort(hashes)
        ends = np.append(np.flatnonzero(ordered[1:] != ordered[:-1]), len(ordered) - 1)
        distinct, mass = ordered[ends], np.diff(ends, prepend=-1)
        new = distinct[~_is_in(distinct, self._hashes)]
        if len(new) > _MOST_NEW * len(texts) or len(self._labels) + len(new) > _MOST_LABELS:
            self._forget()
            return Counts.of(values)
        if len(new):
            self._learn(texts.filter(pl.Series(_is_in(hashes, new))).unique())
        found = np.searchsorted(self._hashes, distinct)
        order = np.argsort(self._ranks[found])
        presence = Presence(present=len(texts), null=len(values) - len(texts))
        return Counts(self._labels.gather(found[order]), mass[order], presence)

    def _learn(self, labels: pl.Series) -> None:
        """Remember labels that were not met before."""
        every = own_texts(pl.concat([self._labels, labels.alias("label")]))
        hashes = every.hash(seed=0).to_numpy()
        order = np.argsort(hashes)
        self._hashes, self._labels = hashes[order], every.gather(order)
        ranks = np.empty(len(order), dtype=np.int64)
        ranks[self._labels.arg_sort().to_numpy()] = np.arange(len(order))
        self._ranks = ranks

    def _forget(self) -> None:
        """Count plainly from now on."""
        self._is_worth_it = False
        self._hashes, self._labels = self._hashes[:0].copy(), self._labels.clear()
        self._ranks = self._ranks[:0].copy()


def _is_in(values: _Hashes, known: _Hashes) -> BoolArray:
    """Whether each of ``values`` is among ``known``, which is ascending."""
    if not len(known):
        return np.zeros(len(values), dtype=np.bool_)
    places = np.minimum(np.searchsorted(known, values), len(known) - 1)
    found: BoolArray = known[places] == values
    return found
