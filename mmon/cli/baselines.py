"""The commands about baseline files; heavy imports stay inside them."""

from __future__ import annotations

from typing import Annotated

import typer

from mmon.cli import console
from mmon.cli.command_help import GroupedCommand
from mmon.cli.options import setting

app = typer.Typer(
    help="Make a baseline file (DATA -o FILE), or show one.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command("make", cls=setting("reference", "exact", "sample"))
def make_baseline(
    ctx: typer.Context,
    data: Annotated[str, typer.Argument(metavar="DATA", help="File, folder, glob or URI.")],
    output: Annotated[
        str,
        typer.Option(
            "--output", "-o", metavar="FILE", help="Where to write it; its name ends in .mmon."
        ),
    ],
    config_path: Annotated[
        str | None,
        typer.Option("--config", "-c", metavar="CONFIG", help="Take columns and options from it."),
    ] = None,
) -> None:
    """Summarise a reference dataset into a small file."""
    from mmon import api
    from mmon.cli import lists

    given = {"exact": False, "sample": 0, **ctx.obj}
    given["reading"] = given.pop("reference", None)
    # Options of how files are read are those of both sides of a comparison.
    given.pop("production", None)
    profile = api.make_baseline(data, output, config_path=config_path, **given)
    held = lists.rows_held(profile)
    console.tell(f"{output}: {profile.rows:,} rows, {len(profile.columns)} columns{held}")


@app.command("show", cls=GroupedCommand)
def show_baseline(
    path: Annotated[str, typer.Argument(metavar="FILE", help="A baseline file (.mmon).")],
) -> None:
    """Print what a baseline file holds."""
    from mmon.cli import lists
    from mmon.profiles import baseline

    console.say(lists.of_profile(baseline.load(path), width=console.line_width()))
