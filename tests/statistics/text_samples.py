"""Texts of words as frequent as those of a language, some of them with words of their own."""

from __future__ import annotations

import numpy as np
import polars as pl

_WORDS = 5_000
_CHANCES = np.cumsum(1.0 / np.arange(1, _WORDS + 1))
_LETTERS = np.array(list("abcdefghij"))
_KNOWN = np.array(["w" + "".join(_LETTERS[[int(d) for d in str(at)]]) for at in range(40 * _WORDS)])


def texts(
    rng: np.random.Generator, rows: int, *, new: float = 0.0, odd: float = 0.05, words: int = 12
) -> pl.Series:
    """So many texts; a share of ``odd`` ones has rare words only, and of the words one of ``new``
    is one of a thousand that the language does not have."""
    lengths = rng.integers(words // 2, 2 * words, rows)
    text = np.repeat(np.arange(rows), lengths)
    chosen = np.searchsorted(_CHANCES / _CHANCES[-1], rng.random(len(text)))
    is_odd = (rng.random(rows) < odd)[text]
    chosen = np.where(is_odd, rng.integers(_WORDS, 40 * _WORDS, len(text)), chosen)
    found = _KNOWN[chosen]
    is_new = rng.random(len(text)) < new
    found = np.where(is_new, np.char.add("new", _KNOWN[rng.integers(0, 1000, len(text))]), found)
    cuts = np.cumsum(lengths)[:-1]
    return pl.Series([" ".join(one) for one in np.split(found, cuts)])
