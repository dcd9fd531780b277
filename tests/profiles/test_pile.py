"""The growing summaries of windows: they keep what they may, and share it when there are many."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from mmon.profiles.distributions.counts import Counts
from mmon.profiles.folding.growing import Limits, Pile, Piles
from mmon.profiles.folding.keys import Key

LIMITS = Limits(points=4_096, labels=2_000)


def series(codes: np.ndarray) -> pl.Series:
    return "label " + pl.Series("x", codes).cast(pl.String)


def filled(windows: int, *, rows: int, labels: int, batches: int = 3) -> Piles[Pile]:
    """Piles of windows, each of which gets its batches before the next one begins."""
    rng = np.random.default_rng(windows)
    piles = Piles(LIMITS, Pile, Pile.cut)
    for window in range(windows):
        piles.open([Key(window)])
        for _ in range(batches):
            part = Counts.of(series(rng.integers(0, labels, rows)))
            piles.by_key[Key(window)].add(part, piles.limits(Key(window)))
    return piles


def held_by(pile: Pile) -> int:
    waiting = pile._labels
    return waiting._waiting + (0 if waiting.whole is None else len(waiting.whole.labels))


@pytest.mark.slow
def test_labels_held_do_not_grow_with_the_rows_of_many_windows():
    few, many = (filled(70, rows=rows, labels=10**9) for rows in (4_000, 8_000))
    held = [sum(held_by(pile) for pile in piles.by_key.values()) for piles in (few, many)]
    assert held[1] <= 1.1 * held[0]
    assert held[1] <= 3 * 70 * LIMITS.shared_by(70).growing


def test_all_windows_together_keep_a_bounded_number_of_labels():
    kept = {windows: LIMITS.shared_by(windows) for windows in (1, 64, 128, 365, 20_000)}
    assert [kept[windows].labels for windows in (1, 64, 128)] == [2_000] * 3
    assert 365 * kept[365].growing <= 2 * 128 * 2_000
    assert kept[20_000].growing == kept[20_000].labels == 512
    assert Limits(None, None).shared_by(20_000).growing is None


@pytest.mark.parametrize("windows", [1, 70, 200])
def test_a_few_hundred_labels_are_exact_in_every_window(windows):
    piles = filled(windows, rows=400, labels=300)
    for _, pile, limits in piles.finished():
        found = pile.finish(limits)
        assert found.is_exact
        assert found.count_error == 0
        assert found.mass.sum() == 1_200


def test_the_error_of_dropped_labels_is_carried():
    rng = np.random.default_rng(1)
    limits, pile, exact = LIMITS.shared_by(2_000), Pile(), []
    for _ in range(20):
        part = Counts.of(series(np.minimum(rng.zipf(1.2, 4_000), 10**9)))
        exact.append(part)
        pile.add(part, limits)
    found, true = pile.finish(limits), Counts.merge(exact)
    assert len(found.labels) == limits.labels == 512
    masses = dict(zip(true.labels, true.mass.tolist(), strict=True))
    short = [masses[a] - m for a, m in zip(found.labels, found.mass.tolist(), strict=True)]
    assert min(short) >= 0
    assert max(short) <= found.count_error < 0.01 * found.n
    assert found.mass.sum() + found.other == found.n == true.n
    assert found.rank_error == found.other / found.n


def test_windows_share_among_windows_and_segments_among_all():
    piles = Piles(LIMITS, list[int])
    piles.open([Key(0), *(Key(0, segment) for segment in range(1, 400))])
    assert piles.limits(Key(0)) == LIMITS
    assert piles.limits(Key(0, 5)) == replace(LIMITS.shared_by(400), ids=1 << 14)


def test_piles_are_cut_when_they_have_doubled_so_the_cost_is_linear():
    cuts = []
    piles = Piles(Limits(10**6, None), list[int], lambda _pile, limits: cuts.append(limits.points))
    for window in range(5_000):
        piles.open([Key(window)])
    assert len(cuts) <= 2 * 5_000
    assert sorted(set(cuts)) == sorted({64 * 10**6 // max(2**k, 64) for k in range(1, 13)})


def test_labels_do_not_hold_on_to_the_texts_they_were_cut_from():
    texts = pl.Series("x", [f"{i:0>100}" for i in range(20_000)])
    found = Counts.of(texts).compress(10)
    buffers = found.labels.to_arrow(compat_level=pl.CompatLevel.newest()).buffers()
    assert sum(one.size for one in buffers if one is not None) < 100_000
