"""A line too long to be a row is refused by its number, at the cost of a look at the file."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from mmon.errors import DataError
from mmon.sources import line_lengths
from mmon.sources.line_lengths import check_line_lengths

MOST = 1_000


def written(tmp_path: Path, content: bytes, name: str = "x.csv") -> str:
    path = tmp_path / name
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return str(path)


@pytest.mark.parametrize("name", ["x.csv", "x.ndjson.gz"])
@pytest.mark.parametrize("before", [0, 1, 499, 500, 501, 3_000])
@pytest.mark.parametrize("end", [b"", b"\n", b"\nb\n"])
def test_a_longer_line_is_refused_by_its_number(tmp_path, name, before, end):
    path = written(tmp_path, b"a\n" * before + b"z" * (MOST + 1) + end, name)
    with pytest.raises(DataError, match=rf"line {before + 1:,} of 'shown' is longer"):
        check_line_lengths(path, "shown", most=MOST)


@pytest.mark.parametrize("name", ["x.csv", "x.csv.gz"])
@pytest.mark.parametrize("before", [0, 1, 250, 499, 500])
def test_lines_of_the_length_allowed_pass(tmp_path, name, before):
    path = written(tmp_path, b"a\n" * before + (b"z" * MOST + b"\n") * 3 + b"z" * MOST, name)
    check_line_lengths(path, "shown", most=MOST)


def test_of_a_plain_file_only_a_little_is_read(tmp_path, monkeypatch):
    path = written(tmp_path, b"one,two,three\n" * 400_000)
    read = []
    whole = line_lengths._has_line_end
    monkeypatch.setattr(
        line_lengths,
        "_has_line_end",
        lambda file, at, length: whole(file, at, length) and not read.append(file.tell() - at),
    )
    check_line_lengths(path, "shown", most=1 << 20)
    assert 0 < sum(read) <= 14 * 400_000 // 4


@pytest.mark.parametrize("content", [b"", b"\n", b"\x1f\x8b\x08 damaged"])
def test_what_is_empty_or_damaged_is_left_to_its_reader(tmp_path, content):
    path = tmp_path / "x.csv.gz"
    path.write_bytes(content)
    check_line_lengths(str(path), "shown", most=MOST)
    check_line_lengths(str(tmp_path), "shown", most=MOST)
    check_line_lengths(str(tmp_path / "missing.csv"), "shown", most=MOST)
