"""Which words the texts of a column are made of, in bounded memory.

A word is known by one of about a million buckets, which its checksum tells: the same one in every
release, so that a stored reference can be compared. Of each bucket is kept how many texts have a
word of it, and which of 64 groups of texts these are in. So it is known what share of a group's
words no other group has, which is what another text of the same sort is expected to bring, and how
that share varies. Two words may share a bucket: an unseen word is taken for a known one as often as
buckets are filled, which is known, too.
"""

from __future__ import annotations

import dataclasses
import zlib
from collections.abc import Sequence
from typing import Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mmon.profiles.distributions.presence import are_counts
from mmon.profiles.merging import Rows
from mmon.records import Count, require
from mmon.records.arrays import FloatArray, IntArray

GROUPS = 64
BUCKETS, FEWEST_BUCKETS = 1 << 20, 1 << 14
"""Of one window, and of each of very many."""
# Scripts without spaces between words: there each character is one.
_UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
_WORD = rf"[{_UNSPACED}]|[\p{{L}}\p{{M}}--[{_UNSPACED}]]+"
_ONE = np.uint64(1)


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Tokens:
    """The words of a column of texts, each counted once in a text.

    Attributes
    ----------
    limit : int
        Buckets that there are, a power of two.
    buckets : (k,) int64, ascending
        Those that any word fell into.
    rows : (k,) int64
        Texts with a word of the bucket; one with two words of it counts twice.
    masks : (k,) uint64
        Bit g tells whether a text of group g is among them.
    words : (64,) int64
        Words of the texts of each group.
    """

    limit: Count
    buckets: IntArray
    rows: IntArray
    masks: NDArray[np.uint64]
    words: Rows

    def check(self) -> None:
        """Raise `MisfitError` when what was read back is no summary of words."""
        shapes = {self.buckets.shape, self.rows.shape, self.masks.shape}
        require(shapes == {(len(self.buckets),)}, "is ragged")
        require(self.limit > 0 and self.limit & (self.limit - 1) == 0, "has no power of two")
        require((self.buckets[1:] > self.buckets[:-1]).all(), "has buckets that do not ascend")
        is_within = not len(self.buckets) or 0 <= self.buckets[0] <= self.buckets[-1] < self.limit
        require(is_within, "has buckets beyond the last")
        require((self.masks > 0).all(), "has words of no group")
        require(self.words.shape == (GROUPS,) and are_counts(self.words), "has odd groups")
        require(are_counts(self.rows, int(self.words.sum())), "has words of no bucket")

    @classmethod
    def empty(cls, limit: int = BUCKETS) -> Self:
        """Of no text."""
        none = np.empty(0, dtype=np.int64)
        return cls(limit, none, none, none.astype(np.uint64), np.zeros(GROUPS, dtype=np.int64))

    @classmethod
    def of(cls, texts: pl.Series, *, first: int = 0, limit: int = BUCKETS) -> Self:
        """Count the words of (n,) texts, none of them missing, from text ``first`` of a window."""
        groups = (first + np.arange(len(texts))) % GROUPS
        found = words_of(texts)
        words = found.explode(empty_as_null=False) if len(found) else found.cast(pl.String)
        if not len(words):
            return cls.empty(limit)
        text = np.repeat(np.arange(len(texts)), found.list.len().to_numpy())
        buckets = _buckets(words) & (limit - 1)
        group = groups[text]
        order = np.lexsort((group, buckets))
        return cls._counted(
            limit,
            buckets[order],
            np.ones(len(order), dtype=np.int64),
            _ONE << group[order].astype(np.uint64),
            np.bincount(group, minlength=GROUPS),
        )

    @classmethod
    def merge(cls, parts: Sequence[Self]) -> Self:
        """The words of all parts' texts, in as many buckets as all of them have."""
        limit = min(one.limit for one in parts)
        buckets = np.concatenate([one.buckets for one in parts]) & (limit - 1)
        order = np.argsort(buckets, kind="stable")
        return cls._counted(
            limit,
            buckets[order],
            np.concatenate([one.rows for one in parts])[order],
            np.concatenate([one.masks for one in parts])[order],
            np.sum([one.words for one in parts], axis=0),
        )

    def folded(self, limit: int) -> Self:
        """The same words in at most so many buckets."""
        return self if self.limit <= limit else type(self).merge([self, self.empty(limit)])

    @classmethod
    def _counted(
        cls,
        limit: int,
        buckets: IntArray,
        rows: IntArray,
        masks: NDArray[np.uint64],
        words: IntArray,
    ) -> Self:
        """Of buckets in order, which may come several times."""
        starts = np.flatnonzero(np.diff(buckets, prepend=-1))
        if not len(starts):
            return cls(limit, buckets, rows, masks, words)
        return cls(
            limit,
            buckets[starts],
            np.add.reduceat(rows, starts),
            np.bitwise_or.reduceat(masks, starts),
            words,
        )

    @property
    def filled(self) -> float:
        """Share of the buckets that have a word: how often an unseen word is taken for known."""
        return len(self.buckets) / self.limit

    def by_group(self, weights: FloatArray, which: NDArray[np.uint64] | None = None) -> FloatArray:
        """(64,) sums of (k,) weights over the buckets in which each group has a text."""
        masks = self.masks if which is None else which
        bits = np.arange(GROUPS, dtype=np.uint64)
        return np.array([weights[(masks >> bit & _ONE).astype(bool)].sum() for bit in bits])


def words_of(texts: pl.Series) -> pl.Series:
    """(n,) lists of the different words of each text, in lower case.

    Words are runs of letters; where a script puts no space between words, single characters are.
    """
    return texts.str.to_lowercase().str.extract_all(_WORD).list.unique()


def _buckets(words: pl.Series) -> IntArray:
    """(w,) checksums of words."""
    # Polars' own hashes are those of one release only.
    _, first, same = np.unique(words.hash(seed=0), return_index=True, return_inverse=True)
    sums = [zlib.crc32(word.encode()) for word in words.gather(first)]
    found: IntArray = np.array(sums, dtype=np.int64)[same]
    return found
