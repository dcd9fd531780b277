"""The command line: argv to one call, its output, and an exit status; nothing else.

Heavy imports stay inside the commands, so that ``mmon --help`` is instant.
"""

from __future__ import annotations

import contextlib
import os
import sys
import warnings
from typing import TYPE_CHECKING, Annotated, Any

import typer
import typer.main

from mmon import __version__
from mmon.cli import (
    about,
    alerts,
    applications,
    baselines,
    completion,
    console,
    exits,
    github,
    histories,
    interrupts,
    notify,
    processor,
    supervision,
    telling,
    translation,
    whole_run,
)
from mmon.cli.command_help import GroupedCommand, short_for
from mmon.cli.options import Keys, setting
from mmon.config.option import Panel
from mmon.errors import ConfigError, ExitStatus

if TYPE_CHECKING:
    pass

Quiet = Annotated[
    bool,
    typer.Option(
        "--quiet",
        "-q",
        rich_help_panel=Panel.OUTPUT,
        help="Print nothing on a pass, and any other verdict in one line.",
    ),
]

app = typer.Typer(
    name="mmon",
    help="Find out what changed between a reference dataset and production, and exit with a "
    "status that a script can trust.",
    epilog="Exit status: 0 pass, 1 breach, 2 wrong usage or configuration, 3 data could not be "
    "read or written, 4 inconclusive, 130 interrupted.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> None:
    """Run the command line and exit."""
    supervision.supervise(work)


def work() -> int:
    """Run the command line of this process, which shows it no warnings of libraries."""
    if not sys.warnoptions:
        # What libraries have to say to developers is no message to a user.
        warnings.simplefilter("ignore")
    return execute(sys.argv[1:])


def execute(arguments: list[str]) -> int:
    """The exit status of a command line, where every exception ends; 1 comes from a breach only."""
    try:
        if arguments in (["--version"], ["-V"]):
            _say_version()  # here, because Typer loads Pydantic to read an option
            return ExitStatus.PASS
        return _invoke(arguments)
    except BaseException as error:  # a crash, also one of Rust code, must never look like a breach
        told = interrupts.seen() or error
        status = exits.tell(told)
        with contextlib.suppress(Exception):  # nothing may change the status any more
            github.tell_failure(told)
        return status


def _invoke(arguments: list[str]) -> int:
    if "_MMON_COMPLETE" in os.environ:
        app(prog_name="mmon")  # the shell asks what comes next: Typer answers, and ends
    # Not app(): it exits 1 when the reader of standard output goes away.
    command = typer.main.get_command(app)
    with command.make_context("mmon", arguments) as context:
        processor.avoid_slow_sort()
        return int(command.invoke(context) or ExitStatus.PASS)


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[
        bool, typer.Option("--version", "-V", help="Print the version and exit.", is_eager=True)
    ] = False,
) -> None:
    if version:
        _say_version()
        raise typer.Exit


def _say_version() -> None:
    console.say(f"mmon {__version__}")


@app.command(cls=setting())
def compare(
    ctx: typer.Context,
    reference: Annotated[
        str,
        typer.Argument(
            metavar="REFERENCE",
            help="What is normal: a file, folder, glob or URI, or a baseline file (.mmon).",
        ),
    ],
    production: Annotated[
        str,
        typer.Argument(
            metavar="PRODUCTION", help="What is judged: the same, or - for standard input."
        ),
    ],
    threshold: Annotated[
        list[str] | None,
        typer.Option(
            "--threshold",
            "-t",
            metavar="NAME=LEVELS",
            autocompletion=completion.of_judged,
            rich_help_panel=Panel.DECIDES,
            help="Levels of anything that is judged: ks=0.2 (detected) or ks=0.1/0.2 "
            "(potential/detected); of a performance metric, of its drop, else with the limit: "
            "recall.min=0.7; of one column: income.ks=0.3. May be repeated.",
        ),
    ] = None,
    quiet: Quiet = False,
) -> int:
    """Compare production with a reference; no configuration needed."""
    body: dict[str, Any] = ctx.obj
    windows = body.get("windows", {})
    if "timezone" in windows and "every" not in windows:
        raise ConfigError("--timezone is of use only with --every")
    from mmon.config_file import validate
    from mmon.config_file.settable import put

    put(body, ("reference", "path"), reference)
    put(body, ("production", "path"), production)
    for path, levels in translation.thresholds(threshold or []):
        put(body, path, levels)
    chosen = body.pop("outputs", {})
    try:
        config = validate(body)
        roles = config.columns
        if quiet and roles.lacks and (roles.target or roles.prediction or roles.score):
            # A verdict that passes is not printed, and nobody asked for half of an outcome.
            console.tell(f"mmon: performance is not measured without {roles.lacks}")
        return whole_run.execute(config, chosen, quiet=quiet)
    except ConfigError as error:
        raise translation.in_options(error) from error


