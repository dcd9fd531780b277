"""The options of the command line, and their help."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import typer

_OUTPUT = "Output"
_DECIDES = "What decides"
_COMPARED = "What is compared"
_MODEL = "How good the model is"
_WINDOWS = "Windows of production"
_TEXT = "How files are read"

Level = Literal["potential", "detected", "never"]
Action = Literal["fail", "pass"]
TaskName = Literal["binary", "multiclass", "regression"]
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
Reports = Annotated[
    list[str] | None,
    _option(
        "--report",
        metavar="FILE",
        group=_OUTPUT,
        text="Write a report; its name's ending tells the format: .html, .md, .json or .txt. "
        "May be repeated.",
    ),
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
        "(potential/detected); of a performance metric, of its drop. May be repeated.",
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
Segment = Annotated[
    list[str] | None,
    _option(
        "--segment",
        metavar="COLUMN",
        group=_COMPARED,
        text="Repeat everything for each of its values. May be repeated.",
    ),
]
TaskOption = Annotated[
    TaskName | None,
    _option(
        "--task",
        metavar="TASK",
        group=_MODEL,
        text="binary, multiclass or regression, where the columns do not tell.",
    ),
]
Target = Annotated[
    str | None, _option("--target", metavar="COLUMN", group=_MODEL, text="The true outcome.")
]
Prediction = Annotated[
    str | None,
    _option("--prediction", metavar="COLUMN", group=_MODEL, text="What the model answered."),
]
ScoreColumn = Annotated[
    str | None,
    _option(
        "--score",
        metavar="COLUMN",
        group=_MODEL,
        text="The positive class's probability, for a binary task.",
    ),
]
LabelsPath = Annotated[
    str | None,
    _option(
        "--labels",
        metavar="DATA",
        group=_MODEL,
        text="Production's true outcomes, joined by --id.",
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
