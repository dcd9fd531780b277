"""Long work shows that it goes on, to a person at a terminal and to nobody else."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.running import environment, process

# Most tests here start a process or several.
pytestmark = pytest.mark.slow

WORDS = ["compare", "ref.parquet", "prod.parquet"]


def on_a_terminal(folder: Path, *words: str, env: dict[str, str] | None = None) -> str:
    """What a command shows on a terminal of 100 columns that is its stdout and stderr."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "mmon", *words],
        cwd=folder,
        env=environment({"TERM": "xterm-256color", "COLUMNS": "100", **(env or {})}),
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
    ) as running:
        os.close(theirs)
        shown = bytearray()
        while True:
            try:
                piece = os.read(ours, 4096)
            except OSError:  # how Linux says that the other side is closed
                break
            if not piece:
                break
            shown += piece
        os.close(ours)
        assert running.wait() == 0
    return shown.decode()


def test_a_terminal_shows_what_is_read_and_then_wipes_it_out(folder: Path) -> None:
    shown = on_a_terminal(folder, *WORDS)
    # Reading so little may end between two pictures of the line, and so may an analysis.
    told = r"reading (reference|production): 2,000 rows|\w+ \w+: window 1 of 1"
    assert re.search(told, shown)
    before, verdict = shown.rsplit("PASS", 1)
    assert not re.search("reading|window", verdict)
    # The line is cleared before the report begins.
    assert "\x1b[2K" in before


def test_the_report_is_colourful_on_a_terminal_unless_unwanted(folder: Path) -> None:
    assert re.search(r"\x1b\[[0-9;]*m PASS", on_a_terminal(folder, *WORDS))
    plain = on_a_terminal(folder, *WORDS, env={"NO_COLOR": "1"})
    assert not re.search(r"\x1b\[[0-9;]*m PASS", plain)


def test_quiet_shows_no_progress(folder: Path) -> None:
    shown = on_a_terminal(folder, *WORDS, "-q")
    assert shown == ""


def test_without_a_terminal_there_is_no_progress(folder: Path) -> None:
    assert process(*WORDS, cwd=folder).err == ""
