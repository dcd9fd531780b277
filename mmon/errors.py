"""Every failure mmon foresees, as one drawn hierarchy in which each error knows its exit status.

::

    MmonError                 3  something failed
    ├── ConfigError           2  the configuration or the command line is wrong
    ├── DataError             3  data could not be read or cannot be analysed
    │   └── BaselineError     3  a baseline file is damaged, foreign or too new
    ├── OutputError           3  a report could not be written
    ├── HistoryError          3  a history could not be opened, read or written
    ├── DeliveryError         3  something could not be delivered
    └── MissingExtraError     2  an optional dependency is not installed
"""

from __future__ import annotations

import difflib
import enum
import errno
import re
import signal
from collections.abc import Collection, Iterable

from mmon.texts.redaction import masked

LESS_MEMORY = "leave out --exact, compare fewer columns, or use a larger machine"
"""What to do when memory runs out."""

# Python itself loses the error, now and then, when there is no memory for it.
_NO_MEMORY = re.compile(
    r"(?i)cannot allocate memory|failed to map segment|out of memory"
    r"|error return without exception set"
)
_NO_THREADS = re.compile(r"can't start new thread|ThreadPoolBuildError|failed to spawn thread")
_NO_FILES = re.compile(r"(?i)too many open files")


class ExitStatus(enum.IntEnum):
    """Exit statuses of the command line; 1 means a breach and nothing else."""

    PASS = 0
    BREACH = 1
    USAGE = 2
    FAILURE = 3
    INCONCLUSIVE = 4
    INTERRUPTED = 130


class MmonError(Exception):
    """A failure: one sentence for a person, which names the file, column or option concerned, and a
    hint on what to do next, both without secrets."""

    exit_status = ExitStatus.FAILURE

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        self.message = masked(message)
        self.hint = None if hint is None else masked(hint)
        super().__init__(self.message)

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message


class ConfigError(MmonError):
    """The configuration or the command line asks for something mmon cannot do."""

    exit_status = ExitStatus.USAGE


class DataError(MmonError):
    """Data could not be read, or holds nothing that can be analysed."""


class NoFilesError(DataError):
    """There is no data file where a dataset is said to be, though it may come."""


class BaselineError(DataError):
    """A baseline file is damaged, is not a baseline, or comes from a newer format."""


class OutputError(MmonError):
    """A report or result file could not be written."""


class HistoryError(MmonError):
    """A history cannot be opened, is in use, damaged or too new, or could not be written."""


class DeliveryError(MmonError):
    """A message did not reach a channel, or an action was not started."""


class MissingExtraError(MmonError):
    """An optional dependency is needed and not installed."""

    exit_status = ExitStatus.USAGE


class Stopped(BaseException):
    """A signal asks the process to end; raised wherever the main thread is.

    Not an ``Exception``, so that nothing between here and the entry point takes it for a failure.
    """

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.exit_status = 128 + number
        self.message = "interrupted" if number == signal.SIGINT else "terminated"


INTERRUPTS = (KeyboardInterrupt, Stopped)
"""What the code of a user may not be blamed for: somebody asks the process to end."""


def shortage(error: BaseException) -> MmonError | None:
    """What the system has no more of, if that is why something failed.

    Python, the loader of libraries and Polars each say it their way.
    """
    said = str(error)
    if isinstance(error, MemoryError) or _NO_MEMORY.search(said):
        return MmonError("out of memory", hint=LESS_MEMORY)
    if _NO_THREADS.search(said):
        return MmonError(
            "no room for another thread",
            hint="allow more memory (ulimit -v) or more processes (ulimit -u)",
        )
    is_files = isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE)
    if is_files or _NO_FILES.search(said):
        return MmonError("too many open files", hint="allow more of them (ulimit -n)")
    # A library may say that it is broken, because a part of it could not be loaded.
    return None if error.__cause__ is None else shortage(error.__cause__)


def nearly_named(name: str, columns: Collection[str]) -> list[str]:
    """The columns that are called so but for case, and for blanks or # around it."""
    plain = name.strip(" \t#").casefold()
    return [column for column in columns if column.strip(" \t#").casefold() == plain]


def closest(word: str, known: Iterable[str], otherwise: str | None = None) -> str:
    """A hint for a word that is not among the known ones: the one meant, else ``otherwise``."""
    known = list(known)
    close = difflib.get_close_matches(word, known, n=1)
    there = f"there are: {', '.join(known)}" if otherwise is None else otherwise
    return f"did you mean {close[0]!r}?" if close else there


def listed(columns: Collection[str]) -> str:
    """A hint that names the first columns there are."""
    names = list(columns)
    return "it has: " + ", ".join(names[:12]) + (", …" if len(names) > 12 else "")
