"""Keeps on disk, for the length of the process, what can be read only once or only slowly.

Types are found and data is read in several passes, which a pipe does not allow. Web servers are
read once as well, because Polars sets no limit on how long it waits for one.
"""

from __future__ import annotations

import atexit
import functools
import re
import shutil
import sys
import tempfile
import urllib.parse
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO

from mmon.errors import ConfigError, DataError
from mmon.sources.errors import reading

_CHUNK_BYTES = 1 << 20
_folders: list[Path] = []
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0}


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


_downloads: dict[str, Path] = {}


def downloaded(url: str, options: Mapping[str, str]) -> Path:
    """A file from a web server as a local file.

    Parameters
    ----------
    url : str
    options : Mapping
        Storage options; ``read_timeout`` (default 30s) is the longest silence of the server.

    Raises
    ------
    DataError
        When the server does not send the file.
    ConfigError
        When ``read_timeout`` is not a length of time.
    """
    # Imported here: HTTP takes longer to import than small local files to read.
    from urllib.error import HTTPError
    from urllib.request import urlopen

    if url not in _downloads:
        timeout_s = _seconds(options.get("read_timeout", "30s"))
        name = Path(urllib.parse.unquote(urllib.parse.urlsplit(url).path)).name or "download"
        try:
            # The scheme was checked: it is http or https.
            with reading(url), urlopen(url, timeout=timeout_s) as answer:  # noqa: S310
                _downloads[url] = kept(answer, name)
        except DataError as error:
            answer_given = error.__cause__
            if isinstance(answer_given, HTTPError):
                told = _http_error(url, answer_given.code, answer_given.reason)
                answer_given.close()
                raise told from answer_given
            raise
    return _downloads[url]


def _http_error(url: str, code: int, reason: str) -> DataError:
    if code in (404, 410):
        return DataError(f"{url!r} does not exist", hint="check the address")
    if code in (401, 403):
        return DataError(f"{url!r} may not be read", hint="check what the server asks for")
    return DataError(f"{url!r} cannot be read: the server answers {code} {reason}")


def _seconds(text: str) -> float:
    match = re.fullmatch(r"(\d+)\s*(ms|s|m)", text.strip())
    if match is None:
        raise ConfigError(
            f"storage_options: read_timeout is {text!r}, not a length of time",
            hint="write it as 500ms, 30s or 2m",
        )
    return int(match[1]) * _SECONDS[match[2]]


@atexit.register
def discard() -> None:
    """Remove every copy; also for a process that is about to end without cleaning up."""
    while _folders:
        shutil.rmtree(_folders.pop(), ignore_errors=True)


def temporary(name: str) -> Path:
    """A path for a copy of that name, in a folder of its own, until the process ends."""
    folder = Path(tempfile.mkdtemp(prefix="mmon-"))
    _folders.append(folder)
    return folder / name


def kept(source: IO[bytes], name: str) -> Path:
    path = temporary(name)
    read1: Callable[[int], bytes] = getattr(source, "read1", source.read)
    with path.open("wb") as file:
        # Not copyfileobj: it waits for a whole chunk, and a signal would wait with it.
        while chunk := read1(_CHUNK_BYTES):
            file.write(chunk)
    return path
