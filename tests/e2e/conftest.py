"""Folders and commands that several end-to-end tests share."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from mmon.cli.app import execute
from tests.e2e.bad_files import sample
from tests.e2e.running import Ended

Mmon = Callable[..., Ended]


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A reference, a production that is like it, and one that is not."""
    folder = tmp_path_factory.mktemp("data")
    for name, seed, shift in (("ref", 1, 0.0), ("prod", 2, 0.0), ("shifted", 3, 2.0)):
        frame = sample(2000, seed, shift=shift)
        frame.write_parquet(folder / f"{name}.parquet")
        frame.drop("event_time").write_csv(folder / f"{name}.csv", separator=";")
    return folder


@pytest.fixture
def folder(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A current folder of its own for a test, with the data in it."""
    for path in data.iterdir():
        shutil.copyfile(path, tmp_path / path.name)  # a test may write a file of this name anew
    monkeypatch.chdir(tmp_path)
    for name in (
        "COLUMNS",
        "NO_COLOR",
        "FORCE_COLOR",
        "SOURCE_DATE_EPOCH",
        "MMON_DEBUG",
        "GITHUB_ACTIONS",
    ):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def mmon(folder: Path, capfd: pytest.CaptureFixture[str]) -> Mmon:
    """The command line, in this process."""
    assert folder.is_dir()

    def run(*arguments: str) -> Ended:
        capfd.readouterr()
        status = execute([word for argument in arguments for word in argument.split(" ")])
        return Ended(status, *capfd.readouterr())

    return run
