"""What a document is made of: judged and told numbers, columns, windows, and the words for them."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import math
import zoneinfo
from collections.abc import Callable, Iterable
from typing import Annotated, Literal, TypeVar

from mmon.records import Count, Interval, Null, require
from mmon.results.quantity import Aspect, Quantity, ResultKind

Direction = Literal["above", "below"]
K = TypeVar("K")
T = TypeVar("T")


class Verdict(enum.StrEnum):
    """The one word a run ends in."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    BREACH = "breach"
    INCONCLUSIVE = "inconclusive"


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
    EMBEDDING = "embedding"
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
class Row:
    """A number of a quantity; stored with the quantity's application, kind and name."""

    quantity: Quantity

    @property
    def application(self) -> str:
        """Whose number it is."""
        return self.quantity.application

    @property
    def kind(self) -> ResultKind:
        """What it is about, in MLRun's terms."""
        return self.quantity.kind

    @property
    def name(self) -> str:
        """The quantity's name."""
        return self.quantity.name


@dataclasses.dataclass(frozen=True, slots=True)
class Result(Row):
    """One judged number: a (window, segment, column, quantity) with its levels and status.

    Attributes
    ----------
    aspect : {"value", "drop", "rise", "increase", "step"}
        What of the quantity ``value`` is: the number itself, how much it fell, rose or grew since
        the reference, or how far it stepped at the moment that ``reason`` tells.
    relative : bool
        Whether ``value`` is a share of the reference's value.
    error : float
        Bound on ``|value - exact value|`` that comes from summaries; ``inf`` when unknown.
    reference_value : float or None
        The quantity in the reference, of as many rows or as much time, whatever the aspect; of a
        step, before it.
    interval, reference_interval : (float, float) or None
        Confidence intervals at 95 % of ``value`` and of ``reference_value``.
    p_value : float or None
        Of "nothing changed", where that was tested; in [0, 1].
    q_value : float or None
        Of "the true value is on the good side of its level", corrected over all results of the
        application that decide: of the level that its status names, else of the one that decides.
    changed : bool or None
        Whether it surely changed at all, however little; None where that was not tested.
    rows_needed : int or None
        How many rows it takes to be conclusive, where there are too few.
    """

    aspect: Aspect = "value"
    relative: bool = False
    window: Count = 0
    segment: str | None = None
    column: str | None = None
    value: float | None = None
    error: Annotated[float, Null(math.inf)] = 0.0
    interval: Interval | None = None
    reference_value: float | None = None
    reference_interval: Interval | None = None
    p_value: float | None = None
    q_value: float | None = None
    changed: bool | None = None
    potential: float | None = None
    detected: float | None = None
    direction: Direction = "above"
    gating: bool = False
    status: Status = Status.IRRELEVANT
    rows_needed: Count | None = None
    reason: str | None = None

    @property
    def is_below(self) -> bool:
        """Whether it surely changed, by less than any level."""
        return self.status is Status.NO_DETECTION and self.changed is True

    @property
    def has_levels(self) -> bool:
        """Whether any level is set for it."""
        return self.potential is not None or self.detected is not None


@dataclasses.dataclass(frozen=True, slots=True)
class Metric(Row):
    """One number that is only told, never judged."""

    value: float | None
    window: Count = 0
    segment: str | None = None
    column: str | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Segment:
    """One value of a segmenting column, by the name that results have for it.

    ``is_rest`` marks the one that stands for all values that are not told apart.
    """

    name: str
    column: str
    value: str
    is_rest: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Column:
    """One column of the reference or of production, how it was treated, and why.

    ``dtype`` is the type of its values, as Polars calls it, whatever type the file has for them.
    """

    name: str
    kind: ColumnKind
    dtype: str
    reason: str | None = None


def grouped(rows: Iterable[T], key: Callable[[T], K]) -> dict[K, list[T]]:
    """Rows by what they have in common; groups and their rows stay in order."""
    found: dict[K, list[T]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return found


def is_instant(text: str | None) -> bool:
    """Whether a text is a time in ISO 8601, or nothing."""
    try:
        return text is None or bool(dt.datetime.fromisoformat(text))
    except ValueError:
        return False


def _is_zone(name: str) -> bool:
    try:
        return bool(zoneinfo.ZoneInfo(name))
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return False


@dataclasses.dataclass(frozen=True, slots=True)
class Window:
    """One production window, the interval [start, end); times are ISO 8601 in UTC, or None.

    ``timezone`` is the IANA name of the zone by whose clock it was cut, and in which it is shown.

    ``is_complete`` is False where the data, or the time so far, fills only a part of it, and
    ``is_judged`` where it does not take part in the verdict. ``status`` is that of the worst result
    that decides, or would if the window was judged; ``irrelevant`` where it is incomplete.

    ``reference`` says what it was judged against, where that is not the same for all windows.
    """

    index: Count
    rows: Count
    start: str | None = None
    end: str | None = None
    late_rows: Count = 0
    rank_error: float = 0.0
    status: Status = Status.NO_DETECTION
    is_complete: bool = True
    is_judged: bool = True
    timezone: str = "UTC"
    reference: str | None = None

    def check(self) -> None:
        """Raise `MisfitError` when what was read back is no window."""
        require(is_instant(self.start), "has a start that is no time")
        require(is_instant(self.end), "has an end that is no time")
        require(_is_zone(self.timezone), "is of an unknown time zone")


@dataclasses.dataclass(frozen=True, slots=True)
class Skipped:
    """What of a dataset was left unread, for it cannot be of the time that was asked for."""

    files: Count
    """All files of the dataset."""
    by_name: Count = 0
    """Those skipped by the dates in their names and folders."""
    by_time: Count = 0
    """Those skipped by the times in them."""
    rows: Count = 0
    """Rows of the other files that were skipped by their times."""


@dataclasses.dataclass(frozen=True, slots=True)
class Source:
    """Where a dataset came from and how much of it was read."""

    source: str
    rows: Count
    rank_error: float = 0.0
    skipped: Skipped | None = None
