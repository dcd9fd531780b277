"""How the numbers of a quantity are written: in its unit, with the digits that mean something."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from mmon.outline import wording
from mmon.results import Result, Status
from mmon.results.quantity import Quantity, ResultKind, Unit

_MOST_PLACES = 6
_ROUNDING = 1e-12  # what is left of a value from which an equal one was taken
_SIZES_S = ((86_400, "d"), (3_600, "h"), (60, "min"))


def value_word(result: Result, decimals: int | None = None) -> str:
    """The judged value: in the quantity's unit, in points, or as a share of the reference's.

    Every format writes it by this. A fall is negative; how much worse a model got is not.
    """
    value = result.value
    if value is None:
        return wording.NOTHING
    if abs(value) < _ROUNDING:
        value = 0.0
    if result.relative:
        is_fall = result.aspect == "drop" and result.kind is ResultKind.SYSTEM_PERFORMANCE
        value = -value if is_fall else value
        return ("+" if value > 0 else "") + percent(value)
    if _is_in_points(result):
        return points(value)
    if result.aspect != "value" and decimals is None and 0.0005 <= abs(value) < 1:
        # A drop of 0.0612 is 0.061: its thresholds have two digits.
        decimals = 3
    return amount(result.quantity, value, decimals)


def limits_word(result: Result) -> str:
    """Its potential and its detected level, as the configuration has them; empty without any.

    A fact has none that say anything: it is so, or it is not.
    """
    if not result.has_levels or result.quantity.unit is Unit.YES_NO:
        return ""
    return " / ".join(_levels(result)) + (" points" if _is_in_points(result) else "")


def bound_word(result: Result) -> str:
    """Its levels as a bound on the value: "at least 95% / 80%"."""
    side = "at least " if result.direction == "below" else "at most "
    return side + " / ".join(level for level in _levels(result) if level != wording.NOTHING)


def _levels(result: Result) -> list[str]:
    return [
        level_word(result, one).removesuffix(" points")
        for one in (result.potential, result.detected)
    ]


def level_word(result: Result, level: float | None) -> str:
    """One level, with no digits that nobody wrote."""
    if level is None:
        return wording.NOTHING
    if _is_in_points(result):
        return f"{level * 100:.4g} points"
    if result.relative or result.quantity.unit is Unit.SHARE:
        return f"{level * 100:.4g}%"
    return duration(level) if result.quantity.unit is Unit.SECONDS else f"{level:,.6g}"


def _is_in_points(result: Result) -> bool:
    """Whether the value is a difference of two shares."""
    is_change = result.aspect != "value" and not result.relative
    return is_change and result.quantity.unit is Unit.SHARE


def amount(quantity: Quantity, value: float | None, decimals: int | None = None) -> str:
    """A value in its own unit."""
    if value is None:
        return wording.NOTHING
    if quantity.unit is Unit.SECONDS:
        return duration(value)
    if quantity.unit is Unit.SHARE:
        return percent(value)
    if quantity.unit is Unit.YES_NO:
        return "yes" if value else "no"
    return figure(value, decimals)


def interval_word(
    quantity: Quantity, interval: tuple[float, float] | None, decimals: int | None
) -> str:
    """Both ends of an interval in brackets; empty without one."""
    if interval is None:
        return ""
    low, high = (amount(quantity, end, decimals) for end in interval)
    return f"[{low}, {high}]"


def status_word(result: Result) -> str:
    """The status of one result; "no drift" is only said of drift, and of no sure change."""
    if result.is_below:
        return wording.BELOW
    if result.status is Status.NO_DETECTION and result.kind is not ResultKind.DATA_DRIFT:
        return "ok"
    return wording.STATUS_WORDS[result.status]


def told_status(result: Result) -> str:
    """A status of a number that does not drift; nothing where it is not judged."""
    return "" if result.status is Status.IRRELEVANT else status_word(result)


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
    return _shortest(value * 100) + "%"


def about(rows: float) -> str:
    """A number of rows that is known by two digits.

    >>> about(348), about(3)
    ('350', '3')
    """
    return f"{float(f'{rows:.2g}'):,.0f}"


def _shortest(value: float) -> str:
    """A number without zeros after the point, which are no news: 0.0400 is 0.04."""
    text = wording.number(value)
    return text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text


def points(value: float | None) -> str:
    """A difference of two fractions in percentage points: from 0.4% to 1.6% it is +1.2 points.

    >>> points(0.0121), points(-0.004), points(0.0)
    ('+1.21 points', '-0.4 points', '0 points')
    """
    sign = "+" if value is not None and value > 0 else ""
    return f"{sign}{percent(value).removesuffix('%')} points"


def duration(seconds: float | None) -> str:
    """Seconds in the two largest units that they fill.

    >>> duration(0.25), duration(45), duration(200), duration(7500), duration(273_600)
    ('0.25 s', '45 s', '3 min 20 s', '2 h 5 min', '3 d 4 h')
    """
    if seconds is None or not math.isfinite(seconds):
        return wording.number(seconds)
    size = abs(seconds)
    if size < 60:
        return _shortest(seconds) + " s"
    sign, size = "-" if seconds < 0 else "", round(size)
    units = (*_SIZES_S, (1, "s"))
    first = next(i for i, (length, _) in enumerate(units) if size >= length)
    told = [f"{size // units[first][0]:,} {units[first][1]}"]
    rest = size % units[first][0] // units[first + 1][0]
    if rest:
        told.append(f"{rest} {units[first + 1][1]}")
    return sign + " ".join(told)
