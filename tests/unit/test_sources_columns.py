"""Columns of many files: folders that are columns, types that meet, and types that are named."""

from __future__ import annotations

import datetime
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from mmon.config.data import Dataset
from mmon.errors import ConfigError, DataError
from mmon.sources import open_counted
from mmon.sources.errors import reading
from tests.unit.source_files import FRAME, WRITERS, folder, open_dataset, read

__all__ = ["folder"]


@pytest.mark.parametrize("name", ["x.parquet", "x.csv", "x.arrow", "x.ndjson"])
def test_folder_names_are_columns(name: str, folder: Path) -> None:
    write = WRITERS[name]
    for day, country in (("2024-01-01", "AT"), ("2024-01-02", "007"), ("2024-01-02", "a%20b")):
        below = folder / f"root=no/data/date={day}/country={country}"
        below.mkdir(parents=True)
        write(pl.DataFrame({"n": [1]}), below / name)
    missing = folder / "root=no/data/date=2024-01-03/country=__HIVE_DEFAULT_PARTITION__"
    missing.mkdir(parents=True)
    write(pl.DataFrame({"n": [2]}), missing / name)
    days = [datetime.date(2024, 1, day) for day in (1, 2, 2, 3)]
    expected = pl.DataFrame(
        {"n": [1, 1, 1, 2], "date": days, "country": ["AT", "007", "a b", None]}
    )

    for path in ("root=no/data", "root=no/data/date=*/country=*", "root=no/data/**/*"):
        assert_frame_equal(read(path), expected)
    suffix = name.rpartition(".")[2]
    assert_frame_equal(read(f"root=no/data/*/*/*.{suffix}"), expected)
    assert read("root=no/data", hive=False).columns == ["n"]
    one = f"root=no/data/date=2024-01-01/country=AT/{name}"
    assert read(one).columns == ["n"]
    assert read(one, hive=True)["date"].to_list() == days[:1]


def test_numbers_in_folder_names_are_numbers(folder: Path) -> None:
    for year, share in ((2024, "0.5"), (-1, "2")):
        below = folder / f"year={year}" / f"share={share}"
        below.mkdir(parents=True)
        pl.DataFrame({"n": [1]}).write_parquet(below / "x.parquet")
    found = read(folder)
    assert found.schema["year"] == pl.Int64
    assert found["share"].to_list() == [2.0, 0.5]
    dataset = Dataset(path=str(folder))
    as_text = open_dataset(dataset, expect={"year": pl.String()}).collect()
    assert as_text["year"].to_list() == ["-1", "2024"]


@pytest.mark.parametrize("name", ["x.parquet", "x.csv", "x.arrow", "x.ndjson"])
def test_files_may_differ_in_columns_and_in_the_width_of_types(name: str, folder: Path) -> None:
    suffix = name.rpartition(".")[2]
    frames = [
        pl.DataFrame({"a": [1], "b": ["x"]}),
        pl.DataFrame({"b": ["y"], "a": [2.5]}),
        pl.DataFrame({"c": [True], "a": [3]}),
    ]
    for number, frame in enumerate(frames):
        WRITERS[name](frame, folder / f"{number}.{suffix}")
    expected = pl.DataFrame({"a": [1.0, 2.5, 3.0], "b": ["x", "y", None], "c": [None, None, True]})
    assert_frame_equal(read(folder), expected)


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        (pl.Int8, pl.UInt8, pl.Int16),
        (pl.Int64, pl.UInt64, pl.Int128),
        (pl.Int32, pl.Float32, pl.Float64),
        (pl.Float32, pl.Float64, pl.Float64),
        (pl.Null, pl.Int64, pl.Int64),
        (pl.Boolean, pl.Null, pl.Boolean),
        (pl.Categorical, pl.String, pl.String),
        (pl.Enum(["1"]), pl.Enum(["2", "1"]), pl.String),
        (pl.Date, pl.Datetime("ms"), pl.Datetime("us")),
        (pl.Datetime("ns", "UTC"), pl.Datetime("us", "Asia/Tokyo"), pl.Datetime("us", "UTC")),
        (pl.Duration("ms"), pl.Duration("ns"), pl.Duration("us")),
    ],
)
def test_types_meet_in_one_that_holds_both(
    one: pl.DataType, other: pl.DataType, both: pl.DataType, folder: Path
) -> None:
    for number, dtype in enumerate((one, other)):
        is_text = dtype in (pl.Categorical, pl.Enum, pl.String)
        value: object = None if dtype == pl.Null else ("1" if is_text else 1)
        pl.Series("x", [value]).cast(dtype).to_frame().write_parquet(folder / f"{number}.parquet")
    found = read(folder)
    assert found.schema["x"] == both
    assert found["x"].null_count() == (pl.Null in (one, other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (pl.Int64, pl.String),
        (pl.Boolean, pl.Int64),
        (pl.Datetime("us"), pl.Datetime("us", "UTC")),
        (pl.List(pl.Int64), pl.Int64),
    ],
)
def test_types_that_do_not_mix_name_the_files_and_the_column(
    one: pl.DataType, other: pl.DataType, folder: Path
) -> None:
    pl.DataFrame({"x": []}, schema={"x": one}).write_parquet(folder / "1.parquet")
    pl.DataFrame({"x": []}, schema={"x": other}).write_parquet(folder / "2.parquet")
    with pytest.raises(DataError, match=r"column 'x' is .* in '1.parquet' and .* in '2.parquet'"):
        read(("1.parquet", "2.parquet"))


