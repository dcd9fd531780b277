"""The command line: argv to one call, its output, and an exit status; nothing else.

Heavy imports stay inside the commands, so that ``mmon --help`` is instant.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer
import typer.main

from mmon import (
    __version__,
    about,
    console,
    exits,
    interrupts,
    option_values,
    options,
    processor,
    supervision,
    witness,
)
from mmon.command_help import BaselineGroup, GroupedCommand
from mmon.errors import ConfigError, ExitStatus

if TYPE_CHECKING:
    from mmon.config import Config

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
baseline_app = typer.Typer(
    help="Make a baseline file (DATA -o FILE), or show one.",
    no_args_is_help=True,
    rich_markup_mode=None,
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
        return exits.tell(interrupts.seen() or error)


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


@app.command(cls=GroupedCommand)
def compare(
    reference: options.Reference,
    production: options.Production,
    metric: options.Metric = None,
    column: options.Column = None,
    ignore: options.Ignore = None,
    categorical: options.Categorical = None,
    segment: options.Segment = None,
    task: options.TaskOption = None,
    target: options.Target = None,
    prediction: options.Prediction = None,
    score: options.ScoreColumn = None,
    labels: options.LabelsPath = None,
    timestamp: options.Timestamp = None,
    id_column: options.IdColumn = None,
    exact: options.Exact = False,
    every: options.Every = None,
    rows: options.Rows = None,
    timezone: options.Timezone = None,
    threshold: options.Threshold = None,
    alpha: options.Alpha = None,
    p_values: options.PValues = False,
    fail_on: options.FailOn = None,
    on_inconclusive: options.OnInconclusive = None,
    separator: options.Separator = None,
    file_format: options.FileFormat = None,
    null_value: options.NullValue = None,
    json_path: options.Json = None,
    html: options.Html = None,
    markdown: options.Markdown = None,
    report_files: options.Reports = None,
    quiet: options.Quiet = False,
) -> int:
    """Compare production with a reference; no configuration needed."""
    if timezone is not None and every is None:
        raise ConfigError("--timezone is of use only with --every")
    given = option_values.given
    reading = given(separator=separator, format=file_format, null_values=null_value)
    thresholds = option_values.thresholds(threshold or [])
    body = given(
        reference={"path": reference, **reading},
        production={"path": production, **reading},
        columns=given(
            timestamp=timestamp,
            id=id_column,
            features=column,
            ignore=ignore,
            categorical=categorical,
            target=target,
            prediction=prediction,
            score=score,
        ),
        labels=labels,
        task=task,
        segments=segment,
        windows=given(every=every, rows=rows, timezone=timezone),
        analyses={
            "data_drift": given(
                metrics=metric,
                thresholds=thresholds.pop("data_drift"),
                p_values="all" if p_values else None,
            ),
            **{
                name: {"thresholds": thresholds[name]}
                for name in thresholds
                if name != "data_drift"
            },
        },
        alpha=alpha,
        fail_on=fail_on,
        on_inconclusive=on_inconclusive,
        exact=exact,
    )
    from mmon.config_file import validate

    try:
        config = validate(body)
        chosen = given(json=json_path, html=html, markdown=markdown)
        return _execute(config, chosen, report_files, quiet=quiet)
    except ConfigError as error:
        raise option_values.in_options(error) from error


@app.command(cls=GroupedCommand)
def run(
    config_path: options.ConfigFile,
    fail_on: options.FailOn = None,
    on_inconclusive: options.OnInconclusive = None,
    json_path: options.Json = None,
    html: options.Html = None,
    markdown: options.Markdown = None,
    report_files: options.Reports = None,
    quiet: options.Quiet = False,
) -> int:
    """Run a configuration file; options override its keys."""
    from mmon.config_file import load

    config = load(config_path).model_copy(
        update=option_values.given(fail_on=fail_on, on_inconclusive=on_inconclusive)
    )
    chosen = option_values.given(json=json_path, html=html, markdown=markdown)
    return _execute(config, chosen, report_files, quiet=quiet, sources=[config_path])


@baseline_app.command("make", cls=GroupedCommand)
def make_baseline(
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
    separator: options.Separator = None,
    file_format: options.FileFormat = None,
    null_value: options.NullValue = None,
    exact: Annotated[
        bool,
        typer.Option("--exact", help="Keep every distinct value: no approximation, a larger file."),
    ] = False,
) -> None:
    """Summarise a reference dataset into a small file without raw rows."""
    from mmon import api

    reading = option_values.given(separator=separator, format=file_format, null_values=null_value)
    profile = api.make_baseline(data, output, config_path=config_path, exact=exact, reading=reading)
    console.tell(f"{output}: {profile.rows:,} rows, {len(profile.columns)} columns")


@baseline_app.command("show", cls=GroupedCommand)
def show_baseline(
    path: Annotated[str, typer.Argument(metavar="FILE", help="A baseline file (.mmon).")],
) -> None:
    """Print what a baseline file holds."""
    from mmon import listing
    from mmon.profiles import baseline

    console.say(listing.of_profile(baseline.load(path), width=console.width()))


app.add_typer(baseline_app, name="baseline", cls=BaselineGroup)


@app.command(cls=GroupedCommand)
def report(
    result: Annotated[
        str, typer.Argument(metavar="RESULT", help="A result document, written with --json.")
    ],
    html: options.Html = None,
    markdown: options.Markdown = None,
    report_files: options.Reports = None,
    quiet: options.Quiet = False,
) -> int:
    """Render a result document (JSON) again."""
    from mmon import outputs, overlap
    from mmon.reports.json import read

    named = option_values.given(html=html, markdown=markdown)
    chosen = outputs.by_format(named, report_files or ())
    places = outputs.check(chosen, [overlap.Source(result)])
    failures = outputs.deliver(read(result), places, quiet=quiet)
    return max(map(exits.tell, failures), default=ExitStatus.PASS)


for _command in (
    about.init,
    about.validate,
    about.schema,
    about.metrics,
    about.explain,
    about.demo,
    about.about,
):
    app.command(cls=GroupedCommand)(_command)


def _execute(
    config: Config,
    chosen: dict[str, str],
    files: Sequence[str] | None,
    *,
    quiet: bool,
    sources: Sequence[str] = (),
) -> int:
    """Old outputs away, the run, new outputs; the status of a breach outlives a failed output."""
    from mmon import outputs, overlap, pipeline

    interrupts.interrupt_reads()
    read = [*overlap.sources_of(config), *map(overlap.Source, sources)]
    places = outputs.check(outputs.places(config, chosen, files or ()), read)
    outputs.clear(places)
    with console.progress(is_quiet=quiet) as progress:
        document = pipeline.run(config, progress=progress)
    is_breach = document.exit_status is ExitStatus.BREACH
    if is_breach:
        witness.find_breach()
    failed = [exits.tell(failure) for failure in outputs.deliver(document, places, quiet=quiet)]
    return document.exit_status if is_breach or not failed else max(failed)
