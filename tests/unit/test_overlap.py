"""A file that is written is known as one that is read, however both are spelled."""

from __future__ import annotations

from pathlib import Path

import pytest

from mmon.comparison.overlap import Source, check, identity, sources_of
from mmon.config.sections import Config
from mmon.errors import ConfigError

# What is read, and an output that is, or would be, a part of it.
PARTS = [
    ("d/*.csv", "d/a.csv"),
    ("d/*.csv", "d/new.csv"),
    ("d/*.csv", "hard.html"),
    ("**/a.csv", "d/a.csv"),
    ("**/*.csv", "d/sub/new.csv"),
    ("**/*.csv", "new.csv"),
    ("./d/../d/[ab].csv", "link/a.csv"),
    ("link/*.csv", "d/new.csv"),
    ("d/.h*.csv", "d/.hidden.csv"),
    ("p=*", "p=1/new.csv"),
    ("p=*/*", "p=2/new.html"),
    ("d", "d/a.csv"),
    ("d", "d/new.json"),
    ("d/", "{here}/d/sub/new.csv.gz"),
    ("d", "hard.html"),
    ("d", "link/b.csv"),
    ("d", "soft.html"),
    ("link", "d/new.parquet"),
    ("{here}", "d/b.csv"),
    (".", "new.csv"),
    ("d/a.csv", "./d/a.csv"),
    ("d/a.csv", "{here}/d/../d/a.csv"),
    ("d/a.csv", "hard.html"),
    ("d/a.csv", "soft.html"),
    ("soft.html", "d/a.csv"),
    ("new.csv", "new.csv"),
    ("[1].csv", "[1].csv"),
    ("file://{here}/other.csv", "other.csv"),
    ("FILE://localhost{here}/a%20b.csv", "a b.csv"),
    ("file://{here}/d/*.csv", "d/a.csv"),
    ("~/other.csv", "other.csv"),
]
APART = [
    ("d", "d/report.html"),
    ("d", "d/.hidden.csv"),
    ("d", "d/_logs/new.csv"),
    ("d", "dd.csv"),
    ("d/*.csv", "d/sub/new.csv"),
    ("d/*.csv", "d/report.html"),
    ("d/?.csv", "d/ab.csv"),
    ("d/*.csv", "d/.new.csv"),
    ("other.csv", "d/a.csv"),
    ("other.csv", "missing/folder/x.csv"),
    ("s3://bucket/*.csv", "d/a.csv"),
    ("https://host/other.csv", "other.csv"),
    ("~nobody-of-this-name/other.csv", "other.csv"),
    ("x" * 5000, "other.csv"),
    ("a\0b", "other.csv"),
    ("\ud800", "other.csv"),
    ("other.csv", "x" * 5000),
    ("-", "/dev/null"),
    ("/dev/null", "other.csv"),
    ("pipe", "other.csv"),
]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    for name in ("d/sub", "p=1"):
        (tmp_path / name).mkdir(parents=True)
    for name in (
        "d/a.csv",
        "d/b.csv",
        "d/sub/c.csv",
        "p=1/a.csv",
        "other.csv",
        "a b.csv",
        "[1].csv",
    ):
        (tmp_path / name).write_text("x\n1\n")
    (tmp_path / "link").symlink_to("d")
    (tmp_path / "soft.html").symlink_to("d/a.csv")
    (tmp_path / "hard.html").hardlink_to(tmp_path / "d/a.csv")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    return str(tmp_path)


@pytest.mark.parametrize(("read", "written"), PARTS)
def test_what_is_read_is_known(here: str, read: str, written: str) -> None:
    read, written = read.format(here=here), written.format(here=here)
    with pytest.raises(ConfigError, match="writing x, which is read"):
        check(written, [Source("d/none.csv"), Source(read)], "writing x")


@pytest.mark.parametrize(("read", "written"), APART)
def test_what_is_not_read_may_be_written(here: str, read: str, written: str) -> None:
    assert here
    check(written, [Source(read)], "writing x")


def test_with_a_format_every_file_of_a_folder_is_read(here: str) -> None:
    assert here
    with pytest.raises(ConfigError):
        check("d/report.html", [Source("d", is_any_name=True)], "writing x")


def test_every_dataset_of_a_configuration_is_read() -> None:
    body = {
        "reference": "ref.mmon",
        "production": {"path": ["a.txt", "b.txt"], "format": "csv"},
        "labels": "labels.csv",
    }
    assert sources_of(Config.model_validate(body)) == [
        Source("ref.mmon"),
        Source("a.txt", is_any_name=True),
        Source("b.txt", is_any_name=True),
        Source("labels.csv"),
    ]


def test_one_file_has_one_identity(here: str) -> None:
    assert here
    assert identity("soft.html") == identity("hard.html") == identity("link/a.csv") is not None
    assert identity("other.csv") != identity("hard.html")
    assert identity("/dev/null") is not None
    assert identity("/dev/null", of_files=True) is identity("none") is identity("a\0b") is None
