"""The sampled rows are a uniform sample that neither batches nor the order of rows change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray
from scipy import stats

from mmon.analyses import read_rows
from mmon.comparison.columns import plan_reference
from mmon.comparison.reference import profile_reference
from mmon.comparison.sides import Inputs, read_production
from mmon.config.columns import Columns
from mmon.config.sections import Config
from mmon.engine import local
from mmon.profiles.distributions.reading import Reading
from mmon.profiles.features.row_sample import RowSample
from mmon.profiles.folding import sample_fold
from mmon.profiles.folding.batches import Batch, Candidates, Extent, SamplePlan
from mmon.profiles.folding.build import profile_frame
from mmon.profiles.folding.growing import Limits
from mmon.profiles.folding.keys import WHOLE, Cut, Key
from mmon.profiles.folding.sample_fold import SampledAs, SampleFold
from mmon.profiles.merging import CellsError
from mmon.profiles.outcomes.outcome_reader import OutcomeReader
from mmon.profiles.outcomes.row_keys import FileRows, RowKeys
from mmon.sources import Data
from mmon.windows.cut import RowCut
from tests.profiles import outcome_rows
from tests.profiles.outcome_rows import unlike

KEPT = 500
TASKS = ["binary", "multiclass", "regression"]


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sample_fold, "_FEWEST_ROWS", 50)


@pytest.fixture
def batches(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Sets how many rows a batch has."""
    return lambda rows: monkeypatch.setattr(local, "_BATCH_ROWS", (rows, rows))


def rows(n: int) -> pl.DataFrame:
    """Rows that tell their place, so that a sample tells which rows it holds."""
    place = np.arange(n, dtype=np.float64)
    return pl.DataFrame({"id": np.arange(n), "place": place, "odd": place % 2 == 1})


def draw(frame: pl.DataFrame, window_rows: int | None = None) -> dict[int, RowSample]:
    """The sample of each window of a frame without outcomes."""
    roles = Columns(id="id")
    found = profile_frame(
        frame.lazy(),
        plan_reference(frame.schema, roles),
        source="rows",
        limits=Limits(None, None),
        cut=None if window_rows is None else RowCut(window_rows),
        extent=Extent(sample=SamplePlan(KEPT, "id")),
    )
    samples = {window: profile.sample for window, profile in found.profiles.items()}
    return {window: one for window, one in samples.items() if one is not None}


def drawn(task: str, frame: pl.DataFrame, kept: int = KEPT) -> RowSample:
    """The sample of a reference with outcomes."""
    found = outcome_rows.reference(outcome_rows.config(task, sample=kept), frame).sample
    assert found is not None
    return found


@pytest.mark.parametrize("batch", [7, 370, 100_000])
def test_the_sample_is_the_rows_with_the_smallest_keys(
    batch: int, batches: Callable[[int], None]
) -> None:
    batches(batch)
    frame = rows(3_000 if batch > 7 else 700)
    found = draw(frame)[0]
    keys = RowKeys("id").read(frame, 0)
    expected = np.argsort(keys)[:KEPT]
    np.testing.assert_array_equal(found.keys, keys[expected])
    some = found.all_rows()
    assert some.frame["place"].to_list() == expected.tolist()
    assert some.frame["odd"].to_list() == ["true" if at % 2 else "false" for at in expected]
    assert (some.seen, len(some), found.uniform) == (frame.height, KEPT, KEPT)
    assert len(found.labelled_rows()) == found.labelled == 0


def test_the_order_of_rows_does_not_matter(batches: Callable[[int], None]) -> None:
    batches(400)
    frame = rows(3_000)
    shuffled = draw(frame.sample(fraction=1.0, shuffle=True, seed=1))[0]
    assert unlike(shuffled, draw(frame)[0]) == []


@pytest.mark.parametrize("ids", [1, 3, 40])
def test_rows_that_share_an_id_are_told_apart_by_what_they_hold(
    ids: int, batches: Callable[[int], None]
) -> None:
    batches(400)
    frame = rows(3_000).with_columns(id=pl.col("id") % ids)
    found = draw(frame)[0]
    assert len(found.keys) == KEPT
    shuffled = draw(frame.sample(fraction=1.0, shuffle=True, seed=1))[0]
    assert unlike(shuffled, found) == []
    parts = [draw(frame[at::3])[0] for at in range(3)]
    assert unlike(RowSample.merge(parts[::-1]), found) == []


def test_all_rows_are_kept_where_there_are_few() -> None:
    found = draw(rows(KEPT - 1))[0]
    assert sorted(found.all_rows().frame["place"]) == list(range(KEPT - 1))


