"""`mmon app` writes an application that works as it is, and tries one on the demo's data."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from mmon.applications.example import files_of
from mmon.cli.app import execute
from mmon.delivery.channels import webhook
from mmon.errors import ConfigError


def test_a_new_application_runs_on_the_demo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert execute(["app", "new", "refund-rate"]) == 0
    assert "mmon app test apps/refund_rate.py" in capsys.readouterr().err
    assert execute(["app", "test", "apps/refund_rate.py"]) == 0
    told = capsys.readouterr().out
    assert "week 4  incomplete_share  14.8%  detected" in told
    assert "missing by column: a table of 12 rows, by refund-rate" in told


@pytest.mark.slow
def test_the_test_of_a_new_application_passes(tmp_path: Path) -> None:
    for name, text in files_of("own").items():
        (tmp_path / name).write_text(text)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_own.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "1 passed" in done.stdout, done.stdout + done.stderr


def test_nothing_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert execute(["app", "new", "own"]) == 0
    assert execute(["app", "new", "own"]) == 2
    assert "exists already" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["", "1st", "a b", "class", "../up"])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(ConfigError, match="cannot be the name of an application"):
        files_of(name)


def test_an_application_that_fails_exits_with_3(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "bad.py"
    place.write_text("import mmon\n@mmon.application\ndef bad(context):\n    return 1 / 0\n")
    assert execute(["app", "test", str(place)]) == 3
    assert "ZeroDivisionError: division by zero" in capsys.readouterr().out


def test_an_application_is_tried_on_the_data_of_a_configuration_as_it_is_configured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(webhook, "send", None)  # nobody is told
    assert execute(["app", "new", "own"]) == 0
    pl.DataFrame({"x": range(100)}).write_parquet("ref.parquet")
    days = [dt.date(2024, 1, 1), dt.date(2024, 1, 2)]
    rows = pl.DataFrame({"x": [1, None, 3, 4, 5, 6, 7, 8], "day": [*days, *days] * 2})
    rows.write_parquet("new.parquet")
    lines = (
        "reference: ref.parquet",
        "production: new.parquet",
        "columns: {timestamp: day}",
        "windows: {every: 1d}",
        "history: drift.db",
        "alerts: [data_drift]",
        "notifications: [{kind: webhook, url: 'http://127.0.0.1:9/hook', when: [always]}]",
    )
    for own, status in (("", "detected"), (", args: {detected: 0.3}", "no detection")):
        place = f"applications: [{{class: 'apps/own.py:Own'{own}}}]"
        Path("mmon.yaml").write_text("\n".join([*lines, place]))
        assert execute(["app", "test", "apps/own.py:Own", "--config", "mmon.yaml"]) == 0
        told = capsys.readouterr().out
        assert "window 1  incomplete_share  0%  no detection" in told
        assert f"window 2  incomplete_share  25%  {status}" in told
    assert not Path("drift.db").exists()


def test_a_file_that_is_not_there_exits_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["app", "test", "nowhere.py"]) == 2
    assert "there is no file 'nowhere.py'" in capsys.readouterr().err
