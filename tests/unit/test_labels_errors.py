"""Labels that are missing, damaged or do not fit are told in one sentence with a hint."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from mmon.config.sections import Config
from mmon.errors import ConfigError, DataError, ExitStatus, MmonError
from mmon.sources import Data
from mmon.sources.labels import join_configured
from tests.unit.source_files import open_dataset

LOGS = "request_id,amount\n7,1.5\n8,2.5\n"
LABELS = "request_id,defaulted\n7,yes\n8,no\n"
COLUMNS = {"id": "request_id", "target": "defaulted"}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with production and its labels, both sound."""
    monkeypatch.chdir(tmp_path)
    Path("logs.csv").write_text(LOGS)
    Path("labels.csv").write_text(LABELS)
    pl.read_csv("labels.csv").write_parquet("labels.parquet")
    return tmp_path


def join(labels: Any = "labels.csv", columns: Any = None, **sections: Any) -> pl.DataFrame:
    config = Config.model_validate(
        {
            "reference": "train.csv",
            "production": "logs.csv",
            "labels": labels,
            "columns": COLUMNS if columns is None else columns,
            **sections,
        }
    )
    production = open_dataset(config.production)
    joined = join_configured(config, Data(production, "logs.csv"))
    assert joined is not None
    return joined.frame.collect()


def test_the_files_that_the_cases_spoil_are_sound() -> None:
    assert join()["defaulted"].to_list() == ["yes", "no"]
    assert join("labels.parquet")["defaulted"].to_list() == ["yes", "no"]


def test_a_configuration_without_labels_joins_nothing() -> None:
    config = Config.model_validate({"reference": "train.csv", "production": "logs.csv"})
    assert join_configured(config, Data(pl.LazyFrame(), "logs.csv")) is None


USAGE, FAILURE = ExitStatus.USAGE, ExitStatus.FAILURE
CONFIGURATIONS: dict[str, tuple[Any, Any, ExitStatus, str, str]] = {
    "missing file": (
        "label.csv",
        COLUMNS,
        FAILURE,
        "'label.csv' does not exist",
        "did you mean 'labels.csv'?",
    ),
    "pattern without a file": (
        "labels-*.csv",
        COLUMNS,
        FAILURE,
        "'labels-*.csv' matches no file",
        "check the path and the pattern",
    ),
    "no id configured": (
        "labels.csv",
        {"target": "defaulted"},
        USAGE,
        "labels: it is not known which column labels and predictions share",
        "name it with labels.on, or columns.id",
    ),
    "no target configured": (
        "labels.csv",
        {"id": "request_id"},
        USAGE,
        "labels: it is not known which column of the reference they are for",
        "name it with columns.target",
    ),
    "id misspelt": (
        {"path": "labels.csv", "on": "requestid"},
        COLUMNS,
        USAGE,
        "labels.on: logs.csv has no column 'requestid'",
        "did you mean 'request_id'?",
    ),
    "id only in the labels": (
        {"path": "labels.csv", "on": "defaulted"},
        {"target": "y"},
        USAGE,
        "labels.on: logs.csv has no column 'defaulted'",
        "it has: request_id, amount",
    ),
    "id only in production": (
        {"path": "labels.csv", "on": "amount"},
        COLUMNS,
        USAGE,
        "labels.on: labels.csv has no column 'amount'",
        "it has: request_id, defaulted",
    ),
    "target misspelt": (
        {"path": "labels.csv", "target": "default"},
        COLUMNS,
        USAGE,
        "labels.target: labels.csv has no column 'default'",
        "did you mean 'defaulted'?",
    ),
    "target of another name": (
        "labels.csv",
        {"id": "request_id", "target": "outcome"},
        USAGE,
        "labels.target: labels.csv has no column 'outcome'",
        "it has: request_id, defaulted",
    ),
    "id as the target": (
        "labels.csv",
        {"id": "request_id", "target": "request_id"},
        USAGE,
        "labels: 'request_id' cannot be both the id and the label",
        "correct columns.target, or labels.on",
    ),
    "id as the labels' target": (
        {"path": "labels.csv", "target": "request_id"},
        COLUMNS,
        USAGE,
        "labels: 'request_id' cannot be both the id and the label",
        "correct labels.target, or labels.on",
    ),
    "production itself": (
        "logs.csv",
        COLUMNS,
        USAGE,
        "labels and production are the same dataset",
        "remove labels: a target that production has is read there",
    ),
    "a baseline": (
        "train.mmon",
        COLUMNS,
        FAILURE,
        "train.mmon is a baseline, which holds no labels",
        "only the reference of a comparison can be one",
    ),
    "unknown scheme": (
        "s3n://bucket/labels.parquet",
        COLUMNS,
        USAGE,
        "'s3n://bucket/labels.parquet' has an unknown scheme s3n://",
        "did you mean s3://?",
    ),
    "unknown type": (
        {"path": "labels.csv", "dtypes": {"request_id": "Strnig"}},
        COLUMNS,
        USAGE,
        "dtypes: column 'request_id' has an unknown type 'Strnig'",
        "did you mean 'String'?",
    ),
}


@pytest.mark.parametrize("case", CONFIGURATIONS)
def test_a_wrong_configuration_of_labels_is_told(case: str) -> None:
    labels, columns, status, message, hint = CONFIGURATIONS[case]
    with pytest.raises(MmonError) as caught:
        join(labels, columns)
    assert (caught.value.message, caught.value.hint) == (message, hint)
    assert caught.value.exit_status is status


