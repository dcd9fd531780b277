"""CSV and NDJSON: types that hold for every row, and what production takes from the reference."""

from __future__ import annotations

import datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmon.config.data import Dataset
from mmon.errors import DataError
from tests.unit.source_files import open_dataset

# More rows than types are guessed from.
MANY = 3000


def read(
    path: Path, expect: dict[str, pl.DataType] | None = None, **options: object
) -> pl.DataFrame:
    dataset = Dataset.model_validate({"path": str(path), **options})
    return open_dataset(dataset, expect=expect).collect()


@pytest.mark.parametrize(
    ("usual", "late", "dtype", "value"),
    [
        ("1", "2.5", pl.Float64, 2.5),
        ("1", "-1e400", pl.Float64, float("-inf")),
        ("1", "18446744073709551615", pl.Float64, 2.0**64),
        ("1", "NaN", pl.Float64, None),
        ("1", "n/a", pl.String, "n/a"),
        ("1", "007x", pl.String, "007x"),
        ("2.5", "high", pl.String, "high"),
        ("true", "maybe", pl.String, "maybe"),
        ("2024-01-31", "2024-02-01 10:00:00", pl.Datetime, datetime.datetime(2024, 2, 1, 10)),
        ("2024-01-31", "unknown", pl.String, "unknown"),
        ("01/02/2024", "01/31/2024", pl.String, "01/31/2024"),
        ("2024-01-31 10:00:00", "soon", pl.String, "soon"),
        ("10:30:00", "noon", pl.String, "noon"),
        ("1", "", pl.Int64, None),
    ],
)
def test_a_late_value_widens_its_column_and_loses_no_row(
    usual: str, late: str, dtype: pl.DataType, value: object, tmp_path: Path
) -> None:
    path = tmp_path / "x.csv"
    path.write_text("before,x,after\n" + f"1,{usual},a\n" * MANY + f"2,{late},b\n")
    found = read(path)
    assert found.height == MANY + 1
    assert found.schema["x"] == dtype
    if late != "NaN":
        assert found["x"][-1] == value
    assert found["x"].null_count() == (late == "")
    assert found.schema["before"] == pl.Int64
    assert found["after"][-1] == "b"


def test_text_is_kept_as_written_when_a_column_becomes_text(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("x\n" + "007\n" * MANY + "x\n")
    assert read(path)["x"].unique(maintain_order=True).to_list() == ["007", "x"]


@pytest.mark.slow
@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(
            *(
                st.one_of(
                    st.none(),
                    st.integers(-(2**70), 2**70).map(str),
                    st.floats(allow_nan=False).map(str),
                    st.sampled_from(["true", "2024-01-31", "2024-01-31T10:00:00", "x", 'a,\n"b']),
                ),
            )
            * 2
        ),
        min_size=1,
        max_size=12,
    )
)
def test_any_mixture_of_values_is_read_whole(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str | None, str | None]]
) -> None:
    path = tmp_path_factory.mktemp("mixed") / "x.csv"
    frame = pl.DataFrame(rows, schema={"a": pl.String, "b": pl.String}, orient="row")
    # A first column keeps a row of two nulls from being an empty line.
    frame.with_row_index("row").write_csv(path)
    found = read(path)
    assert found["row"].to_list() == list(range(len(rows)))
    for name in ("a", "b"):
        assert found[name].is_null().to_list() == frame[name].is_null().to_list()
        if found.schema[name] == pl.String:
            assert found[name].to_list() == frame[name].to_list()
        if found.schema[name] == pl.Float64:
            assert found[name].to_list() == [v and float(v) for v in frame[name]]


