"""What stands beside the metrics of labels: what was expected without them, and how far off that
was, and what they are where the rows with a label are weighted to be like all."""

from __future__ import annotations

from collections.abc import Sequence

from mmon.outline import units, wording
from mmon.outline.measures import Measure
from mmon.results import Document, Result, grouped

_MOST_LABELS = 0.5
"""From this share of labels on they tell how far off an estimate was."""


def with_estimates(found: Sequence[Measure]) -> list[Measure]:
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
    placed = [one for name, some in own.items() if name not in known for one in some]
    for one in measured:
        placed.append(one)
        placed += [
            beside
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
    return [*(_words(one) + _so_far(document, one) for one in told), *map(_words, weighted)]


def _words(one: Result) -> str:
    if one.value is None:
        return f"{one.quantity.words}: {one.reason}"
    decimals = units.places((one.interval,), [one.value])
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
