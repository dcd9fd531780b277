"""Runs command lines, each in a process forked from one that has imported everything already.

A line of JSON on standard input asks for one, a line on standard output tells how it ended. Polars
must not have worked before the fork: its threads would be missing in the new process.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import pkgutil
import signal
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any, Self

from tests.e2e.running import REPOSITORY, environment

_PATIENCE_S = 60
_LIBRARIES = ("libraries.txt", "out.txt", "err.txt")


class Server:
    """The other end: starts the server, and asks it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        command = [sys.executable, "-m", "tests.fuzz.server", str(folder)]
        self._process = subprocess.Popen(
            command,
            cwd=REPOSITORY,
            env=environment({"POLARS_MAX_THREADS": "2"}),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()

    def run(self, *words: str) -> tuple[int, str]:
        """The exit status of a command line (negative: the signal that ended it), and its words."""
        status = self._ask({"words": words})
        told = [(self.folder / name).read_text("utf-8", "replace") for name in _LIBRARIES[1:]]
        return status, "".join(told)

    def rows(self, kind: str, name: str) -> int | None:
        """The rows that another reader finds in a file; None where it cannot read it."""
        found = self._ask({"rows": kind, "name": name})
        if found:
            return None
        text = (self.folder / "rows.txt").read_text()
        return int(text) if text else None

    def _ask(self, request: dict[str, Any]) -> int:
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


def _serve(folder: Path) -> None:
    warnings.simplefilter("ignore")
    for name in ("pyarrow.ipc", "pyarrow.parquet"):
        importlib.import_module(name)

    import mmon

    for module in pkgutil.walk_packages(mmon.__path__, "mmon."):
        if module.name != "mmon.__main__":
            importlib.import_module(module.name)
    os.chdir(folder)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _end(json.loads(line))
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        print(status, flush=True)  # noqa: T201 - the answer


def _end(request: dict[str, Any]) -> None:
    signal.alarm(_PATIENCE_S)
    status = 99
    try:
        if "rows" in request:
            Path("rows.txt").write_text("")
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            Path("rows.txt").write_text(str(_rows(request["rows"], Path(request["name"]))))
            status = 0
        else:
            status = _status(request["words"])
    finally:
        # Not sys.exit: nothing of the server's may be cleaned up.
        os._exit(status)


def _rows(kind: str, path: Path) -> int:
    import pyarrow.ipc
    import pyarrow.parquet

    if kind == "parquet":
        return pyarrow.parquet.ParquetFile(path).metadata.num_rows
    with pyarrow.ipc.open_file(path) as file:
        return sum(file.get_batch(i).num_rows for i in range(file.num_record_batches))


def _status(words: list[str]) -> int:
    from mmon.cli.app import execute

    libraries, out, err = (open(name, "w", encoding="utf-8") for name in _LIBRARIES)  # noqa: SIM115, PTH123 - until the end
    # What libraries write there themselves, the entry of the command line keeps from people.
    os.dup2(libraries.fileno(), 2)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    sys.stdout, sys.stderr = out, err
    status = execute(words)
    for file in (out, err):
        file.flush()
    return status


if __name__ == "__main__":
    _serve(Path(sys.argv[1]))
