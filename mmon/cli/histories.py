"""The commands about a history; heavy imports stay inside them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from mmon.cli import about, console, exits
from mmon.cli.command_help import GroupedCommand
from mmon.cli.options import setting
from mmon.errors import ConfigError, ExitStatus

if TYPE_CHECKING:
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


@app.command("judge", cls=setting("history"))
def judge(
    ctx: typer.Context,
    config_path: about.ConfigFile,
    names: Only = None,
    *,
    since: From = None,
    to: To = None,
    newest: Newest = None,
    every: Every = False,
) -> None:
    """Judge stored windows by the configuration as it is now."""
    from mmon.monitoring.asked import Asked
    from mmon.monitoring.rejudged import rejudged
    from mmon.reports.terminal import past

    config = _loaded(ctx, config_path)
    with console.progress(is_quiet=False) as progress:
        found = rejudged(config, Asked(None, since, to), newest, progress)
    screen = {"color": console.is_colorful(), "unicode": console.is_unicode()}
    shown = past.render(found.after, names or (), width=console.width(), is_whole=every, **screen)
    console.show(shown)
    console.say(past.verdicts(found.before, found.after, found.unknown))


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


def _loaded(ctx: typer.Context, config_path: str) -> Config:
    """The configuration, with the history that an option names."""
    from mmon.config_file import load
    from mmon.config_file.settable import Setting

    named = ctx.obj.get("history")
    return load(config_path, [Setting(("history",), named, "--history")] if named else [])
