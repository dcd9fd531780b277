"""Conditions on features that hold together, as a person reads them: "region = north and age < 30".

A rule is what its words say, with the numbers that they have: rows are chosen by it alone.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from mmon.models.rows import Rows
from mmon.outline import wording
from mmon.records.arrays import BoolArray, FloatArray

# Rows whose side of a number may change as it is rounded, as a share of all.
_MOVED = 0.005
_MOST_DIGITS = 6
_DAY_US, _MINUTE_US = 86_400_000_000, 60_000_000


@dataclasses.dataclass(frozen=True, slots=True)
class Condition:
    """What holds of one feature, by its position.

    Attributes
    ----------
    feature : int
    low, high : float or None
        Of numbers: low ≤ x < high.
    label : int or None
        Of categories: the code that it has, or with ``is_not`` has not.
    is_not : bool
    is_missing : bool or None
        Whether it has no value, where that is asked.
    """

    feature: int
    low: float | None = None
    high: float | None = None
    label: int | None = None
    is_not: bool = False
    is_missing: bool | None = None

    def holds(self, values: FloatArray) -> BoolArray:
        """(n,) whether it does of each value; of what is missing no number is known."""
        found = np.ones(len(values), dtype=np.bool_)
        if self.is_missing is not None:
            found &= np.isnan(values) == self.is_missing
        if self.label is not None:
            found &= (values == self.label) != self.is_not
        if self.low is not None:
            found &= values >= self.low
        if self.high is not None:
            found &= values < self.high
        return found

    def words(self, rows: Rows) -> str:
        """The condition as a person reads it."""
        name = rows.names[self.feature]
        if self.label is not None:
            return f"{name} {'≠' if self.is_not else '='} {_label(rows, self.feature, self.label)}"
        is_time = bool(rows.is_time) and rows.is_time[self.feature]
        low, high = (_number(end, is_time=is_time) for end in (self.low, self.high))
        if low and high:
            return f"{low} ≤ {name} < {high}"
        if low or high:
            return f"{name} < {high}" if high else f"{name} ≥ {low}"
        return f"{name} is {'missing' if self.is_missing else 'present'}"


Rule = tuple[Condition, ...]
"""Conditions that hold together; without any, all rows."""


def holds(rule: Rule, matrix: FloatArray) -> BoolArray:
    """(n,) the rows of (n, F) ones of which a rule holds."""
    found = np.ones(len(matrix), dtype=np.bool_)
    for one in rule:
        found &= one.holds(matrix[:, one.feature])
    return found


def words(rule: Rule, rows: Rows) -> str:
    """The rule as a person reads it."""
    return " and ".join(one.words(rows) for one in rule) or "all rows"


def joined(conditions: Rule) -> Rule:
    """Conditions of one feature as one: of numbers the narrowest, of categories that it has one.

    In the order in which features come first.
    """
    found: dict[tuple[int, int | None], Condition] = {}
    named = {one.feature for one in conditions if one.label is not None and not one.is_not}
    for one in conditions:
        if one.is_not and one.feature in named:
            continue
        key = one.feature, one.label
        known = found.get(key)
        found[key] = one if known is None else _both(known, one)
    return tuple(found.values())


def rounded(value: float, values: FloatArray, *, is_time: bool) -> float:
    """A bound of the fewest digits that leaves nearly all values on their side of it."""
    known = values[~np.isnan(values)]
    below = known < value
    for one in _candidates(value, is_time=is_time):
        if np.count_nonzero((known < one) != below) <= _MOVED * len(known):
            return one
    return value


def _both(one: Condition, other: Condition) -> Condition:
    lows = [end for end in (one.low, other.low) if end is not None]
    highs = [end for end in (one.high, other.high) if end is not None]
    # Of a number that is compared it goes without saying that it is there.
    is_compared = bool(lows or highs)
    missing = one.is_missing if other.is_missing is None else other.is_missing
    return dataclasses.replace(
        one,
        low=max(lows, default=None),
        high=min(highs, default=None),
        is_missing=None if is_compared else missing,
    )


def _candidates(value: float, *, is_time: bool) -> list[float]:
    if is_time:
        return [float(round(value / size) * size) for size in (_DAY_US, _MINUTE_US)]
    return [float(f"{value:.{digits}g}") for digits in range(1, _MOST_DIGITS + 1)]


def _label(rows: Rows, feature: int, code: int) -> str:
    known = rows.labels[feature] if rows.labels else ()
    return known[code] if code < len(known) else str(code)


def _number(value: float | None, *, is_time: bool) -> str:
    if value is None:
        return ""
    if not is_time:
        return f"{value:,.{_MOST_DIGITS}g}"
    return wording.moment(value, 20.0 * _DAY_US if value % _DAY_US == 0 else 1.0 * _DAY_US)