def test_a_named_type_is_never_widened(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("x,y\n" + "1,1\n" * MANY + "a,b\n")
    told = r"column 'x' of '.*x.csv' holds 'a', which is not of type i64"
    with pytest.raises(DataError, match=told):
        read(path, dtypes={"x": "Int64"})
    assert read(path, dtypes={"x": "String"})["y"][-1] == "b"
    assert read(path, null_values=["a", "b"]).schema == {"x": pl.Int64, "y": pl.Int64}


def test_text_of_the_reference_is_text_in_production(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("code,kind,level,n\n007,1,2,3\n")
    expect = {
        "code": pl.String(),
        "kind": pl.Categorical(),
        "level": pl.Enum(["1", "2"]),
        "n": pl.Float64(),
        "gone": pl.String(),
    }
    found = read(path, expect)
    assert found.row(0) == ("007", "1", "2", 3)
    assert found.columns == ["code", "kind", "level", "n"]


def test_numbers_of_the_reference_stay_what_production_makes_of_them(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("x\n1\nlow\n")
    assert read(path, {"x": pl.Int64()})["x"].to_list() == ["1", "low"]


@pytest.mark.parametrize("suffix", ["csv", "ndjson"])
def test_a_column_without_values_takes_the_expected_type(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"x.{suffix}"
    if suffix == "csv":
        path.write_text("x,y\n,1\n,2\n")
    else:
        path.write_text('{"x": null, "y": 1}\n{"x": null, "y": 2}\n')
    found = read(path, {"x": pl.Float64(), "y": pl.Int64()})
    assert found.schema == {"x": pl.Float64, "y": pl.Int64}
    assert found["x"].to_list() == [None, None]
    assert read(path)["x"].to_list() == [None, None]


def test_a_column_that_is_empty_in_one_file_has_the_type_of_another(tmp_path: Path) -> None:
    (tmp_path / "1.csv").write_text("x\n\n")
    (tmp_path / "1.csv").write_text("x,y\n,1\n")
    (tmp_path / "2.csv").write_text("x,y\n2.5,1\n")
    assert read(tmp_path)["x"].to_list() == [None, 2.5]


def test_numbers_in_one_file_and_text_in_another_are_text_as_written(tmp_path: Path) -> None:
    (tmp_path / "1.csv").write_text("x\n007\n")
    (tmp_path / "2.csv").write_text("x\nA7\n")
    assert read(tmp_path)["x"].to_list() == ["007", "A7"]


def test_a_header_alone_has_columns_and_no_rows(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("a,b\n")
    found = read(path, {"a": pl.Int64()})
    assert found.columns == ["a", "b"]
    assert found.height == 0
    assert found.schema["a"] == pl.Int64


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbfa,b\n1,x\n2,y\n",
        b"a,b\r\n1,x\r\n2,y\r\n",
        b'"a","b"\n"1","x"\n"2","y"',
    ],
    ids=["byte order mark", "crlf", "quoted"],
)
def test_common_variants_of_csv_are_read(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    found = read(path)
    assert found.columns == ["a", "b"]
    assert found["b"].to_list() == ["x", "y"]
    assert found["a"].cast(pl.Int64).to_list() == [1, 2]


def test_quoted_fields_hold_line_breaks_and_separators(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text('a,b\n1,"x\ny, ""z"""\n')
    assert read(path).row(0) == (1, 'x\ny, "z"')


def test_a_file_without_a_header_has_numbered_columns(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("1,x\n2,y\n")
    found = read(path, has_header=False)
    assert found.height == 2
    assert [dtype == pl.Int64 for dtype in found.dtypes] == [True, False]


def test_keys_and_types_of_ndjson_come_from_all_rows(tmp_path: Path) -> None:
    path = tmp_path / "x.ndjson"
    path.write_text('{"a": 1}\n' * MANY + '{"a": 2.5, "late": "x"}\n')
    found = read(path)
    assert found["a"][-1] == 2.5
    assert found["late"].to_list() == [None] * MANY + ["x"]


def test_a_mixture_of_kinds_in_ndjson_is_text(tmp_path: Path) -> None:
    path = tmp_path / "x.ndjson"
    path.write_text('{"a": 1, "b": true, "n": 1}\n{"a": "007", "b": 3, "n": 2}\n')
    found = read(path)
    assert found["a"].to_list() == ["1", "007"]
    assert found["b"].to_list() == ["true", "3"]
    assert found["n"].to_list() == [1, 2]


def test_times_in_ndjson_are_read_where_named(tmp_path: Path) -> None:
    path = tmp_path / "x.ndjson"
    path.write_text('{"t": "2024-01-31T10:00:00Z"}\n')
    found = read(path, dtypes={"t": "Datetime[us, UTC]"})
    assert found["t"][0] == datetime.datetime(2024, 1, 31, 10, tzinfo=datetime.UTC)


@pytest.mark.parametrize("mark", [";", "\t", "|"])
def test_a_separator_that_cuts_every_line_alike_needs_no_name(mark: str, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text(f'a{mark}b\n1{mark}"x, y"\n2{mark}z\n')
    found = open_dataset(Dataset(path=str(path))).collect()
    assert found.to_dict(as_series=False) == {"a": [1, 2], "b": ["x, y", "z"]}
