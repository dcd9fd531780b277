"""A run that is told to stop: it ends soon, says so in one line, and leaves nothing half-done."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tests.e2e.running import environment

# Most tests here start a process or several.
pytestmark = pytest.mark.slow

_PARTS = 12
_PATIENCE_S = 30
_SOON_S = 30


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose comparison takes seconds: one file under many names."""
    folder = tmp_path_factory.mktemp("large")
    rng = np.random.default_rng(5)
    frame = pl.DataFrame({f"x{i}": rng.normal(size=200_000) for i in range(20)})
    frame.write_parquet(folder / "part-00.parquet")
    for number in range(1, _PARTS):
        (folder / f"part-{number:02d}.parquet").symlink_to(folder / "part-00.parquet")
    return folder


class Running:
    """``mmon compare`` of large data, with a report of an earlier run in its place."""

    def __init__(self, large: Path, folder: Path) -> None:
        self.output = folder / "result.json"
        self.output.write_text('{"mmon_version": "0.0"}')
        self.temporary = folder / "tmp"
        self.temporary.mkdir()
        words = ["compare", str(large), "-", "--format", "parquet", "--json", str(self.output)]
        # Below nohup a run rightly ignores a hangup; these must hear it.
        ignored = signal.signal(signal.SIGHUP, signal.SIG_DFL)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "mmon", *words],
            env=environment({"TMPDIR": str(self.temporary)}),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        signal.signal(signal.SIGHUP, ignored)

    def wait_until_it_reads(self) -> None:
        """The old output disappears when the run begins, and reading begins right after."""
        limit = time.monotonic() + _PATIENCE_S
        while self.output.exists():
            assert time.monotonic() < limit, "the run never began"
            time.sleep(0.01)
        time.sleep(0.3)
        assert self.process.poll() is None, "the run was over too soon for this test"

    def end(self) -> tuple[int, str, str]:
        out, err = self.process.communicate(timeout=_SOON_S)
        return self.process.returncode, out.decode(), err.decode()


@pytest.fixture
def running(large: Path, tmp_path: Path) -> Iterator[Running]:
    found = Running(large, tmp_path)
    with found.process:
        try:
            found.wait_until_it_reads()
            yield found
        finally:
            found.process.kill()


@pytest.mark.parametrize(
    ("number", "status", "word"),
    [
        (signal.SIGINT, 130, "interrupted"),
        (signal.SIGTERM, 143, "terminated"),
        (signal.SIGHUP, 129, "terminated"),
    ],
)
def test_a_signal_ends_the_run_with_128_and_its_number(
    running: Running, number: signal.Signals, status: int, word: str
) -> None:
    running.process.send_signal(number)
    assert running.end() == (status, "", f"mmon: {word}\n")
    assert not running.output.exists()
    assert list(running.output.parent.iterdir()) == [running.temporary]
    assert list(running.temporary.iterdir()) == []


def test_a_second_interrupt_changes_nothing_but_the_patience(running: Running) -> None:
    running.process.send_signal(signal.SIGINT)
    running.process.send_signal(signal.SIGINT)
    status, out, err = running.end()
    assert status == 130
    assert out == ""
    assert err in ("", "mmon: interrupted\n")
    assert list(running.output.parent.iterdir()) == [running.temporary]


def test_an_interrupt_while_standard_input_is_copied_removes_the_copy(tmp_path: Path) -> None:
    pl.DataFrame({"x": [1.0, 2.0]}).write_csv(tmp_path / "ref.csv")
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "mmon", "compare", "ref.csv", "-", "--format", "csv"],
        cwd=tmp_path,
        env=environment({"TMPDIR": str(temporary)}),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdin is not None
    limit = time.monotonic() + _PATIENCE_S
    while not list(temporary.glob("mmon-*/*")):
        assert time.monotonic() < limit, "standard input was never read"
        os.write(process.stdin.fileno(), b"x\n1.5\n")
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=_SOON_S) == 130
    process.communicate()
    assert list(temporary.iterdir()) == []


def test_a_signal_that_the_caller_ignores_stays_ignored(tmp_path: Path) -> None:
    pl.DataFrame({"x": [1.0, 2.0]}).write_csv(tmp_path / "ref.csv")
    process = subprocess.Popen(
        [
            "bash",
            "-c",
            f'trap "" HUP; exec "{sys.executable}" -m mmon compare ref.csv - --format csv',
        ],
        cwd=tmp_path,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    time.sleep(1.0)
    process.send_signal(signal.SIGHUP)
    out, err = process.communicate(b"x\n1.0\n2.0\n", timeout=_PATIENCE_S)
    assert process.returncode == 4, err
    assert b"INCONCLUSIVE" in out
