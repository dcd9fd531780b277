"""Numbers that applications gave of a window before, whose rows are gone, by levels of now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from mmon.analyses import Findings
from mmon.applications.given import Result
from mmon.applications.returned import findings_of
from mmon.results import Result as Stored
from mmon.results.quantity import APP_FAILED, Bound
from mmon.verdict.finding import Finding

if TYPE_CHECKING:
    from mmon.config.sections import Config


def judged_again(config: Config, stored: Iterable[Stored]) -> Iterator[Findings]:
    """What each application of a configuration gave, with the levels that it has now.

    Where the configuration has none, with those that it was judged by; a status stays.
    """
    every = list(stored)
    for entry in config.applications:
        # With several limits a number is several results.
        own = {
            (one.name, one.column): one
            for one in reversed(every)
            if one.application == entry.name and one.aspect == "value"
        }
        failed = [one for one in own.values() if one.name == APP_FAILED]
        if entry.class_ is None or not own:
            continue
        if failed:
            yield Findings([_failed(one) for one in failed])
            continue
        given = [_given(one) for one in own.values()]
        yield findings_of(entry, entry.name, "", given, "")


def _given(one: Stored) -> Result:
    return Result(
        one.name,
        one.value,
        one.kind,
        None if one.has_levels else one.status,
        one.potential,
        one.detected,
        one.direction,
        one.reference_value,
        one.column,
        one.quantity.unit,
        one.reason,
    )


def _failed(one: Stored) -> Finding:
    bound = Bound("max", one.potential, one.detected)
    return Finding(one.quantity, one.value, bound=bound, reason=one.reason, tells_filling=True)
