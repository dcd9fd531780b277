"""Runs that are killed at any moment leave what runs that end leave."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import random
import signal
import subprocess
import sys
import time

import pytest
import yaml

from tests.e2e.running import environment
from tests.monitoring.conftest import NewHistory
from tests.monitoring.days import Watched, date

_DAYS = 30
_KILLS = 20
_PATIENCE_S = 120


def started(watched: Watched) -> subprocess.Popen[bytes]:
    """A run over all days, in a group of processes of its own."""
    path = watched.folder / "watched.yaml"
    path.write_text(yaml.safe_dump(watched.config))
    command = [sys.executable, "-m", "mmon", "run", str(path), "--until", date(_DAYS), "--quiet"]
    return subprocess.Popen(
        command,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def ended(process: subprocess.Popen[bytes]) -> float:
    """See that a run ends well; how long that took, in seconds."""
    began = time.monotonic()
    told, _ = process.communicate(timeout=_PATIENCE_S)
    assert process.returncode == 0, told.decode()
    return time.monotonic() - began


@pytest.mark.slow
def test_runs_killed_at_random_leave_the_history_of_one_that_was_not(
    watched: Watched, new_history: NewHistory
) -> None:
    watched.write(*range(_DAYS))
    whole_s = ended(started(watched))
    start_s = ended(started(watched))  # with nothing to do
    killed = dataclasses.replace(watched, url=new_history())
    chance, found = random.Random(7), 0
    for _ in range(_KILLS):
        process = started(killed)
        # Before the first window, or within the next few.
        time.sleep(
            start_s * chance.uniform(0.8, 1.0) + (whole_s - start_s) * chance.uniform(0, 0.1)
        )
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate(timeout=_PATIENCE_S)
        found += process.returncode == -signal.SIGKILL
    assert found >= _KILLS / 2
    ended(started(killed))
    assert killed.kept() == watched.kept()


@pytest.mark.slow
def test_two_runs_at_once_analyse_each_window_once(
    watched: Watched, new_history: NewHistory
) -> None:
    watched.write(*range(_DAYS))
    ended(started(watched))
    both = dataclasses.replace(watched, url=new_history())
    first, second = started(both), started(both)
    ended(first)
    ended(second)
    assert both.kept() == watched.kept()
