"""The words of texts: how they are cut, counted in buckets and groups, merged and stored."""

from __future__ import annotations

import itertools
import zlib

import numpy as np
import polars as pl
import pytest

from mmon.profiles.distributions.tokens import BUCKETS, GROUPS, Tokens, words_of
from mmon.profiles.folding.growing import Limits
from mmon.profiles.merging import same


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Hello, hello WORLD! 12 times, don't", {"hello", "world", "times", "don", "t"}),
        ("", set()),
        ("4711 -- ?!", set()),
        ("Ünïcode ÇA été नमस्ते दुनिया", {"ünïcode", "ça", "été", "नमस्ते", "दुनिया"}),
        ("日本の text", {"日", "本", "の", "text"}),
    ],
)
def test_words_are_runs_of_letters_and_characters_where_nothing_separates_them(text, words):
    assert set(words_of(pl.Series([text])).to_list()[0]) == words


def test_texts_are_counted_once_for_each_word_in_the_bucket_of_its_checksum():
    found = Tokens.of(pl.Series(["a b a", "b", ""]))
    buckets = {word: zlib.crc32(word.encode()) % BUCKETS for word in "ab"}
    counted = dict(zip(found.buckets.tolist(), found.rows.tolist(), strict=True))
    masks = dict(zip(found.buckets.tolist(), found.masks.tolist(), strict=True))
    assert counted == {buckets["a"]: 1, buckets["b"]: 2}
    assert masks == {buckets["a"]: 0b01, buckets["b"]: 0b11}
    assert found.words.tolist() == [2, 1, *[0] * (GROUPS - 2)]
    found.check()


def test_parts_merge_in_any_order_into_what_all_texts_have():
    rng = np.random.default_rng(0)
    texts = pl.Series([" ".join(rng.choice(list("abcdefghij"), 3)) for _ in range(300)])
    cuts = [0, 70, 71, 300]
    parts = [Tokens.of(texts[a:b], first=a) for a, b in itertools.pairwise(cuts)]
    whole = Tokens.of(texts)
    for some in itertools.permutations(parts):
        assert same(Tokens.merge(some), whole)
    assert same(Tokens.merge([*parts, Tokens.empty()]), whole)
    small = Tokens.of(texts, limit=8)
    assert same(whole.folded(8), small)
    assert same(Tokens.merge([parts[0].folded(8), *parts[1:]]), small)
    small.check()


@pytest.mark.parametrize("texts", [[], ["", "12", "..."]])
def test_texts_without_words_are_none(texts: list[str]) -> None:
    found = Tokens.of(pl.Series(texts, dtype=pl.String))
    assert same(found, Tokens.empty())
    assert found.filled == 0.0


def test_very_many_windows_keep_fewer_buckets() -> None:
    limits = Limits(4096, 4096)
    found = [limits.shared_by(n).buckets for n in (1, 8, 16, 100, 10_000)]
    assert found == [1 << 20, 1 << 20, 1 << 19, 1 << 16, 1 << 14]
