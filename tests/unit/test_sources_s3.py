"""Datasets on a real S3 server: what is read, and what is said of what cannot be."""

from __future__ import annotations

import datetime
import gzip
import io
from collections.abc import Callable

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from mmon.config.data import Dataset
from mmon.errors import DataError
from mmon.sources import TimeRange, open_counted
from mmon.windows.timestamps import to_us
from tests.services import ObjectStore, object_store
from tests.unit.source_files import open_dataset

__all__ = ["object_store"]

pytestmark = pytest.mark.s3

FRAME = pl.DataFrame({"a": [1, 2], "b": ["x", None]})


def parquet(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()


def arrow(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.write_ipc(buffer)
    return buffer.getvalue()


ENCODE: dict[str, Callable[[pl.DataFrame], bytes]] = {
    "parquet": parquet,
    "arrow": arrow,
    "csv": lambda frame: frame.write_csv().encode(),
    "csv.gz": lambda frame: gzip.compress(frame.write_csv().encode()),
    "ndjson": lambda frame: frame.write_ndjson().encode(),
}


@pytest.fixture(scope="module")
def bucket(object_store: ObjectStore) -> ObjectStore:
    """A store with the objects that the tests read, in the bucket ``data``."""
    object_store.put("/data")
    days = ("2024-01-01", "2024-01-02")
    objects: dict[str, bytes] = {}
    for suffix, encode in ENCODE.items():
        objects[f"one/x.{suffix}"] = encode(FRAME)
        objects[f"mixed/{suffix}/1.{suffix}"] = encode(pl.DataFrame({"a": [1], "b": ["x"]}))
        objects[f"mixed/{suffix}/2.{suffix}"] = encode(pl.DataFrame({"c": [True], "a": [2.5]}))
        objects[f"hive/{suffix}/_SUCCESS"] = b""
        for day in days:
            objects[f"hive/{suffix}/date={day}/x.{suffix}"] = encode(FRAME)
    objects["bad/latin.csv"] = "a,b\n1,é\n".encode("latin-1")
    objects["bad/ragged.csv"] = b"a,b\n1,2,3\n"
    objects["bad/empty.csv"] = b""
    objects["bad/text.parquet"] = b"this is text, and not a Parquet file at all"
    objects["bad/short.parquet"] = parquet(FRAME)[:200]
    objects["late.csv"] = b"a,b\n" + b"1,007\n" * 3000 + b"x,7\n"
    for key, content in objects.items():
        object_store.put(f"/data/{key}", content)
    return object_store


def read(store: ObjectStore, path: str | tuple[str, ...], **options: object) -> pl.DataFrame:
    given = {"storage_options": store.options, **options, "path": path}
    return open_dataset(Dataset.model_validate(given)).collect(engine="streaming")


@pytest.mark.parametrize("suffix", ENCODE)
def test_an_object_is_read(bucket: ObjectStore, suffix: str) -> None:
    path = f"s3://data/one/x.{suffix}"
    assert_frame_equal(read(bucket, path), FRAME)
    assert_frame_equal(read(bucket, (path, path)), pl.concat([FRAME, FRAME]))


@pytest.mark.parametrize("suffix", ENCODE)
def test_objects_of_a_pattern_may_differ(bucket: ObjectStore, suffix: str) -> None:
    expected = pl.DataFrame({"a": [1.0, 2.5], "b": ["x", None], "c": [None, True]})
    assert_frame_equal(read(bucket, f"s3://data/mixed/{suffix}/*.{suffix}"), expected)


@pytest.mark.parametrize("suffix", ENCODE)
def test_partitions_of_a_pattern_are_columns(bucket: ObjectStore, suffix: str) -> None:
    found = read(bucket, f"s3://data/hive/{suffix}/date=*/*.{suffix}")
    days = [datetime.date(2024, 1, 1), datetime.date(2024, 1, 2)]
    expected = pl.concat([FRAME.with_columns(date=pl.lit(day)) for day in days])
    assert_frame_equal(found, expected)
    plain = read(bucket, f"s3://data/hive/{suffix}/*/*.{suffix}", hive=False)
    assert plain.columns == ["a", "b"]


@pytest.mark.parametrize("kind", ["parquet", "csv", "ndjson"])
def test_a_folder_is_read_with_its_partitions(bucket: ObjectStore, kind: str) -> None:
    found = read(bucket, f"s3://data/hive/{kind}/", format=kind)
    assert found.height == 2 * FRAME.height
    assert found.schema["date"] == pl.Date


def test_types_hold_for_every_row_of_an_object(bucket: ObjectStore) -> None:
    found = read(bucket, "s3://data/late.csv")
    assert found["a"][-1] == "x"
    assert found.height == 3001
    as_text = read(bucket, "s3://data/late.csv", dtypes={"b": "String"})
    assert as_text["b"][0] == "007"


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("s3://data/gone.parquet", "does not exist"),
        ("s3://data/gone.csv", "does not exist"),
        ("s3://data/gone.ndjson", "does not exist"),
        ("s3://data/gone/*.parquet", "matches no file"),
        ("s3://data/gone/*.csv", "matches no file"),
        ("s3://nowhere/x.parquet", "is in a bucket that does not exist"),
        ("s3://nowhere/x.csv", "does not exist"),
        ("s3://nowhere/*.parquet", "is in a bucket that does not exist"),
        ("s3://nowhere/*.csv", "is in a bucket that does not exist"),
        ("s3://data/bad/latin.csv", "is not UTF-8 text"),
        ("s3://data/bad/ragged.csv", "line 2 of .* has more fields"),
        ("s3://data/bad/empty.csv", "is empty"),
        ("s3://data/bad/text.parquet", "is no Parquet file|is not a whole Parquet file"),
        ("s3://data/bad/short.parquet", "is no Parquet file|is not a whole Parquet file"),
    ],
)
def test_what_cannot_be_read_is_named(bucket: ObjectStore, path: str, told: str) -> None:
    with pytest.raises(DataError, match=told) as caught:
        read(bucket, path)
    assert repr(path) in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize("path", ["one/x.parquet", "one/*.parquet", "one/x.csv", "one/*.csv"])
