"""The commands about a history; heavy imports stay inside them."""

from __future__ import annotations

from typing import Annotated

import typer

from mmon.cli import about, console
from mmon.cli.command_help import GroupedCommand
from mmon.errors import ConfigError

app = typer.Typer(
    help="Look at the history of a configuration, or drop a part of it.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command("purge", cls=GroupedCommand)
def purge(
    config_path: about.ConfigFile,
    before: Annotated[
        str | None,
        typer.Option("--before", metavar="TIME", help="Drop only windows that ended by then."),
    ] = None,
) -> None:
    """Drop the windows of a configuration's project and endpoint, or the old ones."""
    from mmon.config.fields import seconds
    from mmon.config.sections import Windows
    from mmon.config_file import load
    from mmon.windows.cut import instant

    config = load(config_path)
    settings = config.history
    if settings is None:
        raise ConfigError(f"{config_path} has no history", hint="set history to the path of one")
    zone = (config.windows or Windows()).timezone
    before_us = None if before is None else instant("--before", before, zone)
    from mmon.history import store

    wait_s = seconds(settings.wait)
    names = config.project, config.endpoint
    with store.opened(settings.url, *names, wait_s, is_new=False) as history:
        found = history.purge(before_us=before_us)
    console.tell("dropped 1 window" if found == 1 else f"dropped {found:,} windows")
