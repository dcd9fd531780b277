"""Where the reports of a run go: old ones away first, each new one whole, the verdict last."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mmon.cli import console, exits, github
from mmon.comparison import overlap
from mmon.errors import ConfigError, ExitStatus, MmonError, shortage
from mmon.files import check_place, descriptor, is_path, remove, write
from mmon.results import Verdict
from mmon.texts.screen import safe

if TYPE_CHECKING:
    from mmon.config.sections import Config
    from mmon.results import Document

STANDARD_OUTPUT = "-"
_DEVICE = "/dev/stdout"
_END = 4096
_PRINTED = "terminal", STANDARD_OUTPUT


def places(config: Config, chosen: Mapping[str, Any]) -> dict[str, str]:
    """Report format to path; what was chosen on the command line wins over the configuration.

    `ConfigError` where a name does not tell its format, or two name one.
    """
    configured = config.outputs.model_dump(by_alias=True, exclude_none=True, exclude={"otlp"})
    return {**by_format(configured), **by_format(chosen)}


def by_format(chosen: Mapping[str, Any]) -> dict[str, str]:
    """Report format to path, of the keys of ``outputs``: ``reports`` tell theirs by their names."""
    from mmon import reports

    found = {name: str(path) for name, path in chosen.items() if name != "reports"}
    for name, path in map(reports.asked, chosen.get("reports", ())):
        if name in found and found[name] != path:
            raise ConfigError(
                f"{found[name]} and {path} are both to be the {name} report",
                hint="name one of them; the other can be a copy",
            )
        found[name] = path
    return found


def check(places: Mapping[str, str], sources: Sequence[overlap.Source]) -> dict[str, str]:
    """The places, with standard output under one name.

    `ConfigError` where an output would destroy another one, or what the run reads; `OutputError`
    where none can be written.
    """
    taken: dict[object, str] = {}
    found = {name: _named(path, name) for name, path in places.items()}
    for name, path in _every(found):
        where = "standard output" if path == STANDARD_OUTPUT else path
        real = _DEVICE if path == STANDARD_OUTPUT else path
        # What people read may share a terminal or a pipe with a report, but no file.
        place = overlap.identity(real, of_files=(name, path) == _PRINTED) or os.path.realpath(real)
        if place in taken:
            raise ConfigError(
                f"the {taken[place]} and the {name} report cannot both go to {where}",
                hint="name a file for each",
            )
        overlap.check(real, sources, f"the {name} report would replace {where}")
        taken[place] = name
        check_place(Path(real))
    return found


def clear(places: Mapping[str, str]) -> None:
    """Remove what an earlier run wrote, so that nobody takes it for the result of this one.

    A file that is no report stays until a new report takes its place.
    """
    for path in places.values():
        if path != STANDARD_OUTPUT and _names_mmon(Path(path)):
            remove(Path(path))


def _names_mmon(path: Path) -> bool:
    """Whether a file says what made it at one of its ends, as every report but plain text does.

    A list of no findings says nothing, and is nothing to keep.
    """
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            start = file.read(_END)
            if b"mmon" in start or start == b"[]\n":
                return True
            file.seek(max(0, path.stat().st_size - _END))
            return b"mmon" in file.read()
    except OSError:
        return False


def deliver(
    document: Document,
    places: Mapping[str, str],
    lines: Callable[..., str] | None = None,
    *,
    quiet: bool = False,
) -> list[Exception]:
    """Write every report, and print the terminal report unless another one is printed.

    What failed is returned: nothing keeps the other reports from being written. ``lines`` makes
    what is printed, of the width and abilities of the screen, in the place of the report.
    """
    failures: list[Exception] = []
    for name, path in _every(places):
        try:
            from mmon import reports

            if (name, path) == _PRINTED:
                _print(document, lines, quiet=quiet)
            elif path == STANDARD_OUTPUT:
                console.hand_over(reports.render(name, document))
            else:
                write(Path(path), reports.render(name, document))
        except Exception as error:  # kept and told: a report that fails hides no breach
            is_told = isinstance(error, MmonError) or shortage(error) is not None
            what = f"the {name} report cannot be made: "
            failures.append(error if is_told else exits.crash(error, what))
    return failures


def check_elsewhere(config: Config) -> None:
    """See that what is no file could be told, before the work of which it is the result."""
    if config.outputs.otlp is not None:
        from mmon.cli import telemetry

        telemetry.check(config.outputs.otlp)


def tell_elsewhere(document: Document, config: Config) -> list[Exception]:
    """Tell a job of GitHub Actions and a collector of OpenTelemetry; what failed is returned."""
    failures: list[Exception] = []
    if github.is_here():
        failures += github.announce(document)
    if config.outputs.otlp is not None:
        from mmon.cli import telemetry

        try:
            telemetry.send(document, config.outputs.otlp)
        except Exception as error:  # kept and told: it hides no breach
            is_told = isinstance(error, MmonError)
            failures.append(error if is_told else exits.crash(error, "OTLP: "))
    return failures


def _every(places: Mapping[str, str]) -> list[tuple[str, str]]:
    """The places, and last what people read, unless another report is printed."""
    return [*places.items(), *(() if STANDARD_OUTPUT in places.values() else (_PRINTED,))]


def _named(path: str, name: str) -> str:
    if not path:
        raise ConfigError(f"the path of the {name} report is empty", hint="name a file")
    if not is_path(path):
        raise ConfigError(f"the path of the {name} report, {path!r}, is none", hint="name a file")
    return STANDARD_OUTPUT if path == STANDARD_OUTPUT or descriptor(path) == 1 else path


def _print(document: Document, lines: Callable[..., str] | None, *, quiet: bool) -> None:
    is_whole = document.exit_status is not ExitStatus.FAILURE
    if quiet and document.verdict is Verdict.PASS and is_whole:
        return
    if quiet:
        console.say(safe(f"{document.verdict.upper()} {document.sentence}", unicode=True))
        return
    from mmon.reports import terminal

    made = lines or functools.partial(terminal.render, document)
    text = made(
        width=console.width(),
        color=console.is_colorful(),
        unicode=console.is_unicode(),
    )
    console.show(text)
