"""Where data is and how it is read: a part of the configuration."""

from __future__ import annotations

import functools
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from mmon.config.fields import (
    Duration,
    Flag,
    FormatName,
    PositiveInt,
    Section,
    Separator,
    Text,
    Timeout,
)
from mmon.config.option import Option, Panel
from mmon.texts.redaction import keep_options, keep_uri
from mmon.windows.durations import length_us

_reading = functools.partial(Option, panel=Panel.TEXT)


class Timeouts(Section):
    """How long servers are waited for."""

    connect: Timeout = "10s"
    """The longest until a connection stands: 500ms, 10s, 2m or 1h."""
    idle: Timeout = "30s"
    """The longest silence; a web server that sends fewer than 1,000 bytes a second for this long
    is silent, too."""
    total: Timeout | None = Field(default=None, examples=["1h"])
    """The longest that a file may take from a web server, or one request to an object store; null
    is no limit for a web server, and 30m for an object store."""


class Dataset(Section):
    """Where data is and how to read it.

    A bare string or a list of strings in YAML is short for ``{path: …}``.
    """

    SHORT: ClassVar[str | None] = "path"

    path: Text | Annotated[tuple[Text, ...], Field(min_length=1)]
    """A file, a folder, a glob, any URI that Polars reads, or a list of these."""
    format: Annotated[
        FormatName | None,
        _reading("--format", "FORMAT"),
        Field(examples=["csv"]),
    ] = None
    """What the files are ({formats}) where their names do not tell."""
    separator: Annotated[
        Separator | None, _reading("--separator", "CHAR"), Field(examples=[";"])
    ] = None
    """The character between the values of a row (csv, tsv)."""
    null_values: Annotated[
        tuple[str, ...],
        _reading("--null-value", "TEXT", is_list=True),
        Field(examples=[["NA", "?"]]),
    ] = ()
    """Texts that stand for a missing value, such as NA (csv, tsv)."""
    has_header: Flag = True
    """Whether the first row holds the names of the columns (csv, tsv)."""
    dtypes: dict[str, str] = Field(default={}, examples=[{"zip_code": "String"}])
    """Types of columns that would be read as something else, by the names Polars gives them."""
    hive: Flag | None = Field(default=None, examples=[True])
    """Whether folders such as ``date=2024-01-31`` are columns; null finds out."""
    storage_options: dict[str, str] = Field(
        default={},
        examples=[
            {"aws_region": "eu-central-1", "aws_secret_access_key": "${AWS_SECRET_ACCESS_KEY}"}
        ],
    )
    """Where object storage is and the keys to it; never shown, and in no report."""
    timeouts: Timeouts = Timeouts()

    @model_validator(mode="after")
    def _keep_secrets(self) -> Self:
        keep_options(self.storage_options)
        for path in self.paths:
            keep_uri(path)
        return self

    @property
    def paths(self) -> tuple[str, ...]:
        """Its paths, in a tuple also where it is one."""
        return (self.path,) if isinstance(self.path, str) else self.path


class Reference(Dataset):
    """What is normal: a dataset, and with a history windows that were analysed before."""

    previous: PositiveInt | None = Field(default=None, examples=[1])
    """With a history: judge each window against the one so many before it (1: consecutive drift),
    in the place of the dataset, which still decides how columns are read and holds while there are
    too few windows."""
    trailing: PositiveInt | None = Field(default=None, examples=[7])
    """The same against so many windows before it, taken together."""
    season: Literal["1d", "1w"] | None = Field(default=None, examples=["1w"])
    """The same against windows of the same hour of the day (1d), or of the same weekday and hour
    (1w): the newest eight of them, or as many as ``trailing`` says; fewer while there are fewer."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        for name in ("trailing", "season"):
            if self.previous is not None and getattr(self, name) is not None:
                raise ValueError(f"a reference takes either 'previous' or '{name}', not both")
        return self

    def check_season(self, every: str | None) -> None:
        """Raise `ValueError` where windows of a length have no place in the season."""
        if self.season is None:
            return
        if every is None:
            raise ValueError("reference.season needs windows of time (windows.every)")
        if length_us(every) > length_us(self.season):
            raise ValueError(f"reference.season is {self.season}, and windows are longer: {every}")

    @property
    def same(self) -> int:
        """Windows of one hour or weekday that are taken together: of weeks two months."""
        return self.trailing or 8

    @property
    def rolls(self) -> str | None:
        """The key that has it change with the windows; None where it stays."""
        names = ("previous", "trailing", "season")
        return next((name for name in names if getattr(self, name) is not None), None)


class Labels(Dataset):
    """The true outcomes of production where they arrive later, in a dataset joined by the id."""

    on: Text | None = Field(default=None, examples=["request_id"])
    """The column that labels and predictions share; null takes ``columns.id``."""
    target: Text | None = Field(default=None, examples=["defaulted"])
    """The labels' column; null takes ``columns.target``."""
    wait: Duration = "60d"
    """With a history: for how long after its end a window is looked at again for labels that came
    since, and once more after that. It is analysed once more when half of its rows have one, or as
    many as the level of ``label_coverage`` asks for. Until then performance waits, also for the
    first file in a folder; a run is inconclusive where labels did not come in that time."""
