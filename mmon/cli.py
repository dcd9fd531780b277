"""The command line: argv to one call, its output, and an exit status; nothing else.

Heavy imports stay inside the commands, so that ``mmon --help`` is instant.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mmon import __version__, console
from mmon.errors import ConfigError, MmonError
from mmon.results import ExitStatus

if TYPE_CHECKING:
    from mmon.config import Config
    from mmon.results import Document

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


class _DefaultsToMake(typer.core.TyperGroup):
    """``mmon baseline DATA -o FILE`` is short for ``mmon baseline make DATA -o FILE``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in {*self.commands, "-h", "--help"}:
            args = ["make", *args]
        return super().parse_args(ctx, args)


def main() -> None:
    """Run the command line and exit; the only place where every exception ends."""
    sys.exit(int(_run(sys.argv[1:])))


def _run(arguments: list[str]) -> int:
    try:
        status = app(args=arguments, prog_name="mmon", standalone_mode=False)
        return int(status or 0)
    except MmonError as error:
        console.tell_error(error)
        return error.exit_status
    except typer.Abort:
        return ExitStatus.INTERRUPTED
    except typer.TyperException as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            console.tell(str(error))
            return ExitStatus.USAGE
        console.tell(f"mmon: {error}".replace("\n", " "))
        console.tell("  hint: mmon --help lists the commands, mmon COMMAND --help their options")
        return ExitStatus.USAGE
    except KeyboardInterrupt:
        console.tell("mmon: interrupted")
        return ExitStatus.INTERRUPTED
    except MemoryError:
        console.tell("mmon: out of memory")
        return ExitStatus.FAILURE
    except Exception as error:  # the last resort: a crash must never look like a breach
        if os.environ.get("MMON_DEBUG"):
            raise
        console.tell(f"mmon: internal error: {type(error).__name__}: {error}".split("\n")[0])
        console.tell("  hint: run again with MMON_DEBUG=1 for a traceback, and report it")
        return ExitStatus.FAILURE


Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print only the verdict line.")]
JsonPath = Annotated[
    str | None, typer.Option("--json", metavar="FILE", help="Write the result document; - prints it.")
]
HtmlPath = Annotated[str | None, typer.Option("--html", metavar="FILE", help="Write the HTML report.")]
MarkdownPath = Annotated[
    str | None, typer.Option("--md", metavar="FILE", help="Write the Markdown report; - prints it.")
]
FailOn = Annotated[
    str | None,
    typer.Option("--fail-on", metavar="LEVEL", help="potential, detected (default) or never."),
]
OnInconclusive = Annotated[
    str | None,
    typer.Option(
        "--on-inconclusive", metavar="ACTION", help="fail (exit 4, default) or pass (exit 0)."
    ),
]
Exact = Annotated[
    bool, typer.Option("--exact", help="Keep every distinct value: no approximation, more memory.")
]
Names = list[str] | None


def _names(flag: str, help_text: str) -> Any:
    return typer.Option(flag, metavar="COLUMN", help=help_text)


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[
        bool, typer.Option("--version", "-V", help="Print the version and exit.", is_eager=True)
    ] = False,
) -> None:
    if version:
        console.say(f"mmon {__version__}")
        raise typer.Exit


