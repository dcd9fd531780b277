"""Has all passes of a run read the same: files that stay, and copies of what cannot be read twice.

Types are found and data is read in several passes, which a pipe does not allow. Web servers are
read once as well, because Polars sets no limit on how long it waits for one. Copies are kept on
disk for the length of the process, those of a web server for that of a run.
"""

from __future__ import annotations

import atexit
import contextlib
import contextvars
import dataclasses
import functools
import shutil
import sys
import tempfile
import urllib.parse
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from mmon.config.data import Timeouts
from mmon.errors import DataError, MmonError
from mmon.files import witness
from mmon.sources.errors import reading

_CHUNK_BYTES = 1 << 20

atexit.register(witness.clean_up)


@functools.cache
def spooled_input() -> Path:
    """Standard input as a file; a `DataError` when it is closed or cannot be kept."""
    # None where the process was started with standard input closed.
    if sys.stdin is None:
        raise DataError("standard input is closed", hint="name a file instead of -")
    with reading("standard input"):
        return kept(sys.stdin.buffer, "standard_input")


@functools.cache
def spooled_pipe(pipe: Path) -> Path:
    """A named pipe, or a process substitution of the shell, as a file."""
    with reading(str(pipe)), pipe.open("rb") as source:
        return kept(source, pipe.name)


_Stamp = tuple[int, int, int] | None


@dataclasses.dataclass(frozen=True, slots=True)
class _Run:
    """The files that a run reads, with their names and stamps, and what it has downloaded."""

    watched: dict[Path, tuple[str, _Stamp]] = dataclasses.field(default_factory=dict)
    downloads: dict[str, Path] = dataclasses.field(default_factory=dict)

    def check(self, cause: MmonError | None = None) -> None:
        for path, (name, stamp) in self.watched.items():
            if _stamp(path) != stamp:
                raise DataError(
                    f"{name!r} changed while it was read",
                    hint="run again when nobody writes it, or with a copy of it",
                ) from cause


_run: contextvars.ContextVar[_Run | None] = contextvars.ContextVar("run", default=None)


@contextlib.contextmanager
def unchanged() -> Iterator[None]:
    """What is read inside must be the same at the end; web servers are asked once.

    Raises
    ------
    DataError
        When a file has changed, also in the place of what went wrong because of that.
    """
    if _run.get() is not None:
        yield  # a part of a run: its end is the run's
        return
    run = _Run()
    before = _run.set(run)
    try:
        yield
        run.check()
    except MmonError as error:
        run.check(error)
        raise
    finally:
        _run.reset(before)
        for path in run.downloads.values():
            shutil.rmtree(path.parent, ignore_errors=True)
            witness.settle(path.parent)


def watch(path: Path, name: str) -> None:
    """Have the `unchanged` around this see that a file stays as it is now."""
    run = _run.get()
    if run is not None:
        run.watched.setdefault(path, (name, _stamp(path)))


def _stamp(path: Path) -> _Stamp:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def downloaded(url: str, timeouts: Timeouts) -> Path:
    """A file from a web server as a local file; the errors are those of `web.body`."""
    # Imported here: HTTP takes longer to import than small local files to read.
    from mmon.sources import web

    run = _run.get()
    known = {} if run is None else run.downloads
    if url not in known:
        with reading(url), web.body(url, timeouts) as body:
            path = urllib.parse.unquote(urllib.parse.urlsplit(url).path)
            known[url] = kept(body, Path(path).name or "download")
    return known[url]


def temporary(name: str) -> Path:
    """A path for a copy of that name, in a folder of its own, until the process ends."""
    folder = Path(tempfile.mkdtemp(prefix=witness.FOLDER_PREFIX))
    witness.owe(folder)
    return folder / name


def kept(source: Any, name: str) -> Path:
    """A copy of a stream, of that name, in the temporary folder."""
    path = temporary(name)
    # A stream that somebody put in the place of standard input may have no `read1`.
    read1: Callable[[int], bytes] = getattr(source, "read1", None) or source.read
    with path.open("wb") as file:
        # Not copyfileobj: it waits for a whole chunk, and a signal would wait with it.
        while chunk := read1(_CHUNK_BYTES):
            file.write(chunk)
    return path
