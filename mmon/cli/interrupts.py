"""Ends a run on a signal the way scripts expect: cleaned up, with the status 128 + signal."""

from __future__ import annotations

import os
import signal
import time
from types import FrameType
from typing import NoReturn

from mmon.errors import Stopped
from mmon.files import witness

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")
# A terminal interrupts the process that watches this one as well, which passes it on: what comes
# again within this time is the same interrupt. People take longer to ask twice.
_SAME_S = 0.25

_first: Stopped | None = None
_asked_s = 0.0


def listen() -> None:
    """Raise `Stopped` on the first signal that asks to end; end at once on a second one."""
    for number in asking():
        signal.signal(number, _stop)


def asking() -> list[signal.Signals]:
    """The signals that ask the process to end and are not ignored.

    Whoever started the process may have chosen that it ignores a signal, as nohup does.
    """
    known = [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]
    return [number for number in known if signal.getsignal(number) is not signal.SIG_IGN]


def interrupt_reads() -> None:
    """Let a signal end a read that waits; to be called after Polars, which forbids it, is loaded.

    Polars puts a handler before ours that restarts system calls, so that an interrupt would wait
    for the next byte of standard input.
    """
    for number in asking():
        signal.siginterrupt(number, True)


def seen() -> Stopped | None:
    """What was raised on the first signal: libraries make other errors of it."""
    return _first


def is_repeated() -> bool:
    """Whether a signal that just came asks a second time, and is not the first one once more."""
    global _asked_s  # signals come to the process
    before, _asked_s = _asked_s, _asked_s or time.monotonic()
    return before > 0.0 and time.monotonic() - before > _SAME_S


def end(status: int) -> NoReturn:
    """End the process at once, and leave nothing behind."""
    witness.clean_up()
    witness.confirm(status)
    os._exit(status)


def _stop(number: int, _frame: FrameType | None) -> None:
    global _first  # noqa: PLW0603  # signals come to the process
    if is_repeated():
        end(128 + number)
    if _first is None:
        _first = Stopped(number)
        raise _first
