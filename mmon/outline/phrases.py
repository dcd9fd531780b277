"""One result in a few words, the same in a sentence, in a line of a terminal and in a cell."""

from __future__ import annotations

from collections.abc import Iterable

from mmon.outline import units
from mmon.outline.changes import stepped
from mmon.outline.worse import is_worse_segment
from mmon.results import Result, Status


def phrase(result: Result, results: Iterable[Result]) -> str:
    """What happened: "roc_auc fell 0.873 → 0.812", "lead_time (ks 0.178)", "fare is new".

    Parameters
    ----------
    result : Result
    results : iterable of Result
        Among which is the value itself, where ``result`` is a change of it.
    """
    quantity = result.quantity
    if result.aspect == "step":
        return stepped(result)
    if is_worse_segment(result):
        return f"{result.segment} got worse" + (f" ({result.reason})" if result.reason else "")
    if quantity.about == "column":
        return _of_column(result)
    return _of_window(result, results)


def _of_window(result: Result, results: Iterable[Result]) -> str:
    """What happened to a metric of the model, of operations, or of all columns together."""
    quantity = result.quantity
    base = value_of(result, results)
    after = (
        units.value_word(base)
        if base.relative
        else units.amount(base.quantity, base.value, _decimals(base))
    )
    if quantity.sentence:
        told = units.value_word(base, _decimals(base)).removeprefix("+")
        return quantity.sentence.replace("{}", told)
    words = base.quantity.words
    if base is result:
        level = result.potential if result.status is Status.POTENTIAL_DETECTION else None
        level = result.detected if level is None else level
        if level is None or result.status.severity < Status.POTENTIAL_DETECTION.severity:
            return f"{words} {after}"
        return f"{words} {after} (limit {units.level_word(base, level)})"
    if base.value is None or base.reference_value is None:
        return f"{words} {after if base.value is not None else 'unknown'}"
    verb = "fell" if base.value < base.reference_value else "rose"
    return f"{words} {verb} {before_after(base)}"


def before_after(result: Result) -> str:
    """The value in the reference, where it is known, and in production: "0.873 → 0.812"."""
    decimals = _decimals(result)
    after = units.amount(result.quantity, result.value, decimals)
    if result.reference_value is None:
        return after
    return f"{units.amount(result.quantity, result.reference_value, decimals)} → {after}"


def value_of(result: Result, results: Iterable[Result]) -> Result:
    """The result of the quantity itself, where only its change was judged."""
    if result.aspect == "value":
        return result
    name = result.quantity.part_of or result.name
    where = (result.application, result.window, result.segment, result.column)
    own = (
        one
        for one in results
        if one.name == name
        and one.aspect == "value"
        and (one.application, one.window, one.segment, one.column) == where
    )
    return next(own, result)


def column_word(name: str | None) -> str:
    """A column's name; without marks, nobody sees a name of nothing, or blanks at its ends."""
    if name is None:
        return "all columns"
    return name if name == name.strip() != "" else f'"{name}"'


def _of_column(result: Result) -> str:
    """What happened to a column, or to all of them."""
    quantity = result.quantity
    if quantity.sentence:
        return quantity.sentence.replace("{}", column_word(result.column))
    told = f"{quantity.words} {units.value_word(result)}"
    return told if result.column is None else f"{column_word(result.column)} ({told})"


def _decimals(result: Result) -> int | None:
    return units.places((result.interval,), [v for v in (result.value,) if v is not None])
