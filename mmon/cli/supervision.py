"""Runs the command line in a process of its own, so that no crash below it ends without a word.

A library may abort the process, and the system may kill it when memory runs out. The process that
was started therefore only waits, which needs next to no memory, and says what the other one cannot.
Where there is no fork, or libraries with threads of their own are loaded, there is one process.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import sys
from collections.abc import Callable, Collection
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

from mmon.cli import console, interrupts
from mmon.errors import LESS_MEMORY, ExitStatus, MmonError, Stopped, shortage
from mmon.files import witness

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

# How a worker ends that has no memory left to say so; no status of ours.
_NO_MEMORY = 70
_ALLOCATION = re.compile(rb"memory allocation of (\d+) bytes failed")
_SHORTAGE = re.compile(rb"Memory allocation still failed|Cannot allocate memory")
# So long a worker may take to end once it is asked: deep in a library, it hears nothing.
_PATIENCE_S = 5
# Every 700 objects, as by default, is a tenth of a short run.
_OBJECTS_BETWEEN_COLLECTIONS = 100_000
# No machine has as much: damaged data was taken for a size.
_ABSURD_BYTES = 1 << 46


def supervise(work: Callable[[], int]) -> NoReturn:
    """Do the work, which tells of its failures itself, and exit with the status that it returns;
    exit 3 when it does not come to an end of its own."""
    _open_streams()
    if not hasattr(os, "fork") or "polars" in sys.modules:
        interrupts.listen()
        sys.exit(_status_of(work))
    before = signal.pthread_sigmask(signal.SIG_BLOCK, interrupts.asking())
    interrupts.listen()
    # Whoever ignores it has no children to wait for.
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    voice = witness.open_page()
    lifeline, held = os.pipe()
    try:
        worker = os.fork()
    except OSError:  # no room for another process
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        sys.exit(_status_of(work))
    if worker == 0:
        os.close(held)
        _work(work, voice, lifeline, before)
    os.close(voice)
    os.close(lifeline)
    # Not sys.exit: on its way out, Python would take the next signal as if we had not begun.
    os._exit(_wait(worker, before))


def _work(work: Callable[[], int], voice: int, lifeline: int, signals: Collection[int]) -> NoReturn:
    """The worker's life; it ends here, whatever happens, and never as Python would end it."""
    status = int(ExitStatus.FAILURE)
    try:
        import _thread  # not threading, which takes longer to import
        import gc

        # Imports make a million objects and no rubbish; as many batches make next to none.
        gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
        with contextlib.suppress(RuntimeError):  # no room for another thread
            _thread.start_new_thread(_end_with, (lifeline,))
        sys.unraisablehook = _catch
        # mmon has threads of its own; OpenBLAS's spin beside them, and for ever without memory.
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        _part_from_libraries(voice)
        signal.pthread_sigmask(signal.SIG_SETMASK, signals)
        status = work()
        witness.confirm(status)
    except MemoryError:
        status = _NO_MEMORY
    except BaseException as error:
        status = _status_of_failure(error)
    finally:
        with contextlib.suppress(BaseException):
            import atexit

            atexit._run_exitfuncs()
            witness.clean_up()
        # Not sys.exit, which waits for threads that wait for a server.
        os._exit(status)


def _status_of(work: Callable[[], int]) -> int:
    """The status of work that nobody watches; never 1 for an exception, as Python has it."""
    try:
        return work()
    except BaseException as error:
        return _status_of_failure(error)


def _status_of_failure(error: BaseException) -> int:
    stopped, short = interrupts.seen(), shortage(error)
    status: int = ExitStatus.FAILURE
    if stopped is not None:
        console.tell(f"mmon: {stopped.message}")
        status = stopped.exit_status
    elif short is not None:
        console.tell_error(short)
        status = ExitStatus.BREACH if witness.has_breach() else ExitStatus.FAILURE
    else:
        return status
    witness.confirm(status)
    return status


def _part_from_libraries(voice: int) -> None:
    """Let Python write to standard error as before, and keep apart what libraries write to it."""
    if sys.stderr is not None:
        encoding, errors = sys.stderr.encoding, sys.stderr.errors
        sys.stderr = os.fdopen(os.dup(2), "w", buffering=1, encoding=encoding, errors=errors)
    os.dup2(voice, 2)
    # A panic that passes through Python is printed on its way to where it is caught.
    if not witness.is_debugging():
        sys.excepthook = lambda *_: None


def _catch(unraisable: UnraisableHookArgs) -> None:
    """End on a signal that came where nothing can be raised; errors there change nothing."""
    if isinstance(unraisable.exc_value, Stopped):
        interrupts.end(unraisable.exc_value.exit_status)
    if witness.is_debugging():
        sys.__unraisablehook__(unraisable)


def _end_with(lifeline: int) -> None:
    """End when the process that waits does, however that ends."""
    os.read(lifeline, 1)
    interrupts.end(ExitStatus.FAILURE)


def _open_streams() -> None:
    """Have nothing else opened in the place of a standard stream that is closed."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


def _wait(worker: int, signals: Collection[int]) -> int:
    """Wait for the worker, pass signals on to it, and find the status to exit with."""
    asked: list[int] = []

    def pass_on(number: int, _frame: FrameType | None) -> None:
        if not asked:
            signal.alarm(_PATIENCE_S)
        asked.append(number)
        is_last = number == signal.SIGALRM or interrupts.is_repeated()
        with contextlib.suppress(ProcessLookupError):
            os.kill(worker, signal.SIGKILL if is_last else number)

    signal.signal(signal.SIGALRM, pass_on)
    for number in interrupts.asking():
        signal.signal(number, pass_on)
    signal.pthread_sigmask(signal.SIG_SETMASK, signals)
    code = os.waitstatus_to_exitcode(os.waitpid(worker, 0)[1])
    witness.clean_up()
    status, heard = witness.confirmed(), witness.heard()
    if status is not None:
        return status
    if asked:
        stopped = Stopped(asked[0])
        if asked[-1] == signal.SIGALRM:  # else the worker may have said so
            console.tell(f"mmon: {stopped.message}")
        return stopped.exit_status
    console.tell_error(_explained(code, heard))
    return ExitStatus.BREACH if witness.has_breach() else ExitStatus.FAILURE


def _explained(code: int, heard: bytes) -> MmonError:
    """Why a worker ended that could not say so."""
    name = witness.what()
    meanwhile = f" while {name!r} was read" if name else ""
    allocation = _ALLOCATION.search(heard)
    wanted = int(allocation[1]) if allocation else 0
    if code == _NO_MEMORY or 0 < wanted < _ABSURD_BYTES or _SHORTAGE.search(heard):
        return MmonError(f"out of memory{meanwhile}", hint=LESS_MEMORY)
    if code == -signal.SIGKILL:
        return MmonError(f"killed{meanwhile}, probably for want of memory", hint=LESS_MEMORY)
    how = signal.Signals(-code).name if code < 0 else f"status {code}"
    if name:
        return MmonError(
            f"{name!r} cannot be read: a library crashed on it ({how})",
            hint="the file may be damaged, or change while it is read: write it again",
        )
    return MmonError(
        f"internal error: a library crashed ({how})",
        hint="run again with MMON_DEBUG=1 for details, and report it",
    )