def test_a_named_type_settles_what_does_not_mix(folder: Path) -> None:
    pl.DataFrame({"x": [7], "t": ["2024-01-31 10:00:00"]}).write_parquet(folder / "1.parquet")
    when = datetime.datetime(2024, 1, 31, 11)
    pl.DataFrame({"x": ["008"], "t": [when]}).write_parquet(folder / "2.parquet")
    found = read(folder, dtypes={"x": "String", "t": "Datetime"})
    assert found["x"].to_list() == ["7", "008"]
    assert found["t"].to_list() == [when.replace(hour=10), when]


@pytest.mark.parametrize("dtype", ["Datetime", "Datetime[ms]", "Datetime[%Y-%m-%d %H:%M:%S%z]"])
def test_a_time_with_an_offset_stays_an_instant(folder: Path, dtype: str) -> None:
    (folder / "x.csv").write_text("t,x\n2024-01-31 10:00:00+02:00,1\n2024-01-31 09:30:00Z,2\n")
    found = read("x.csv", dtypes={"t": dtype})["t"]
    assert found.dtype == pl.Datetime("ms" if "ms" in dtype else "us", "UTC")
    eight = datetime.datetime(2024, 1, 31, 8, tzinfo=datetime.UTC)
    assert found.to_list() == [eight, eight + datetime.timedelta(minutes=90)]


def test_no_type_without_a_zone_settles_wall_clocks_and_instants(folder: Path) -> None:
    times = pl.Series("t", [datetime.datetime(2024, 1, 31, 10)])
    times.to_frame().write_parquet(folder / "1.parquet")
    times.dt.replace_time_zone("Asia/Tokyo").to_frame().write_parquet(folder / "2.parquet")
    with pytest.raises(DataError, match=r"column 't' is .* in '1.parquet'") as caught:
        read(("1.parquet", "2.parquet"), dtypes={"t": "Datetime"})
    assert caught.value.hint == "name its zone in dtypes, as in Datetime[us, UTC]"
    found = read(("1.parquet", "2.parquet"), dtypes={"t": "Datetime[us, UTC]"})["t"]
    assert found.dt.hour().to_list() == [10, 1]


def test_instants_in_text_need_a_type_with_a_zone(folder: Path) -> None:
    pl.DataFrame({"t": ["2024-01-31 10:00:00+02:00"]}).write_parquet(folder / "x.parquet")
    with pytest.raises(DataError, match="say how far they are from UTC") as caught, reading("x"):
        read("x.parquet", dtypes={"t": "Datetime"})
    assert caught.value.hint == "name the type Datetime[us, UTC] for them in dtypes"
    assert read("x.parquet", dtypes={"t": "Datetime[us, UTC]"})["t"].dt.hour().to_list() == [8]


def test_named_types_are_kept_in_every_format(folder: Path) -> None:
    frame = pl.DataFrame({"code": [7, 8], "when": ["2024-01-01 10:00:00", None]})
    dtypes = {"code": "String", "when": "Datetime[ms]"}
    for name in ("x.parquet", "x.csv", "x.arrow", "x.ndjson"):
        WRITERS[name](frame, folder / name)
        found = read(name, dtypes=dtypes)
        assert found.schema == {"code": pl.String, "when": pl.Datetime("ms")}
        assert found["when"].to_list() == [datetime.datetime(2024, 1, 1, 10), None]
        assert found["code"].to_list() == ["7", "8"]


