"""How a command that did not finish ends: what is said of it, and its exit status."""

from __future__ import annotations

import errno
import os

import typer

from mmon.cli import console
from mmon.errors import ConfigError, ExitStatus, MmonError, OutputError, Stopped, shortage
from mmon.files import witness
from mmon.texts.redaction import masked


def tell(error: BaseException) -> int:
    """Say on stderr what ended a command; its exit status, never 1, which only a breach has."""
    status: int = ExitStatus.FAILURE
    match error:
        case MmonError():
            if error.__cause__ is not None and witness.is_debugging():
                import traceback

                console.tell(masked("".join(traceback.format_exception(error)).rstrip()))
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
        case OSError(errno=errno.ENOSPC | errno.EDQUOT):
            # Whatever writes a file says so itself.
            console.tell_error(OutputError("cannot write to standard output: the disk is full"))
        case _ if short := shortage(error):
            console.tell_error(short)
        case OSError() if not _has_folder():
            console.tell_error(
                MmonError(
                    "the current folder is gone, or may not be read",
                    hint="change to a folder that is there, or give whole paths",
                )
            )
        case _:
            tell(crash(error))
    return status


def crash(error: BaseException, what: str = "") -> MmonError:
    """An error that nobody foresaw, as one that can be told."""
    first = str(error).split("\n", 1)[0]
    told = MmonError(
        f"internal error: {what}{type(error).__name__}: {first}",
        hint="run again with MMON_DEBUG=1 for a traceback, and report it",
    )
    told.__cause__ = error
    return told


def _has_folder() -> bool:
    """Whether there is a folder that paths can begin at."""
    try:
        os.getcwd()  # noqa: PTH109  # the files are not asked
    except OSError:
        return False
    return True


def _tell_usage(error: typer.TyperException) -> None:
    if type(error).__name__ == "NoArgsIsHelpError":
        console.tell(str(error))
        return
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "mmon"
    # Typer hands on the words of Pydantic.
    message = error.format_message().replace("\n", " ").replace("Value error, ", "")
    console.tell_error(ConfigError(message, hint=f"{command} --help says what it takes"))