FILES: dict[str, tuple[str, str]] = {
    "": (r"'bad.csv' is empty \(0 bytes\)", "written to the end"),
    "PAR1 and no more": ("bad.csv", ""),
    "request_id,defaulted\n,yes\n,no\n": (
        "column 'request_id' of bad.csv holds no id",
        "labels.on",
    ),
    "request_id,request_id\n7,yes\n": ("bad.csv", "give every column a name of its own"),
    "PK\x03\x04": ("'bad.csv' is an Excel workbook", "save the sheet as CSV"),
    "request_id,defaulted\n7,yes,no\n": ("line 2 of 'bad.csv' has more fields", "separator"),
    'request_id,defaulted\n7,"yes\n': ("'bad.csv' has a quotation mark that is never", "quoted"),
}


@pytest.mark.parametrize("content", FILES)
def test_a_bad_file_of_labels_is_told_by_its_name(content: str) -> None:
    message, hint = FILES[content]
    Path("bad.csv").write_text(content)
    with pytest.raises(MmonError, match=message) as caught:
        join("bad.csv")
    assert hint in (caught.value.hint or "")
    assert "\n" not in str(caught.value)


def test_labels_that_are_cut_off_are_told() -> None:
    content = Path("labels.parquet").read_bytes()
    Path("cut.parquet").write_bytes(content[: len(content) // 2])
    with pytest.raises(DataError, match=r"'cut\.parquet' is not a whole Parquet file"):
        join("cut.parquet")


def test_labels_damaged_inside_are_told_when_they_are_read() -> None:
    content = Path("labels.parquet").read_bytes()
    Path("bad.parquet").write_bytes(content[:4] + bytes(60) + content[64:])
    with pytest.raises(DataError, match=r"'?bad\.parquet'? "):
        join("bad.parquet")


@pytest.mark.parametrize(
    ("ids", "told"),
    [
        (pl.Series([[1], [2]]), "column 'request_id' of nested.parquet holds values of type List"),
        (
            pl.Series([b"7", b"8"]),
            "the ids 'request_id' are Int64 in logs.csv and Binary in nested",
        ),
        (pl.Series([True, False]), "are Int64 in logs.csv and Boolean in nested.parquet"),
    ],
)
def test_ids_that_cannot_be_compared_are_told(ids: pl.Series, told: str) -> None:
    frame = pl.DataFrame({"request_id": ids, "defaulted": ["yes", "no"]})
    frame.write_parquet("nested.parquet")
    with pytest.raises(DataError, match=told) as caught:
        join("nested.parquet")
    assert caught.value.hint


def test_dates_can_be_compared_once_both_are_read_as_text() -> None:
    pl.DataFrame({"day": ["2024-01-01", "2024-01-02"]}).write_parquet("logs.parquet")
    labels = pl.DataFrame({"day": ["2024-01-02"], "defaulted": ["no"]})
    labels.with_columns(pl.col("day").str.to_date()).write_parquet("days.parquet")
    columns = {"id": "day", "target": "defaulted"}
    with pytest.raises(DataError, match=r"are String in logs.* and Date in days") as caught:
        join("days.parquet", columns, production="logs.parquet")
    assert "dtypes: {day: String}" in str(caught.value.hint)
    as_text = {"path": "days.parquet", "dtypes": {"day": "String"}}
    assert join(as_text, columns, production="logs.parquet")["defaulted"].to_list() == [None, "no"]


def test_labels_that_are_lists_are_told() -> None:
    pl.DataFrame({"request_id": [7], "defaulted": [["yes"]]}).write_parquet("lists.parquet")
    with pytest.raises(
        DataError, match=r"column 'defaulted' of lists\.parquet holds values of type"
    ):
        join("lists.parquet")


def test_a_bucket_that_cannot_be_reached_is_told() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{closed.getsockname()[1]}"
    options = {
        "aws_endpoint_url": f"http://{address}",
        "aws_access_key_id": "key",
        "aws_secret_access_key": "secret",
        "aws_region": "us-east-1",
        "aws_allow_http": "true",
        "max_retries": "0",
    }
    path = "s3://bucket/labels/*.parquet"
    with pytest.raises(DataError, match="the server cannot be reached") as caught:
        join({"path": path, "storage_options": options})
    assert path in caught.value.message
    assert "secret" not in str(caught.value)


def test_standard_input_cannot_be_the_reference_and_the_labels() -> None:
    with pytest.raises(ConfigError, match="both the reference and the labels"):
        join("-", reference="-")


def test_ids_with_leading_zeros_are_read_as_production_has_them() -> None:
    pl.DataFrame({"request_id": ["007", "07"]}).write_parquet("logs.parquet")
    Path("labels.csv").write_text("request_id,defaulted\n007,yes\n07,no\n")
    found = join(production="logs.parquet")
    assert found["defaulted"].to_list() == ["yes", "no"]


def test_labels_are_read_as_the_reference_has_its_target() -> None:
    Path("labels.csv").write_text("request_id,label\n7,01\n8,1\n")
    labels = {"path": "labels.csv", "target": "label"}
    config = Config.model_validate(
        {"reference": "x.csv", "production": "logs.csv", "labels": labels, "columns": COLUMNS}
    )
    production = open_dataset(config.production)
    joined = join_configured(
        config,
        Data(production, "logs.csv"),
        expect={"defaulted": pl.String(), "amount": pl.Float64()},
    )
    assert joined is not None
    assert joined.frame.collect()["defaulted"].to_list() == ["01", "1"]
