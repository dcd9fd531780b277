"""The options of the command line: their help, and the configuration keys they stand for."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

import typer

from mmon.errors import ConfigError

_OUTPUT = "Output"
_DECIDES = "What decides"
_COMPARED = "What is compared"
_WINDOWS = "Windows of production"
_TEXT = "How files are read"

Level = Literal["potential", "detected", "never"]
Action = Literal["fail", "pass"]
Format = Literal["parquet", "csv", "tsv", "ndjson", "ipc"]


def _option(*flags: str, metavar: str | None = None, group: str, text: str) -> Any:
    return typer.Option(
        *flags, metavar=metavar, rich_help_panel=group, help=text, show_default=False
    )


Reference = Annotated[
    str,
    typer.Argument(
        metavar="REFERENCE",
        help="What is normal: a file, folder, glob or URI, or a baseline file (.mmon).",
    ),
]
Production = Annotated[
    str,
    typer.Argument(metavar="PRODUCTION", help="What is judged: the same, or - for standard input."),
]
ConfigFile = Annotated[str, typer.Argument(metavar="CONFIG", help="A YAML configuration.")]

Json = Annotated[
    str | None,
    _option(
        "--json", metavar="FILE", group=_OUTPUT, text="Write the result document; - prints it."
    ),
]
Html = Annotated[
    str | None, _option("--html", metavar="FILE", group=_OUTPUT, text="Write the HTML report.")
]
Markdown = Annotated[
    str | None,
    _option("--md", metavar="FILE", group=_OUTPUT, text="Write the Markdown report; - prints it."),
]
Quiet = Annotated[
    bool, _option("--quiet", "-q", group=_OUTPUT, text="Print only the verdict, in one line.")
]

FailOn = Annotated[
    Level | None,
    _option(
        "--fail-on",
        metavar="LEVEL",
        group=_DECIDES,
        text="What exits 1: potential, detected (default) or never.",
    ),
]
OnInconclusive = Annotated[
    Action | None,
    _option(
        "--on-inconclusive",
        metavar="ACTION",
        group=_DECIDES,
        text="Too few rows to tell: fail (exit 4, default) or pass (exit 0).",
    ),
]
Threshold = Annotated[
    list[str] | None,
    _option(
        "--threshold",
        "-t",
        metavar="NAME=LEVELS",
        group=_DECIDES,
        text="Levels of a metric or quality check: ks=0.2 (detected) or ks=0.1/0.2 "
        "(potential/detected). May be repeated.",
    ),
]
Alpha = Annotated[
    float | None,
    _option(
        "--alpha", metavar="NUMBER", group=_DECIDES, text="Significance level; 0.05 by default."
    ),
]
PValues = Annotated[
    bool,
    _option(
        "--p-values",
        group=_DECIDES,
        text="Compute p-values of all metrics, not of those alone that decide; takes longer.",
    ),
]

Metric = Annotated[
    list[str] | None,
    _option(
        "--metric",
        "-m",
        metavar="NAME",
        group=_COMPARED,
        text="Compute only this drift metric (see `mmon metrics`). May be repeated.",
    ),
]
Column = Annotated[
    list[str] | None,
    _option(
        "--column",
        metavar="COLUMN",
        group=_COMPARED,
        text="Compare only this column. May be repeated.",
    ),
]
Ignore = Annotated[
    list[str] | None,
    _option("--ignore", metavar="COLUMN", group=_COMPARED, text="Leave it out. May be repeated."),
]
Categorical = Annotated[
    list[str] | None,
    _option(
        "--categorical",
        metavar="COLUMN",
        group=_COMPARED,
        text="Its numbers are categories. May be repeated.",
    ),
]
Timestamp = Annotated[
    str | None,
    _option(
        "--timestamp", metavar="COLUMN", group=_COMPARED, text="It holds the time; not tested."
    ),
]
IdColumn = Annotated[
    str | None,
    _option("--id", metavar="COLUMN", group=_COMPARED, text="It identifies rows; not tested."),
]
Exact = Annotated[
    bool,
    _option(
        "--exact",
        group=_COMPARED,
        text="Keep every distinct value: no approximation, more memory.",
    ),
]

Every = Annotated[
    str | None,
    _option("--every", metavar="LENGTH", group=_WINDOWS, text="Of time: 10m, 1h, 1d, 1w or 1mo."),
]
Rows = Annotated[
    int | None, _option("--rows", metavar="N", group=_WINDOWS, text="Of so many rows.")
]
Timezone = Annotated[
    str | None,
    _option(
        "--timezone",
        metavar="ZONE",
        group=_WINDOWS,
        text="Where days begin, such as Europe/Vienna; UTC by default.",
    ),
]

Separator = Annotated[
    str | None,
    _option("--separator", metavar="CHAR", group=_TEXT, text="What separates the fields of CSV."),
]
FileFormat = Annotated[
    Format | None,
    _option(
        "--format",
        metavar="FORMAT",
        group=_TEXT,
        text="parquet, csv, tsv, ndjson or ipc, where the name does not tell.",
    ),
]
NullValue = Annotated[
    list[str] | None,
    _option(
        "--null-value",
        metavar="TEXT",
        group=_TEXT,
        text="A text that stands for a missing value, such as NA. May be repeated.",
    ),
]
OfResult = Annotated[
    bool, _option("--result", group=_OUTPUT, text="Of the result document (--json) instead.")
]

# How messages name the keys of a configuration that was made from options.
_FLAGS = (
    (r"windows\.(?P<name>every|rows|timezone)", r"--\g<name>"),
    (r"windows", "--every and --rows"),
    (r"alpha", "--alpha"),
    (r"analyses\.data_drift\.metrics\[\d+\]", "--metric"),
    (r"analyses\.\w+\.thresholds\.(?P<name>[^.:]+)(\.\w+)?", r"--threshold \g<name>"),
    (r"(reference|production)\.(?P<name>separator)", r"--\g<name>"),
    (r"columns\.(?P<name>timestamp|id|ignore|categorical)(\[\d+\])?", r"--\g<name>"),
    (r"columns\.features(\[\d+\])?", "--column"),
    (r"columns", "--column and --ignore"),
)
_HINT = " " * 6
_LEVELS = ("potential", "detected")
_THRESHOLD = re.compile(r"(?P<name>[^=]+)=((?P<potential>[^/]+)/)?(?P<detected>[^/]+)")


def given(**options: Any) -> dict[str, Any]:  # the names become configuration keys
    """The options that were given."""
    return {name: value for name, value in options.items() if value not in (None, [], {})}


def thresholds(texts: list[str]) -> dict[str, dict[str, Any]]:
    """``ks=0.1/0.2`` options as the ``thresholds`` sections of the analyses, by analysis.

    Raises
    ------
    ConfigError
        When one is not NAME=NUMBER or NAME=NUMBER/NUMBER.
    """
    from mmon.config_analyses import DATA_QUALITY_CHECKS

    sections: dict[str, dict[str, Any]] = {"data_drift": {}, "data_quality": {}}
    for text in texts:
        match = _THRESHOLD.fullmatch(text)
        try:
            found = match.groupdict() if match else {}
            levels = {key: float(found[key]) for key in _LEVELS if found.get(key)}
        except ValueError:
            levels = {}
        if match is None or not levels:
            raise ConfigError(
                f"--threshold {text!r} is not a name, = and one or two numbers",
                hint="write it as ks=0.2 or ks=0.1/0.2",
            )
        section = "data_quality" if match["name"] in DATA_QUALITY_CHECKS else "data_drift"
        sections[section][match["name"]] = levels
    return sections


def in_options(error: ConfigError) -> ConfigError:
    """An error about a configuration that was made from options, in the words of the options."""
    first, *lines = map(_translated, error.message.split("\n"))
    if not lines:
        return ConfigError(first, hint=error.hint)
    # One option may stand for a key of both datasets.
    told = list(dict.fromkeys(lines))
    problems = [line.strip() for line in told if not line.startswith(_HINT)]
    if len(problems) > 1:
        return ConfigError("\n".join([first, *told]), hint=error.hint)
    hints = [line.strip() for line in told if line.startswith(_HINT)]
    return ConfigError(problems[0], hint="; ".join(hints) or error.hint)


def _translated(line: str) -> str:
    for key, flag in _FLAGS:
        found, count = re.subn(rf"^(?P<indent>\s*){key}:", rf"\g<indent>{flag}:", line)
        if count:
            return found
    return line
