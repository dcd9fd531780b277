"""The commands about mmon itself: its configuration, its metrics, a demonstration.

Heavy imports stay inside the commands, so that ``mmon --help`` is instant.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from mmon.cli import completion, console
from mmon.config.option import Panel
from mmon.errors import ConfigError

ConfigFile = Annotated[str, typer.Argument(metavar="CONFIG", help="A YAML configuration.")]


def init(
    path: Annotated[str, typer.Argument(metavar="FILE", help="Where to write it.")] = "mmon.yaml",
    source: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="DATA",
            help="The reference: its columns' roles are guessed, and written as comments.",
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it exists.")] = False,
) -> None:
    """Write a commented configuration to start from."""
    from mmon.config_file.schema import schema_text
    from mmon.config_file.template import template
    from mmon.files import is_file_or_new, write

    if not is_file_or_new(path):
        raise ConfigError(f"{path!r} is no file to write", hint="name a file, such as mmon.yaml")
    # The configuration's first line names it, for editors.
    beside = Path(path).with_name("mmon.schema.json")
    if beside == Path(path):
        raise ConfigError(f"{path} is written beside the configuration", hint="name another file")
    texts = {Path(path): "", beside: schema_text()}
    for place, text in texts.items():
        is_taken = os.path.lexists(place) and not (place == beside and _holds(place, text))
        if is_taken and not force:
            raise ConfigError(f"{place} exists already", hint="name another file, or add --force")
    texts[Path(path)] = template() if source is None else _template_of(source)
    for place, text in texts.items():
        write(place, text)
    console.tell(
        f"wrote {path} and {beside}; edit it, then: mmon validate {path} && mmon run {path}"
    )


def _template_of(source: str) -> str:
    from mmon.comparison.guess import guessed_roles
    from mmon.config_file.template import template

    return template(source, guessed_roles(source))


def _holds(path: Path, text: str) -> bool:
    try:
        return path.read_text(encoding="utf-8") == text
    except (OSError, UnicodeDecodeError):
        return False


def validate(
    config_path: ConfigFile,
    data: Annotated[
        bool,
        typer.Option("--data", help="Look for the configured columns in the data, too."),
    ] = False,
) -> None:
    """Check a configuration file, and that its reports can be written."""
    from mmon.cli import outputs
    from mmon.comparison import overlap, schemas
    from mmon.config.text import Problem
    from mmon.config_file import load, told

    config = load(config_path)
    read = [*overlap.sources_of(config), overlap.Source(config_path)]
    outputs.check(outputs.places(config, {}), read)
    outputs.check_elsewhere(config)
    about_data = ""
    if data:
        found = schemas.schemas(config)
        problems = [Problem((), error.message, error.hint) for error in found.missing]
        if problems:
            raise ConfigError(told(problems, config_path))
        about_data = f": {schemas.in_words(found)}"
    console.say(f"{config_path} is valid{about_data}")


def schema(
    result: Annotated[
        bool,
        typer.Option(
            "--result",
            rich_help_panel=Panel.OUTPUT,
            help="Of the result document (--json) instead.",
        ),
    ] = False,
) -> None:
    """Print the JSON Schema of the configuration."""
    if result:
        from mmon.reports.json import schema_text
    else:
        from mmon.config_file.schema import schema_text

    console.hand_over(schema_text())


def metrics() -> None:
    """List the drift and performance metrics."""
    from mmon.cli import lists

    console.say(lists.of_metrics(width=console.line_width()))


def explain(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME",
            help="A name of the list that there is without it, a metric's with a value of its own, "
            "such as f1_macro, or a key of the configuration.",
            autocompletion=completion.of_explained,
        ),
    ] = None,
) -> None:
    """Print the manual page of a name; without one, list the names."""
    from mmon.cli import lists

    console.say(lists.manual(name) if name else lists.of_names(console.line_width()))


def demo(
    folder: Annotated[str, typer.Argument(metavar="DIR", help="Where to write it.")] = "demo",
) -> None:
    """Write a small dataset with planted drift, and its reports."""
    from mmon.cli import demo as demonstration

    console.say(demonstration.write(Path(folder)))


def about() -> None:
    """Print the versions of libraries, and how the processor is used."""
    import importlib.metadata
    import platform

    from mmon import __version__
    from mmon.cli import processor

    libraries = ", ".join(
        f"{name} {importlib.metadata.version(name)}" for name in ("polars", "numpy", "scipy")
    )
    console.say(f"mmon {__version__}")
    console.say(f"Python {platform.python_version()} on {platform.system()} {platform.machine()}")
    console.say(libraries)
    console.say(processor.described())


COMMANDS = (init, validate, schema, metrics, explain, demo, about)
