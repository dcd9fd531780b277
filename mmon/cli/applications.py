"""The commands about applications of a user's own; heavy imports stay inside them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mmon.cli import console
from mmon.cli.command_help import GroupedCommand
from mmon.errors import ConfigError, ExitStatus

app = typer.Typer(
    help="Write an application of your own, or try one.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command("new", cls=GroupedCommand)
def new(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="Its name: letters, digits, - and _.")
    ],
    folder: Annotated[
        str, typer.Option("--folder", metavar="DIR", help="Where to write it.")
    ] = "apps",
) -> None:
    """Write a working example of an application, and its test."""
    from mmon.applications.example import files_of
    from mmon.files import write

    texts = {Path(folder, file): text for file, text in files_of(name).items()}
    for place in texts:
        if place.exists():
            raise ConfigError(f"{place} exists already", hint="name the application otherwise")
    for place, text in texts.items():
        place.parent.mkdir(parents=True, exist_ok=True)
        write(place, text)
    own, test = texts
    console.tell(f"wrote {own} and {test}; edit it, then: mmon app test {own}")


@app.command("test", cls=GroupedCommand)
def try_out(
    place: Annotated[
        str,
        typer.Argument(
            metavar="FILE", help="apps/my_app.py, apps/my_app.py:MyApp or pkg.module:MyApp."
        ),
    ],
    config_path: Annotated[
        str | None,
        typer.Option(
            "--config",
            metavar="CONFIG",
            help="Run it on the data of this configuration; nothing is kept, and nobody is told.",
        ),
    ] = None,
) -> int:
    """Run an application on the demo's data, or on yours."""
    from mmon.cli import tried

    document, text = (
        tried.on_demo(place) if config_path is None else tried.on_data(place, config_path)
    )
    console.say(text)
    return ExitStatus.FAILURE if document.errors else ExitStatus.PASS
