"""Text files as people and their programs write them: every row is read, as it is meant."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
import lzma
import random
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from mmon.config.data import Dataset
from mmon.errors import DataError
from mmon.sources import open_counted
from tests.unit.source_files import folder, open_dataset, read

__all__ = ["folder"]

Rows = list[tuple[str | None, ...]]
LAST: tuple[str | None, ...] = ("2", "y")

MEANT: dict[str, tuple[bytes, list[str], Rows]] = {
    "backslashes": (rb'a,b' b"\n" rb'"1","x \" y, z"' b"\n" rb'"2","C:\\"' b"\n",
                    ["a", "b"], [("1", 'x " y, z'), ("2", "C:\\")]),
    "escaped marks": (b'a,b\n"1","\\"\\""\n"2","y"\n', ["a", "b"], [("1", '""'), LAST]),
    "a folder's end": (b'a,b\n\n"1","C:\\"\n"2","y"\n', ["a", "b"], [("1", "C:\\"), LAST]),
    "stray marks": (b'a,b\n1,5" pipe\n2,y\n', ["a", "b"], [("1", '5" pipe'), LAST]),
    "marks in quotes": (b'a,b\n1,"5" pipe"\n2,y\n', ["a", "b"], [("1", '5" pipe'), LAST]),
    "blank before a quote": (b'a,b\n1, "x, z"\n2,y\n', ["a", "b"], [("1", "x, z"), LAST]),
    "marks in names": (b'"a ""q""",b\n1,x\n2,y\n', ['a "q"', "b"], [("1", "x"), LAST]),
    "stray marks in names": (b'a,5"\n1,x\n2,y\n', ["a", '5"'], [("1", "x"), LAST]),
    "separator line": (b"sep=;\r\na;b\r\n1;x\r\n2;y\r\n", ["a", "b"], [("1", "x"), LAST]),
    "marked sep line": (b'\xef\xbb\xbf"sep=,"\na,b\n1,x\n2,y\n', ["a", "b"], [("1", "x"), LAST]),
    "separators at the ends": (b"a,b,\n1,x,\n2,y,\n", ["a", "b"], [("1", "x"), LAST]),
    "two at the ends": (b"a,b,,\n1,x,,\n2,y,,\n", ["a", "b"], [("1", "x"), LAST]),
    "at the ends of rows": (b"a,b\n1,x,\n2,y,\n", ["a", "b"], [("1", "x"), LAST]),
    "a last column without a name": (b"a,\n1,x\n2,y\n", ["a", ""], [("1", "x"), LAST]),
    "blank lines": (b"\n\na,b\n\n1,x\n   \n2,y\n\n\n", ["a", "b"], [("1", "x"), LAST]),
    "blank lines of two bytes": (b"a,b\r\n1,x\r\n\r\n2,y\r\n\r\n", ["a", "b"], [("1", "x"), LAST]),
    "old mac": (b'a,b\r1,"x\rz"\r2,y\r', ["a", "b"], [("1", "x\rz"), LAST]),
    "no last line end": (b'a,b\n1,x\n2,"y"', ["a", "b"], [("1", "x"), LAST]),
    "every field quoted": (b'"a","b"\n"1",""\n"2","y"\n', ["a", "b"], [("1", None), LAST]),
    "only texts quoted": (b'"a","b"\n1,""\n2,"y"\n', ["a", "b"], [("1", None), LAST]),
    "empty and missing": (b'a,b\n1,""\n3,\n2,y\n', ["a", "b"], [("1", ""), ("3", None), LAST]),
    "a missing value alone": (b'b\n""\ny\n', ["b"], [(None,), ("y",)]),
    "blank line in quotes": (b'a,b\n1,"x\n\nz"\n2,y\n', ["a", "b"], [("1", "x\n\nz"), LAST]),
    "header in quotes": (b'a,b\n1,"a,b\na,b"\n2,y\n', ["a", "b"], [("1", "a,b\na,b"), LAST]),
    "names on two lines": (b'"a\nc",b\n1,x\n2,y\n', ["a\nc", "b"], [("1", "x"), LAST]),
}  # fmt: skip


@pytest.mark.parametrize("case", MEANT)
def test_a_messy_file_is_read_as_it_is_meant(case: str, folder: Path) -> None:
    content, names, rows = MEANT[case]
    (folder / "x.csv").write_bytes(content)
    dataset = Dataset(path="x.csv", dtypes=dict.fromkeys(names, "String"))
    found = open_counted(dataset)
    frame = found.frame.collect(engine="streaming")
    assert frame.columns == names
    assert frame.rows() == rows
    found.check(len(rows))


def test_types_are_found_in_a_clean_copy(folder: Path) -> None:
    rows = "".join(f'{n},"{n * 0.5}"\n' for n in range(5000))
    (folder / "x.csv").write_text(f'a,"b ""c"""\n\n{rows}')
    found = read("x.csv")
    assert found.schema == {"a": pl.Int64, 'b "c"': pl.Float64}
    assert found.height == 5000


