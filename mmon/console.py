"""What the process says and how it ends: data to stdout, messages and progress to stderr."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator

from mmon.errors import MmonError


def say(text: str) -> None:
    """Print data to stdout; a reader that has gone away is not an error."""
    try:
        sys.stdout.write(text if text.endswith("\n") else f"{text}\n")
        sys.stdout.flush()
    except BrokenPipeError:
        # The interpreter flushes stdout once more at exit: give it somewhere to flush to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except UnicodeEncodeError:
        encoding = sys.stdout.encoding
        sys.stdout.write(text.encode(encoding, "replace").decode(encoding))


def tell(text: str) -> None:
    """Print a message to stderr."""
    with contextlib.suppress(OSError):
        safe = text.encode(sys.stderr.encoding or "utf-8", "backslashreplace")
        sys.stderr.write(safe.decode(sys.stderr.encoding or "utf-8") + "\n")
        sys.stderr.flush()


def tell_error(error: MmonError) -> None:
    """Say what failed, and what to do next."""
    tell(f"mmon: {error.message}")
    if error.hint:
        tell(f"  hint: {error.hint}")


def is_unicode() -> bool:
    """Whether stdout can show block characters."""
    try:
        "●◐▁█".encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def is_colorful() -> bool:
    """Whether stdout is a terminal that wants colours (see no-color.org)."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def width() -> int:
    """Columns of the terminal; 100 where stdout is none and COLUMNS is not set."""
    import shutil

    if sys.stdout.isatty() or os.environ.get("COLUMNS"):
        return shutil.get_terminal_size((100, 24)).columns
    return 100


@contextlib.contextmanager
def progress(*, is_quiet: bool) -> Iterator[Callable[[str, int], None] | None]:
    """Show what is being read and how many rows so far, on stderr when that is a terminal."""
    if is_quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console

    console = Console(stderr=True)
    with console.status("starting") as status:
        yield lambda what, rows: status.update(f"reading {what}: {rows:,} rows")
