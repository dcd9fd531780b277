"""In which unit a performance or operational number is told, and with how many digits."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from mmon.reports import _wording as wording
from mmon.reports._measures import is_check
from mmon.results import Result, ResultKind

_MOST_PLACES = 6
_SECONDS = frozenset({"freshness", "longest_gap"})
_SYSTEM_SHARES = frozenset({"error_rate", "completeness"})
_SYSTEM_POINTS = frozenset({"error_rate_increase"})
_LABEL_SHARES = frozenset({"label_coverage"})
_FACTS = frozenset({"constant_prediction", "single_target"})
_SIZES_S = ((86_400, "d"), (3_600, "h"), (60, "min"))


def base_name(name: str) -> str:
    """A metric's name without the class that it is about: ``f1:BR`` is of ``f1``.

    >>> base_name("f1:prepaid_card"), base_name("roc_auc")
    ('f1', 'roc_auc')
    """
    return name.partition(":")[0]


def measure_word(result: Result) -> str:
    """A metric's name: as it is configured for models, in words for operations and labels."""
    if result.kind is ResultKind.SYSTEM_PERFORMANCE or is_check(result):
        return wording.name_word(result.name)
    name, _, label = result.name.partition(":")
    return f"{name} of {label}" if label else name


def places(intervals: Iterable[tuple[float, float] | None], values: Sequence[float]) -> int | None:
    """Decimal places that show two digits of the narrowest interval; None without intervals.

    >>> places([(0.866, 0.880), None], [0.873])
    3
    >>> places([None], [0.5]) is None
    True
    """
    widths = [abs(one[1] - one[0]) for one in intervals if one is not None]
    widths = [width for width in widths if math.isfinite(width) and width > 0]
    if not widths or max(map(abs, values), default=0.0) >= 1e15:
        return None
    needed = 1 - math.floor(math.log10(min(widths)))
    return None if needed > _MOST_PLACES else max(needed, 0)


def figure(value: float | None, decimals: int | None) -> str:
    """A number with so many decimal places, or three significant digits.

    >>> figure(0.8731, 3), figure(1234.5, 0), figure(0.8731, None)
    ('0.873', '1,234', '0.873')
    """
    if value is None or decimals is None or not math.isfinite(value):
        return wording.number(value)
    text = f"{value:,.{decimals}f}"
    return text.removeprefix("-") if float(text.replace(",", "")) == 0 else text


def percent(value: float | None) -> str:
    """A fraction as a percentage of three digits, however small it is.

    >>> percent(0.0004), percent(0.0313), percent(1.0), percent(0.0), percent(6.75)
    ('0.04%', '3.13%', '100%', '0%', '675%')
    """
    if value is None or not math.isfinite(value):
        return wording.number(value)
    text = wording.number(value * 100)
    # Zeros after the point are no news: 0.0400% is 0.04%.
    return (text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text) + "%"


def points(value: float | None) -> str:
    """A difference of two fractions in percentage points: from 0.4% to 1.6% it is +1.2 points.

    >>> points(0.0121), points(-0.004), points(0.0)
    ('+1.21 points', '-0.4 points', '0 points')
    """
    sign = "+" if value is not None and value > 0 else ""
    return f"{sign}{percent(value).removesuffix('%')} points"


def is_in_points(result: Result) -> bool:
    """Whether a result is a difference of two shares."""
    is_system = result.kind is ResultKind.SYSTEM_PERFORMANCE
    return is_system and base_name(result.name) in _SYSTEM_POINTS


def duration(seconds: float | None) -> str:
    """Seconds in the two largest units that they fill.

    >>> duration(0.25), duration(45), duration(200), duration(7500), duration(273_600)
    ('0.25 s', '45 s', '3 min 20 s', '2 h 5 min', '3 d 4 h')
    """
    if seconds is None or not math.isfinite(seconds):
        return wording.number(seconds)
    size = abs(seconds)
    if size < 60:
        text = wording.number(seconds)
        return (text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text) + " s"
    sign, size = "-" if seconds < 0 else "", round(size)
    units = (*_SIZES_S, (1, "s"))
    first = next(i for i, (length, _) in enumerate(units) if size >= length)
    told = [f"{size // units[first][0]:,} {units[first][1]}"]
    rest = size % units[first][0] // units[first + 1][0]
    if rest:
        told.append(f"{rest} {units[first + 1][1]}")
    return sign + " ".join(told)


def amount(result: Result, value: float | None, decimals: int | None = None) -> str:
    """A value in the unit of the result's metric."""
    if value is None:
        return wording.NOTHING
    if result.kind is ResultKind.SYSTEM_PERFORMANCE and result.name in _SECONDS:
        return duration(value)
    if is_in_points(result):
        return points(value)
    if is_in_percent(result):
        return percent(value)
    if is_fact(result):
        return "yes" if value else "no"
    return figure(value, decimals)


def is_fact(result: Result) -> bool:
    """Whether a result of the model only says that something is so."""
    return result.kind is ResultKind.MODEL_PERFORMANCE and result.name in _FACTS


def is_in_percent(result: Result) -> bool:
    """Whether a metric's thresholds are shares of rows."""
    name = base_name(result.name)
    is_system = result.kind is ResultKind.SYSTEM_PERFORMANCE
    return (
        name in _LABEL_SHARES or wording.is_share(result) or (is_system and name in _SYSTEM_SHARES)
    )


def level(result: Result, value: float | None) -> str:
    """A threshold on a metric's own value, with no digits that nobody wrote."""
    if value is None:
        return wording.NOTHING
    if is_in_percent(result):
        return f"{value * 100:.4g}%"
    if is_in_points(result):
        return f"{value * 100:.4g} points"
    is_seconds = result.kind is ResultKind.SYSTEM_PERFORMANCE and result.name in _SECONDS
    return duration(value) if is_seconds else f"{value:,.6g}"
