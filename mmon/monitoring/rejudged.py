"""What the stored windows would have been with the configuration as it is now: no data is read."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

import polars as pl

from mmon.comparison.document import now
from mmon.comparison.judged_windows import cut_of
from mmon.comparison.reference import read_reference
from mmon.comparison.sides import Inputs, Production, Progress
from mmon.config.fields import seconds
from mmon.config.sections import Config
from mmon.config.windows import Windows
from mmon.history import store
from mmon.history.records import StoredWindow
from mmon.history.store import History
from mmon.monitoring import beside, past, states
from mmon.monitoring.asked import Asked
from mmon.monitoring.due import Due
from mmon.monitoring.known_noise import Known
from mmon.monitoring.learned import Past
from mmon.monitoring.rolling import Rolling
from mmon.monitoring.together import Part, together
from mmon.monitoring.window import Given, assess_window, given_of, restored
from mmon.results import Document
from mmon.sources import Data
from mmon.verdict.finding import Rule


@dataclasses.dataclass(frozen=True, slots=True)
class Rejudged:
    """One document of all windows as they were judged, and one as they would be.

    ``unknown`` windows cannot be judged again: another mmon kept their profiles in its own way.
    """

    before: Document
    after: Document
    unknown: int


def rejudged(
    config: Config,
    asked: Asked | None = None,
    newest: int | None = None,
    progress: Progress | None = None,
) -> Rejudged:
    """Judge the stored profiles of windows again.

    What only the rows themselves tell is not judged. The reference is read.

    Raises
    ------
    MmonError
        When the history or the reference cannot be read, or windows are cut in another way now.
    """
    settings, started, cut = past.settings_of(config), now(), cut_of(config.windows)
    limits = (asked or Asked()).read(config.windows or Windows(), started)
    names, wait_s = (config.project, config.endpoint), seconds(settings.wait)
    with store.looked_at(settings.url, *names, wait_s) as history:
        if cut is not None:
            beside.check_cut(history, cut)
        # What the history does not know is measured, and not kept: nothing is written.
        read = read_reference(config, Inputs(), progress, Known(history))
        # A profile has no rows, of which duplicates could be counted, or applications asked, again.
        given = given_of(config, settings, Inputs(reference=read), read, started)
        nothing, stored = past.nothing(config, started), history.windows()
        chosen = past.chosen(stored, limits, newest)
        parts: list[tuple[Part, Part]] = []
        for one, document in _judged(given, history, stored, progress):
            if one in chosen:
                was = restored(history.document(one.key), nothing)
                parts.append((Part(was).bare(), Part(document).bare()))
        if not parts:
            return Rejudged(nothing, nothing, len(chosen))
        before, after = (
            together(config, nothing, side, lambda part: part.document)
            for side in map(list, zip(*parts, strict=True))
        )
    return Rejudged(before, after, len(chosen) - len(parts))


def _judged(
    given: Given, history: History, stored: Sequence[StoredWindow], progress: Progress | None
) -> Iterator[tuple[StoredWindow, Document]]:
    """Each window with its document of now, in order; what adds up does so from the first one."""
    rolling, rule = Rolling(given, history), Rule.of_budget(given.config)
    learned = Past(given.config, history)
    carried: states.States = {}
    for place, one in enumerate(stored):
        profile = states.stored_profile(history, one.key)
        if profile is None:
            continue
        before, span = stored[:place], (one.start_us, one.end_us)
        was = restored(history.document(one.key), past.nothing(given.config, given.started))
        window = was.windows[0]
        is_begun = any(each.rows for each in before)
        evidence, carried = states.advanced(
            given, profile, carried, span=span, is_complete=one.is_complete, is_begun=is_begun
        )
        data = Data(pl.LazyFrame(), profile.source)
        production = Production(
            data,
            [window],
            [profile],
            0,
            [{}],
            [span],
            is_begun=is_begun,
            past=learned.before(one.key),
            told=was.results,
        )
        due = Due(one.key, span, one.rows, has_later=True, known=one)
        against = rolling.reference(span, before)
        yield one, assess_window(given, production, due, rule, evidence, progress, against=against)
