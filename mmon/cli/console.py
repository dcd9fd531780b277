"""What the process says: data to stdout, messages and progress to stderr.

Where stdout cannot be written, for instance because a disk is full, that is an `OutputError`.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from typing import TextIO

from mmon.errors import MmonError, OutputError
from mmon.files import encoded, pour
from mmon.texts.screen import safe_lines, safe_message


def say(text: str) -> None:
    """Print text for a person to stdout, which nothing in it can disturb."""
    show(safe_lines(text))


def show(text: str) -> None:
    """Print a laid out report to stdout; a reader that has gone away is not an error."""
    ended = text if text.endswith("\n") else f"{text}\n"
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    _put(ended.encode(encoding, "replace"))


def hand_over(text: str | bytes) -> None:
    """Print data for a program to stdout: the bytes that a file would get."""
    _put(encoded(text))


def tell(text: str) -> None:
    """Print a message to stderr, which nothing in it can disturb."""
    if sys.stderr is None:  # closed by whoever started the process
        return
    try:
        encoding = sys.stderr.encoding or "utf-8"
        shown = safe_lines(text)
        _pour(sys.stderr, f"{shown}\n".encode(encoding, "backslashreplace"))
    except OSError:
        _abandon(sys.stderr)


def tell_error(error: MmonError) -> None:
    """Say what failed, and what to do next."""
    tell(safe_message(f"mmon: {error.message}"))
    if error.hint:
        tell(safe_message(f"  hint: {error.hint}"))


def is_unicode() -> bool:
    """Whether stdout can show block characters."""
    try:
        "●◐▁█".encode(getattr(sys.stdout, "encoding", None) or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def is_colorful() -> bool:
    """Whether stdout is a terminal that wants colours (see no-color.org)."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return _is_terminal(sys.stdout) and os.environ.get("TERM") != "dumb"


def width() -> int:
    """Columns of the terminal; 100 where stdout is none and COLUMNS is not set."""
    import shutil

    if _is_terminal(sys.stdout) or os.environ.get("COLUMNS"):
        return shutil.get_terminal_size((100, 24)).columns
    return 100


def line_width() -> int | None:
    """Columns that a line of a list may have: those of the terminal; None where it is read by a
    program."""
    return width() if _is_terminal(sys.stdout) else None


@contextlib.contextmanager
def progress(*, is_quiet: bool) -> Iterator[Callable[[str, int | None], None] | None]:
    """Show what is being read and how many rows so far, or which step of the analyses is done, on
    stderr when that is a terminal."""
    if is_quiet or not _is_terminal(sys.stderr):
        yield None
        return
    from rich.console import Console

    console = Console(stderr=True)
    with console.status("starting") as status:
        yield lambda what, rows: status.update(
            what if rows is None else f"reading {what}: {rows:,} rows"
        )


def abandon() -> None:
    """Give up on stdout: its reader has gone away."""
    if sys.stdout is not None:
        _abandon(sys.stdout)


def _put(data: bytes) -> None:
    if sys.stdout is None:  # closed by whoever started the process
        raise OutputError("cannot write to standard output: it is closed")
    try:
        _pour(sys.stdout, data)
    except BrokenPipeError:
        _abandon(sys.stdout)
    except OSError as error:
        _abandon(sys.stdout)
        reason = (error.strerror or str(error)).lower()
        raise OutputError(f"cannot write to standard output: {reason}") from error


def _pour(stream: TextIO, data: bytes) -> None:
    stream.flush()
    try:
        number = stream.fileno()
    except (OSError, ValueError):  # it is no file, as in a notebook
        stream.write(data.decode(stream.encoding or "utf-8", "replace"))
        stream.flush()
    else:
        pour(number, data)


def _abandon(stream: TextIO) -> None:
    """Lead a stream that fails into nothing: the interpreter flushes it once more at its end."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and stream.isatty()
