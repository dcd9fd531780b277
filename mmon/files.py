"""Writes files whole or not at all: an interrupted run leaves no half-written output."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from mmon.errors import OutputError


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary file beside ``path`` that takes its place when the block ends well.

    Raises
    ------
    OutputError
        When the file cannot be written there.
    """
    try:
        if path.is_dir():
            raise IsADirectoryError(21, "it is a folder")
        with tempfile.NamedTemporaryFile(
            dir=path.parent, prefix=f".{path.name[:64]}.", delete=False
        ) as file:
            temporary = Path(file.name)
        try:
            yield temporary
            # The mode that the user's umask gives, not the private one of a temporary file.
            umask = os.umask(0)
            os.umask(umask)
            temporary.chmod(0o666 & ~umask)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(
            f"cannot write {path}: {(error.strerror or str(error)).lower()}",
            hint="check that the folder exists and may be written",
        ) from error


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text, whole or not at all."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def remove(path: Path) -> None:
    """Remove an old output, so that nobody reads it as the result of a run that failed.

    Raises
    ------
    OutputError
        When it is there and cannot be removed.
    """
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(
            f"cannot replace {path}: {(error.strerror or str(error)).lower()}",
            hint="name another file",
        ) from error
