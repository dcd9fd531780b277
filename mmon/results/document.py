"""The result document of one run, and its stored form."""

from __future__ import annotations

import dataclasses
import enum
import functools
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self

from mmon import records
from mmon.errors import ExitStatus
from mmon.records import require
from mmon.results.alarms import Alarm
from mmon.results.artifacts import Artifact
from mmon.results.charts import (
    ActivityPicture,
    FeatureBin,
    MeaningPicture,
    PerformancePicture,
    Picture,
)
from mmon.results.deliveries import Delivery
from mmon.results.loss_picture import LossPicture
from mmon.results.pair_picture import PairPicture
from mmon.results.quantity import Quantity
from mmon.results.rows import (
    Column,
    Metric,
    Result,
    Row,
    Segment,
    Source,
    Verdict,
    Window,
    is_instant,
)

SCHEMA_VERSION = 2


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
    quantities: Sequence[Quantity]
    segments: Sequence[Segment]
    results: Sequence[Result]
    metrics: Sequence[Metric]
    columns: Sequence[Column]
    pictures: Sequence[Picture]
    performance: Sequence[PerformancePicture]
    bins: Sequence[FeatureBin]
    activity: Sequence[ActivityPicture]
    configuration: Mapping[str, Any]
    versions: Mapping[str, str]
    losses: Sequence[LossPicture] = ()
    alerts: Sequence[Alarm] = ()
    deliveries: Sequence[Delivery] = ()
    errors: Sequence[str] = ()
    meaning: Sequence[MeaningPicture] = ()
    pairs: Sequence[PairPicture] = ()
    artifacts: Sequence[Artifact] = ()
    schema_version: int = SCHEMA_VERSION

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types only; every number is finite or None."""
        body = {field.name: _plain(getattr(self, field.name)) for field in dataclasses.fields(self)}
        return {"schema_version": body.pop("schema_version"), **body}

    @classmethod
    def from_dict(cls, body: Mapping[str, Any], *, may_lack: bool = False) -> Self:
        """Rebuild a document from ``to_dict``'s output, or from an older one that may lack fields.

        Raises
        ------
        MisfitError
            When ``body`` is not a result document of this version, with the place that is not.
        """
        known: dict[tuple[Any, ...], Quantity] = {}

        def special(hint: Any) -> records.Read | None:
            return functools.partial(_known, quantities=known) if hint is Quantity else None

        read = records.reader(Sequence[Quantity], may_lack=may_lack)
        # Without them what is missing first is told when the whole document is read.
        quantities = records.at("quantities", read, body.get("quantities", []))
        known.update({(one.application, one.kind.value, one.name): one for one in quantities})
        rows = {
            key: [_bound(row) if isinstance(row, dict) else row for row in body[key]]
            for key in ("results", "metrics")
            if isinstance(body.get(key), list)
        }
        read_already: dict[str, Any] = {"quantities": []} if "quantities" in body else {}
        whole = records.reader(cls, special, may_lack=may_lack)
        document: Self = whole({**body, **rows, **read_already})
        return dataclasses.replace(document, quantities=quantities)

    def check(self) -> None:
        """Raise `MisfitError` when what was read back does not fit together."""
        version = self.schema_version
        require(version == SCHEMA_VERSION, f"is of version {version}, not {SCHEMA_VERSION}")
        for place, moment in (("started_at", self.started_at), ("finished_at", self.finished_at)):
            require(is_instant(moment), f"has a {place} that is no time")
        numbers = [window.index for window in self.windows]
        require(numbers == list(range(len(numbers))), "has windows that are not numbered in order")
        shown = (self.results, self.metrics, self.pictures, self.performance, self.bins)
        for rows in (*shown, self.activity, self.meaning, self.pairs, self.artifacts):
            for row in rows:
                is_there = row.window < max(1, len(numbers))
                require(is_there, f"tells of window {row.window}, which it does not have")


_KEY = ("application", "kind", "name")
"""What a row is stored with in the place of its quantity."""


def _bound(row: Mapping[str, Any]) -> dict[str, Any]:
    """A stored row with its quantity's key in one place, in the order of the fields."""
    rest = {name: value for name, value in row.items() if name not in _KEY}
    return {"quantity": [row.get(name) for name in _KEY], **rest}


def _known(key: Any, quantities: Mapping[tuple[Any, ...], Quantity]) -> Quantity:
    found = quantities.get(tuple(key)) if all(isinstance(one, str) for one in key) else None
    if found is None:
        raise records.MisfitError(f"is of {key[2]!r}, which is none of its quantities")
    return found


def _plain(value: Any) -> Any:
    """JSON types for any value of a document; NaN and infinities become None."""
    kind: Any = type(value)
    if kind is float:
        return value if math.isfinite(value) else None
    # Most of the others are as they are, and each of a million rows has twenty of them.
    return value if kind in _AS_IT_IS else _way(kind)(value)


_AS_IT_IS = frozenset({type(None), str, int, bool})


@functools.cache
def _way(kind: type) -> Callable[[Any], Any]:
    """How values of a type become plain."""
    if dataclasses.is_dataclass(kind):
        names = [one.name for one in records.stored(kind)]
        if issubclass(kind, Row):
            names = [*_KEY, *(name for name in names if name != "quantity")]
        return lambda value: {name: _plain(getattr(value, name)) for name in names}
    if issubclass(kind, Mapping):
        return lambda value: {str(key): _plain(item) for key, item in value.items()}
    if issubclass(kind, list | tuple):
        return lambda value: list(map(_plain, value))
    if issubclass(kind, enum.Enum):
        return lambda value: _plain(value.value)
    is_number = issubclass(kind, float)
    return lambda value: None if is_number and not math.isfinite(value) else value