@app.command()
def compare(
    reference: Annotated[str, typer.Argument(help="File, folder, glob, URI or baseline (.mmon).")],
    production: Annotated[str, typer.Argument(help="The same, or - for standard input.")],
    json_path: JsonPath = None,
    html: HtmlPath = None,
    markdown: MarkdownPath = None,
    fail_on: FailOn = None,
    on_inconclusive: OnInconclusive = None,
    metric: Annotated[
        Names, typer.Option("--metric", "-m", help="Compute only this drift metric (repeatable).")
    ] = None,
    threshold: Annotated[
        Names,
        typer.Option(
            "--threshold",
            "-t",
            metavar="NAME=[POTENTIAL/]DETECTED",
            help="Thresholds of a metric or quality check, such as ks=0.1/0.2 (repeatable).",
        ),
    ] = None,
    alpha: Annotated[
        float | None, typer.Option("--alpha", help="Significance level, 0.05 by default.")
    ] = None,
    timestamp: Annotated[str | None, _names("--timestamp", "The rows' time; not tested.")] = None,
    id_column: Annotated[str | None, _names("--id", "The rows' identifier; not tested.")] = None,
    column: Annotated[Names, _names("--column", "Compare only this column (repeatable).")] = None,
    ignore: Annotated[Names, _names("--ignore", "Leave this column out (repeatable).")] = None,
    categorical: Annotated[
        Names, _names("--categorical", "Treat this column's numbers as categories (repeatable).")
    ] = None,
    every: Annotated[
        str | None,
        typer.Option("--every", metavar="LENGTH", help="Windows of time: 10m, 1h, 1d, 1w, 1mo."),
    ] = None,
    rows: Annotated[
        int | None, typer.Option("--rows", metavar="N", help="Windows of so many rows.")
    ] = None,
    timezone: Annotated[
        str | None, typer.Option("--timezone", metavar="ZONE", help="Time zone of the windows.")
    ] = None,
    separator: Annotated[
        str | None, typer.Option("--separator", metavar="CHAR", help="Column separator of CSV.")
    ] = None,
    file_format: Annotated[
        str | None,
        typer.Option("--format", metavar="FORMAT", help="parquet, csv, tsv, ndjson or ipc."),
    ] = None,
    exact: Exact = False,
    quiet: Quiet = False,
) -> int:
    """Compare production with a reference; no configuration needed."""
    reading = _given(separator=separator, format=file_format)
    windows = _given(every=every, rows=rows, timezone=timezone)
    thresholds = _thresholds(threshold or [])
    body = _given(
        reference={"path": reference, **reading},
        production={"path": production, **reading},
        columns=_given(
            timestamp=timestamp,
            id=id_column,
            features=column or None,
            ignore=ignore or None,
            categorical=categorical or None,
        ),
        windows=windows or None,
        analyses={
            "data_drift": _given(metrics=metric or None, thresholds=thresholds["data_drift"]),
            "data_quality": {"thresholds": thresholds["data_quality"]},
        },
        alpha=alpha,
        fail_on=fail_on,
        on_inconclusive=on_inconclusive,
        exact=exact,
    )
    from mmon.config_file import validate

    config = validate(body)
    return _execute(config, _outputs(config, json_path, html, markdown), quiet=quiet)


@app.command()
def run(
    config_path: Annotated[str, typer.Argument(metavar="CONFIG", help="A YAML configuration.")],
    json_path: JsonPath = None,
    html: HtmlPath = None,
    markdown: MarkdownPath = None,
    fail_on: FailOn = None,
    on_inconclusive: OnInconclusive = None,
    quiet: Quiet = False,
) -> int:
    """Run a configuration file; options override its keys."""
    from mmon.config_file import load, validate

    config = load(config_path)
    given = _given(fail_on=fail_on, on_inconclusive=on_inconclusive)
    if given:
        config = validate({**config.model_dump(by_alias=True), **given})
    return _execute(config, _outputs(config, json_path, html, markdown), quiet=quiet)


@baseline_app.command("make", hidden=True)
def make_baseline(
    data: Annotated[str, typer.Argument(help="File, folder, glob or URI.")],
    output: Annotated[str, typer.Option("--output", "-o", metavar="FILE", help="FILE.mmon")],
    config_path: Annotated[
        str | None,
        typer.Option("--config", "-c", metavar="CONFIG", help="Take columns and options from it."),
    ] = None,
    exact: Exact = False,
) -> None:
    """Summarise a reference dataset into a small file without raw rows."""
    from mmon import api

    profile = api.make_baseline(data, output, config_path=config_path, exact=exact)
    console.tell(f"{output}: {profile.rows:,} rows, {len(profile.columns)} columns")


@baseline_app.command("show")
def show_baseline(
    path: Annotated[str, typer.Argument(metavar="FILE", help="A baseline file (.mmon).")],
) -> None:
    """Print what a baseline file holds."""
    from mmon.profile import baseline
    from mmon import listing

    console.say(listing.of_profile(baseline.load(path), width=console.width()))


app.add_typer(baseline_app, name="baseline", cls=_DefaultsToMake)


@app.command()
def report(
    result: Annotated[str, typer.Argument(metavar="RESULT.json", help="A result document.")],
    html: HtmlPath = None,
    markdown: MarkdownPath = None,
    quiet: Quiet = False,
) -> None:
    """Render a result document (JSON) again."""
    from mmon.reports.json import read

    document = read(result)
    outputs = _given(html=html, markdown=markdown)
    _write(document, outputs)
    if "-" not in outputs.values():
        _print(document, quiet=quiet)


