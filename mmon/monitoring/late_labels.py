"""Labels that come after their window was analysed: which windows wait for them, and how long."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from mmon.alerts.matching import estimates
from mmon.analyses.model_performance import APPLICATION
from mmon.config.data import Labels
from mmon.config.sections import Config
from mmon.history.findings import Known
from mmon.history.records import StoredWindow
from mmon.monitoring.due import Due
from mmon.outline.waiting import MOST_LABELS
from mmon.windows.durations import length_us
from mmon.windows.timestamps import to_naive

# Of labels that are filled into production itself.
_USUAL_WAIT: str = Labels.model_fields["wait"].default


def needed_share(config: Config) -> float | None:
    """The share of a window's rows that has to be labelled; None where no performance is told."""
    settings = config.analyses.model_performance
    if settings is None:
        return None
    bounds = settings.levels("label_coverage").bounds()
    asked = (one.detected or one.potential for one in bounds if one.limit == "min")
    return next(asked, None) or MOST_LABELS


def with_labels(
    config: Config,
    due: Sequence[Due],
    stored: Sequence[StoredWindow],
    until_us: int,
    labelled: Callable[[Sequence[StoredWindow]], Mapping[int, tuple[int, int]]],
) -> list[Due]:
    """What is due, and the windows that waited for labels and have enough of them by now.

    ``labelled`` counts rows of windows, and those among them that have a label.
    """
    needed, found = needed_share(config), list(due)
    if needed is None:
        return found
    told = {one.key for one in due}
    wait_us = length_us(_USUAL_WAIT if config.labels is None else config.labels.wait)
    waits = [
        one
        for one in stored
        if one.labelled < needed * one.rows
        and one.end_us is not None
        and one.end_us + wait_us > until_us
    ]
    counts = labelled(waits)
    for one in waits:
        rows, known = counts.get(one.key, (0, 0))
        if one.key not in told and known >= needed * rows and known > one.labelled:
            span = one.start_us, one.end_us
            found.append(Due(one.key, span, rows, has_later=True, known=one))
    return sorted(found, key=lambda one: one.key)


def overdue(
    config: Config,
    stored: Sequence[StoredWindow],
    known: Mapping[int, Collection[Known]],
    until_us: int,
) -> str | None:
    """That labels did not come in time, in words; None where they did, or may still come.

    The newest window that has waited long enough tells: what was missing before it may have been
    an outage that is over. Few labels that told its performance were enough; ``known`` says of what
    each window's results are conclusive.
    """
    needed, settings = needed_share(config), config.analyses.model_performance
    if needed is None or config.labels is None or settings is None or settings.gate == "none":
        return None
    wait = config.labels.wait
    ended = ((one, one.end_us) for one in stored if one.rows and one.end_us is not None)
    over = [(one, end) for one, end in ended if end + length_us(wait) <= until_us]
    if not over:
        return None
    one, end = over[-1]
    is_told = any(
        decides and application == APPLICATION and (application, name) not in estimates()
        for application, name, _, decides in known.get(one.key, ())
    )
    if one.labelled >= needed * one.rows or is_told:
        return None
    day = to_naive(end).date()
    told = f"{one.labelled:,} of {one.rows:,}" if one.labelled else f"none of {one.rows:,}"
    return f"labels of the window before {day} did not come within {wait}: {told} (labels.wait)"
