"""How numbers, times and statuses are written for people, the same in every part of a report."""

from __future__ import annotations

import datetime as dt
import math
import re
import zoneinfo
from collections.abc import Sequence

from mmon.results import Status, Window

NOTHING = "\N{EN DASH}"
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_DIGITS = 3
_DTYPES = tuple(
    (re.compile(pattern), shorter)
    for pattern, shorter in (
        (r"(Datetime|Duration)\(time_unit='\w+'(, time_zone=None)?\)", r"\1"),
        (r"Datetime\(time_unit='\w+', time_zone='([^']*)'\)", r"Datetime[\1]"),
        (r"Decimal\(precision=(\w+), scale=(\w+)\)", r"Decimal(\1, \2)"),
        (r"Enum\(categories=\[.*\]\)", "Enum"),
    )
)

STATUS_WORDS = {
    Status.DETECTED: "detected",
    Status.POTENTIAL_DETECTION: "potential",
    Status.INCONCLUSIVE: "inconclusive",
    Status.NO_DETECTION: "no drift",
    Status.IRRELEVANT: "not judged",
}


BELOW = "below threshold"
"""The status of what surely changed, by less than any level."""
BELOW_WORDS = "changed, below the threshold"


def count(rows: float) -> str:
    """Rows with thousands separators: 16913 is "16,913"."""
    return f"{rows:,.0f}"


def counted(things: float, noun: str) -> str:
    """ "1 column", "12 columns"."""
    return f"{count(things)} {noun}" + ("" if things == 1 else "s")


def number(value: float | None, *, decimals: int = 0) -> str:
    """Three significant digits, or more where ``decimals`` asks for more places.

    >>> number(0.13449), number(1234.5), number(2.5e-7), number(3.0)
    ('0.134', '1,234', '2.5e-07', '3')
    """
    if value is None or math.isnan(value):
        return NOTHING
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    if value == 0:
        return "0"
    size = abs(value)
    if size >= 1e15 or size < 1e-4:
        return f"{value:.{_DIGITS - 1}e}".replace(".00e", "e").replace("0e", "e")
    if float(value).is_integer():
        return f"{value:,.0f}"
    places = max(decimals, _DIGITS - 1 - math.floor(math.log10(size)), 0)
    return f"{value:,.{places}f}"


def decimals_for(spread: float) -> int:
    """Decimal places that tell values apart that lie within ``spread`` of each other."""
    if not math.isfinite(spread) or spread <= 0:
        return 0
    return min(12, max(0, _DIGITS - 1 - math.floor(math.log10(spread))))


def share(value: float | None) -> str:
    """A fraction as a percentage.

    >>> share(0.0), share(0.00001), share(0.0123), share(0.6), share(1.0)
    ('0%', '<0.1%', '1.2%', '60.0%', '100%')
    """
    if value is None:
        return NOTHING
    if value == 0:
        return "0%"
    if 0 < value < 0.001:
        return "<0.1%"
    if value == 1:
        return "100%"
    text = f"{value * 100:,.1f}%"
    return ">99.9%" if text == "100.0%" and value < 1 else text


def probability(value: float | None) -> str:
    """A p- or q-value.

    >>> probability(0.0), probability(1e-120), probability(3.21e-8), probability(0.0421)
    ('< 1e-99', '< 1e-99', '3.2e-08', '0.042')
    """
    if value is None:
        return NOTHING
    if value < 1e-99:
        return "< 1e-99"
    if value < 1e-3:
        return f"{value:.1e}"
    return f"{value:.3f}".rstrip("0").rstrip(".")


def moment(microseconds: float, span: float) -> str:
    """A time in microseconds since 1970 UTC, as precise as ``span`` (microseconds) needs."""
    try:
        time = _EPOCH + dt.timedelta(microseconds=round(microseconds))
    except OverflowError:
        return number(microseconds)
    days = span / 86_400e6
    if days > 5 * 366:
        return f"{time:%Y-%m}"
    if days > 10:
        return f"{time:%Y-%m-%d}"
    return f"{time:%Y-%m-%d %H:%M}" if span > 600e6 else f"{time:%H:%M:%S.%f}"


def iso_moment(text: str | None) -> str:
    """An ISO 8601 time without what carries no information: midnight, zero seconds, UTC."""
    if text is None:
        return NOTHING
    try:
        time = dt.datetime.fromisoformat(text)
    except ValueError:
        return text
    zone = _offset(time) if time.utcoffset() else ""
    if (time.hour, time.minute, time.second) == (0, 0, 0):
        return f"{time:%Y-%m-%d}{zone}"
    return f"{time:%Y-%m-%d %H:%M}" + (f":{time:%S}" if time.second else "") + zone


