"""Judged results one by one, in words: for formats that list them, as tests or as findings."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator

from mmon.outline import severity, units, wording
from mmon.outline.phrases import column_word, phrase
from mmon.results import Document, Result, Status, Verdict, grouped


@dataclasses.dataclass(frozen=True, slots=True)
class Case:
    """One judged result.

    Attributes
    ----------
    result : Result
    fails : bool
        Whether it makes the run a breach.
    title : str
        What is judged, the same in every run: "income: ks", "roc_auc drop".
    window : str
        Which window it is of; empty where that is the only one, or all of them.
    text : str
        What happened: "income (ks 0.178)".
    details : str
        Value, levels, q and reason, as far as there are any.
    """

    result: Result
    fails: bool
    title: str
    window: str
    text: str
    details: str


def cases(document: Document) -> Iterator[Case]:
    """Every judged result of the windows that are judged, in the order of the document."""
    judged = severity.deciding(document.results, document.windows)
    is_breach = document.verdict is Verdict.BREACH
    of_place = grouped(judged, lambda one: (one.application, one.window, one.segment, one.column))
    judged = [one for one in judged if one.gating or one.status is not Status.IRRELEVANT]
    often = Counter((one.application, _title(one)) for one in judged)
    for one in judged:
        beside = of_place[one.application, one.window, one.segment, one.column]
        is_of_run = one.quantity.about == "run" and often[one.application, _title(one)] == 1
        yield Case(
            result=one,
            fails=is_breach and severity.fails(one, document.fail_on),
            title=_title(one),
            window="" if is_of_run else wording.window_title(document.windows, one.window),
            text=phrase(one, beside),
            details=_details(one),
        )


def worst_cases(document: Document) -> list[Case]:
    """What calls for attention, worst first: of each thing the worst window."""
    troubles = [one for one in cases(document) if severity.needs_a_look(one.result)]
    worst = [
        max(ones, key=_badness)
        for ones in grouped(troubles, lambda one: (one.result.application, one.title)).values()
    ]
    return sorted(worst, key=_badness, reverse=True)


def _badness(one: Case) -> tuple[bool, tuple[int, bool, bool, float]]:
    return one.fails, severity.badness(one.result)


def _title(one: Result) -> str:
    name = one.name if one.aspect == "value" else f"{one.name} {one.aspect}"
    told = name if one.column is None else f"{column_word(one.column)}: {name}"
    return told if one.segment is None else f"{told} where {one.segment}"


def _details(one: Result) -> str:
    limits = units.limits_word(one)
    parts = [
        "" if one.value is None else f"value {units.value_word(one)}",
        f"potential / detected at {limits}" if limits else "",
        "" if one.q_value is None else f"q {wording.probability(one.q_value)}",
        one.reason or "",
    ]
    return "; ".join(filter(None, [units.status_word(one), *parts]))
