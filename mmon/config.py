"""The typed configuration of a run; every field is one key of the YAML file.

The text below a field is its description in ``mmon schema``, which editors show.
"""

from __future__ import annotations

import datetime
import fnmatch
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from mmon.config_analyses import Analyses, role_of
from mmon.config_fields import (
    Duration,
    Flag,
    Instant,
    Integer,
    Names,
    OpenShare,
    OutputFile,
    PositiveInt,
    Section,
    Separator,
    Text,
    Timeout,
    TimeZone,
)
from mmon.redaction import keep_options, keep_uri


class Timeouts(Section):
    """How long servers are waited for."""

    connect: Timeout = "10s"
    """The longest until a connection stands: 500ms, 10s, 2m or 1h."""
    idle: Timeout = "30s"
    """The longest silence; a web server that sends fewer than 1,000 bytes a second for this long
    is silent, too."""
    total: Timeout | None = None
    """The longest that a file may take from a web server, or one request to an object store; null
    is no limit for a web server, and 30m for an object store."""


class Dataset(Section):
    """Where data is and how to read it.

    A bare string or a list of strings in YAML is short for ``{path: …}``.
    """

    path: Text | Annotated[tuple[Text, ...], Field(min_length=1)]
    """A file, a folder, a glob, any URI that Polars reads, or a list of these."""
    format: Literal["parquet", "csv", "tsv", "ndjson", "ipc"] | None = None
    """What the files are; null finds out from their names."""
    separator: Separator | None = None
    """The character between the values of a row (csv, tsv)."""
    null_values: tuple[str, ...] = ()
    """Texts that stand for a missing value (csv, tsv)."""
    has_header: Flag = True
    """Whether the first row holds the names of the columns (csv, tsv)."""
    dtypes: dict[str, str] = {}
    """Types of columns that would be read as something else, by the names Polars gives them."""
    hive: Flag | None = None
    """Whether folders such as ``date=2024-01-31`` are columns; null finds out."""
    storage_options: dict[str, str] = {}
    """Where object storage is and the keys to it; never shown."""
    timeouts: Timeouts = Timeouts()
    """How long servers are waited for."""

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        return {"path": value} if isinstance(value, str | list | tuple) else value

    @model_validator(mode="after")
    def _keep_secrets(self) -> Self:
        keep_options(self.storage_options)
        for path in (self.path,) if isinstance(self.path, str) else self.path:
            keep_uri(path)
        return self


def matches(name: str, pattern: str) -> bool:
    """Whether a column is the one of that name, or one of a pattern such as ``debug_*``."""
    return name == pattern or fnmatch.fnmatchcase(name, pattern)


class Columns(Section):
    """What the columns mean; every name is a column of the reference."""

    id: str | None = None
    """Identifies a row; not tested."""
    timestamp: str | None = None
    """When the row happened: windows are cut by it; not tested."""
    target: str | None = None
    """The true outcome."""
    prediction: str | None = None
    """What the model answered."""
    score: str | None = None
    """The model's probability or score; for a binary task, of the positive class."""
    scores: dict[str, str] = {}
    """For several classes: the score column of each class."""
    lower: str | None = None
    """For a regression: the lower end of the model's prediction interval."""
    upper: str | None = None
    """For a regression: the upper end of the model's prediction interval."""
    latency: str | None = None
    """How long the answer took, in any unit."""
    error: str | None = None
    """Whether the request failed: true, a number other than 0, or a message."""
    features: Literal["all"] | Names = "all"
    """The columns to compare: ``all`` of them, or the ones named here."""
    ignore: tuple[str, ...] = ()
    """Columns to leave out, of either dataset: names, or patterns such as ``debug_*``."""
    categorical: tuple[str, ...] = ()
    """Columns to treat as categories even though they hold numbers."""
    numeric: tuple[str, ...] = ()
    """Columns to treat as numbers even though they look like categories."""

    @model_validator(mode="after")
    def _one_meaning(self) -> Columns:
        chosen = () if self.features == "all" else self.features
        for one, other, clash in (
            ("categorical", "numeric", set(self.categorical) & set(self.numeric)),
            ("features", "ignore", {name for name in chosen if self.ignores(name)}),
        ):
            if clash:
                raise ValueError(f"{sorted(clash)[0]!r} is listed under both {one} and {other}")
        return self

    def ignores(self, name: str) -> bool:
        """Whether a column is left out."""
        return any(matches(name, pattern) for pattern in self.ignore)


class Labels(Dataset):
    """Ground truth that arrives later, in a dataset of its own."""

    on: Text | None = None
    """The column that labels and predictions share; null takes ``columns.id``."""
    target: Text | None = None
    """The labels' column; null takes ``columns.target``."""


