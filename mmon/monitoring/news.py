"""What a person has to know of a run besides the windows that it analysed."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Sequence

from mmon.config.sections import Config
from mmon.history.records import StoredWindow
from mmon.monitoring.due import Due
from mmon.monitoring.window import Given
from mmon.outline.wording import counted
from mmon.profiles.folding.census import Census
from mmon.results import Document, Verdict
from mmon.verdict import exit_status, reaches
from mmon.verdict.finding import Rule
from mmon.windows.timestamps import to_naive


def news(
    given: Given, due: Sequence[Due], stored: Sequence[StoredWindow], census: Census
) -> Iterator[str]:
    """Sentences without a full stop, of what was read of production and of the reference."""
    before = [one for one in stored if due and one.key < due[0].key]
    if before and before[-1].reference_digest != given.reference_digest:
        since = to_naive(due[0].span[0]).date() if due[0].span[0] is not None else "this window"
        yield f"the reference is another one since {since}, so that evidence begins anew"
    if census.without_time:
        have = "has" if census.without_time == 1 else "have"
        yield f"{counted(census.without_time, 'row')} {have} no usable time, and are in no window"
    again = {one.key for one in due}
    late = sum(
        max(0, census.windows.get(one.key, 0) - one.rows) for one in stored if one.key not in again
    )
    if late:
        yield f"{counted(late, 'row')} came too late for windows that are analysed"


def loses_rows(run: Document, rule: Rule) -> bool:
    """Whether so many of the rows that a run read have no time that windows are a part of them."""
    found = (one for one in run.results if one.name == "untimed_share")
    return any(one.gating and reaches(one, rule) for one in found)


def with_news(
    document: Document, config: Config, late: str | None, told: Iterable[str], *, is_open: bool
) -> Document:
    """The document of a run with what else is told, as of labels that are overdue; where that
    leaves the run open, a pass is none."""
    words = [document.sentence, *filter(None, [late]), *told]
    document = dataclasses.replace(document, sentence="; ".join(words))
    if not is_open or document.verdict is not Verdict.PASS or config.fail_on == "never":
        return document
    status = exit_status(Verdict.INCONCLUSIVE, config.on_inconclusive, document.results)
    return dataclasses.replace(document, verdict=Verdict.INCONCLUSIVE, exit_status=status)
