"""Where the reports of a run go: old ones away first, each new one whole, the verdict last."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mmon import console
from mmon.errors import ConfigError, MmonError
from mmon.files import remove, write_text
from mmon.screen_text import safe

if TYPE_CHECKING:
    from mmon.config import Config
    from mmon.results import Document

STANDARD_OUTPUT = "-"


def places(config: Config, chosen: Mapping[str, str]) -> dict[str, str]:
    """Report format to path; what was chosen on the command line wins over the configuration."""
    configured = {
        "json": config.outputs.json_path,
        "html": config.outputs.html,
        "markdown": config.outputs.markdown,
    }
    found = {name: str(path) for name, path in configured.items() if path is not None}
    return {**found, **chosen}


def inputs(config: Config) -> list[str]:
    """The paths of a configuration's data."""
    found: list[str] = []
    for dataset in (config.reference, config.production):
        found += [dataset.path] if isinstance(dataset.path, str) else dataset.path
    return found


def check(places: Mapping[str, str], *, sources: Sequence[str]) -> None:
    """See that no output destroys another one, or what the run reads.

    Raises
    ------
    ConfigError
        When one would.
    """
    taken: dict[str, str] = {}
    read = {os.path.realpath(path) for path in sources if "://" not in path}
    for name, path in places.items():
        if not path:
            raise ConfigError(f"the path of the {name} report is empty", hint="name a file")
        place = path if path == STANDARD_OUTPUT else os.path.realpath(path)
        if place in taken:
            where = "standard output" if path == STANDARD_OUTPUT else path
            raise ConfigError(
                f"the {taken[place]} and the {name} report cannot both go to {where}",
                hint="name a file for each",
            )
        if place in read:
            raise ConfigError(
                f"the {name} report would replace {path}, which is read", hint="name another file"
            )
        taken[place] = name


def clear(places: Mapping[str, str]) -> None:
    """Remove what an earlier run wrote, so that nobody takes it for the result of this one.

    Raises
    ------
    OutputError
        When an old output cannot be removed.
    """
    for path in places.values():
        if path != STANDARD_OUTPUT:
            remove(Path(path))


def deliver(document: Document, places: Mapping[str, str], *, quiet: bool) -> None:
    """Write every report, and print the terminal report unless another one is printed.

    Raises
    ------
    MmonError
        The last failure, after all that can be written is; earlier ones are told.
    """
    failures: list[MmonError] = []
    for name, path in places.items():
        try:
            _write(document, name, path)
        except MmonError as error:
            failures.append(error)
    try:
        if STANDARD_OUTPUT not in places.values():
            _print(document, quiet=quiet)
    except MmonError as error:
        failures.append(error)
    if failures:
        for failure in failures[:-1]:
            console.tell_error(failure)
        raise failures[-1]


def _write(document: Document, name: str, path: str) -> None:
    from mmon import reports

    text = reports.render(name, document)
    if path == STANDARD_OUTPUT:
        console.hand_over(text)
    else:
        write_text(Path(path), text)


def _print(document: Document, *, quiet: bool) -> None:
    if quiet:
        console.say(safe(f"{document.verdict.upper()} {document.sentence}", unicode=True))
        return
    from mmon.reports import terminal

    text = terminal.render(
        document,
        width=console.width(),
        color=console.is_colorful(),
        unicode=console.is_unicode(),
    )
    console.show(text)
