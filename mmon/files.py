"""Writes files whole or not at all: an interrupted run leaves no half-written output."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from mmon.errors import OutputError

# Files that are being written, for a process that must end at once.
_unfinished: set[Path] = set()


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary file beside ``path`` that takes its place when the block ends well.

    A link stays a link: what it names is replaced.

    Raises
    ------
    OutputError
        When the file cannot be written there.
    """
    import tempfile  # here, because `mmon --help` imports this file and writes nothing

    try:
        target = Path(os.path.realpath(path))
        if target.is_dir():
            raise IsADirectoryError(21, "it is a folder")
        with tempfile.NamedTemporaryFile(
            dir=target.parent, prefix=f".{target.name[:64]}.", delete=False
        ) as file:
            temporary = Path(file.name)
        _unfinished.add(temporary)
        try:
            yield temporary
            # The mode that the user's umask gives, not the private one of a temporary file.
            umask = os.umask(0)
            os.umask(umask)
            temporary.chmod(0o666 & ~umask)
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)
            _unfinished.discard(temporary)
    except OSError as error:
        raise OutputError(
            f"cannot write {path}: {_why(error)}",
            hint="check that the folder exists, may be written and has room",
        ) from error


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text, whole or not at all; what is no file, such as a pipe, is written to.

    Raises
    ------
    OutputError
        When it cannot be written.
    """
    if _is_device(path):
        try:
            path.write_bytes(encoded(text))
        except OSError as error:
            raise OutputError(f"cannot write {path}: {_why(error)}") from error
        return
    with replacing(path) as temporary:
        temporary.write_bytes(encoded(text))


def encoded(text: str) -> bytes:
    """Text as UTF-8; bytes of file names that are no text become escapes."""
    return text.encode("utf-8", "backslashreplace")


def remove(path: Path) -> None:
    """Remove an old output, so that nobody reads it as the result of a run that failed.

    Raises
    ------
    OutputError
        When it is there and cannot be removed.
    """
    if _is_device(path):
        return
    try:
        Path(os.path.realpath(path)).unlink(missing_ok=True)
    except NotADirectoryError:
        return
    except OSError as error:
        raise OutputError(
            f"cannot replace {path}: {_why(error)}", hint="name another file"
        ) from error


def discard() -> None:
    """Remove every unfinished file; for a process that is about to end without cleaning up."""
    for path in tuple(_unfinished):
        with contextlib.suppress(OSError):
            path.unlink()


def _is_device(path: Path) -> bool:
    """Whether a path is there and is neither file nor folder: /dev/null, /dev/stdout, a pipe."""
    try:
        return path.exists() and not path.is_file() and not path.is_dir()
    except OSError:
        return False


def _why(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
