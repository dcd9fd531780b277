"""When performance changed, in words: each step of the loss, and what was searched."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterable, Iterator, Sequence

from mmon.outline import severity, units, wording
from mmon.outline.occasions import Told
from mmon.results import Document, Result, ResultKind, Status, Window, grouped


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
    ends, verb = _ends(result), "fell" if (result.value or 0.0) < 0.0 else "rose"
    told = f"{verb} from {ends[0]} to {ends[1]} {result.reason or ''}".rstrip()
    return result.quantity.sentence.replace("{}", told)


def steps_told(
    shown: Iterable[Result], results: Sequence[Result], windows: Sequence[Window]
) -> list[Told]:
    """The steps for the worse among those ``shown`` that a sentence tells, the largest first.

    ``results`` has all steps, in the order of time. A step that was taken back is told with its end
    where it began in one of the ``windows`` that are judged, and else only if it decides: who reads
    of a week does not look for what was over before it.
    """
    judged = {window.index for window in windows}
    last = max(judged, default=0)
    told = []
    steps = (one for one in shown if one.aspect == "step")
    for one in sorted(steps, key=severity.by_size, reverse=True):
        end = end_of(one, results)
        if one.gating or (one.window <= last if end is None else one.window in judged):
            back = "" if end is None else f", and fell to {_ends(end)[1]} {end.reason or ''}"
            told.append(Told(stepped(one) + back.rstrip()))
    return told


def largest_told(
    shown: Iterable[Result], results: Sequence[Result], windows: Sequence[Window]
) -> list[Told]:
    """The first of `steps_told`, if any; who reads that it was over shall not take it for all."""
    told = steps_told(shown, results, windows)
    if len(told) < 2:
        return told
    return [dataclasses.replace(told[0], text=f"{told[0].text} (the largest of {len(told)} rises)")]


def end_of(step: Result, results: Sequence[Result]) -> Result | None:
    """The step after which the loss was nearer to what it had been than to what it became."""
    own = [one for one in results if one.aspect == "step" and one.quantity == step.quantity]
    later = itertools.islice(itertools.dropwhile(lambda one: one is not step, own), 1, None)
    middle = sum(_means(step)) / 2.0
    return next((one for one in later if _means(one)[1] < middle), None)


def _means(step: Result) -> tuple[float, float]:
    """The mean losses before and after a step."""
    before, size = step.reference_value or 0.0, step.value or 0.0
    return before, before + size * (before if step.relative else 1.0)


def _ends(step: Result) -> list[str]:
    """The same in words."""
    means = _means(step)
    decimals = units.places((), means)
    return [units.amount(step.quantity, max(one, 0.0), decimals) for one in means]


def changes_part(document: Document) -> ChangesPart | None:
    """When performance changed; None where nobody looked."""
    found = [one for one in document.results if is_of_changes(one)]
    if not found:
        return None
    steps = [one for one in found if one.aspect == "step"]
    return ChangesPart(
        changes=tuple(map(_change, steps)),
        notes=tuple(_notes(one for one in found if one.aspect != "step")),
    )


def _change(one: Result) -> Change:
    is_better = (one.value or 0.0) < 0.0 and one.status is not Status.INCONCLUSIVE
    return Change(
        status=one.status,
        word="better" if is_better else units.told_status(one),
        text=stepped(one),
        size=units.value_word(one),
        thresholds=units.limits_word(one),
        q_value=wording.probability(one.q_value),
    )


def _notes(found: Iterable[Result]) -> Iterator[str]:
    """Each thing that is told once: with a history every window is searched by itself."""
    for text, same in grouped(found, _note).items():
        yield text if len(same) == 1 else f"{text} (each of {len(same):,} windows)"


def _note(one: Result) -> str:
    """What was looked for and is not judged: how often it was found, and in what."""
    reason = f": {one.reason}" if one.reason else ""
    if one.value is None:
        return f"no {one.quantity.words} told{reason}"
    words = one.quantity.words if one.value != 1.0 else one.quantity.words.removesuffix("s")
    return f"{wording.count(one.value) if one.value else 'no'} {words}{reason}"
