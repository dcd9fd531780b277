"""Runs the command line: as a real process, or quickly inside the test process."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
_PATIENCE_S = 120


@dataclasses.dataclass(frozen=True)
class Ended:
    """How a command ended.

    Attributes
    ----------
    status : int
        The exit status; negative when a signal killed the process.
    out, err : str
        What it wrote.
    """

    status: int
    out: str
    err: str


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a process under test: nothing of the developer's terminal in it."""
    unwanted = ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "MMON_DEBUG", "SOURCE_DATE_EPOCH")
    unwanted += ("GITHUB_ACTIONS",)  # where tests run in a job of it, they are no step of it
    kept = {name: value for name, value in os.environ.items() if name not in unwanted}
    path = os.pathsep.join(filter(None, [str(REPOSITORY), os.environ.get("PYTHONPATH")]))
    return {**kept, "PYTHONPATH": path, "PYTHONIOENCODING": "utf-8", **(extra or {})}


def process(
    *arguments: str | Path,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stdin: bytes | None = None,
) -> Ended:
    """Run ``python -m mmon`` and wait for its end."""
    command = [sys.executable, "-m", "mmon", *map(str, arguments)]
    return _ended(command, cwd, env, stdin or b"")


def python(code: str, *, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> Ended:
    """Run a Python program."""
    return _ended([sys.executable, "-c", code], cwd, env, b"")


def shell(script: str, cwd: Path, env: Mapping[str, str] | None = None) -> Ended:
    """Run a line of bash in which ``mmon`` is the command under test."""
    command = f'mmon() {{ "{sys.executable}" -m mmon "$@"; }}\n{script}'
    return _ended(["bash", "-c", command], cwd, env, b"")


def _ended(
    command: list[str], cwd: Path | None, env: Mapping[str, str] | None, stdin: bytes
) -> Ended:
    ended = subprocess.run(
        command,
        cwd=cwd,
        env=environment(env),
        input=stdin,
        capture_output=True,
        timeout=_PATIENCE_S,
        check=False,
    )
    return Ended(ended.returncode, ended.stdout.decode(), ended.stderr.decode())
