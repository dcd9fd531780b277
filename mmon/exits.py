"""How a command that did not finish ends: what is said of it, and its exit status."""

from __future__ import annotations

import os

import typer

from mmon import console
from mmon.errors import ConfigError, ExitStatus, MmonError
from mmon.interrupts import Stopped
from mmon.redaction import masked


def tell(error: BaseException) -> int:
    """Say what ended a command on stderr.

    Returns
    -------
    int
        The exit status; never 1, which only a breach has.
    """
    status: int = ExitStatus.FAILURE
    match error:
        case MmonError():
            console.tell_error(error)
            status = error.exit_status
        case typer.Exit(exit_code=code) | SystemExit(code=code):
            # Commands return their status: a failure here is Typer's own, of shell completion.
            status = ExitStatus.USAGE if code else ExitStatus.PASS
        case typer.TyperException():
            _tell_usage(error)
            status = ExitStatus.USAGE
        case Stopped():
            console.tell(f"mmon: {error.message}")
            status = error.exit_status
        case KeyboardInterrupt() | typer.Abort():
            console.tell("mmon: interrupted")
            status = ExitStatus.INTERRUPTED
        case BrokenPipeError():
            console.abandon()
        case MemoryError():
            hint = "leave out --exact, compare fewer columns, or use a larger machine"
            console.tell_error(MmonError("out of memory", hint=hint))
        case _:
            _tell_crash(error)
    return status


def _tell_usage(error: typer.TyperException) -> None:
    if type(error).__name__ == "NoArgsIsHelpError":
        console.tell(str(error))
        return
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "mmon"
    # Typer hands on the words of Pydantic.
    message = error.format_message().replace("\n", " ").replace("Value error, ", "")
    console.tell_error(ConfigError(message, hint=f"{command} --help says what it takes"))


def _tell_crash(error: BaseException) -> None:
    if os.environ.get("MMON_DEBUG"):
        import traceback

        console.tell(masked("".join(traceback.format_exception(error)).rstrip()))
    what = str(error).split("\n", 1)[0]
    hint = "run again with MMON_DEBUG=1 for a traceback, and report it"
    console.tell_error(MmonError(f"internal error: {type(error).__name__}: {what}", hint=hint))