@pytest.mark.parametrize(
    ("name", "dtype"),
    [
        ("int16", pl.Int16()),
        ("Float32", pl.Float32()),
        ("Decimal[10, 2]", pl.Decimal(10, 2)),
        ("Duration(ns)", pl.Duration("ns")),
        ('Datetime("us", "Europe/Berlin")', pl.Datetime("us", "Europe/Berlin")),
    ],
)
def test_types_go_by_their_polars_names(name: str, dtype: pl.DataType, folder: Path) -> None:
    pl.DataFrame({"x": [1]}).write_parquet(folder / "x.parquet")
    assert read("x.parquet", dtypes={"x": name}).schema["x"] == dtype


@pytest.mark.parametrize(
    ("dtypes", "told"),
    [
        ({"number": "Integer64"}, "unknown type 'Integer64'"),
        ({"number": "strin"}, "did you mean 'String'"),
        ({"number": "Decimal[2, 10]"}, "unknown type"),
        ({"number": "Decimal[x, y]"}, "unknown type"),
        ({"number": "Datetime[h]"}, "unknown type"),
        ({"number": "Datetime[us, Mars/Crater]"}, "unknown timezone 'Mars/Crater'"),
        ({"numbr": "Int64"}, "no column 'numbr'.*did you mean 'number'"),
    ],
)
def test_a_wrong_type_is_a_configuration_error(
    dtypes: dict[str, str], told: str, folder: Path
) -> None:
    FRAME.write_csv(folder / "x.csv")
    with pytest.raises(ConfigError, match=told):
        read("x.csv", dtypes=dtypes)


def test_a_named_type_of_a_vanished_column_is_no_error(folder: Path) -> None:
    (folder / "x.csv").write_text("a\n1\n")
    dataset = Dataset(path="x.csv", dtypes={"gone": "Int64"})
    expected = {"a": pl.Int64(), "gone": pl.Int64()}
    assert open_dataset(dataset, expect=expected).collect().columns == ["a"]


def test_nested_types_meet_field_by_field(folder: Path) -> None:
    pl.DataFrame({"tags": [[], None], "about": [{"a": 1}, None]}).write_parquet("1.parquet")
    pl.DataFrame({"tags": [[1]], "about": [{"b": "x", "a": 0.5}]}).write_parquet("2.parquet")
    found = read("*.parquet")
    assert found["tags"].to_list() == [[], None, [1]]
    assert found["about"].to_list() == [{"a": 1.0, "b": None}, None, {"a": 0.5, "b": "x"}]


def test_nested_text_of_two_kinds_keeps_its_presence(folder: Path) -> None:
    Path("1.ndjson").write_text('{"a": {"b": 1}, "n": 1}\n{"a": null, "n": 2}\n')
    Path("2.ndjson").write_text('{"a": [1], "n": 3}\n')
    found = read("*.ndjson")
    assert found["n"].to_list() == [1, 2, 3]
    assert found["a"].is_null().to_list() == [False, True, False]


def test_a_file_without_a_common_column_keeps_its_rows(folder: Path) -> None:
    pl.DataFrame({"a": [None, None, None]}).write_parquet("1.parquet")
    pl.DataFrame({"b": [1, 2]}).write_parquet("2.parquet")
    assert read("*.parquet").rows() == [(None, None)] * 3 + [(None, 1), (None, 2)]


def test_what_does_not_mix_stops_only_those_who_need_it(folder: Path) -> None:
    pl.DataFrame({"k": [1], "x": [1]}).write_parquet("1.parquet")
    pl.DataFrame({"k": ["1"], "x": [2]}).write_parquet("2.parquet")
    dataset = Dataset(path="*.parquet")
    found = open_counted(dataset, is_needed=lambda name: name != "k").frame.collect()
    assert found["x"].to_list() == [1, 2]
    assert found["k"].to_list() == [None, None]
    with pytest.raises(DataError, match=r"'k' is Int64 in .*1.parquet.* and String in .*2.parquet"):
        open_counted(dataset, is_needed=lambda name: name == "k")


@pytest.mark.parametrize("name", ["x.parquet", "x.csv", "x.arrow", "x.ndjson"])
def test_no_name_is_taken_for_a_pattern(name: str, folder: Path) -> None:
    names = ["^.*$", "x", "^x$", "*", "", " x ", "X", 'x"', "a.b", "x,y"]
    frame = pl.DataFrame({column: [place, None] for place, column in enumerate(names)})
    WRITERS[name](frame, folder / name)
    dtypes = {"^x$": "Float64", "*": "String"}
    found = read(name, dtypes=dtypes, has_header=True)
    assert found.columns == names
    assert [str(value) for value in found.row(0)] == ["0", "1", "2.0", *map(str, range(3, 10))]
