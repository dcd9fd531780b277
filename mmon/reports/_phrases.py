"""A metric before and after, in a few words."""

from __future__ import annotations

from collections.abc import Iterable

from mmon.reports import _units as units
from mmon.reports._measures import CHANGES
from mmon.results import Result


def change_phrase(result: Result) -> str:
    """A metric before and after, in words: "roc_auc 0.873 → 0.812"."""
    decimals = units.places((result.interval,), [v for v in (result.value,) if v is not None])
    name, value = units.measure_word(result), units.amount(result, result.value, decimals)
    if result.reference_value is None:
        return f"{name} {value}"
    return f"{name} {units.amount(result, result.reference_value, decimals)} → {value}"


def phrase(result: Result, results: Iterable[Result]) -> str:
    """A judged metric in words, whether its value or its change was judged."""
    name = result.name
    for end in CHANGES:
        name = name.removesuffix(end)
    where = (result.kind, result.window, result.segment, result.column)
    own = (one for one in results if (one.kind, one.window, one.segment, one.column) == where)
    base = next((one for one in own if one.name == name), result)
    return change_phrase(base)
