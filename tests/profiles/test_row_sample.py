"""The sampled rows are a uniform sample that neither batches nor the order of rows change."""

from __future__ import annotations

import dataclasses

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray
from scipy import stats

from mmon.profiles.features import row_sample
from mmon.profiles.features import tables as features
from mmon.profiles.features.losses import joint_of
from mmon.profiles.features.row_sample import RowSampler
from mmon.profiles.features.tables import REGRESSION_LOSSES, Layout, RowSample
from mmon.profiles.outcomes.outcome_reader import OutcomePlan, OutcomeReader
from mmon.profiles.outcomes.outcomes import Outcome
from mmon.results import Task

PLAN = OutcomePlan(Task.REGRESSION, "y", "yhat", identity="id")
NUMBERS = Layout(None, (1,), REGRESSION_LOSSES)
KEPT = 500


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_sample, "SAMPLED_ROWS", KEPT)
    monkeypatch.setattr(features, "SAMPLED_ROWS", KEPT)
    monkeypatch.setattr(row_sample, "_FEWEST_ROWS", 50)
    monkeypatch.setattr(row_sample, "_MOST_ROWS", 8 * KEPT)


def rows(n: int, *, unlabelled: int = 0) -> pl.DataFrame:
    """Rows whose error is their place, so that a sample tells which rows it holds."""
    place = np.arange(n, dtype=np.float64)
    return pl.DataFrame({"id": np.arange(n), "y": np.zeros(n), "yhat": place}).with_columns(
        y=pl.when(pl.int_range(pl.len()) >= unlabelled).then("y")
    )


def draw(frame: pl.DataFrame, batch: int, windows: int = 1) -> dict[int, RowSample]:
    """Sample a frame that is cut into windows of equal length, batch by batch."""
    reader, sampler = OutcomeReader(PLAN), RowSampler()
    bins: dict[int, list[NDArray[np.uint8]]] = {window: [] for window in range(windows)}
    length = -(-frame.height // windows)
    for at in range(0, frame.height, batch):
        outcome = reader.read(frame.slice(at, batch), at)
        ends = [min(max(length * w - at, 0), len(outcome)) for w in range(windows + 1)]
        parts = tuple((w, ends[w], ends[w + 1]) for w in range(windows) if ends[w] < ends[w + 1])
        found = sampler.draw(parts, outcome, joint_of(outcome, NUMBERS))
        for window, positions in found.items():
            bins[window].append(((positions + at) % 251).astype(np.uint8))
    samples = {w: sampler.finish(w, [np.concatenate(chunks)]) for w, chunks in bins.items()}
    return {window: sample for window, sample in samples.items() if sample is not None}


def assert_same(one: RowSample, other: RowSample) -> None:
    assert one.seen == other.seen
    for name in ("keys", "bins", "loss", "half"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), name)


@pytest.mark.parametrize("batch", [1, 37, 1_000, 100_000])
def test_the_sample_is_the_rows_with_the_smallest_keys(batch: int) -> None:
    frame = rows(3_000 if batch > 1 else 700, unlabelled=100)
    found = draw(frame, batch)[0]
    outcome = OutcomeReader(PLAN).read(frame, 0)
    assert outcome.key is not None
    labelled = np.arange(100, frame.height)
    expected = labelled[np.argsort(outcome.key[labelled])][:KEPT]
    np.testing.assert_array_equal(found.loss, expected)
    np.testing.assert_array_equal(found.keys, outcome.key[expected])
    np.testing.assert_array_equal(found.half, outcome.half[expected])
    np.testing.assert_array_equal(found.bins[:, 0], expected % 251)
    assert found.seen == len(labelled)


def test_the_order_of_rows_does_not_matter() -> None:
    frame = rows(3_000)
    one = draw(frame, 400)[0]
    other = draw(frame.sample(fraction=1.0, shuffle=True, seed=1), 400)[0]
    np.testing.assert_array_equal(one.keys, other.keys)
    np.testing.assert_array_equal(one.loss, other.loss)


def test_all_rows_are_kept_where_there_are_few() -> None:
    found = draw(rows(KEPT - 1), 100)[0]
    assert sorted(found.loss.tolist()) == list(range(KEPT - 1))


