"""Keys that `mmon run` sets beside its file: with --set, --reference and --production."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.e2e.conftest import Mmon

FILE = """
reference: ref.parquet
production: [nope.parquet]
segments: [x]
columns: {id: "${NOT_SET}"}
windows: null
analyses:
  data_drift:
    importance: {a.b: 1}
"""


@pytest.fixture
def configured(mmon: Mmon, folder: Path) -> Any:
    """What the configuration of a run with some options is, as its document tells."""
    (folder / "mmon.yaml").write_text(FILE, encoding="utf-8")
    for name in ("ref.parquet", "prod.parquet"):
        one = pl.read_parquet(folder / name)
        one.with_columns(one["x"].alias("a.b")).write_parquet(folder / name)

    def run(*words: str) -> Any:
        start = ("run", "mmon.yaml", "--production", "prod.parquet", "--set", "columns.id=null")
        ended = mmon(*start, "--json=-", *words)
        assert ended.status in (0, 1), ended.err
        return json.loads(ended.out)["configuration"]

    return run


def test_options_and_keys_win_over_the_file(configured: Any) -> None:
    plain = configured()
    assert plain["production"]["path"] == "prod.parquet"
    assert plain["segments"]["columns"] == ["x"]
    told = configured(
        "--set=alpha=0.01",
        "--set=windows.every=1w",
        "--set=segments.top=3",
        "--set=columns.timestamp=event_time",
    )
    assert told["alpha"] == 0.01
    assert told["windows"]["every"] == "1w"
    assert told["segments"] == {"columns": ["x"], "top": 3, "gate": False}


def test_values_are_yaml_and_names_with_dots_have_quotes(configured: Any) -> None:
    told = configured(
        '--set=analyses.data_drift.importance."a.b"=2',
        "--set=analyses.data_quality=null",
        "--set=segments=[group]",
        "--set=project=1=one",
        "--reference=shifted.parquet",
        "--fail-on=never",
        "--set=fail_on=detected",
    )
    assert told["analyses"]["data_drift"]["importance"] == {"a.b": 2}
    assert told["analyses"]["data_quality"] is None
    assert told["segments"]["columns"] == ["group"]
    assert told["project"] == "1=one"
    assert told["reference"]["path"] == "shifted.parquet"
    assert told["fail_on"] == "never"


def test_variables_stand_for_their_values(configured: Any, monkeypatch: Any) -> None:
    monkeypatch.setenv("ALPHA", "0.02")
    assert configured("--set=alpha=${ALPHA}")["alpha"] == 0.02


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("--set=alpha=2", "alpha (--set): must be below 1, not 2"),
        ("--set=alpa=0.1", "alpa (--set): is not a key that mmon knows"),
        ("--set=windows.evry=1d", "windows.evry (--set): is not a key that mmon knows"),
        ("--set=analyses.data_drift.metrics=[pzi]", "metrics[0] (--set): unknown metric 'pzi'"),
        ("--set=task=binary", "columns.id (line 5): needs the environment variable NOT_SET"),
        ("--set=alpha.beta=1", "alpha (--set): must be a number, not a section"),
        ("--set=columns.id.x=1", "--set columns.id.x: id is no section, and has no keys"),
        ("--set=alpha", "--set 'alpha' is not a key, = and a value"),
        ("--set==1", "--set '=1' is not a key, = and a value"),
        ("--set=a..b=1", "--set 'a..b=1' is not a key, = and a value"),
        ("--set=alpha=", "--set alpha: has no value"),
        ("--set=alpha=[", "--set alpha: is not YAML"),
        ("--set=alpha=${NOT_SET}", "--set alpha: needs the environment variable NOT_SET"),
        ("--set=production.format=pdf", "production.format (--set): must be 'csv'"),
        ("--production=", "production.path (--production): must be a text with something"),
    ],
)
def test_what_is_wrong_is_told_with_the_key_and_the_option(
    mmon: Mmon, folder: Path, words: str, says: str
) -> None:
    (folder / "mmon.yaml").write_text(FILE, encoding="utf-8")
    ended = mmon("run", "mmon.yaml", words)
    assert ended.status == 2
    assert says in ended.err


def test_a_secret_that_is_set_is_not_shown(mmon: Mmon, folder: Path) -> None:
    (folder / "mmon.yaml").write_text(FILE, encoding="utf-8")
    words = ("--set=reference.storage_options.aws_secret_access_key=hush123", "--set=alpha=9")
    ended = mmon("run", "mmon.yaml", *words)
    assert ended.status == 2
    assert "hush123" not in ended.out + ended.err
