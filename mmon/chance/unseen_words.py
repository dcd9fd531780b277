"""By how much the share of words rose that the reference does not have, beyond what is usual.

Another text of the same sort brings unseen words, too: as many as the texts of one group of the
reference have beyond those of all other groups (Good 1953 counts words that came once; here those
of one group only, so that a text which repeats itself counts once). What is beyond that is new.
How both shares vary is told by how they differ between groups, so that words which come together in
a text count together.

References
----------
Good, *The population frequencies of species and the estimation of population parameters*,
Biometrika 1953.
"""

from __future__ import annotations

import dataclasses
import math
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

from mmon.profiles.distributions.tokens import GROUPS, Tokens
from mmon.records.arrays import FloatArray

FEWEST = 2 * GROUPS
"""Texts of either side below which nothing is told: groups of one text are no groups."""
MOST_FILLED = 0.75
"""Where more of the buckets are filled, hardly any word is told from the known ones."""


@dataclasses.dataclass(frozen=True, slots=True)
class UnseenWords:
    """Shares of words that the rest of the reference does not have.

    Attributes
    ----------
    usual, share : float in [0, 1]
        Of the reference's words and of production's, with what buckets that two words share hide
        made up for.
    deviation : float
        Of the rise.
    """

    usual: float
    share: float
    deviation: float

    @property
    def rise(self) -> float:
        """What is beyond the usual."""
        return self.share - self.usual

    def interval(self) -> tuple[float, float]:
        """Of the rise, at 95 %."""
        half = float(stdtrit(GROUPS - 1, 0.975)) * self.deviation
        return self.rise - half, self.rise + half

    def p_value_against(self, level: float) -> float:
        """One-sided, of "the share rose by at most the level"."""
        away = self.rise - level
        if self.deviation == 0.0:
            return 0.0 if away > 0.0 else 1.0
        return float(stdtr(GROUPS - 1, -away / self.deviation))


def unseen_words(ref: Tokens, cur: Tokens) -> UnseenWords | None:
    """Compare the words of both sides; None where either has hardly any, or buckets are full."""
    limit = min(ref.limit, cur.limit)
    ref, cur = ref.folded(limit), cur.folded(limit)
    if min(ref.words.min(), cur.words.min()) < 1 or ref.filled > MOST_FILLED:
        return None
    told = 1.0 - ref.filled
    groups, rows = np.bitwise_count(ref.masks), ref.rows.astype(np.float64)
    alone = _Share.of(ref, np.where(groups == 1, rows, 0.0))
    new = _Share.of(cur, _new(ref, cur) / np.bitwise_count(cur.masks))
    total, twice = float(ref.words.sum()), groups == 2
    shared = _variance_of_pairs(ref.masks[twice], rows[twice] / 2.0)
    # The rest of the reference is one group short of all that production's words are sought in.
    usual = max(alone.value - float(rows[twice].sum()) / (GROUPS * total), 0.0)
    return UnseenWords(
        min(usual / told, 1.0),
        min(new.value / told, 1.0),
        math.sqrt(alone.variance + new.variance + shared / total**2) / told,
    )


@dataclasses.dataclass(frozen=True, slots=True)
class _Share:
    """A share of words, with its variance between groups."""

    value: float
    variance: float

    @classmethod
    def of(cls, side: Tokens, weights: FloatArray) -> Self:
        hits, words = side.by_group(weights), side.words
        total = float(words.sum())
        value = float(hits.sum()) / total
        away = hits - value * words
        return cls(value, GROUPS / (GROUPS - 1) * float(away @ away) / total**2)


def _new(ref: Tokens, cur: Tokens) -> FloatArray:
    """(k,) production's texts with each of its words that the reference lacks, else 0."""
    place = np.searchsorted(ref.buckets, cur.buckets)
    is_known = ref.buckets[np.minimum(place, len(ref.buckets) - 1)] == cur.buckets
    return np.where(is_known, 0.0, cur.rows)


def _variance_of_pairs(masks: NDArray[np.uint64], words: FloatArray) -> float:
    """What words of two groups add to the variance of those that the reference lacks.

    A word that comes twice in production and never in the reference counts twice; where nothing
    changed that is as likely as the other way round, which the reference tells.
    """
    _, pair = np.unique(masks, return_inverse=True)
    counts = np.bincount(pair, weights=words)
    pairs = GROUPS * (GROUPS - 1) / 2
    return 2.0 * float(counts @ counts - counts.sum() ** 2 / pairs)
