"""What a run says: the result document and the words it uses, as data without behaviour.

The document is the source of truth of every report format: a report computes no statistics, it only
lays out what stands here. ``Document.to_dict`` is the JSON that users and CI read.
"""

from __future__ import annotations

import dataclasses
import enum
import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal, Self

from mmon.drawings import (
    ActivityPicture,
    Curve,
    FeatureBin,
    PerformancePicture,
    PerformanceSide,
    Picture,
)
from mmon.errors import ExitStatus

SCHEMA_VERSION = 1

Direction = Literal["above", "below"]


class Verdict(enum.StrEnum):
    """The one word a run ends in."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    BREACH = "breach"
    INCONCLUSIVE = "inconclusive"


class ResultKind(enum.StrEnum):
    """MLRun's result kinds, plus ``data_quality``."""

    DATA_DRIFT = "data_drift"
    CONCEPT_DRIFT = "concept_drift"
    MODEL_PERFORMANCE = "model_performance"
    SYSTEM_PERFORMANCE = "system_performance"
    MM_APP_ANOMALY = "mm_app_anomaly"
    DATA_QUALITY = "data_quality"


class Task(enum.StrEnum):
    """What the model does."""

    BINARY = "binary"
    MULTICLASS = "multiclass"
    REGRESSION = "regression"


class Status(enum.StrEnum):
    """MLRun's result statuses, plus ``inconclusive``, from the mildest to the worst."""

    IRRELEVANT = "irrelevant"
    NO_DETECTION = "no_detection"
    INCONCLUSIVE = "inconclusive"
    POTENTIAL_DETECTION = "potential_detection"
    DETECTED = "detected"

    @property
    def severity(self) -> int:
        """0 (irrelevant) to 4 (detected): the order of "worst first"."""
        return _SEVERITY[self]


_SEVERITY = {status: rank for rank, status in enumerate(Status)}


class ColumnKind(enum.StrEnum):
    """How a column is analysed; decided once, on the reference."""

    NUMERIC = "numeric"
    CATEGORICAL = "categorical"
    DATETIME = "datetime"
    TEXT = "text"
    IDENTIFIER = "identifier"
    UNSUPPORTED = "unsupported"


@dataclasses.dataclass(frozen=True, slots=True)
class Score:
    """What a metric says of two distributions.

    Attributes
    ----------
    value : float or None
        The effect size, in the metric's own unit; None when undefined (``reason`` says why).
    error : float
        Bound on ``|value - exact value|`` that comes from compressed summaries: 0 when exact,
        ``inf`` when unknown.
    p_value : float or None
        Two-sided p-value of "both samples come from one distribution", in [0, 1].
    reason : str or None
        Why ``value`` or ``p_value`` is None.
    """

    value: float | None
    error: float = 0.0
    p_value: float | None = None
    reason: str | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Result:
    """One judged number: a (window, segment, column, name) with its thresholds and status."""

    application: str
    kind: ResultKind
    name: str
    window: int = 0
    segment: str | None = None
    column: str | None = None
    value: float | None = None
    error: float = 0.0
    reference_value: float | None = None
    interval: tuple[float, float] | None = None
    p_value: float | None = None
    q_value: float | None = None
    potential: float | None = None
    detected: float | None = None
    direction: Direction = "above"
    gating: bool = False
    status: Status = Status.IRRELEVANT
    reason: str | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Metric:
    """One number that is only told, never judged."""

    application: str
    name: str
    value: float | None
    window: int = 0
    segment: str | None = None
    column: str | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Column:
    """One column of the reference or of production, how it was treated, and why.

    ``dtype`` is the type of its values, as Polars calls it, whatever type the file has for them.
    """

    name: str
    kind: ColumnKind
    dtype: str
    reason: str | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Window:
    """One production window, the interval (start, end]; times are ISO 8601 or None."""

    index: int
    rows: int
    start: str | None = None
    end: str | None = None
    late_rows: int = 0
    rank_error: float = 0.0
    status: Status = Status.NO_DETECTION


