"""When performance changed, in words: each step of the loss, and what was searched."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from mmon.outline import severity, units, wording
from mmon.results import Document, Result, ResultKind, Status


@dataclasses.dataclass(frozen=True, slots=True)
class Change:
    """One step of the loss: what happened and when, by how much, and how sure that is."""

    status: Status
    word: str
    text: str
    size: str
    thresholds: str
    q_value: str


@dataclasses.dataclass(frozen=True, slots=True)
class ChangesPart:
    """The steps in the order of time, and what is only told."""

    changes: tuple[Change, ...]
    notes: tuple[str, ...]


def is_of_changes(result: Result) -> bool:
    """Whether a result tells when something changed, of all windows together."""
    return result.quantity.about == "run" and result.kind is ResultKind.CONCEPT_DRIFT


def stepped(result: Result) -> str:
    """A step in words: "the error rate rose from 8% to 19% on 2024-03-18 ± 6 h"."""
    before, size = result.reference_value or 0.0, result.value or 0.0
    after = before + size * (before if result.relative else 1.0)
    decimals = units.places((), [before, after])
    ends = [units.amount(result.quantity, max(one, 0.0), decimals) for one in (before, after)]
    verb = "fell" if size < 0.0 else "rose"
    told = f"{verb} from {ends[0]} to {ends[1]} {result.reason or ''}".rstrip()
    return result.quantity.sentence.replace("{}", told)


def worst_step(results: Iterable[Result]) -> list[str]:
    """The largest step for the worse that only explains, in words; nothing where none matters.

    One that decides speaks for itself.
    """
    told = [r for r in results if r.aspect == "step" and not r.gating]
    found = sorted(filter(severity.needs_a_look, told), key=severity.by_size)
    return [stepped(one) for one in found[-1:]]


def changes_part(document: Document) -> ChangesPart | None:
    """When performance changed; None where nobody looked."""
    found = [one for one in document.results if is_of_changes(one)]
    if not found:
        return None
    steps = [one for one in found if one.aspect == "step"]
    return ChangesPart(
        changes=tuple(map(_change, steps)),
        notes=tuple(_note(one) for one in found if one.aspect != "step"),
    )


def _change(one: Result) -> Change:
    return Change(
        status=one.status,
        word="better" if (one.value or 0.0) < 0.0 else units.told_status(one),
        text=stepped(one),
        size=units.value_word(one),
        thresholds=units.limits_word(one),
        q_value=wording.probability(one.q_value),
    )


def _note(one: Result) -> str:
    """What was looked for and is not judged: how often it was found, and in what."""
    reason = f": {one.reason}" if one.reason else ""
    if one.value is None:
        return f"no {one.quantity.words} told{reason}"
    words = one.quantity.words if one.value != 1.0 else one.quantity.words.removesuffix("s")
    return f"{wording.count(one.value) if one.value else 'no'} {words}{reason}"
