"""Parts of a history that are dropped, and what goes on after that."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from mmon.cli.app import execute
from tests.monitoring.days import Watched, date

pytestmark = pytest.mark.slow


@pytest.fixture
def config(watched: Watched) -> Path:
    """Of a model of which four days are analysed."""
    watched.write(*range(4))
    watched.run(until=4)
    path = watched.folder / "watched.yaml"
    path.write_text(yaml.safe_dump(watched.config))
    return path


def test_everything_can_be_dropped(
    watched: Watched, config: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert execute(["history", "purge", str(config)]) == 0
    assert capfd.readouterr().err.strip() == "dropped 4 windows"
    assert all(not rows for rows in watched.kept().values())
    every = {"every": "12h"}
    assert watched.run(4, windows=every).windows.height == 8


def test_old_windows_can_be_dropped(
    watched: Watched, config: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert execute(["history", "purge", str(config), "--before", date(3)]) == 0
    assert capfd.readouterr().err.strip() == "dropped 3 windows"
    assert len(watched.kept()["mmon_windows"]) == 1
    assert watched.run(until=4).document.sentence.startswith("no new window")


def test_windows_of_rows_have_no_time_before_which_they_could_be_dropped(
    config: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    body = yaml.safe_load(config.read_text())
    config.write_text(yaml.safe_dump({**body, "windows": {"rows": 100}}))
    assert execute(["history", "purge", str(config), "--before", date(3)]) == 2
    assert "--before is for windows of time, and these are of rows" in capfd.readouterr().err


def test_another_endpoint_keeps_its_own(watched: Watched, config: Path) -> None:
    watched.run(4, endpoint="other")
    assert execute(["history", "purge", str(config)]) == 0
    assert len(watched.kept()["mmon_windows"]) == 4


def test_there_must_be_a_history(config: Path, capfd: pytest.CaptureFixture[str]) -> None:
    body = yaml.safe_load(config.read_text())
    config.write_text(yaml.safe_dump({**body, "history": "nowhere.db"}))
    assert execute(["history", "purge", str(config)]) == 3
    assert "there is no history nowhere.db" in capfd.readouterr().err
    config.write_text(yaml.safe_dump({**body, "history": None}))
    assert execute(["history", "purge", str(config)]) == 2
    assert "has no history" in capfd.readouterr().err
