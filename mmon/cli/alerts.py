"""The commands about alerts; heavy imports stay inside them."""

from __future__ import annotations

from typing import Annotated

import typer

from mmon.cli import about, console
from mmon.cli.command_help import GroupedCommand

app = typer.Typer(
    help="List the alerts of a configuration by its history, or reset one.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command("show", cls=GroupedCommand)
def show(config_path: about.ConfigFile) -> None:
    """Print each alert: whether it is active and since when, and how often it was."""
    from mmon.config_file import load
    from mmon.monitoring.watched import watched

    found = watched(load(config_path), config_path)
    head = ("alert", "severity", "state", "last", "times", "messages")
    rows = [
        (
            one.name,
            one.severity,
            f"active since {one.since}" if one.since else "inactive",
            one.last or "never",
            f"{one.times:,}",
            f"{one.told:,}",
        )
        for one in found
    ]
    widths = [max(map(len, cells)) for cells in zip(head, *rows, strict=True)]
    for row in (head, *rows) if rows else ():
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        console.say("  ".join(cells).rstrip())
    if not rows:
        console.tell(f"{config_path} has no alerts")


@app.command("reset", cls=GroupedCommand)
def reset(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the alert is called.")],
    config_path: about.ConfigFile,
) -> None:
    """End an active alert, so that the next window can make it active again."""
    from mmon.config_file import load
    from mmon.monitoring import watched

    was_active = watched.reset(load(config_path), config_path, name)
    console.tell(f"{name} is reset" if was_active else f"{name} was not active")
