"""What a run says: the result document and the words it uses, as data without behaviour.

The document is the source of truth of every report format: a report computes no statistics, it only
lays out what stands here. ``Document.to_dict`` is the JSON that users and CI read.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import math
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, Self

from mmon import records
from mmon.drawings import (
    ActivityPicture,
    FeatureBin,
    PerformancePicture,
    Picture,
)
from mmon.errors import ExitStatus
from mmon.records import Count, Interval, Null, require

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
    window: Count = 0
    segment: str | None = None
    column: str | None = None
    value: float | None = None
    error: Annotated[float, Null(math.inf)] = 0.0
    reference_value: float | None = None
    interval: Interval | None = None
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
    window: Count = 0
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

    index: Count
    rows: Count
    start: str | None = None
    end: str | None = None
    late_rows: Count = 0
    rank_error: float = 0.0
    status: Status = Status.NO_DETECTION

    def check(self) -> None:
        """Raise `MisfitError` when what was read back is no window."""
        require(_is_instant(self.start), "has a start that is no time")
        require(_is_instant(self.end), "has an end that is no time")


@dataclasses.dataclass(frozen=True, slots=True)
class Source:
    """Where a dataset came from and how much of it was read."""

    source: str
    rows: Count
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
        MisfitError
            When ``body`` is not a result document of this version, with the place that is not.
        """
        document: Self = records.reader(cls)(body)
        return document

    def check(self) -> None:
        """Raise `MisfitError` when what was read back does not fit together."""
        version = self.schema_version
        require(version == SCHEMA_VERSION, f"is of version {version}, not {SCHEMA_VERSION}")
        for place, moment in (("started_at", self.started_at), ("finished_at", self.finished_at)):
            require(_is_instant(moment), f"has a {place} that is no time")
        numbers = [window.index for window in self.windows]
        require(numbers == list(range(len(numbers))), "has windows that are not numbered in order")
        shown = (self.results, self.metrics, self.pictures, self.performance, self.bins)
        for rows in (*shown, self.activity):
            for row in rows:
                is_there = row.window < max(1, len(numbers))
                require(is_there, f"tells of window {row.window}, which it does not have")


def _is_instant(text: str | None) -> bool:
    """Whether a text is a time in ISO 8601, or nothing."""
    try:
        return text is None or bool(dt.datetime.fromisoformat(text))
    except ValueError:
        return False


def _plain(value: Any) -> Any:
    """JSON types for any value of a document; NaN and infinities become None."""
    if value is None or type(value) in (str, int, bool):  # most are, and the rest takes longer
        return value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    is_no_number = isinstance(value, float) and not math.isfinite(value)
    return None if is_no_number else value