@pytest.mark.parametrize("wrong", ["aws_secret_access_key", "aws_access_key_id"])
def test_wrong_credentials_are_told_and_never_shown(
    bucket: ObjectStore, path: str, wrong: str
) -> None:
    options = {**bucket.options, wrong: "WRONG-VALUE"}
    told = "does not accept the credentials|may not be read"
    with pytest.raises(DataError, match=told) as caught:
        read(bucket, f"s3://data/{path}", storage_options=options)
    assert caught.value.hint is not None
    assert "credentials" in caught.value.hint
    for secret in ("WRONG-VALUE", bucket.secret):
        assert secret not in str(caught.value)


@pytest.mark.parametrize("suffix", ENCODE)
def test_of_objects_that_are_named_after_days_only_those_of_the_time_are_looked_at(
    bucket: ObjectStore, suffix: str
) -> None:
    days = [datetime.datetime(2024, 1, day) for day in range(1, 9)]
    for day in days:
        frame = pl.DataFrame({"at": [day + datetime.timedelta(hours=i) for i in range(24)]})
        content = ENCODE[suffix](frame) if 3 <= day.day <= 5 else b"of no use to anybody"
        bucket.put(f"/data/daily/{suffix}/date={day:%Y-%m-%d}/x.{suffix}", content)
    nothing = ENCODE[suffix](frame.clear())
    bucket.put(f"/data/daily/{suffix}/date=2024-01-04/empty.{suffix}", nothing)
    between = TimeRange(to_us(days[3]), to_us(days[4]), "at")
    for path in ("date=*/*." + suffix, f"**/*.{suffix}"):
        dataset = Dataset.model_validate(
            {"path": f"s3://data/daily/{suffix}/{path}", "storage_options": bucket.options}
        )
        data = open_counted(dataset, between=between)
        found = data.frame.collect(engine="streaming")
        assert data.skipped is not None
        assert data.skipped.by_name == 5
        read = days[3:5] if suffix in ("parquet", "arrow") else days[2:5]
        assert found["date"].unique().sort().to_list() == [day.date() for day in read]