def on_clock(text: str, timezone: str) -> str:
    """An ISO 8601 time in UTC as the clock of a zone shows it; in UTC itself as it is.

    >>> on_clock("2024-07-01T04:00:00Z", "America/New_York")
    '2024-07-01T00:00:00'
    """
    if timezone == "UTC":
        return text
    time = dt.datetime.fromisoformat(text).astimezone(zoneinfo.ZoneInfo(timezone))
    return time.replace(tzinfo=None).isoformat()


def since(start_us: int | None, windows: int, rows: int, timezone: str) -> str:
    """How long something has been so, by the clock of a zone.

    >>> since(1_721_260_800_000_000, 12, 6_000, "UTC")
    '6,000 rows of 12 windows since 2024-07-18'
    """
    told = f"{counted(rows, 'row')} of {counted(windows, 'window')}"
    if start_us is None:
        return told
    start = (_EPOCH + dt.timedelta(microseconds=start_us)).isoformat()
    return f"{told} since {iso_moment(on_clock(start, timezone))}"


def begin_word(window: Window) -> str:
    """When a window begins, by its own clock, or its number where it was cut by rows."""
    if window.start is None:
        return f"window {window.index + 1}"
    return iso_moment(on_clock(window.start, window.timezone))


def end_word(window: Window) -> str:
    """When a window ends, by its own clock."""
    return iso_moment(window.end and on_clock(window.end, window.timezone))


def zone_word(windows: Sequence[Window]) -> str:
    """The zone whose clock shows the times of windows; empty for UTC."""
    return next((one.timezone for one in windows if one.timezone != "UTC"), "")


def _offset(time: dt.datetime) -> str:
    text = f"{time:%z}"
    return f" {text[:3]}:{text[3:5]}"


def windows_word(windows: Sequence[Window]) -> str:
    """How many windows there are, and which are not judged: "8 windows (1 incomplete)"."""
    judged = sum(window.is_judged for window in windows)
    partial = sum(not window.is_complete for window in windows if not window.is_judged)
    told = [f"{count(judged)} judged"] if judged + partial < len(windows) else []
    told += [f"{count(partial)} incomplete"] if partial else []
    return counted(len(windows), "window") + (f" ({', '.join(told)})" if told else "")


def window_status(window: Window) -> str:
    """The status of a window, and whether it takes part in the verdict."""
    word = STATUS_WORDS[window.status]
    if window.is_judged:
        return word if window.is_complete else f"{word}, incomplete"
    return f"{word} (context)" if window.is_complete else "incomplete"


def window_word(window: Window, *, windows: int) -> str:
    """One window in a phrase: its period where it has one, else its number."""
    if windows == 1 and window.start is None:
        return "all of production"
    ordinal = f"window {window.index + 1}"
    if window.start is None or window.end is None:
        return f"{ordinal} ({count(window.rows)} rows)"
    return f"{ordinal} ({period(window)})"


def period(window: Window) -> str:
    """When a window was, or its number where it was cut by rows."""
    if window.start is None or window.end is None:
        return f"window {window.index + 1}"
    zone = zone_word([window])
    return f"{begin_word(window)} to {end_word(window)}" + (f", {zone}" if zone else "")


def window_name(windows: Sequence[Window], index: int) -> str:
    """A window in a phrase, by its index."""
    found = next((window for window in windows if window.index == index), None)
    return f"window {index + 1}" if found is None else window_word(found, windows=len(windows))


def window_title(windows: Sequence[Window], index: int) -> str:
    """A window in words; empty where it is the only one."""
    is_one_of_many = len(windows) > 1 and any(window.index == index for window in windows)
    return window_name(windows, index) if is_one_of_many else ""


def quantile_word(probability: float) -> str:
    """0.5 is "median", 0.05 is "5%"."""
    named = {0.0: "min", 0.5: "median", 1.0: "max"}
    return named.get(probability, f"{probability * 100:g}%")


def error_word(error: float, value: float = 1.0) -> str:
    """A bound on the approximation error of ``value``; rounding is not worth a word."""
    if error <= 1e-12 * max(1.0, abs(value)):
        return "exact"
    return "unknown" if math.isinf(error) else f"±{error:.1g}"


def dtype_word(dtype: str) -> str:
    """A column's type without what says nothing to a reader.

    >>> dtype_word("Datetime(time_unit='us', time_zone='UTC')"), dtype_word("Int64")
    ('Datetime[UTC]', 'Int64')
    >>> dtype_word("List(Duration(time_unit='ms'))"), dtype_word("Decimal(precision=9, scale=2)")
    ('List(Duration)', 'Decimal(9, 2)')
    >>> dtype_word("Enum(categories=['a', 'b'])")
    'Enum'
    """
    for pattern, shorter in _DTYPES:
        dtype = pattern.sub(shorter, dtype)
    return dtype


def listing(items: Sequence[str]) -> str:
    """Items in a sentence: "a, b and c"."""
    if len(items) <= 1:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"