@pytest.mark.parametrize("case", range(60))
def test_what_any_writer_wrote_is_read(case: int, folder: Path) -> None:
    rng = random.Random(case)
    pool = ["x", "", 'q"q', '"', "a,b", "l1\nl2", "C:\\", "#c", "é", " pad ", "1.5", "'", '""']
    names = rng.sample(["y", 'size 3.5"', "c,d", " p ", "^x$", "*"], rng.choice([2, 3]))
    rows = [[rng.choice(pool) for _ in names] for _ in range(rng.choice([1, 4, 40]))]
    text = io.StringIO()
    escapes = case % 3 == 2
    writer = csv.writer(
        text,
        delimiter=rng.choice(",;\t"),
        lineterminator=rng.choice(["\n", "\r\n"]),
        quoting=csv.QUOTE_ALL if escapes or case % 3 else csv.QUOTE_MINIMAL,
        doublequote=not escapes,
        escapechar="\\" if escapes else None,
    )
    writer.writerows([names, *rows])
    content = text.getvalue().encode() + rng.choice([b"", b"\n", b"\r\n\r\n"])
    (folder / "x.csv").write_bytes(rng.choice([b"", b"\xef\xbb\xbf"]) + content)
    dataset = Dataset(
        path="x.csv",
        separator=writer.dialect.delimiter,
        dtypes=dict.fromkeys(names, "String"),
        has_header=True,
    )
    found = open_dataset(dataset).collect(engine="streaming")
    assert found.columns == names
    # Without a mark behind a backslash, nothing tells that backslashes are doubled.
    if not escapes or b'\\"' in content:
        assert [[text or "" for text in row] for row in found.rows()] == rows


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "gz": gzip.compress,
}


@pytest.mark.parametrize("suffix", PACKERS)
def test_compressed_text_of_several_members_is_read(suffix: str, folder: Path) -> None:
    pack = PACKERS[suffix]
    for name, one, two in (
        ("x.csv", b"a,b\n1,x\n", b"2,y\n"),
        ("x.ndjson", b'{"a":1}\n', b'{"a":2}\n'),
    ):
        (folder / f"{name}.{suffix}").write_bytes(pack(one) + pack(two))
        assert read(f"{name}.{suffix}")["a"].to_list() == [1, 2]


def test_empty_parts_and_what_is_about_the_data_are_passed_over(folder: Path) -> None:
    parts = folder / "parts"
    (parts / "_temporary").mkdir(parents=True)
    (parts / "_temporary/part-9.csv").write_text("a,b\n9,z\n")
    (parts / "part-0.csv").write_text("a,b\n1,x\n")
    (parts / "part-1.csv").touch()
    (parts / "part-2.csv.gz").write_bytes(gzip.compress(b""))
    for name in ("_SUCCESS", "._SUCCESS.crc", ".part-0.csv.crc", "part-0.csv.crc"):
        (parts / name).write_bytes(b"crc")
    assert read("parts").rows() == [(1, "x")]
    assert read("parts/*").rows() == [(1, "x")]


def test_parts_without_a_header_keep_their_first_rows(folder: Path) -> None:
    for part, rows in enumerate((("x,y", "z,y"), ("u,v", "z,v"))):
        (folder / f"part-{part}.csv").write_text("\n".join(rows))
    with pytest.raises(DataError, match=r"part-1.csv' has no column of .*part-0") as caught:
        read("part-*.csv")
    assert "has_header: false" in (caught.value.hint or "")
    assert read("part-*.csv", has_header=False).height == 4


def test_names_that_are_numbers_are_names(folder: Path) -> None:
    (folder / "years.csv").write_text("2023,2024\n1,2\n3,4\n")
    assert read("years.csv").columns == ["2023", "2024"]
    (folder / "shares.csv").write_text("0.1,0.9\n1,2\n3,4\n")
    assert read("shares.csv", has_header=True).columns == ["0.1", "0.9"]


JSON: dict[str, tuple[str, list[object]]] = {
    "not a number": ('{"a": 1.5}\n{"a": NaN}\n', [1.5, None]),
    "byte order mark": ('\ufeff{"a": 1}\n{"a": 2}\n', [1, 2]),
    "blank lines": ('\n{"a": 1}\n  \n\n{"a": 2}\n\n', [1, 2]),
    "bytes 13": ('{"a": 1}\r\n\r\n{"a": 2}\r\n', [1, 2]),
    "a long number": ('{"a": 1}\n{"a": %s}\n' % ("9" * 60), [1.0, 1e60]),
}


@pytest.mark.parametrize("case", JSON)
def test_a_messy_ndjson_file_is_read_as_it_is_meant(case: str, folder: Path) -> None:
    content, values = JSON[case]
    (folder / "x.ndjson").write_text(content)
    assert read("x.ndjson")["a"].to_list() == values


@pytest.mark.parametrize(
    "values",
    [
        [{"b": 1}, {"b": 1, "c": "x"}],
        [{"b": 1}, [1]],
        [[1], ["x"], 3],
        [[[[[1]]]], None],
        [json.loads("[" * 300 + "]" * 300), 1],
    ],
)
def test_nested_json_stops_nobody(values: list[object], folder: Path) -> None:
    lines = [json.dumps({"a": value, "n": 1}) for value in values]
    (folder / "x.ndjson").write_text("\n".join(lines))
    found = read("x.ndjson")
    assert found["n"].to_list() == [1] * len(values)
    assert found["a"].is_null().to_list() == [value is None for value in values]
    assert found.schema["a"].is_nested()


def test_a_file_of_which_rows_are_lost_is_not_taken_for_a_shorter_one(folder: Path) -> None:
    path = folder / "x.csv"
    path.write_text("a\n1\n2\n")
    found = open_counted(Dataset(path="x.csv"))
    assert found.rows == 2
    found.check(2)
    with pytest.raises(DataError, match=r"x.csv holds 2 rows, and only 1 could be read"):
        found.check(1)
