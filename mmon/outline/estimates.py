"""What stands beside the metrics of labels: what was expected without them, and how far off that
was, and what they are where the rows with a label are weighted to be like all."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from mmon.outline import units
from mmon.outline.measures import Measure
from mmon.results import Document, Result, grouped


def with_estimates(document: Document, found: Sequence[Measure]) -> list[Measure]:
    """The metrics in their order, each followed by what it was expected to be without labels, and
    by what it is of weighted rows.

    Where labels tell, only that of what decides.
    """
    own = grouped(
        (one for one in found if one.quantity.stands_beside is not None),
        lambda one: one.quantity.stands_beside or "",
    )
    measured = [one for one in found if one.quantity.stands_beside is None]
    known = {one.quantity.name for one in measured}
    alone = (one for name, some in own.items() if name not in known for one in some)
    placed = [_with_error(document, one) for one in alone]
    for one in measured:
        placed.append(one)
        placed += [
            _with_error(document, beside)
            for beside in own.get(one.quantity.name, ())
            if beside.result.value is not None
            and (one.result.value is None or beside.result.reason)
        ]
    return placed


def estimate_words(document: Document, found: Sequence[Measure]) -> list[str]:
    """Of the metrics of one window: "estimated roc_auc 0.78 [0.76, 0.80], labels not there yet; …".

    Only what would decide is told; and why nothing could be estimated, where that is so.
    """
    every = [one.result for one in found if one.quantity.estimates is not None]
    told = [one for one in every if one.value is not None and one.reason]
    realised = [one.result for one in found if one.quantity.stands_beside is None]
    if every and all(one.value is None for one in (*every, *realised)):
        reason = next((one.reason for one in every if one.reason), None)
        return [f"nothing can be told without labels: {reason}"] if reason else []
    weighted = [one.result for one in found if one.quantity.reweights is not None]
    expected = ("; ".join(filter(None, (_words(one), _so_far(document, one)))) for one in told)
    return [*expected, *map(_words, weighted)]


def _words(one: Result) -> str:
    if one.value is None:
        return f"{one.quantity.words}: {one.reason}"
    decimals = units.places((one.interval,), [one.value])
    interval = units.interval_word(one.quantity, one.interval, decimals)
    text = f"{one.quantity.words} {units.amount(one.quantity, one.value, decimals)} {interval}"
    return f"{text.rstrip()}, {one.reason}"


def _with_error(document: Document, measure: Measure) -> Measure:
    """An estimate whose reason says how far off such estimates were."""
    error = _so_far(document, measure.result)
    if not error:
        return measure
    values, changes = (
        tuple(
            dataclasses.replace(one, reason="; ".join(filter(None, (one.reason, error))))
            for one in some
        )
        for some in (measure.values, measure.changes)
    )
    return Measure(values, changes)


def _so_far(document: Document, one: Result) -> str:
    """How far off the estimates of all windows with labels were; empty where that is not known."""
    errors = (m.value for m in document.metrics if m.quantity.part_of == one.name)
    error = next((error for error in errors if error is not None), None)
    if error is None or one.quantity.estimates is None:
        return ""
    decimals = units.places((one.interval,), [one.value or 0.0])
    told = units.amount(one.quantity, error, None if decimals is None else decimals + 1)
    return f"off by {told} on average so far"
