"""What is to be expected of the model before there are labels, and how far off it was, in words."""

from __future__ import annotations

from collections.abc import Sequence

from mmon.outline import units, wording
from mmon.outline.measures import Measure
from mmon.results import Document, Result

_MOST_LABELS = 0.5
"""From this share of labels on they tell how far off an estimate was."""


def with_estimates(found: Sequence[Measure]) -> list[Measure]:
    """The metrics in their order, each followed by what it was expected to be without labels.

    Where labels tell, only that of what decides.
    """
    own = {one.quantity.estimates: one for one in found if one.quantity.estimates is not None}
    measured = [one for one in found if one.quantity.estimates is None]
    known = {one.quantity.name for one in measured}
    placed = [one for name, one in own.items() if name not in known]
    for one in measured:
        placed.append(one)
        beside = own.get(one.quantity.name)
        is_told = beside is not None and beside.result.value is not None
        if beside is not None and is_told and (one.result.value is None or beside.result.reason):
            placed.append(beside)
    return placed


def estimate_words(document: Document, found: Sequence[Measure]) -> list[str]:
    """Of the metrics of one window: "estimated roc_auc 0.78 [0.76, 0.80], labels not there yet; …".

    Only what would decide is told; and why nothing could be estimated, where that is so.
    """
    every = [one.result for one in found if one.quantity.estimates is not None]
    told = [one for one in every if one.value is not None and one.reason]
    realised = [one.result for one in found if one.quantity.estimates is None]
    if every and all(one.value is None for one in (*every, *realised)):
        reason = next((one.reason for one in every if one.reason), None)
        return [f"nothing can be told without labels: {reason}"] if reason else []
    return [_words(one) + _so_far(document, one) for one in told]


def _words(one: Result) -> str:
    decimals = units.places((one.interval,), [one.value or 0.0])
    interval = units.interval_word(one.quantity, one.interval, decimals)
    text = f"{one.quantity.words} {units.amount(one.quantity, one.value, decimals)} {interval}"
    return f"{text.rstrip()}, {one.reason}"


def _so_far(document: Document, one: Result) -> str:
    """How far off the estimates of all windows with labels were; nothing of one window alone."""
    own = [r for r in document.results if r.segment is None and r.application == one.application]
    covered = {
        r.window for r in own if r.name == "label_coverage" and (r.value or 0.0) >= _MOST_LABELS
    }
    values = {(r.name, r.window): r.value for r in own if r.aspect == "value"}
    pairs = [
        (values.get((one.name, window)), values.get((one.quantity.estimates or "", window)))
        for window in sorted(covered)
    ]
    off = [abs(a - b) for a, b in pairs if a is not None and b is not None]
    if len(off) < 2:
        return ""
    mean = units.amount(one.quantity, sum(off) / len(off), None)
    return f"; off by {mean} on average in {wording.counted(len(off), 'window')} with labels"
