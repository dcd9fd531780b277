"""Keeps on disk, for the length of the process, what can be read only once or only slowly.

Types are found and data is read in several passes, which a pipe does not allow. Web servers are
read once as well, because Polars sets no limit on how long it waits for one.
"""

from __future__ import annotations

import atexit
import contextlib
import contextvars
import functools
import shutil
import sys
import tempfile
import urllib.parse
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from mmon.config.data import Timeouts
from mmon.errors import DataError
from mmon.files import witness
from mmon.sources.errors import reading

_CHUNK_BYTES = 1 << 20
_folders: list[Path] = []


@functools.cache
def spooled_input() -> Path:
    """Standard input as a file.

    Raises
    ------
    DataError
        When it is closed or cannot be kept.
    """
    # None where the process was started with standard input closed.
    if sys.stdin is None:
        raise DataError("standard input is closed", hint="name a file instead of -")
    with reading("standard input"):
        return kept(sys.stdin.buffer, "standard_input")


@functools.cache
def spooled_pipe(pipe: Path) -> Path:
    """A named pipe, or a process substitution of the shell, as a file.

    Raises
    ------
    DataError
        When it cannot be read or kept.
    """
    with reading(str(pipe)), pipe.open("rb") as source:
        return kept(source, pipe.name)


_downloads: contextvars.ContextVar[dict[str, Path] | None] = contextvars.ContextVar(
    "downloads", default=None
)


@contextlib.contextmanager
def own_downloads() -> Iterator[None]:
    """What is downloaded inside is downloaded once, and is gone afterwards."""
    downloads: dict[str, Path] = {}
    before = _downloads.set(downloads)
    try:
        yield
    finally:
        _downloads.reset(before)
        for path in downloads.values():
            with contextlib.suppress(ValueError):  # when everything was discarded
                _folders.remove(path.parent)
            shutil.rmtree(path.parent, ignore_errors=True)


def downloaded(url: str, timeouts: Timeouts) -> Path:
    """A file from a web server as a local file.

    Raises
    ------
    DataError
        When the server does not send the file, or not in time.
    ConfigError
        When the address is none.
    """
    # Imported here: HTTP takes longer to import than small local files to read.
    from mmon.sources import web

    downloads = _downloads.get()
    known = {} if downloads is None else downloads
    if url not in known:
        with reading(url), web.body(url, timeouts) as body:
            path = urllib.parse.unquote(urllib.parse.urlsplit(url).path)
            known[url] = kept(body, Path(path).name or "download")
    return known[url]


@atexit.register
def discard() -> None:
    """Remove every copy; also for a process that is about to end without cleaning up."""
    while _folders:
        shutil.rmtree(_folders.pop(), ignore_errors=True)


def temporary(name: str) -> Path:
    """A path for a copy of that name, in a folder of its own, until the process ends."""
    folder = Path(tempfile.mkdtemp(prefix=witness.FOLDER_PREFIX))
    _folders.append(folder)
    witness.owe(folder)
    return folder / name


def kept(source: Any, name: str) -> Path:
    path = temporary(name)
    # A stream that somebody put in the place of standard input may have no `read1`.
    read1: Callable[[int], bytes] = getattr(source, "read1", None) or source.read
    with path.open("wb") as file:
        # Not copyfileobj: it waits for a whole chunk, and a signal would wait with it.
        while chunk := read1(_CHUNK_BYTES):
            file.write(chunk)
    return path