@dataclasses.dataclass(frozen=True, slots=True)
class Source:
    """Where a dataset came from and how much of it was read."""

    source: str
    rows: int
    rank_error: float = 0.0


@dataclasses.dataclass(frozen=True, slots=True)
class Document:
    """The result document of one run."""

    mmon_version: str
    project: str | None
    endpoint: str | None
    run_id: str
    started_at: str
    finished_at: str
    config_digest: str
    verdict: Verdict
    exit_status: ExitStatus
    sentence: str
    fail_on: str
    reference: Source
    production: Source
    windows: Sequence[Window]
    results: Sequence[Result]
    metrics: Sequence[Metric]
    columns: Sequence[Column]
    pictures: Sequence[Picture]
    performance: Sequence[PerformancePicture]
    bins: Sequence[FeatureBin]
    activity: Sequence[ActivityPicture]
    configuration: Mapping[str, Any]
    versions: Mapping[str, str]
    alerts: Sequence[Mapping[str, Any]] = ()
    deliveries: Sequence[Mapping[str, Any]] = ()
    errors: Sequence[str] = ()
    schema_version: int = SCHEMA_VERSION

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types only; every number is finite or None."""
        body = {field.name: _plain(getattr(self, field.name)) for field in dataclasses.fields(self)}
        return {"schema_version": body.pop("schema_version"), **body}

    @classmethod
    def from_dict(cls, body: Mapping[str, Any]) -> Self:
        """Rebuild a document from ``to_dict``'s output.

        Raises
        ------
        KeyError, TypeError, ValueError
            When ``body`` is not a result document of this version.
        """
        known = {field.name for field in dataclasses.fields(cls)}
        values = {name: body[name] for name in known}
        values["verdict"] = Verdict(body["verdict"])
        values["exit_status"] = ExitStatus(body["exit_status"])
        values["reference"] = Source(**body["reference"])
        values["production"] = Source(**body["production"])
        values["windows"] = tuple(
            Window(**{**row, "status": Status(row["status"])}) for row in body["windows"]
        )
        values["results"] = tuple(_result(row) for row in body["results"])
        values["metrics"] = tuple(Metric(**row) for row in body["metrics"])
        values["columns"] = tuple(
            Column(**{**row, "kind": ColumnKind(row["kind"])}) for row in body["columns"]
        )
        values["pictures"] = tuple(Picture(**_tuples(row)) for row in body["pictures"])
        values["performance"] = tuple(_performance(row) for row in body["performance"])
        values["bins"] = tuple(FeatureBin(**_tuples(row)) for row in body["bins"])
        values["activity"] = tuple(ActivityPicture(**_tuples(row)) for row in body["activity"])
        return cls(**values)


def _result(row: Mapping[str, Any]) -> Result:
    interval = row["interval"]
    return Result(
        **{
            **row,
            "kind": ResultKind(row["kind"]),
            "status": Status(row["status"]),
            "error": math.inf if row["error"] is None else row["error"],
            "interval": None if interval is None else (interval[0], interval[1]),
        }
    )


def _performance(row: Mapping[str, Any]) -> PerformancePicture:
    sides = {name: _side(row[name]) for name in ("reference", "production")}
    return PerformancePicture(**{**_tuples(row), **sides})


def _side(body: Mapping[str, Any] | None) -> PerformanceSide | None:
    if body is None:
        return None
    curves = tuple(Curve(**_tuples(curve)) for curve in body["curves"])
    return PerformanceSide(**{**_tuples(body), "curves": curves})


def _tuples(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _tuples(item) for key, item in value.items()}
    if isinstance(value, list):
        return tuple(_tuples(item) for item in value)
    return value


def _plain(value: Any) -> Any:
    """JSON types for any value of a document; NaN and infinities become None."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value