@app.command()
def init(
    path: Annotated[str, typer.Argument(metavar="FILE", help="Where to write it.")] = "mmon.yaml",
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it exists.")] = False,
) -> None:
    """Write a commented configuration to start from."""
    from mmon.config_file import template
    from mmon.files import write_text

    if Path(path).exists() and not force:
        raise ConfigError(f"{path} exists already", hint="name another file, or add --force")
    write_text(Path(path), template())
    console.tell(f"wrote {path}; edit it, then: mmon validate {path} && mmon run {path}")


@app.command()
def validate(
    config_path: Annotated[str, typer.Argument(metavar="CONFIG", help="A YAML configuration.")],
) -> None:
    """Check a configuration file; reads no data."""
    from mmon.config_file import load

    load(config_path)
    console.say(f"{config_path} is valid")


@app.command()
def schema() -> None:
    """Print the JSON Schema of the configuration."""
    import json

    from mmon.config_schema import schema as configuration_schema

    console.say(json.dumps(configuration_schema(), indent=2, ensure_ascii=False))


@app.command()
def metrics() -> None:
    """List the drift metrics."""
    from mmon import listing

    console.say(listing.of_metrics(width=console.width()))


@app.command()
def explain(
    name: Annotated[str, typer.Argument(metavar="METRIC", help="A metric's name.")],
) -> None:
    """Print the manual page of a drift metric."""
    import inspect

    from mmon.metrics import metric_class

    console.say(inspect.getdoc(metric_class(name)) or "")


@app.command()
def demo(
    folder: Annotated[str, typer.Argument(metavar="DIR", help="Where to write it.")] = "demo",
) -> None:
    """Write a small dataset with planted drift, and its reports."""
    from mmon import demo as demonstration

    console.say(demonstration.write(Path(folder)))


def _given(**options: Any) -> dict[str, Any]:  # names become configuration keys
    """The options that were given."""
    return {name: value for name, value in options.items() if value is not None}


def _thresholds(texts: list[str]) -> dict[str, dict[str, Any]]:
    """``ks=0.1/0.2`` options as sections of the configuration, by analysis."""
    from mmon.config import DATA_QUALITY_CHECKS

    sections: dict[str, dict[str, Any]] = {"data_drift": {}, "data_quality": {}}
    for text in texts:
        name, equals, levels = text.partition("=")
        numbers = levels.split("/")
        try:
            values = [float(number) for number in numbers]
        except ValueError:
            values = []
        if not equals or not name or len(values) not in (1, 2):
            raise ConfigError(
                f"--threshold {text!r} is not NAME=DETECTED or NAME=POTENTIAL/DETECTED",
                hint="write it as ks=0.1/0.2",
            )
        section = "data_quality" if name in DATA_QUALITY_CHECKS else "data_drift"
        potential = values[0] if len(values) == 2 else None  # noqa: PLR2004 - two levels
        sections[section][name] = _given(potential=potential, detected=values[-1])
    return sections


def _outputs(
    config: Config, json_path: str | None, html: str | None, markdown: str | None
) -> dict[str, str]:
    """Format to path; the command line wins over the configuration."""
    configured = config.outputs
    chosen = {
        "json": json_path or configured.json_path,
        "html": html or configured.html,
        "markdown": markdown or configured.markdown,
    }
    return {name: str(path) for name, path in chosen.items() if path is not None}


def _execute(config: Config, outputs: dict[str, str], *, quiet: bool) -> int:
    """Run, write, print; the status of a breach outlives a failure to write."""
    from mmon import pipeline
    from mmon.files import remove

    if list(outputs.values()).count("-") > 1:
        raise ConfigError("only one report can go to standard output")
    for path in outputs.values():
        if path != "-":
            remove(Path(path))
    with console.progress(is_quiet=quiet) as progress:
        document = pipeline.run(config, progress=progress)
    try:
        _write(document, outputs)
    except MmonError as error:
        console.tell_error(error)
        _print(document, quiet=quiet)
        is_breach = document.exit_status is ExitStatus.BREACH
        return document.exit_status if is_breach else error.exit_status
    if "-" not in outputs.values():
        _print(document, quiet=quiet)
    return document.exit_status


def _write(document: Document, outputs: dict[str, str]) -> None:
    from mmon import reports
    from mmon.files import write_text

    for name, path in outputs.items():
        text = reports.render(name, document)
        if path == "-":
            console.say(text)
        else:
            write_text(Path(path), text)


def _print(document: Document, *, quiet: bool) -> None:
    if quiet:
        console.say(f"{document.verdict.upper()} {document.sentence}")
        return
    from mmon.reports import terminal

    text = terminal.render(
        document,
        width=console.width(),
        color=console.is_colorful(),
        unicode=console.is_unicode(),
    )
    console.say(text)
