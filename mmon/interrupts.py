"""Ends a run on a signal the way scripts expect: cleaned up, with the status 128 + signal."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType

from mmon import files

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")


class Stopped(BaseException):
    """A signal asks the process to end; raised wherever the main thread is.

    Not an ``Exception``, so that nothing between here and the entry point takes it for a failure.

    Parameters
    ----------
    number : int
        The signal.
    """

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.exit_status = 128 + number
        self.message = "interrupted" if number == signal.SIGINT else "terminated"


def listen() -> None:
    """Raise `Stopped` on the first signal that asks to end; end at once on a second one."""
    for number in _numbers():
        # Whoever started the process may have chosen that it ignores a signal, as nohup does.
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _stop)


def interrupt_reads() -> None:
    """Let a signal end a read that waits; to be called after Polars, which forbids it, is loaded.

    Polars puts a handler before ours that restarts system calls, so that an interrupt would wait
    for the next byte of standard input.
    """
    for number in _numbers():
        signal.siginterrupt(number, True)


def _stop(number: int, _frame: FrameType | None) -> None:
    for other in _numbers():
        if signal.getsignal(other) is not signal.SIG_IGN:
            signal.signal(other, _end)
    raise Stopped(number)


def _end(number: int, _frame: FrameType | None) -> None:
    files.discard()
    spool = sys.modules.get("mmon.sources.spool")
    if spool is not None:
        spool.discard()
    os._exit(128 + number)


def _numbers() -> list[signal.Signals]:
    return [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]
