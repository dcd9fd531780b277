"""The typed configuration of a run; every field is one key of the YAML file.

The text below a field is its description in ``mmon schema``, which editors show.
"""

from __future__ import annotations

import datetime
import re
import zoneinfo
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

DURATION = re.compile(r"^[1-9][0-9]*(m|h|d|w|mo)$")

# The results of the data_quality analysis that take thresholds.
DATA_QUALITY_CHECKS = (
    "missing_share",
    "unseen_share",
    "out_of_range_share",
    "infinite_share",
    "constant",
    "type_change",
    "missing_column",
    "new_column",
    "duplicate_share",
)

# Strict: YAML has numbers and booleans, so a text or a `true` in the place of a number is a slip.
Flag = Annotated[bool, Field(strict=True)]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Integer = Annotated[int, Field(strict=True)]
PositiveInt = Annotated[Integer, Field(ge=1)]
Text = Annotated[str, Field(min_length=1)]
Names = Annotated[tuple[str, ...], Field(min_length=1)]
Share = Annotated[Number, Field(ge=0, le=1)]
Weight = Annotated[Number, Field(ge=0)]


def _duration(text: str) -> str:
    if not DURATION.fullmatch(text):
        raise ValueError("must be a length of time such as 10m, 1h, 1d, 1w or 1mo")
    return text


def _instant(text: str) -> str:
    try:
        datetime.datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("must be a date or time such as 2024-01-31 or 2024-01-31T06:00") from None
    return text


def _timezone(name: str) -> str:
    known = zoneinfo.available_timezones()
    # A machine without a time zone database cannot say what is wrong.
    if known and name not in known:
        raise ValueError("must be a time zone such as UTC or Europe/Vienna")
    return name


def _separator(text: str) -> str:
    # A shell hands on the two characters of \t.
    mark = "\t" if text == r"\t" else text
    if len(mark) != 1:
        raise ValueError("must be 1 character")
    return mark


def _file(path: Path) -> Path:
    if path == Path():
        raise ValueError("must be the path of a file")
    return path


Duration = Annotated[
    str, AfterValidator(_duration), Field(json_schema_extra={"pattern": DURATION.pattern})
]
Separator = Annotated[
    str, AfterValidator(_separator), Field(json_schema_extra={"pattern": r"^(.|\\t)$"})
]
Instant = Annotated[str, AfterValidator(_instant)]
TimeZone = Annotated[str, AfterValidator(_timezone)]
OutputFile = Annotated[Path, AfterValidator(_file)]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Thresholds(_Section):
    """Two levels of one result: where it may matter, and where it does.

    A level that is not set is never reached; with neither, the result is told but not judged.
    """

    potential: Number | None = None
    """From here on the change may matter."""
    detected: Number | None = None
    """From here on the change matters."""

    @model_validator(mode="after")
    def _ordered(self) -> Thresholds:
        if None not in (self.potential, self.detected) and self.potential > self.detected:  # type: ignore[operator]  # neither is None here
            raise ValueError(f"potential ({self.potential}) is above detected ({self.detected})")
        return self


class Dataset(_Section):
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

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        return {"path": value} if isinstance(value, str | list | tuple) else value


class Columns(_Section):
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
    """The model's probability or score."""
    features: Literal["all"] | Names = "all"
    """The columns to compare: ``all`` of them, or the ones named here."""
    ignore: tuple[str, ...] = ()
    """Columns to leave out."""
    categorical: tuple[str, ...] = ()
    """Columns to treat as categories even though they hold numbers."""
    numeric: tuple[str, ...] = ()
    """Columns to treat as numbers even though they look like categories."""

    @model_validator(mode="after")
    def _one_meaning(self) -> Columns:
        chosen = () if self.features == "all" else self.features
        for one, other, clash in (
            ("categorical", "numeric", set(self.categorical) & set(self.numeric)),
            ("features", "ignore", set(chosen) & set(self.ignore)),
        ):
            if clash:
                raise ValueError(f"{sorted(clash)[0]!r} is listed under both {one} and {other}")
        return self


class Windows(_Section):
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


class DataDrift(_Section):
    """Which drift metrics are computed, and which of them decide."""

    metrics: Literal["all"] | Names = "all"
    """The metrics to compute: ``all`` of them, or the ones named here (``mmon metrics``)."""
    thresholds: dict[str, Thresholds] = {}
    """Levels by metric. A metric with thresholds takes part in the verdict, on every column it is
    defined for but dates. Without thresholds of their own, ks does for numbers and total_variation
    for categories, at 0.1 and 0.2; ``{}`` takes one out."""
    p_values: Literal["deciding", "all"] = "deciding"
    """Whose p-values are computed: of the metrics that take part in the verdict, or of ``all``."""
    options: dict[str, dict[str, Any]] = {}
    """Options by metric (``mmon explain NAME`` lists them)."""
    gate: Literal["any", "share", "none"] = "any"
    """What makes a breach: any drifted column, a ``share`` of them, or nothing (only tell)."""
    share: Share = 0.3
    """With ``gate: share``: the share of drifted columns that makes a breach."""
    importance: dict[str, Weight] = {}
    """Weights of columns in the share of drifted columns, for instance feature importances; a
    column that is not named weighs 0."""


class DataQuality(_Section):
    """Which data-quality checks are made, and which of them decide."""

    thresholds: dict[str, Thresholds] = {}
    """Levels by check, in the place of its own; ``{}`` takes the check out of the verdict."""
    duplicates: Flag = False
    """Look for repeated rows too; this costs memory for a hash of every row."""
    gate: Literal["any", "none"] = "any"
    """What makes a breach: any check that fails, or nothing (only tell)."""


class Analyses(_Section):
    """The analyses of a run; null switches one off."""

    data_drift: DataDrift | None = DataDrift()
    """Has the distribution of a column changed?"""
    data_quality: DataQuality | None = DataQuality()
    """Are values missing, unseen, out of range, of another type?"""


class Outputs(_Section):
    """Files to write; a path of null writes none."""

    json_path: Annotated[OutputFile | None, Field(alias="json")] = None
    """The result document: everything the other formats show."""
    html: OutputFile | None = None
    """A report for people, in one self-contained file."""
    markdown: OutputFile | None = None
    """A summary for a pull request or a job page."""


class Config(_Section):
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
    columns: Columns = Columns()
    """What the columns mean."""
    windows: Windows | None = None
    """How production is cut into windows; null is one window."""
    analyses: Analyses = Analyses()
    """What is looked at, and what decides."""
    alpha: Annotated[Number, Field(gt=0, lt=1)] = 0.05
    """False discovery rate, over the columns, at which a change counts as significant."""
    fail_on: Literal["potential", "detected", "never"] = "detected"
    """The level that makes a breach."""
    on_inconclusive: Literal["fail", "pass"] = "fail"
    """Whether too few rows to tell exits 4 (fail) or 0 (pass)."""
    exact: Flag = False
    """Keep every value instead of a summary: no approximation, memory grows with the data."""
    points: Annotated[Integer, Field(ge=16)] = 4096
    """Values kept of a numeric column; more are more exact. Beyond 64 windows each keeps fewer."""
    labels_kept: Annotated[Integer, Field(ge=2)] = 10_000
    """Categories counted of a column; the rest are counted together."""
    outputs: Outputs = Outputs()
    """Files to write."""

    @model_validator(mode="after")
    def _two_sides(self) -> Config:
        if self.reference.path == self.production.path == "-":
            raise ValueError("standard input cannot be both the reference and production")
        return self
