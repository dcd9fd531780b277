"""Why the model got worse, in a sentence that anyone understands, and the parts behind it."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Sequence

from mmon.outline import severity, wording
from mmon.outline.changes import end_of
from mmon.results import Document, Result, ResultKind, Status

TOTAL = "change_total"
WHERE = "changed_where"
_CONCEPT = "change_from_concept"
# What made it worse, and what made it better.
_BECAUSE = {
    "change_from_inputs": (
        "because inputs shifted to harder cases",
        "because inputs shifted to easier cases",
    ),
    _CONCEPT: ("because the same inputs now mean something else",) * 2,
    "change_from_unseen": ("because of inputs never seen before",) * 2,
}
_ELSEWHERE = "the same inputs now mean something else where"
_OF_MODEL = (ResultKind.MODEL_PERFORMANCE, ResultKind.CONCEPT_DRIFT)
_CHOSEN = "of all windows this is the worst one, which chance alone may explain"
_SMALLEST = 0.0005  # half of a tenth of a point
_MOST = 0.5  # of the change: what is left open beyond it is told
# What is longer makes no sentence of it.
_MOST_WORDS = 60


@dataclasses.dataclass(frozen=True, slots=True)
class ChangePart:
    """The change, or one of its parts: positive is worse; ``text`` and ``interval`` say which."""

    name: str
    value: float | None
    text: str
    interval: str


@dataclasses.dataclass(frozen=True, slots=True)
class Why:
    """Why performance changed in one window.

    Attributes
    ----------
    window : str
        Which one, in words; empty where there is one alone.
    lead : str
        The sentence that a report opens with; empty where no change is sure.
    parts : tuple of ChangePart
        The parts and, at the end, their sum; none where nothing was measured.
    where : tuple of str
        In which rows the same inputs now mean something else, what matters most first.
    notes : tuple of str
        Which loss it is, what the sides share, and why there is nothing more.
    """

    window: str
    lead: str
    parts: tuple[ChangePart, ...]
    where: tuple[str, ...]
    notes: tuple[str, ...]


def tells_why(result: Result) -> bool:
    """Whether a result is a part of why performance changed, or the whole change."""
    is_concept = result.kind is ResultKind.CONCEPT_DRIFT
    return is_concept and (result.name in (TOTAL, WHERE) or result.name in _BECAUSE)


def why(document: Document) -> Why | None:
    """Why performance changed, in the window where it fell most; None where nobody looked."""
    every = [one for one in document.results if tells_why(one) and _is_whole(one)]
    found = severity.deciding(every, document.windows) or every
    totals = [one for one in found if one.name == TOTAL]
    if not totals:
        return None
    total = max(totals, key=lambda one: -math.inf if one.value is None else one.value)
    window = wording.window_title(document.windows, total.window)
    own = [one for one in found if one.window == total.window]
    places = [one for one in own if one.name == WHERE]
    where = tuple(f"{_ELSEWHERE} {one.segment}: {one.reason}" for one in places)
    if total.value is None:
        told = f": {total.reason}" if total.reason else ""
        return Why("", "", (), where, (f"why performance changed is not told{told}",))
    terms = {one.name: one for one in own if one.name in _BECAUSE}
    ordered = [terms[name] for name in _BECAUSE if name in terms]
    is_known = any(one.value is not None for one in ordered)
    notes = [total.reason, *(one.reason for one in ordered[:1])]
    is_sure = any(_is_sure(one) for one in (total, *ordered))
    if is_sure and not _is_borne_out(document, window=total.window):
        is_sure, notes = False, [*notes, _CHOSEN]
    most = next((f" where {one.segment}" for one in places if one.segment), "")
    most = most if 0 < len(most) <= _MOST_WORDS else ""
    lead = _sentence(total, ordered, window, most) if is_sure else ""
    return Why(
        window=window,
        lead=lead + _began(total, document.results) if lead else "",
        parts=tuple(_part(one) for one in (*ordered, total)) if is_known else (_part(total),),
        where=where,
        notes=tuple(filter(None, notes)),
    )


def _is_borne_out(document: Document, window: int) -> bool:
    """Whether anything else says that the model surely changed there, corrected over windows."""
    return len(document.windows) < 2 or any(
        one.changed or one.status.severity > Status.INCONCLUSIVE.severity
        for one in document.results
        if (one.window, one.segment) == (window, None) and one.kind in _OF_MODEL
    )


def _is_whole(one: Result) -> bool:
    """Whether it is of all rows, or of those that a rule names among them."""
    return one.segment is None or one.name == WHERE


def _is_sure(one: Result) -> bool:
    return one.interval is not None and not one.interval[0] <= 0.0 <= one.interval[1]


def _sentence(total: Result, terms: Iterable[Result], window: str, most: str) -> str:
    """The change and those of its parts that are surely some, of either direction as they come.

    ``most`` says where the same inputs mean something else; empty where that is not to be told.
    """
    value = total.value or 0.0
    is_worse = value > 0.0
    if total.relative:
        what = f"The mean absolute error {'rose' if is_worse else 'fell'}"
    else:
        what = f"Accuracy {'fell' if is_worse else 'rose'}"
    size = _size(total, value)
    first = f"{what} {size}" if total.relative else f"{what} {size} points"
    if abs(value) < _SMALLEST:
        first = f"{what.rsplit(' ', 1)[0]} did not change"
    if window:
        first += f" in {window}"
    known = [one for one in terms if abs(one.value or 0.0) >= _SMALLEST]
    told = [one for one in known if _is_sure(one)]
    # What goes the other way is taken off.
    same = [one for one in told if ((one.value or 0.0) > 0.0) == is_worse]
    words = [_because(one, most) for one in same]
    words += [f"less {_because(one, most)}" for one in told if one not in same]
    if not same:
        return ", ".join([first, *(["of which no part is sure"] if known else []), *words])
    rest = value - sum(one.value or 0.0 for one in told)
    is_open = len(told) < len(known) and abs(rest) > _MOST * abs(value)
    return f"{first}: {', '.join(words)}" + ("; the rest may be chance" if is_open else "")


def _because(one: Result, most: str) -> str:
    value = one.value or 0.0
    words = f"{_size(one, value)} {_BECAUSE[one.name][0 if value > 0.0 else 1]}"
    return words + most if one.name == _CONCEPT else words


def _size(one: Result, value: float) -> str:
    return f"{abs(value) * 100:.1f}" + ("%" if one.relative else "")


def _began(total: Result, results: Sequence[Result]) -> str:
    """When the largest step for the worse was that the window felt; empty where it felt none."""
    ends = {
        one: end_of(one, results)
        for one in results
        # What is in doubt began nothing.
        if one.aspect == "step" and one.status.severity > Status.INCONCLUSIVE.severity
    }
    felt = [
        one
        for one, end in ends.items()
        if (one.value or 0.0) > 0.0 and one.window <= total.window and one.reason
        if end is None or end.window >= total.window
    ]
    if not felt or (total.value or 0.0) <= 0.0:
        return ""
    step = max(felt, key=severity.by_size)
    end = ends[step]
    if end is None or end.window > total.window:
        return f"; it began {step.reason}"
    return f"; the worst of it began {step.reason} and was over {end.reason}"


def _part(one: Result) -> ChangePart:
    value = one.value or 0.0
    words = "in all"
    if one.name != TOTAL:
        words = _BECAUSE[one.name][0 if value >= 0.0 else 1]
        words = words.removeprefix("because of ").removeprefix("because ")
    ends = ""
    if one.interval is not None:
        low, high = one.interval
        ends = f"{_moved(one, low)} to {_moved(one, high)}"
        if low * high > 0.0:
            ends = f"{_size(one, min(one.interval, key=abs))} to "
            ends += _moved(one, max(one.interval, key=abs))
    unit = "" if one.relative else " points"
    text = wording.NOTHING if one.value is None else _moved(one, value, unit)
    return ChangePart(words, one.value, text, ends)


def _moved(one: Result, value: float, unit: str = "") -> str:
    """How far, and which way: "1.8 points worse"; of a mean absolute error "3.1% better"."""
    size = _size(one, value)
    if not float(size.removesuffix("%")):
        return size + unit
    return f"{size}{unit} {'worse' if value > 0.0 else 'better'}"
