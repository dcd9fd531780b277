"""The typed configuration of a run; every field is one key of the YAML file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

DURATION = re.compile(r"^[1-9][0-9]*(m|h|d|w|mo)$")

Level = Literal["potential", "detected"]
Share = Annotated[float, Field(ge=0, le=1)]
PositiveInt = Annotated[int, Field(ge=1)]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Thresholds(_Section):
    """Two levels of one result: where it may matter, and where it does."""

    potential: float | None = None
    detected: float | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Thresholds:
        if None not in (self.potential, self.detected) and self.potential > self.detected:  # type: ignore[operator]  # neither is None here
            raise ValueError(f"potential ({self.potential}) is above detected ({self.detected})")
        return self


class Dataset(_Section):
    """Where data is and how to read it.

    A bare string or a list of strings in YAML is short for ``{path: …}``.
    """

    path: str | tuple[str, ...]
    format: Literal["parquet", "csv", "tsv", "ndjson", "ipc"] | None = None
    separator: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    null_values: tuple[str, ...] = ()
    has_header: bool = True
    dtypes: dict[str, str] = {}
    hive: bool | None = None
    storage_options: dict[str, str] = {}

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        return {"path": value} if isinstance(value, str | list | tuple) else value


class Columns(_Section):
    """What the columns mean; every name is a column of the reference."""

    id: str | None = None
    timestamp: str | None = None
    target: str | None = None
    prediction: str | None = None
    score: str | None = None
    features: Literal["all"] | tuple[str, ...] = "all"
    ignore: tuple[str, ...] = ()
    categorical: tuple[str, ...] = ()
    numeric: tuple[str, ...] = ()


class Windows(_Section):
    """How production is cut into windows; nothing set means one window."""

    every: Annotated[str, Field(pattern=DURATION.pattern)] | None = None
    rows: PositiveInt | None = None
    start: str | None = None
    end: str | None = None
    timezone: str = "UTC"
    incomplete: Literal["keep", "drop"] = "keep"

    @model_validator(mode="after")
    def _one_way(self) -> Windows:
        if self.every is not None and self.rows is not None:
            raise ValueError("windows take either 'every' or 'rows', not both")
        return self


class DataDrift(_Section):
    """Which drift metrics are computed, and which of them decide."""

    metrics: Literal["all"] | tuple[str, ...] = "all"
    thresholds: dict[str, Thresholds] = {}
    options: dict[str, dict[str, Any]] = {}
    gate: Literal["any", "share", "none"] = "any"
    share: Share = 0.3
    importance: dict[str, Annotated[float, Field(ge=0)]] = {}


class DataQuality(_Section):
    """Which data-quality checks are made, and which of them decide."""

    thresholds: dict[str, Thresholds] = {}
    duplicates: bool = False
    gate: Literal["any", "none"] = "any"


class Analyses(_Section):
    """The analyses of a run; null switches one off."""

    data_drift: DataDrift | None = DataDrift()
    data_quality: DataQuality | None = DataQuality()


class Outputs(_Section):
    """Files to write; a path of null writes none."""

    json_path: Annotated[Path | None, Field(alias="json")] = None
    html: Path | None = None
    markdown: Path | None = None


class Config(_Section):
    """A whole run."""

    project: str | None = None
    endpoint: str | None = None
    reference: Dataset
    production: Dataset
    columns: Columns = Columns()
    windows: Windows | None = None
    analyses: Analyses = Analyses()
    alpha: Annotated[float, Field(gt=0, lt=1)] = 0.05
    fail_on: Literal["potential", "detected", "never"] = "detected"
    on_inconclusive: Literal["fail", "pass"] = "fail"
    exact: bool = False
    points: Annotated[int, Field(ge=16)] = 4096
    labels_kept: Annotated[int, Field(ge=2)] = 10_000
    seed: int = 0
    outputs: Outputs = Outputs()
