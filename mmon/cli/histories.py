"""The commands about a history; heavy imports stay inside them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from mmon.cli import about, console, exits
from mmon.cli.command_help import GroupedCommand
from mmon.cli.options import Keys, setting
from mmon.errors import ConfigError, ExitStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmon.config.sections import Config

Only = Annotated[
    list[str] | None,
    typer.Option(
        "--only",
        metavar="NAME",
        help="Only results of this name, column, segment or analysis, or of a pattern such as "
        "'latency_*'. May be repeated.",
    ),
]
From = Annotated[
    str | None, typer.Option("--from", metavar="TIME", help="Windows from this time on.")
]
To = Annotated[
    str | None, typer.Option("--to", metavar="TIME", help="Windows that end by this time.")
]
Newest = Annotated[
    int | None, typer.Option("--newest", metavar="N", min=1, help="So many of the newest ones.")
]
Every = Annotated[bool, typer.Option("--all", help="Print results without a finding, too.")]

app = typer.Typer(
    help="Look at the history of a configuration, or drop a part of it.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command("show", cls=setting("outputs", "history"))
def show(
    ctx: typer.Context,
    config_path: about.ConfigFile,
    names: Only = None,
    *,
    since: From = None,
    to: To = None,
    newest: Newest = None,
    every: Every = False,
) -> int:
    """Print how results went over the windows."""
    from mmon.cli import outputs
    from mmon.comparison import overlap
    from mmon.monitoring.asked import Asked
    from mmon.monitoring.past import remembered
    from mmon.outline.courses import narrowed

    chosen = ctx.obj.pop("outputs", {})
    config = _loaded(ctx, config_path)
    read = [*overlap.sources_of(config), overlap.Source(config_path)]
    places = outputs.check(outputs.by_format(chosen), read)
    document = narrowed(remembered(config, Asked(None, since, to), newest), names or ())

    def lines(**of_screen: Any) -> str:
        from mmon.reports.terminal import past

        return past.render(document, is_whole=every, **of_screen)

    failures = outputs.deliver(document, places, lines)
    return max(map(exits.tell, failures), default=ExitStatus.PASS)


@app.command("judge", cls=setting("outputs", "history"))
def judge(
    ctx: typer.Context,
    config_path: about.ConfigFile,
    names: Only = None,
    *,
    since: From = None,
    to: To = None,
    newest: Newest = None,
    every: Every = False,
    keys: Keys = None,
) -> int:
    """Judge stored windows by the configuration as it is now."""
    from mmon.cli import outputs
    from mmon.comparison import overlap
    from mmon.monitoring.asked import Asked
    from mmon.monitoring.rejudged import rejudged
    from mmon.outline.courses import narrowed

    chosen = ctx.obj.pop("outputs", {})
    config = _loaded(ctx, config_path, keys)
    read = [*overlap.sources_of(config), overlap.Source(config_path)]
    places = outputs.check(outputs.by_format(chosen), read)
    with console.progress(is_quiet=False) as progress:
        found = rejudged(config, Asked(None, since, to), newest, progress)
    document = narrowed(found.after, names or ())

    def lines(**of_screen: Any) -> str:
        from mmon.reports.terminal import past

        counted = past.verdicts(found.before, found.after, found.unknown)
        return f"{past.render(document, is_whole=every, **of_screen)}\n{counted}\n"

    failures = outputs.deliver(document, places, lines)
    return max(map(exits.tell, failures), default=ExitStatus.PASS)


@app.command("export", cls=setting("history"))
def export(
    ctx: typer.Context,
    config_path: about.ConfigFile,
    folder: Annotated[
        str, typer.Argument(metavar="FOLDER", help="Where to write them; it is made.")
    ],
    form: Annotated[
        Literal["parquet", "csv", "json"],
        typer.Option("--format", help="How to write them.", show_default=True),
    ] = "parquet",
    *,
    since: From = None,
    to: To = None,
) -> None:
    """Write the runs, windows, results and metrics of a history, a table each."""
    from pathlib import Path

    from mmon import files
    from mmon.cli import outputs
    from mmon.comparison import overlap
    from mmon.monitoring.asked import Asked
    from mmon.monitoring.exported import exported

    config = _loaded(ctx, config_path)
    tables = exported(config, form, Asked(None, since, to))
    files.make_folder(Path(folder))
    read = [*overlap.sources_of(config), overlap.Source(config_path)]
    named = {name: str(Path(folder, f"{name}.{form}")) for name in tables}
    for name, path in outputs.check(named, read).items():
        files.write(Path(path), tables[name])
    console.tell(f"{folder}: {', '.join(f'{name}.{form}' for name in tables)}")


@app.command("purge", cls=GroupedCommand)
def purge(
    config_path: about.ConfigFile,
    before: Annotated[
        str | None,
        typer.Option("--before", metavar="TIME", help="Drop only windows that ended by then."),
    ] = None,
) -> None:
    """Drop the windows of a configuration, or the old ones."""
    from mmon.config.fields import seconds
    from mmon.config.windows import Windows
    from mmon.config_file import load
    from mmon.monitoring import past
    from mmon.windows.cut import instant

    config = load(config_path)
    settings = past.settings_of(config, config_path)
    windows = config.windows or Windows()
    if before is not None and windows.rows:
        raise ConfigError(
            "--before is for windows of time, and these are of rows",
            hint="without it all windows are dropped",
        )
    before_us = None if before is None else instant("--before", before, windows.timezone)
    from mmon.history import store

    wait_s = seconds(settings.wait)
    names = config.project, config.endpoint
    with store.opened(settings.url, *names, wait_s, is_new=False) as history:
        found = history.purge(before_us=before_us)
    console.tell("dropped 1 window" if found == 1 else f"dropped {found:,} windows")


def _loaded(ctx: typer.Context, config_path: str, keys: Sequence[str] | None = None) -> Config:
    """The configuration, with the history that an option names, and what others set."""
    from mmon.config_file import load
    from mmon.config_file.settable import Setting, read_setting

    named, settings = ctx.obj.get("history"), [*map(read_setting, keys or [])]
    settings += [Setting(("history",), named, "--history")] if named else []
    return load(config_path, settings)