def test_every_row_is_as_likely_to_be_drawn() -> None:
    """Over 200 sets of ids, no place and no stretch of rows is favoured."""
    frame, times = rows(2_000), np.zeros(2_000, dtype=np.int64)
    for seed in range(200):
        named = frame.with_columns(id=pl.format("{}-{}", pl.lit(seed), "id"))
        times[draw(named, 500)[0].loss.astype(np.int64)] += 1
    assert times.sum() == 200 * KEPT
    share = KEPT / 2_000
    # Without replacement the variance of a count is 200 p (1 - p), nearly without correlation.
    statistic = ((times - 200 * share) ** 2).sum() / (200 * share * (1 - share))
    assert 1e-3 < stats.chi2(1_999).cdf(statistic) < 1 - 1e-3
    stretches = times.reshape(20, 100).sum(axis=1)
    assert stats.chisquare(stretches).pvalue > 1e-3


@pytest.mark.parametrize("batch", [90, 100_000])
def test_many_windows_share_the_rows_that_are_kept(batch: int) -> None:
    found = draw(rows(20_000), batch, windows=20)
    assert len(found) == 20
    assert {len(one.keys) for one in found.values()} == {8 * KEPT // 20}
    for window, sample in found.items():
        first = 1_000 * window
        assert ((sample.loss >= first) & (sample.loss < first + 1_000)).all()
        assert sample.seen == 1_000


def test_a_window_is_sampled_as_if_it_were_alone() -> None:
    frame = rows(3_000)
    both = draw(frame, 700, windows=3)
    assert_same(both[0], draw(frame.head(1_000), 700)[0])


@pytest.mark.parametrize("key", ["alike", "different"])
def test_no_more_rows_of_a_batch_enter_than_could_stay(key: str) -> None:
    rows = 4 * KEPT
    rng = np.random.default_rng(7)
    keys = rng.integers(0, 2**63, rows).astype(np.uint64) if key == "different" else np.ones(rows)
    outcome = dataclasses.replace(_outcome(rows), key=keys.astype(np.uint64))
    joint = joint_of(outcome, Layout(None, (2, 2, 1), ()))
    sampler = RowSampler()
    for _ in range(3):
        entered = sampler.draw(((0, 0, rows),), outcome, joint)[0]
        assert len(entered) <= KEPT
        assert (np.diff(entered) > 0).all()


def _outcome(rows: int) -> Outcome:
    codes = np.zeros(rows, dtype=np.int16)
    flags = np.zeros(rows, dtype=np.uint8)
    return Outcome(
        Task.BINARY, ("0", "1"), codes, codes, None, None, None, flags, flags.astype(np.bool_)
    )


def test_all_windows_together_keep_a_bounded_number_of_rows(monkeypatch):
    monkeypatch.setattr(row_sample, "_VERY_MANY_WINDOWS", 4)
    monkeypatch.setattr(row_sample, "_MOST_ROWS", 100)
    found = draw(rows(4_000), batch=400, windows=20)
    assert sum(len(sample.keys) for sample in found.values()) == 20 * (50 * 4 // 20)


@pytest.mark.parametrize("pieces", [1, 2, 7])
def test_merging_samples_of_parts_gives_the_sample_of_all_rows(pieces: int) -> None:
    frame = rows(3_000, unlabelled=100)
    # Bins are told by the row, as those of a feature are.
    whole = dataclasses.replace(draw(frame, 400)[0], bins=np.zeros((KEPT, 1), dtype=np.uint8))
    length = -(-frame.height // pieces)
    parts = [draw(frame[at : at + length], 170)[0] for at in range(0, frame.height, length)]
    parts = [dataclasses.replace(one, bins=np.zeros_like(one.bins)) for one in parts]
    assert_same(RowSample.merge(parts[::-1]), whole)
    assert_same(RowSample.merge([RowSample.merge(parts[:1]), *parts[1:]]), whole)


def test_a_sample_knows_nothing_beyond_the_rows_that_a_part_left_out() -> None:
    """Of a part that kept few rows, rows with larger keys are missing: theirs are not taken."""
    few, many = draw(rows(2_000), 500, windows=40)[0], draw(rows(400), 500)[0]
    small = dataclasses.replace(few, seen=1_000)
    merged = RowSample.merge([small, many])
    assert merged.keys.max() <= small.keys.max()
    assert merged.seen == 1_400


def test_a_row_without_an_id_is_known_by_its_file_and_its_place_there() -> None:
    plan = dataclasses.replace(PLAN, identity=None)
    frame = rows(10)
    both = OutcomeReader(plan, [("a", 4), ("b", 6)]).read(frame, 0).key
    alone = [
        OutcomeReader(plan, [("a", 4)]).read(frame[:4], 0).key,
        OutcomeReader(plan, [("b", 6)]).read(frame[4:7], 0).key,
        OutcomeReader(plan, [("b", 6)]).read(frame[7:], 3).key,
    ]
    assert both is not None
    assert len({*both.tolist()}) == 10
    np.testing.assert_array_equal(np.concatenate([key for key in alone if key is not None]), both)