class Segments(Section):
    """Columns by whose values every analysis is repeated.

    A list of columns in YAML is short for ``{columns: […]}``.
    """

    columns: Names
    """The columns."""
    top: Annotated[Integer, Field(ge=1, le=50)] = 10
    """How many values of each column are looked at: those with the most rows in the reference, of
    the first hundred that appear in it. The others are taken together."""
    gate: Flag = True
    """Whether what is found in a segment takes part in the verdict."""

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        return {"columns": value} if isinstance(value, str | list | tuple) else value


class Windows(Section):
    """How production is cut into windows; nothing set means one window."""

    every: Duration | None = None
    """Length of a window in event time: 10m, 1h, 1d, 1w or 1mo."""
    rows: PositiveInt | None = None
    """Rows of a window, in the order of the data; instead of ``every``."""
    start: Instant | None = None
    """Production before this time is left out; windows are aligned to it."""
    end: Instant | None = None
    """Production after this time is left out."""
    timezone: TimeZone = "UTC"
    """Where days, weeks and months begin; also the zone of times that carry none."""
    allowed_lateness: Duration | None = None
    """A row that arrives up to this long after its window has closed is not late."""
    incomplete: Literal["keep", "drop"] = "keep"
    """What happens to a last window that the data does not fill."""

    @model_validator(mode="after")
    def _one_way(self) -> Windows:
        if self.every is not None and self.rows is not None:
            raise ValueError("windows take either 'every' or 'rows', not both")
        if self.start is not None and self.end is not None:
            start, end = map(datetime.datetime.fromisoformat, (self.start, self.end))
            # A time without a zone and one with can be compared only once the data is read.
            if (start.tzinfo is None) == (end.tzinfo is None) and start >= end:
                raise ValueError(f"start ({self.start}) is not before end ({self.end})")
        return self


class Outputs(Section):
    """Files to write; a path of null writes none."""

    json_path: Annotated[OutputFile | None, Field(alias="json")] = None
    """The result document: everything the other formats show."""
    html: OutputFile | None = None
    """A report for people, in one self-contained file."""
    markdown: OutputFile | None = None
    """A summary for a pull request or a job page."""
    reports: tuple[OutputFile, ...] = ()
    """More reports; the ending of a name tells the format: .html, .md, .json or .txt."""


class Config(Section):
    """A whole run of mmon.

    Relative paths are relative to the directory mmon runs in. ``${NAME}`` in a value is replaced by
    the environment variable NAME, ``${NAME:-text}`` by text where NAME is unset or empty, and
    ``$$`` by one dollar sign.
    """

    project: str | None = None
    """What the model belongs to; shown in reports."""
    endpoint: str | None = None
    """The model or deployment; shown in reports."""
    reference: Dataset
    """What is normal: the training data, or a baseline file made by ``mmon baseline``."""
    production: Dataset
    """What is to be judged."""
    labels: Labels | None = None
    """Where the true outcomes of production are, when they are not in production itself."""
    columns: Columns = Columns()
    """What the columns mean."""
    task: Literal["binary", "multiclass", "regression"] | None = None
    """What the model does; null finds out where the columns leave no doubt."""
    segments: Segments | None = None
    """Columns by whose values every analysis is repeated."""
    windows: Windows | None = None
    """How production is cut into windows; null is one window."""
    analyses: Analyses = Analyses()
    """What is looked at, and what decides."""
    alpha: OpenShare = 0.05
    """False discovery rate at which a change counts as significant: over the columns (and values
    of a segmenting column), for each metric and window; metrics and windows add up."""
    fail_on: Literal["potential", "detected", "never"] = "detected"
    """The level that makes a breach."""
    on_inconclusive: Literal["fail", "pass"] = "fail"
    """Whether too few rows to tell exits 4 (fail) or 0 (pass)."""
    exact: Flag = False
    """Keep every value instead of a summary: no approximation, memory grows with the data."""
    points: Annotated[Integer, Field(ge=16, le=1_000_000)] = 4096
    """Values kept of a numeric column; more are more exact. Beyond 64 windows each keeps fewer."""
    labels_kept: Annotated[Integer, Field(ge=2, le=10_000_000)] = 10_000
    """Categories counted of a column; the rest are counted together."""
    outputs: Outputs = Outputs()
    """Files to write."""

    @model_validator(mode="after")
    def _levels_have_columns(self) -> Config:
        system = self.analyses.system_performance
        for name in system.thresholds if system is not None else ():
            role = role_of("system_performance", name)
            if role is not None and getattr(self.columns, role) is None:
                raise ValueError(
                    f"analyses.system_performance.thresholds.{name} needs columns.{role}"
                )
        return self

    @model_validator(mode="after")
    def _two_sides(self) -> Config:
        if self.reference.path == self.production.path == "-":
            raise ValueError("standard input cannot be both the reference and production")
        return self