def _looked(flag: str, text: str) -> Any:
    """An option that says what a run with a history looks at."""
    about_it = f"With a history: {text[0].lower()}{text[1:]}"
    return typer.Option(flag, metavar="TIME", rich_help_panel=Panel.WINDOWS, help=about_it)


@app.command(cls=setting("fail_on", "on_inconclusive", "outputs", "history"))
def run(
    ctx: typer.Context,
    config_path: about.ConfigFile,
    reference: Annotated[
        str | None,
        typer.Option(
            "--reference",
            metavar="DATA",
            rich_help_panel=Panel.COMPARED,
            help="Compare with this, in the place of what the file names.",
        ),
    ] = None,
    production: Annotated[
        str | None,
        typer.Option(
            "--production",
            metavar="DATA",
            rich_help_panel=Panel.COMPARED,
            help="Judge this, in the place of what the file names.",
        ),
    ] = None,
    keys: Keys = None,
    *,
    until: Annotated[
        str | None, _looked("--until", "Look up to this time, and no further.")
    ] = None,
    since: Annotated[
        str | None, _looked("--from", "Look at windows from this time on, analysed before or not.")
    ] = None,
    to: Annotated[str | None, _looked("--to", "Look at windows that end by this time.")] = None,
    no_deliver: telling.NoDeliver = False,
    dry_run: telling.DryRun = False,
    quiet: Quiet = False,
) -> int:
    """Run a configuration file; options override its keys."""
    from mmon.config_file import load
    from mmon.config_file.settable import Setting, read_setting
    from mmon.monitoring import Asked

    chosen = ctx.obj.pop("outputs", {})
    settings = [*map(read_setting, keys or [])]
    for name, path in (("reference", reference), ("production", production)):
        settings += [] if path is None else [Setting((name, "path"), path, f"--{name}")]
    for name, value in ctx.obj.items():
        settings.append(Setting((name,), value, f"--{name.replace('_', '-')}"))
    config = load(config_path, settings)
    asked, told = Asked(until, since, to), telling.telling(no_deliver=no_deliver, dry_run=dry_run)
    return whole_run.execute(
        config, chosen, quiet=quiet, sources=[config_path], asked=asked, told=told
    )


app.add_typer(
    baselines.app, name="baseline", cls=short_for("make", "[make] DATA -o FILE | show FILE")
)
app.add_typer(applications.app, name="app")
app.add_typer(
    histories.app,
    name="history",
    cls=short_for("show", "[show] CONFIG | judge CONFIG | export CONFIG FOLDER | purge CONFIG"),
)

app.add_typer(alerts.app, name="alerts", cls=short_for("show", "[show] CONFIG | reset NAME CONFIG"))


@app.command(cls=setting("outputs.html", "outputs.markdown", "outputs.reports"))
def report(
    ctx: typer.Context,
    result: Annotated[
        str, typer.Argument(metavar="RESULT", help="A result document, written with --json.")
    ],
    quiet: Quiet = False,
) -> int:
    """Render a result document (JSON) again."""
    from mmon.cli import outputs
    from mmon.comparison import overlap
    from mmon.reports.json import read

    places = outputs.check(outputs.by_format(ctx.obj.get("outputs", {})), [overlap.Source(result)])
    failures = outputs.deliver(read(result), places, quiet=quiet)
    return max(map(exits.tell, failures), default=ExitStatus.PASS)


for _command in (notify.notify, *about.COMMANDS):
    app.command(cls=GroupedCommand)(_command)
