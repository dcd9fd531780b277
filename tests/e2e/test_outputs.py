"""Where results go: whole files, devices, pipes that end early, disks that are full."""

from __future__ import annotations

import json
import os
import stat
import threading
from pathlib import Path

import pytest

from tests.e2e.bad_files import sample
from tests.e2e.running import Ended, process, shell

BREACH = "compare ref.parquet shifted.parquet"
PASS = "compare ref.parquet prod.parquet"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    sample(2000, 1).write_parquet(folder / "ref.parquet")
    sample(2000, 2).write_parquet(folder / "prod.parquet")
    sample(2000, 3, shift=2.0).write_parquet(folder / "shifted.parquet")
    return folder


@pytest.fixture
def folder(data: Path, tmp_path: Path) -> Path:
    for path in data.iterdir():
        (tmp_path / path.name).symlink_to(path)
    return tmp_path


@pytest.mark.parametrize("place", ["no/such/out", ".", "ref.parquet/out"])
def test_an_output_that_cannot_be_written_exits_3_and_names_it(folder: Path, place: str) -> None:
    ended = process(*PASS.split(), "--html", place, "--json", "good.json", cwd=folder)
    assert ended.status == 3
    assert ended.err.startswith("mmon: cannot ")
    assert place in ended.err.splitlines()[0]


def test_a_breach_outlives_an_output_that_cannot_be_written(folder: Path) -> None:
    ended = process(*BREACH.split(), "--html", "no/out", "--json", "good.json", cwd=folder)
    assert ended.status == 1
    assert "cannot write no/out" in ended.err
    assert "BREACH" in ended.out.splitlines()[-1]
    assert json.loads((folder / "good.json").read_text())["verdict"] == "breach"


def test_a_failed_output_does_not_keep_the_others_from_being_written(folder: Path) -> None:
    words = "--json no/a --html no/b --md good.md"
    ended = process(*PASS.split(), *words.split(), cwd=folder)
    assert ended.status == 3
    assert "cannot write no/a" in ended.err
    assert "cannot write no/b" in ended.err
    assert "PASS" in ended.out.splitlines()[-1]
    assert (folder / "good.md").read_text().startswith("#")


def test_outputs_have_the_mode_that_the_umask_gives(folder: Path) -> None:
    assert shell(f"umask 027; mmon {PASS} --json out.json", folder).status == 0
    assert stat.S_IMODE((folder / "out.json").stat().st_mode) == 0o640


def test_an_output_that_is_a_link_stays_one(folder: Path) -> None:
    (folder / "run-1.json").write_text("old")
    (folder / "latest.json").symlink_to("run-1.json")
    assert process(*PASS.split(), "--json", "latest.json", cwd=folder).status == 0
    assert (folder / "latest.json").is_symlink()
    assert json.loads((folder / "run-1.json").read_text())["verdict"] == "pass"


def test_devices_are_written_to_and_never_replaced(folder: Path) -> None:
    assert process(*PASS.split(), "--json", "/dev/null", cwd=folder).status == 0
    assert Path("/dev/null").is_char_device()


def test_a_named_pipe_takes_the_report(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    received: list[str] = []
    reader = threading.Thread(target=lambda: received.append((folder / "pipe").read_text()))
    reader.start()
    status = process(*PASS.split(), "--json", "pipe", cwd=folder).status
    reader.join(timeout=30)
    assert status == 0
    assert json.loads(received[0])["verdict"] == "pass"
    assert (folder / "pipe").is_fifo()


def closed(command: str, words: str, folder: Path) -> Ended:
    """A command whose reader is gone before it writes."""
    return shell(f"mmon {command} {words} | true; exit ${{PIPESTATUS[0]}}", folder)


def test_a_reader_that_goes_away_changes_no_status(folder: Path) -> None:
    assert closed(PASS, "", folder) == Ended(0, "", "")
    assert closed(BREACH, "--json -", folder) == Ended(1, "", "")


def test_help_into_a_closed_pipe_is_quiet_and_never_a_breach(folder: Path) -> None:
    ended = closed("--help", "", folder)
    assert ended.status in (0, 3)
    assert ended.err == ""


@pytest.mark.parametrize(
    ("command", "status"), [(PASS, 3), (f"{PASS} -q", 3), (f"{BREACH} --json -", 1)]
)
def test_a_full_disk_behind_stdout_fails_the_run_unless_it_is_a_breach(
    folder: Path, command: str, status: int
) -> None:
    ended = shell(f"mmon {command} > /dev/full", folder)
    assert ended.status == status
    assert ended.err.startswith("mmon: cannot write to standard output: no space left")


def test_a_full_disk_behind_stderr_keeps_the_status(folder: Path) -> None:
    assert shell("mmon compare nope.csv ref.parquet 2> /dev/full", folder).status == 3
    assert shell("mmon --nope 2> /dev/full", folder).status == 2


def test_streams_that_are_closed_keep_the_status(folder: Path) -> None:
    assert shell(f"mmon {BREACH} >&- 2>&-", folder).status == 1
    assert shell("mmon compare nope.csv ref.parquet 2>&-", folder).status == 3
    assert shell("mmon --help >&-", folder).status in (0, 3)


def test_a_standard_input_that_is_closed_is_unreadable(folder: Path) -> None:
    ended = shell("mmon compare ref.parquet - <&-", folder)
    assert ended.status == 3
    assert ended.err.startswith("mmon: standard input is closed")
