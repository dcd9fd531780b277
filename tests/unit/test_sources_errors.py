"""Every failure to read is one sentence with the file's name, the right status and a hint."""

from __future__ import annotations

import bz2
import functools
import gzip
import io
import lzma
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest
import zstandard

from mmon.config.data import Dataset
from mmon.errors import ConfigError, DataError, ExitStatus, MmonError
from mmon.sources.dtypes import dtype_named
from mmon.sources.errors import explain_read_error, reading
from tests.unit.source_files import open_dataset

LONG = b"a,b\n" + b"".join(b"%d,%d\n" % (n, n * 7919 % 1000) for n in range(50_000))


def parquet() -> bytes:
    return written(pl.DataFrame.write_parquet)


def arrow() -> bytes:
    return written(pl.DataFrame.write_ipc)


def written(write: Callable[..., object]) -> bytes:
    buffer = io.BytesIO()
    write(pl.DataFrame({"a": range(1000), "b": ["x"] * 1000}), buffer)
    return buffer.getvalue()


def damaged(content: bytes) -> bytes:
    """Parquet whose footer is whole and whose first pages are not."""
    return content[:4] + bytes(len(content) // 2) + content[4 + len(content) // 2 :]


def broken(write: Callable[..., object]) -> bytes:
    """Arrow whose first buffer announces exabytes."""
    content = bytearray(written(functools.partial(write, compression="zstd")))
    start = content.index(b"\x28\xb5\x2f\xfd") - 8
    content[start : start + 8] = (2**60).to_bytes(8, "little")
    return bytes(content)


FILES: dict[str, tuple[str, bytes, str]] = {
    "empty csv": ("x.csv", b"", r"'x.csv' is empty \(0 bytes\)"),
    "empty parquet": ("x.parquet", b"", r"'x.parquet' is empty \(0 bytes\)"),
    "empty arrow": ("x.arrow", b"", r"'x.arrow' is empty \(0 bytes\)"),
    "empty ndjson": ("x.ndjson", b"", r"'x.ndjson' is empty \(0 bytes\)"),
    "empty gzip": ("x.csv.gz", gzip.compress(b""), "'x.csv.gz' is empty"),
    "blank lines": ("x.csv", b"\n\n", "'x.csv'"),
    "cut off parquet": ("x.parquet", parquet()[:500], "'x.parquet' is not a whole Parquet"),
    "magic alone": ("x.parquet", b"PAR1", "'x.parquet' is not a Parquet file: it is too short"),
    "damaged parquet": ("x.parquet", damaged(parquet()), "'x.parquet' is damaged"),
    "cut off arrow": ("x.arrow", arrow()[:500], "'x.arrow' is not a whole Arrow IPC file"),
    "text as parquet": ("x.parquet", b"a,b\n1,2\n3\n", "'x.parquet' is not Parquet"),
    "text as arrow": ("x.arrow", b"a,b\n1,2\n3\n", "'x.arrow' is not Arrow IPC"),
    "parquet as csv": ("x.csv", parquet(), "'x.csv' is not CSV: it is Parquet"),
    "arrow as ndjson": ("x.jsonl", arrow(), "'x.jsonl' is not NDJSON: it is Arrow IPC"),
    "arrow as parquet": ("x.parquet", arrow(), "'x.parquet' is not Parquet: it is Arrow IPC"),
    "packed parquet": ("x.parquet.gz", gzip.compress(parquet()), "is a compressed Parquet file"),
    "excel": ("x.csv", b"PK\x03\x04 and so on", "'x.csv' is an Excel workbook or a ZIP"),
    "arrow stream": ("x.arrow", b"\xff\xff\xff\xff and so on", "is an Arrow IPC stream"),
    "cut off gzip": ("x.csv.gz", gzip.compress(LONG)[:9000], "is compressed and cut off"),
    "cut off zstd": ("x.csv.zst", zstandard.compress(LONG)[:9000], "is compressed and cut off"),
    "cut off json": ("x.ndjson.gz", gzip.compress(b'{"a":1}\n' * 9999)[:60], "and cut off"),
    "latin-1": ("x.csv", "a,b\n1,é\n".encode("latin-1"), "'x.csv' is not UTF-8 text"),
    "latin-1 header": ("x.csv", "é,b\n1,2\n".encode("latin-1"), "'x.csv' is not UTF-8 text"),
    "latin-1 json": ("x.ndjson", '{"a":"é"}\n'.encode("latin-1"), "is not UTF-8 text"),
    "utf-16": ("x.csv", "a,b\n1,2\n".encode("utf-16"), "'x.csv' is UTF-16 text"),
    "ragged": ("x.csv", b'a,b\n1,"x\ny"\n1,2,3\n', "line 4 of 'x.csv' has more fields"),
    "ragged gzip": ("x.csv.gz", gzip.compress(b"a,b\n1,2,3\n"), "line 2 of 'x.csv.gz' has more"),
    "ragged late": ("x.csv", LONG + b"1,2,3\n", "line 50002 of 'x.csv' has more fields"),
    "open quote": ("x.csv", b'a,b\n1,"x\n2,y\n', "'x.csv' has a quotation mark that is never"),
    "repeated column": ("x.csv", b"a,b,a\n1,2,3\n", "'x.csv' names the column 'a' twice"),
    "unnamed columns": ("x.csv", b"a,,\n1,2,3\n", "'x.csv' has unnamed columns"),
    "semicolons": (
        "x.csv",
        b"a;b\n1;2\n3\n",
        "'x.csv' has a single column, 'a;b'.*--separator ';'",
    ),
    "tabs": ("x.csv", b"a\tb\n1\t2\n3\n", "'x.csv' has a single column.*--separator '\\\\t'"),
    "commas as tsv": (
        "x.tsv",
        b"a,b\n1,2\n3\n",
        "'x.tsv' has a single column, 'a,b'.*--separator ','",
    ),
    "broken json": ("x.ndjson", b'{"a":1}\n{"a":2,\n', "line 2 of 'x.ndjson' is not a JSON"),
    "pretty json": ("x.json", b'{\n  "a": 1\n}\n', "line 1 of 'x.json' is not a JSON object"),
    "json array": ("x.json", b'[{"a":1}]', "'x.json' is one JSON array"),
    "numbers": ("x.ndjson", b"1\n2\n", "line 1 of 'x.ndjson' is not a JSON object"),
    "open quote early": ("x.csv", b'a,b\n1,"x\n2,y\n3,"z\n', "line 2 of 'x.csv' has a quotation"),
    "short row": ("x.csv", b"a,b\n1,2\n3\n", "line 3 of 'x.csv' has 1 of 2 fields"),
    "comment": ("x.csv", b"a,b\n1,2\n# end\n", "line 3 of 'x.csv' has 1 of 2.*grep -v '\\^#'"),
    "cut last line": ("x.csv", LONG + b"1", "line 50002 of 'x.csv' has 1 of 2 fields"),
    "headers joined": ("x.csv", b"a,b\n1,2\na,b\n3,4\n", "line 3 of 'x.csv' is its header again"),
    "no header": ("x.csv", b"0.5,a\n0.7,b\n0.6,a\n", "header of 'x.csv' looks like a row of data"),
    "no header, whole": ("x.csv", b"7,a,5\n1,b,3\n2,a,1\n", "looks like a row of data: '7, a, 5'"),
    "no header, texts": ("x.csv", b"a,u\na,v\nb,u\na,v\nb,u\n", "looks like a row of data: 'a, u'"),
    "zeros": ("x.csv", LONG + bytes(500), "line 50002 of 'x.csv' holds NUL bytes"),
    "utf-16le": ("x.csv", "a,b\n1,2\n".encode("utf-16-le"), "'x.csv' holds NUL bytes.*UTF-16"),
    "utf-16 json": ("x.ndjson", '{"a":1}\n'.encode("utf-16-le"), "'x.ndjson' holds NUL bytes"),
    "cut off bzip2": ("x.csv.bz2", bz2.compress(LONG)[:9000], "is compressed and cut off"),
    "cut off xz": ("x.csv.xz", lzma.compress(LONG)[:900], "is compressed and cut off"),
    "damaged gzip": ("x.csv.gz", gzip.compress(LONG)[:-8] + bytes(8), "compressed and cut off"),
    "infinity": ("x.ndjson", b'{"a":1}\n\n{"a":Infinity}\n', "line 3 of 'x.ndjson' holds Infinity"),
    "long number": ("x.ndjson", b'{"a":' + b"9" * 9999 + b"}", "line 1 .* number 9999999999… "),
    "deep": ("x.ndjson", b'{"a":' + b"[" * 9999 + b"]" * 9999 + b"}", "line 1 .* nested too deep"),
    "joined objects": ("x.ndjson", b'{"a":1}{"a":2}\n', "line 1 of 'x.ndjson' is not a JSON"),
    "damaged block": ("x.arrow", broken(pl.DataFrame.write_ipc), "not a whole Arrow IPC file"),
    "page": ("x.csv", b"<!DOCTYPE html>\n<html></html>", "'x.csv' is an HTML or XML page"),
    "json as csv": ("x.csv", b'[{"a": 1}]', "'x.csv' is not CSV: it is JSON"),
    "packed twice": ("x.csv.gz", gzip.compress(gzip.compress(LONG)), "is compressed twice"),
    "comment above": ("x.csv", b"# by x\na,b\n1,2\n", "line 2 of 'x.csv' has more .*first line"),
    "unknown": ("x.bin", b"\x00\x01\x02", "the format of 'x.bin' is not recognised"),
    "one column": ("x.txt", b"a\n1\n", "the format of 'x.txt' is not recognised"),
}


@pytest.mark.parametrize("case", FILES)
def test_a_bad_file_is_named_with_its_trouble_and_a_hint(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, content, told = FILES[case]
    monkeypatch.chdir(tmp_path)
    Path(name).write_bytes(content)
    with pytest.raises(DataError, match=told) as caught, reading(name):
        open_dataset(Dataset(path=name)).collect(engine="streaming")
    assert caught.value.exit_status == ExitStatus.FAILURE
    assert caught.value.hint
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("path", "error", "told"),
    [
        ("gone.csv", DataError, "'gone.csv' does not exist"),
        ("dta.csv", DataError, "'dta.csv' does not exist.*did you mean 'data.csv'"),
        ("no/such/x.csv", DataError, "there is no folder 'no/such'"),
        ("*.parquet", DataError, r"'\*.parquet' matches no file"),
        ("empty", DataError, "the folder 'empty' holds no data file"),
        ("empty/**", DataError, r"'empty/\*\*' matches no file"),
        ("zero/*.csv", DataError, r"every file of 'zero/\*.csv' is empty"),
        ("", ConfigError, "a path is empty"),
        ((), ConfigError, "the list of paths is empty"),
        ("s4://bucket/x.csv", ConfigError, "unknown scheme s4://.*there are: s3, "),
        ("s33://bucket/x.csv", ConfigError, "unknown scheme s33://.*did you mean s3://"),
        ("s3:///x.csv", DataError, "is no address of an object store"),
        ("S3:///x.csv", DataError, "'s3:///x.csv' is no address of an object store"),
        ("hf://x.csv", DataError, "is no address of an object store"),
        ("hf://models/a/b/x.csv", DataError, "is no address of an object store"),
        ("ftp://host/x.csv", ConfigError, "unknown scheme ftp://"),
        ("s3://bucket/data", DataError, "the format of 's3://bucket/data' cannot be told"),
        ("file://host/x.csv", ConfigError, "names a file on another machine"),
        ("x\0y.csv", DataError, "does not exist"),
        ("n" * 5000, DataError, "is not a path"),
    ],
)
def test_a_bad_path_is_named_with_its_trouble(
    path: str | tuple[str, ...],
    error: type[MmonError],
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("data.csv").write_text("a\n1\n")
    Path("empty").mkdir()
    Path("zero").mkdir()
    Path("zero/a.csv").touch()
    # Built without validation: the configuration may refuse some of these first.
    dataset = Dataset.model_construct(None, path=path)
    with pytest.raises(error, match=told) as caught:
        open_dataset(dataset)
    assert len(str(caught.value)) < 300


@pytest.fixture
def commoner() -> Iterator[None]:
    """Root, who may read everything, becomes nobody for one test."""
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(65534)
    yield
    if is_root:
        os.seteuid(0)


@pytest.mark.parametrize("mode", ["file", "folder"])
def test_what_may_not_be_read_is_named(mode: str, request: pytest.FixtureRequest) -> None:
    folder = Path(tempfile.mkdtemp())
    path = folder / "x.csv"
    path.write_text("a\n1\n")
    folder.chmod(0o755)
    (path if mode == "file" else folder).chmod(0)
    request.addfinalizer(lambda: shutil.rmtree(folder))
    request.getfixturevalue("commoner")
    with pytest.raises(DataError, match=r"x.csv' may not be read") as caught:
        open_dataset(Dataset(path=str(path)))
    assert caught.value.hint is not None
    assert "permissions" in caught.value.hint


def test_a_refusal_of_the_system_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.csv"
    path.write_text("a\n1\n")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(DataError, match=r"x.csv' may not be read"):
        open_dataset(Dataset(path=str(path)))


def test_a_cast_that_fails_late_names_column_and_value(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    pl.DataFrame({"a": ["1", "high"]}).write_parquet(path)
    frame = open_dataset(Dataset(path=str(path), dtypes={"a": "Int64"}))
    with (
        pytest.raises(
            DataError, match=r"column 'a' of 'x' holds \"high\", which cannot become i64"
        ),
        reading("x"),
    ):
        frame.collect()


@pytest.mark.parametrize(
    "error",
    [
        OSError("something new"),
        pl.exceptions.ComputeError("something new\n\nand its details"),
        pl.exceptions.PanicException("something new"),
        ValueError("something new"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_unforeseen_failure_is_told_in_its_own_words(error: BaseException) -> None:
    with pytest.raises(DataError, match=r"^'x' cannot be read: something new$"), reading("x"):
        raise error


def test_our_own_errors_and_interrupts_pass_unchanged() -> None:
    own = ConfigError("wrong", hint="right")
    assert explain_read_error(own, "x") is own
    with pytest.raises(ConfigError) as caught, reading("x"):
        raise own
    assert caught.value is own
    with pytest.raises(KeyboardInterrupt), reading("x"):
        raise KeyboardInterrupt


def test_a_value_of_any_length_is_told_in_short(tmp_path: Path) -> None:
    value = "could not parse `" * 20_000
    path = tmp_path / "x.csv"
    path.write_text(f"a,b\n{value},1\n")
    begin = time.process_time()
    with pytest.raises(DataError, match=r"column 'a' of .* holds 'could not") as caught:
        open_dataset(Dataset(path=str(path), dtypes={"a": "Int64"}))
    assert len(str(caught.value)) < 300
    with pytest.raises(DataError, match="cannot be read: y") as caught, reading("x"):
        raise OSError("y" * 100_000)
    assert len(str(caught.value)) < 600
    # A quadratic search would take minutes; a busy machine may take its time.
    assert time.process_time() - begin < 10


@pytest.mark.parametrize("text", ["Datetime[" + " " * 100_000, "a" * 100_000, "a[" * 50_000])
def test_a_type_of_any_length_is_refused_at_once(text: str) -> None:
    begin = time.process_time()
    with pytest.raises(ConfigError, match="unknown type"):
        dtype_named(text, "a")
    assert time.process_time() - begin < 10