@pytest.mark.slow
def test_every_row_is_as_likely_to_be_drawn() -> None:
    """Over 200 sets of ids, no place and no stretch of rows is favoured."""
    frame, times = rows(2_000), np.zeros(2_000, dtype=np.int64)
    for seed in range(200):
        named = frame.with_columns(id=pl.format("{}-{}", pl.lit(seed), "id"))
        times[draw(named)[0].all_rows().frame["place"].cast(pl.Int64).to_numpy()] += 1
    assert times.sum() == 200 * KEPT
    share = KEPT / 2_000
    # Without replacement the variance of a count is 200 p (1 - p), nearly without correlation.
    statistic = ((times - 200 * share) ** 2).sum() / (200 * share * (1 - share))
    assert 1e-3 < stats.chi2(1_999).cdf(statistic) < 1 - 1e-3
    stretches = times.reshape(20, 100).sum(axis=1)
    assert stats.chisquare(stretches).pvalue > 1e-3


@pytest.mark.slow
@pytest.mark.parametrize("batch", [90, 100_000])
def test_many_windows_share_the_rows_that_are_kept(
    batch: int, batches: Callable[[int], None]
) -> None:
    batches(batch)
    found = draw(rows(20_000), window_rows=1_000)
    assert len(found) == 20
    assert {len(one.keys) for one in found.values()} == {8 * KEPT // 20}
    for window, sample in found.items():
        place = sample.all_rows().frame["place"]
        assert place.is_between(1_000 * window, 1_000 * window + 999).all()
        assert sample.seen == 1_000


def test_a_window_is_sampled_as_if_it_were_alone(batches: Callable[[int], None]) -> None:
    batches(700)
    frame = rows(3_000)
    assert unlike(draw(frame, window_rows=1_000)[0], draw(frame.head(1_000))[0]) == []


def test_all_windows_together_keep_a_bounded_number_of_rows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sample_fold, "_VERY_MANY_WINDOWS", 4)
    monkeypatch.setattr(sample_fold, "_MANY_WINDOWS", 0)
    found = draw(rows(4_000), window_rows=200)
    assert sum(len(sample.keys) for sample in found.values()) == 20 * (50 * 4 // 20)
    monkeypatch.setattr(sample_fold, "_MOST_VALUES", 20 * 2 * 3)
    found = draw(rows(4_000), window_rows=200)
    assert {len(sample.keys) for sample in found.values()} == {3}


@pytest.mark.parametrize("key", ["alike", "different"])
def test_no_more_rows_wait_than_could_stay(key: str) -> None:
    fold = SampleFold(KEPT, {"place": SampledAs(Reading.NUMBER)}, None, None)
    most = 0
    for at in range(0, 20_000, 400):
        frame = rows(400)
        keys = RowKeys(None).read(frame, at) if key == "different" else np.ones(400, np.uint64)
        fold.add(frame, _batch(keys))
        most = max(most, sum(map(len, fold._drawn)))
    assert most <= 2 * KEPT + 400
    assert len(fold.finish()[0].keys) == KEPT


def _batch(keys: NDArray[np.uint64]) -> Batch:
    cut = Cut(None, ((Key(WHOLE), 0, len(keys)),))
    return Batch((cut,), None, None, Candidates(keys, np.zeros(len(keys), dtype=np.bool_)))


@pytest.mark.parametrize("share", [0.0, 0.02, 0.5, 1.0])
def test_as_many_labelled_rows_are_kept_however_few_rows_have_a_label(
    share: float, batches: Callable[[int], None]
) -> None:
    batches(900)
    frame = outcome_rows.rows("regression", 6_000).with_columns(y=pl.col("y").fill_null(100.0))
    is_known = pl.Series(np.random.default_rng(5).random(6_000) < share)
    frame = frame.with_columns(y=pl.when(is_known).then("y"))
    found, labelled = drawn("regression", frame), int(is_known.sum())
    some = found.labelled_rows()
    assert found.labelled == some.seen == labelled
    assert len(some) == min(labelled, KEPT)
    assert some.frame["y"].null_count() == 0
    keys = RowKeys("id").read(frame, 0)
    assert some.keys.tolist() == sorted(keys[is_known.to_numpy()].tolist())[:KEPT]
    assert found.all_rows().keys.tolist() == sorted(keys.tolist())[:KEPT]
    assert len(found.keys) <= 2 * KEPT


@pytest.mark.parametrize("task", TASKS)
def test_outcomes_are_read_of_the_sample_as_of_the_data(task: str) -> None:
    frame = outcome_rows.rows(task, 2_000)
    found = drawn(task, frame)
    assert found.outcome is not None
    whole = OutcomeReader(found.outcome).read(frame, 0)
    assert whole.key is not None
    order = np.argsort(whole.key)[:KEPT]
    some = found.all_rows().outcome()
    assert some is not None
    assert some.classes == whole.classes
    for name in ("target", "prediction", "scores", "lower", "upper", "group", "half", "key"):
        expected, actual = getattr(whole, name), getattr(some, name)
        if expected is None:
            assert actual is None
        else:
            np.testing.assert_array_equal(actual, expected[order], name)
    np.testing.assert_array_equal(found.all_rows().half, whole.half[order])


def test_values_are_in_their_final_form() -> None:
    start = dt.datetime(2024, 1, 1)
    frame = pl.DataFrame(
        {
            "at": [start + dt.timedelta(minutes=i) for i in range(100)],
            "whole": pl.Series([None, *[3] * 99], dtype=pl.Int16),
            "fraction": pl.Series([0.1, float("nan"), float("inf"), *[0.5] * 97], dtype=pl.Float32),
            "money": ["1.234,50"] + ["12,5"] * 99,
            "flag": [None, *[True, False, True] * 33],
            "city": pl.Series(["a", ""] + ["b"] * 98, dtype=pl.Categorical),
            "text": [f"word {i} and some more words of this" for i in range(100)],
            "list": [["a"]] * 100,
            "vector": [[1, 2]] * 100,
        }
    )
    settings = Config(reference="ref", production="cur", columns=Columns(timestamp="at"))
    profile = profile_reference(settings, Data(frame.lazy(), "ref"), rows_kept=KEPT)
    assert profile.sample is not None
    assert profile.sample.timestamp == "at"
    found = profile.sample.all_rows().frame.sort("at")
    assert dict(found.schema) == {
        "whole": pl.Float64(),
        "fraction": pl.Float64(),
        "money": pl.Float64(),
        "flag": pl.String(),
        "city": pl.String(),
        "at": pl.Int64(),
        "text": pl.String(),
        "vector": pl.Array(pl.Float32(), 2),
    }
    micro = int(start.replace(tzinfo=dt.UTC).timestamp() * 1e6)
    first = {"whole": None, "money": 1234.5, "flag": None, "city": "a", "at": micro}
    assert {name: found[name][0] for name in first} == first
    assert found["fraction"].to_list()[:3] == [float(np.float32(0.1)), None, float("inf")]
    assert found["city"].to_list()[2:] == ["b"] * 98


@pytest.mark.parametrize("pieces", [1, 2, 7])
def test_merging_samples_of_parts_gives_the_sample_of_all_rows(pieces: int) -> None:
    frame = rows(3_000)
    whole, length = draw(frame)[0], -(-frame.height // pieces)
    parts = [draw(frame[at : at + length])[0] for at in range(0, frame.height, length)]
    assert unlike(RowSample.merge(parts[::-1]), whole) == []
    assert unlike(RowSample.merge([RowSample.merge(parts[:1]), *parts[1:]]), whole) == []


def test_a_sample_knows_nothing_beyond_the_rows_that_a_part_left_out() -> None:
    """Of a part that kept few rows, rows with larger keys are missing: theirs are not taken."""
    few, many = draw(rows(8_000), window_rows=200)[0], draw(rows(400))[0]
    assert len(few.keys) == 8 * KEPT // 40 < few.seen
    merged = RowSample.merge([few, many])
    assert merged.keys.max() <= few.keys.max()
    assert merged.seen == 600


def test_samples_of_other_columns_are_not_merged() -> None:
    one = draw(rows(100))[0]
    with pytest.raises(CellsError, match="columns"):
        RowSample.merge([one, one.without(["odd"])])


def test_nothing_is_drawn_that_nobody_reads() -> None:
    frame = Data(rows(100).lazy(), "rows")
    settings = Config(reference="ref", production="cur")
    reference = profile_reference(settings, frame)
    assert (reference.sample is None) == (not read_rows(settings))
    off = Config(reference="ref", production="cur", sample=0)
    assert profile_reference(off, frame).sample is None
    (window,) = read_production(off, reference, Inputs(reference, frame), None).profiles
    assert window.sample is None


def test_a_row_without_an_id_is_known_by_its_file_and_its_place_there() -> None:
    frame = rows(10)
    both = RowKeys(None, [FileRows("a", 4), FileRows("b", 6)]).read(frame, 0)
    alone = [
        RowKeys(None, [FileRows("a", 4)]).read(frame[:4], 0),
        RowKeys(None, [FileRows("b", 6)]).read(frame[4:7], 0),
        RowKeys(None, [FileRows("b", 6)]).read(frame[7:], 3),
    ]
    assert len({*both.tolist()}) == 10
    np.testing.assert_array_equal(np.concatenate(alone), both)
