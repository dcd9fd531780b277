"""What files hold is read by its values: what is the same is no drift, and what moved is found."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

import mmon
from mmon.errors import MmonError

N = 2000
G = np.random.default_rng(0)
Z, W = G.normal(size=(2, N))
CODES = G.integers(0, 20, N)
AFTER = G.integers(0, 20, N)
FLAGS = G.random(N) < 0.4


def run(ref: Any, cur: Any, **columns: Any) -> dict[str, Any]:
    """The document of one column ``x`` beside one that does not change."""
    sides = [pl.DataFrame({"x": one, "same": np.resize(CODES, len(one))}) for one in (ref, cur)]
    report = mmon.compare(*sides, columns=columns)
    return json.loads(report.to_json())


def value(document: dict[str, Any], name: str) -> Any:
    return next(
        (r["value"] for r in document["results"] if (r["name"], r["column"]) == (name, "x")), None
    )


def kind(document: dict[str, Any]) -> str:
    return next(c["kind"] for c in document["columns"] if c["name"] == "x")


def text(pattern: str, values: Sequence[Any]) -> list[str]:
    return [pattern.format(one) for one in values]


def comma(values: Sequence[float]) -> list[str]:
    return [f"{one:,.2f}".translate(str.maketrans(",.", ".,")) for one in values]


def narrow(values: Sequence[float]) -> list[str]:
    return [one.replace(".", "\N{NARROW NO-BREAK SPACE}") for one in comma(values)]


GAPS = G.random(N) < 0.1
CLOCKS = [dt.time(int(code), int(code) * 3) for code in CODES]
LENGTHS = [dt.timedelta(days=int(code), minutes=7) for code in CODES]
DAYS = [dt.date(2024, 1, 1) + dt.timedelta(days=int(code)) for code in CODES]


@pytest.mark.parametrize(
    ("ref", "cur", "expected"),
    [
        pytest.param(Z, text("{}", Z), "numeric", id="floats, and their texts"),
        pytest.param(
            text("{:.1f}", Z.round(1)), text("{:.2f}", Z.round(1)), "numeric", id="digits"
        ),
        pytest.param(text(" {} ", Z), Z, "numeric", id="texts with blanks, and floats"),
        pytest.param(comma(Z * 5000), comma(Z * 5000), "numeric", id="decimal commas"),
        pytest.param(comma(Z * 5000), (Z * 5000).round(2), "numeric", id="commas, and floats"),
        pytest.param((Z * 5000).round(2), comma(Z * 5000), "numeric", id="floats, and commas"),
        pytest.param(text("${:,.2f}", Z**2), (Z**2).round(2), "numeric", id="dollars"),
        pytest.param(
            text("{:.4f} %", Z), (Z / 100).round(6), "numeric", id="percent is hundredths"
        ),
        pytest.param(text("{}", CODES), CODES.astype(float), "numeric", id="whole as text, float"),
        pytest.param(narrow(Z * 5000), (Z * 5000).round(2), "numeric", id="narrow blanks, floats"),
        pytest.param(CLOCKS, text("{}", CLOCKS), "numeric", id="times of day, and their texts"),
        pytest.param(text("{}", CLOCKS), CLOCKS, "numeric", id="texts of times of day, and these"),
        pytest.param(
            LENGTHS, text("{}", pd.to_timedelta(LENGTHS)), "numeric", id="lengths of time"
        ),
        pytest.param(
            pl.Series(comma(Z * 5000), dtype=pl.Categorical),
            (Z * 5000).round(2),
            "numeric",
            id="commas in a dictionary",
        ),
        pytest.param(
            [None if gap else flag for gap, flag in zip(GAPS, FLAGS, strict=True)],
            ["NA" if gap else str(flag).upper() for gap, flag in zip(GAPS, FLAGS, strict=True)],
            "categorical",
            id="truths with gaps, as R writes them",
        ),
        pytest.param(["a", "b", ""] * 600, ["a", "b", None] * 600, "categorical", id="no letter"),
        pytest.param(FLAGS, text("{}", FLAGS), "categorical", id="truths, and their texts"),
        pytest.param(FLAGS.astype(int), text("{}", FLAGS), "numeric", id="0 and 1, True and False"),
        pytest.param(text("{}", FLAGS), FLAGS.astype(int), "categorical", id="True, and 1"),
        pytest.param(text("{:03}", CODES), CODES, "categorical", id="padded codes, and numbers"),
        pytest.param(DAYS, text("{:%Y-%m-%d}", DAYS), "datetime", id="dates, and ISO"),
        pytest.param(text("{:%m/%d/%Y}", DAYS), DAYS, "datetime", id="month first, and dates"),
        pytest.param(
            text("{:%Y-%m-%dT00:00:00+00:00}", DAYS),
            text("{:%Y-%m-%dT05:30:00+05:30}", DAYS),
            "datetime",
            id="one instant, two offsets",
        ),
    ],
)
def test_what_is_the_same_is_no_drift(ref: Any, cur: Any, expected: str) -> None:
    found = run(ref, cur)
    assert kind(found) == expected
    assert found["exit_status"] == 0
    moved = value(found, "total_variation")
    assert moved is None or moved < 1e-9


@pytest.mark.parametrize("declared", ["1.50", "+5", "1e3", "007", "2024-01-13", "08:00", " a"])
def test_a_declared_category_is_itself_in_every_spelling(declared: str) -> None:
    labels = [declared, "z"] * (N // 2)
    found = run(labels, labels, categorical=["x"])
    assert value(found, "total_variation") == 0.0
    assert found["exit_status"] == 0


@pytest.mark.parametrize(
    ("ref", "cur"),
    [
        pytest.param(CODES, AFTER.astype(float), id="whole numbers, and floats"),
        pytest.param(CODES, text("{}.0", AFTER), id="whole numbers, and texts of floats"),
        pytest.param(CODES, text("{:03}", AFTER), id="whole numbers, and padded texts"),
        pytest.param(text("{:03}", CODES), AFTER, id="padded texts, and whole numbers"),
        pytest.param(text("{}.00", CODES), text("{}", AFTER), id="two decimals, and none"),
    ],
)
def test_categories_are_compared_by_meaning(ref: Any, cur: Any) -> None:
    found = run(ref, cur, categorical=["x"])
    assert value(found, "unseen_share") == 0.0
    assert value(found, "total_variation") < 0.1


def test_padded_and_plain_codes_are_two_where_both_sides_write_text() -> None:
    found = run(["007", "a"] * 500, ["7", "a"] * 500, categorical=["x"])
    assert value(found, "unseen_share") == 0.5


@pytest.mark.parametrize("word", ["NA", "?", "-", "#DIV/0!", "amount", "Total: 12"])
def test_what_is_no_number_among_numbers_is_unreadable_and_shown(word: str) -> None:
    clean = text("{:.3f}", Z)
    spoilt = [word if index % 10 == 0 else one for index, one in enumerate(clean)]
    assert run(spoilt, spoilt)["exit_status"] == 0
    found = run(clean, spoilt)
    row = next(r for r in found["results"] if r["name"] == "unreadable_share")
    assert row["value"] == pytest.approx(0.1)
    assert row["status"] == "detected"
    assert repr(word) in row["reason"]
    assert value(found, "missing_share") == 0.0


def test_a_column_of_which_the_first_rows_are_no_sample_is_read_by_all_its_values() -> None:
    late = ["NA"] * 12_000 + text("{:.3f}", np.tile(Z, 2)) + text("{:.4f}", np.tile(W, 2))
    assert kind(run(late, late)) == "numeric"
    early = text("{:.5f}", G.normal(size=11_000)) + text("word {}", range(30_000))
    assert kind(run(early, early)) != "numeric"


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("customer_id", np.arange(N) * 7.0, "identifier"),
        ("customer_id", pl.Series(np.arange(N) * 7).cast(pl.Decimal(20, 0)), "identifier"),
        ("customer_id", text("{}", np.arange(N) * 7), "identifier"),
        ("n", np.arange(N) + 5.0, "identifier"),
        ("Unnamed: 0", np.arange(N) * 3, "identifier"),
        ("__index_level_0__", np.arange(N) * 3, "identifier"),
        ("", np.arange(N) * 3, "identifier"),
        ("session_id", np.arange(N) // 3, "identifier"),
        ("session_id", text("s-{}", np.arange(N) // 3), "identifier"),
        ("trace", text("{:032x}", (np.arange(N) + 1) * 2**40), "identifier"),
        ("user_id", np.arange(N) % 50, "numeric"),
        ("user_id", text("u{}", np.arange(N) % 50), "categorical"),
        ("income_cents", np.arange(N) * 317 + 5, "numeric"),
    ],
)
def test_identifiers_are_recognised_in_any_type(name: str, values: Any, expected: str) -> None:
    frame = pl.DataFrame({name: values, "same": CODES})
    document = json.loads(mmon.compare(frame, frame).to_json())
    assert next(c["kind"] for c in document["columns"] if c["name"] == name) == expected


def test_the_other_decimal_mark_is_unreadable_and_no_other_number(tmp_path: Path) -> None:
    ref, cur = tmp_path / "ref.csv", tmp_path / "cur.csv"
    amounts = np.abs(Z * 5000) + 1000
    pl.DataFrame({"x": comma(amounts), "g": "a"}).write_csv(ref, separator=";")
    pl.DataFrame({"x": text("{:.2f}", amounts), "g": "a"}).write_csv(cur, separator=";")
    document = json.loads(mmon.compare(ref, cur).to_json())
    assert value(document, "unreadable_share") == 1.0
    # All whole, with points between thousands: Polars alone would take 1.137 for a fraction.
    whole = [one[:-3] for one in comma(amounts)]
    pl.DataFrame({"x": whole, "g": "a"}).write_csv(cur, separator=";")
    document = json.loads(mmon.compare(ref, cur).to_json())
    assert value(document, "ks") < 0.01


VERSIONS = [
    f"{major}.{minor}.{patch}" for major in (1, 2) for minor in (1, 2, 3) for patch in "123"
]


@pytest.mark.parametrize(
    ("name", "ref", "cur"),
    [
        ("app_version", [f"{one}0" for one in VERSIONS[:9]], [f"{one}0" for one in VERSIONS[9:]]),
        ("size", ["10-12-14", "12-14-16"], ["20-22-24", "22-24-26"]),
        ("release", ["1.1", "1.2", "beta"], ["1.10", "1.20", "beta"]),
        ("elapsed_ns", (Z * 1e7 + 5e8).astype(int), (Z * 1e7 + 25e8).astype(int)),
        ("totalTime", (Z * 1e7 + 5e8).astype(int), (Z * 1e7 + 25e8).astype(int)),
        *(
            ("rate", [mark, *text("{:.4f}", Z)] * 2, [mark, *text("{:.4f}", Z + 3)] * 2)
            for mark in ("\\N", "(null)", "n.a.", "NONE")
        ),
    ],
)
def test_what_moved_is_found(name: str, ref: Any, cur: Any, tmp_path: Path) -> None:
    sides = [pl.DataFrame({name: np.resize(one, N)}) for one in (ref, cur)]
    assert mmon.compare(*sides).exit_status == 1
    for side, path in zip(sides, ("ref.csv", "cur.csv"), strict=True):
        side.write_csv(tmp_path / path)
    assert mmon.compare(tmp_path / "ref.csv", tmp_path / "cur.csv").exit_status == 1


def test_numbers_of_more_digits_than_a_double_holds_are_codes(tmp_path: Path) -> None:
    for path, first in (("ref.csv", 10**19), ("cur.csv", 10**19 + 20)):
        pl.DataFrame({"x": text("{}", [first + int(code) for code in CODES])}).write_csv(
            tmp_path / path
        )
    document = json.loads(mmon.compare(tmp_path / "ref.csv", tmp_path / "cur.csv").to_json())
    assert value(document, "unseen_share") == 1.0


def test_days_that_the_first_rows_do_not_tell_from_months_are_told_by_all() -> None:
    start = dt.date(2024, 2, 1)
    days = [f"{start + dt.timedelta(days=index // 1000):%d/%m/%Y}" for index in range(20_000)]
    frame = pl.DataFrame({"x": G.normal(size=len(days)), "when": days})
    named = {"columns": {"timestamp": "when"}, "windows": {"every": "1mo"}}
    assert len(mmon.compare(frame, frame, **named).windows) == 1
    times = frame.with_columns(when=pl.lit(dt.datetime(2024, 1, 1)))
    early = frame.head(10_000)
    with pytest.raises(MmonError, match="no value tells whether the day or the month"):
        mmon.compare(times, early, **named)


def test_segments_are_the_same_however_a_truth_or_a_gap_is_written(tmp_path: Path) -> None:
    gaps = ["a" if flag else None for flag in FLAGS]
    typed = pl.DataFrame({"x": Z, "flag": FLAGS, "gap": gaps})
    texts = typed.with_columns(
        flag=pl.Series(text("{}", FLAGS)).str.to_uppercase(), gap=pl.col("gap").fill_null("")
    )
    paths = [tmp_path / "typed.parquet", tmp_path / "texts.parquet"]
    for one, path in zip((typed, texts), paths, strict=True):
        one.write_parquet(path)
    for ref, cur in (paths, paths[::-1]):
        config = {"reference": str(ref), "production": str(cur), "segments": ["flag", "gap"]}
        found = mmon.run(config).results
        segments = {"flag = true", "flag = false", "gap = a", "gap = (null)"}
        assert set(found["segment"].drop_nulls()) == segments
        assert not {"new_segment", "missing_segment"} & set(found["name"])


def test_rows_in_no_window_are_told() -> None:
    frame = pl.DataFrame({"x": Z, "when": [dt.datetime(2024, 1, 1), None] * (N // 2)})
    report = mmon.compare(frame, frame, columns={"timestamp": "when"}, windows={"every": "1d"})
    told = "1,000 production rows are in no window: without a usable time"
    assert told in " ".join(str(report).split())
    assert told in " ".join(report.to_markdown().split())


def test_rows_that_lost_their_time_are_a_fault_where_windows_are_cut_by_it() -> None:
    at = [dt.datetime(2024, 1, 1) + dt.timedelta(minutes=5 * index) for index in range(N)]
    columns, windows = {"timestamp": "when"}, {"every": "1d", "judge": "last"}
    whole = pl.DataFrame({"x": Z, "when": at})
    fewer = whole.with_columns(when=pl.when(pl.int_range(N) % 4 > 0).then("when"))
    report = mmon.compare(whole, fewer, columns=columns, windows=windows)
    assert report.verdict == "breach"
    assert (
        json.loads(report.to_json())["sentence"] == "more rows have no time, and are in no window"
    )
    (row,) = report.results.filter(name="untimed_share").to_dicts()
    assert (row["value"], row["reference_value"], row["column"]) == (0.25, 0.0, "when")
    assert (row["potential"], row["detected"]) == (0.01, 0.05)
    assert {one["status"] for one in json.loads(report.to_json())["windows"]} <= {
        "no_detection",
        "irrelevant",
    }
    # As many had none before; and rows outside the limits are no fault.
    assert mmon.compare(fewer, fewer, columns=columns, windows=windows).verdict == "pass"
    limits = {"every": "1d", "end": "2024-01-06"}
    report = mmon.compare(whole, whole, columns=columns, windows=limits)
    assert report.verdict == "pass"
    assert "production rows are in no window: outside the limits" in " ".join(str(report).split())


def test_text_that_only_looks_like_an_identifier_is_told_what_to_do() -> None:
    weights = text("{:.6f} kg", Z)
    found = run(weights, weights)
    reason = next(c["reason"] for c in found["columns"] if c["name"] == "x")
    assert "columns.numeric" in reason
    found = run(weights, text("{:.6f} kg", Z + 3), numeric=["x"])
    assert value(found, "ks") > 0.8


@pytest.mark.parametrize(("unit", "scale"), [("s", 1), ("ms", 10**3), ("us", 10**6)])
def test_windows_are_cut_by_numbers_that_count_since_1970(unit: str, scale: int) -> None:
    when = [(1_711_755_000 + 60 * index) * scale for index in range(4000)]
    ref = pl.DataFrame({"x": G.normal(size=4000), "event_time": when})
    report = mmon.compare(ref, ref, columns={"timestamp": "event_time"}, windows={"every": "1d"})
    assert len(report.windows) == 4


@pytest.mark.parametrize(
    ("times", "windows"),
    [
        (["2024-05-16T00:30:00Z", None, "2024-05-16T23:00:00+02:00"], ["2024-05-15T22:00:00Z"]),
        (["2024-05-16 00:30:00", "2024-05-16 23:00:00.5", None], ["2024-05-15T22:00:00Z"]),
        (["2024-05-16", None, "2024-05-16"], ["2024-05-15T22:00:00Z"]),
    ],
)
def test_windows_are_cut_by_times_in_text(times: list[str | None], windows: list[str]) -> None:
    frame = pl.DataFrame({"x": [1.0, 2.0, 3.0] * 40, "t": times * 40})
    named = {"columns": {"timestamp": "t"}}
    cut = {"every": "1d", "timezone": "Europe/Berlin"}
    report = mmon.compare(frame, frame, windows=cut, **named)
    assert report.windows["start"].to_list() == windows


def test_a_day_that_no_value_tells_from_its_month_is_asked_for() -> None:
    frame = pl.DataFrame({"x": Z, "when": text("0{}/01/2024", CODES % 9 + 1)})
    with pytest.raises(MmonError, match="no value tells whether the day or the month"):
        mmon.compare(frame, frame, columns={"timestamp": "when"}, windows={"every": "1d"})
