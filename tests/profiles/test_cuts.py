"""Every row lands in its window and in its segment of it, as filtering the rows would put it."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from mmon.config.windows import Windows
from mmon.profiles.features.tables import NULL, OTHER
from mmon.profiles.folding.keys import OUTSIDE, WHOLE, Key, SegmentCutter, WindowCutter
from mmon.windows.cut import RowCut, WindowCut
from tests.profiles import outcome_rows

FRAME = outcome_rows.rows("binary", 600).with_columns(
    country=pl.when(pl.int_range(pl.len()) % 11 != 0).then("country")
)


def members(
    frame: pl.DataFrame, cutter: SegmentCutter, windows: WindowCutter, batch: int
) -> dict[Key, list[str]]:
    """The ids of the rows of each key."""
    found: dict[Key, list[str]] = {}
    for at in range(0, frame.height, batch):
        part = frame.slice(at, batch)
        cut = cutter.cut(part, windows.keys(part, at))
        ids = part["id"] if cut.order is None else part["id"].gather(cut.order)
        for key, first, past in cut.parts:
            found.setdefault(key, []).extend(ids[first:past].to_list())
    return found


@pytest.mark.parametrize("batch", [7, 1_000])
@pytest.mark.parametrize("known", [("br", "de", "fr"), ("de", "br")])
@pytest.mark.parametrize("cut", [None, RowCut(130), WindowCut.of(Windows(every="4h"))])
def test_segments_of_windows_are_the_rows_that_a_filter_finds(
    batch: int, known: tuple[str, ...], cut: RowCut | WindowCut | None
) -> None:
    windows = WindowCutter(cut, "at")
    cutter = SegmentCutter("country", 0, known)
    window = windows.keys(FRAME, 0)
    keys = np.full(FRAME.height, WHOLE) if window is None else window
    value = FRAME["country"].fill_null(NULL)
    value = value.set(~value.is_in([*known, NULL]), OTHER)
    expected: dict[tuple[int, str], list[str]] = {}
    for at, name, row in zip(keys.tolist(), value, FRAME["id"], strict=True):
        expected.setdefault((at, name), []).append(row)
    found = members(FRAME, cutter, WindowCutter(cut, "at"), batch)
    named = {(key.window, cutter.value(key)): rows for key, rows in found.items()}
    assert named == expected
    counted = {key: n for of_window in cutter.rows.values() for key, n in of_window.items()}
    assert {key: len(rows) for key, rows in found.items()} == counted


def test_two_columns_have_keys_of_their_own() -> None:
    windows = WindowCutter(None, None)
    one, other = SegmentCutter("country", 0, ("de",)), SegmentCutter("city", 1, ("c0",))
    keys = members(FRAME, one, windows, 100), members(FRAME, other, windows, 100)
    assert not keys[0].keys() & keys[1].keys()
    assert Key(WHOLE) not in keys[0] | keys[1]


def test_the_segments_of_one_window_are_found_without_those_of_all() -> None:
    windows = WindowCutter(RowCut(2), None)
    cutter = SegmentCutter("s", 0, ("a", "b"))
    frame = pl.DataFrame({"s": ["a", "b", "a", "a", "b", "a"]})
    for offset in (0, 3):
        part = frame.slice(offset, 3)
        cutter.cut(part, windows.keys(part, offset))
    found = [{cutter.value(k): n for k, n in cutter.rows.get(w, {}).items()} for w in range(4)]
    assert found == [{"a": 1, "b": 1}, {"a": 2}, {"b": 1, "a": 1}, {}]


def test_rows_outside_every_window_are_in_no_segment() -> None:
    cut = WindowCut.of(Windows(every="4h", start="2024-01-01T02:00", end="2024-01-01T06:00"))
    windows = WindowCutter(cut, "at")
    found = members(FRAME, SegmentCutter("country", 0, ("de", "br")), windows, 100)
    inside = FRAME.filter(
        pl.col("at") > pl.datetime(2024, 1, 1, 2), pl.col("at") <= pl.datetime(2024, 1, 1, 6)
    )
    assert sorted(row for rows in found.values() for row in rows) == sorted(inside["id"])
    assert OUTSIDE not in {key.window for key in found}


@pytest.mark.parametrize(
    "values",
    [
        pl.Series([1, 2, None]),
        pl.Series([1.0, 2.0, float("nan")]),
        pl.Series(["1", "2", None], dtype=pl.Categorical),
        pl.Series(["1", "2", None]),
    ],
)
def test_segments_are_compared_by_their_text(values: pl.Series) -> None:
    frame = pl.DataFrame({"id": ["u", "v", "w"], "s": values})
    cutter = SegmentCutter("s", 0, ("2", "1"))
    found = members(frame, cutter, WindowCutter(None, None), 10)
    named = {cutter.value(key): rows for key, rows in found.items()}
    assert named == {"1": ["u"], "2": ["v"], NULL: ["w"]}


def test_a_column_that_is_not_there_has_no_values() -> None:
    cutter = SegmentCutter("gone", 0, ("a",))
    found = members(FRAME, cutter, WindowCutter(None, None), 100)
    assert [cutter.value(key) for key in found] == [NULL]


def test_nested_values_are_other_values() -> None:
    frame = pl.DataFrame({"id": ["u", "v"], "s": [[1], None]})
    cutter = SegmentCutter("s", 0, ("a",))
    found = members(frame, cutter, WindowCutter(None, None), 10)
    assert {cutter.value(key): rows for key, rows in found.items()} == {OTHER: ["u"], NULL: ["v"]}
