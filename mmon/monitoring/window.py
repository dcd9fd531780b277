"""One window, from its rows to what is kept of it, as though there was no later one."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from mmon.analyses import Findings
from mmon.comparison.assessment import assess
from mmon.comparison.document import document_of
from mmon.comparison.judged_windows import longest_silence, window_of
from mmon.comparison.rows_again import duplicates, of_windows
from mmon.comparison.sides import (
    Inputs,
    Opened,
    Production,
    Progress,
    Summarised,
    summarise_production,
)
from mmon.config.history import History as Settings
from mmon.config.sections import UNTOLD, Config
from mmon.config.windows import Windows
from mmon.config_file import config_digest
from mmon.errors import DataError, HistoryError
from mmon.history.records import AGAIN, Analysed, StoredWindow
from mmon.monitoring.due import Due
from mmon.profiles import baseline
from mmon.profiles.block_noise import BlockNoise
from mmon.profiles.codec import digest
from mmon.profiles.folding.keys import WHOLE
from mmon.profiles.rounding import at_one_precision
from mmon.profiles.table import Profile
from mmon.records import MisfitError
from mmon.results import Document
from mmon.verdict.finding import Rule

OF_RUN = ("run_id", "started_at", "finished_at", "config_digest", "configuration")
"""Parts of a document that are those of a run, and not kept of a window."""


@dataclasses.dataclass(frozen=True, slots=True)
class Given:
    """What all windows of a run are judged by.

    Attributes
    ----------
    config : Config
        Without what does not change any result.
    reference : Profile
    config_digest, reference_digest : str
    started : datetime
        When the run began.
    inputs : Inputs
    points : int
        Values kept of a numeric column in a stored profile.
    """

    config: Config
    reference: Profile
    config_digest: str
    reference_digest: str
    started: dt.datetime
    inputs: Inputs
    points: int

    @property
    def windows(self) -> Windows:
        """How production is cut."""
        return self.config.windows or Windows()


def given_of(
    config: Config, settings: Settings, inputs: Inputs, reference: Profile, started: dt.datetime
) -> Given:
    """What all windows of a run are judged by."""
    own = config.model_copy(update=UNTOLD)
    # Of what it holds, not of what this version of mmon makes of that.
    held = [
        (one.name, one.kind, one.presence, one.distribution if one.is_tested else None)
        for one in reference.columns
    ]
    # Losses are rounded; sums of scores may differ in their last digits, as sums go.
    known = digest((reference.rows, held, reference.losses))
    return Given(own, reference, config_digest(own), known, started, inputs, settings.points)


def read_window(given: Given, side: Opened, due: Due, progress: Progress | None) -> Summarised:
    """What is found in the rows of a window, from a frame of them alone.

    Raises
    ------
    DataError
        When the rows cannot be read, or changed since they were counted.
    """
    read = summarise_production(given.config, given.reference, side, progress=progress)
    rows = read.found.profiles[WHOLE].rows
    if rows != due.rows:
        raise DataError(
            f"{side.data.name} has {rows:,} rows of a window that had {due.rows:,}: it changed"
            " while it was read, or a file is damaged",
            hint="run again when nobody writes it, or with a copy of it",
        )
    return read


def production_of(
    given: Given,
    side: Opened,
    due: Due,
    read: Summarised,
    before: Sequence[StoredWindow],
    past: BlockNoise | None,
) -> Production:
    """A window as the only one of a production, after those that were analysed ``before``."""
    profile = read.found.profiles[WHOLE]
    late = 0 if due.known is None else max(0, due.rows - due.known.rows) + due.known.late_rows
    is_complete = all(edges(profile, due, before))
    window = window_of(
        0,
        profile,
        due.span,
        timezone=given.windows.timezone,
        is_complete=is_complete,
        # Every complete window is judged once: `windows.judge` is for verdicts over several.
        is_judged=is_complete,
    )
    return Production(
        data=side.data,
        rows_of=[side.frame],
        windows=[dataclasses.replace(window, late_rows=late)],
        profiles=[profile],
        outside=0,
        new_columns=[side.new_columns],
        spans=[due.span],
        # Of the labels as a whole a window says nothing: most are those of others.
        labels=None if read.labels is None else read.labels.of_part(),
        loss_column=read.loss_column,
        is_begun=any(one.rows for one in before),
        past=past,
    )


def edges(profile: Profile, due: Due, before: Sequence[StoredWindow]) -> tuple[bool, bool]:
    """Whether the data is there from the beginning of a window that is over, and up to its end."""
    activity, (start, end) = profile.activity, due.span
    if activity is None or not profile.rows or start is None or end is None:
        return True, True
    there = [one for one in before if one.rows and one.newest_us is not None]
    first, last = activity.oldest_us or start, activity.newest_us or end
    is_begun = bool(there) or first - start <= longest_silence(activity, due.span, ())
    usual = [(one.end_us or 0) - (one.newest_us or 0) for one in there[-_USUAL_OF:]]
    is_filled = due.has_later or end - last <= longest_silence(activity, due.span, usual)
    return is_begun, is_filled


_USUAL_OF = 28
"""Windows before it, whose ends tell how silent one usually is: four weeks of days."""


def assess_window(
    given: Given,
    production: Production,
    due: Due,
    rule: Rule,
    evidence: Findings,
    progress: Progress | None,
    *,
    against: Profile,
) -> Document:
    """The result document of one window, judged by itself, with what adds up to ``evidence``.

    It is compared with the reference, or with what is in its place where that rolls.
    """
    config = given.config
    reference, profiles = at_one_precision(against, production.profiles)
    production = dataclasses.replace(production, profiles=profiles)
    found = assess(
        config,
        reference,
        production,
        rule=rule,
        # Whenever it is analysed: at the moment when the window closed.
        now_us=due.span[1] or 0,
        also=dataclasses.replace(
            evidence,
            findings=[
                *evidence.findings,
                *duplicates(config, given.inputs, given.reference, production),
            ],
        ),
        of_rows=of_windows(config, given.inputs, production),
        progress=progress,
    )
    return document_of(config, reference, production, found, rule=rule, started=given.started)


def to_store(given: Given, production: Production) -> Profile:
    """A window's profile as the history keeps it: smaller, and without any row."""
    profile = dataclasses.replace(production.profiles[0], sample=None)
    return profile.compress(given.points, given.config.labels_kept)


def kept(
    given: Given,
    due: Due,
    profile: Profile,
    document: Document,
    states: Mapping[str, bytes],
) -> Analysed:
    """What the history keeps of a window, of the profile `to_store` too."""
    window = document.windows[0]
    activity, performance = profile.activity, profile.performance
    facts = StoredWindow(
        key=due.key,
        start_us=due.span[0],
        end_us=due.span[1],
        oldest_us=None if activity is None else activity.oldest_us,
        newest_us=None if activity is None else activity.newest_us,
        rows=profile.rows,
        late_rows=window.late_rows,
        labelled=0 if performance is None else performance.labelled,
        status=window.status.value,
        verdict=document.verdict.value,
        is_complete=window.is_complete,
        config_digest=given.config_digest,
        reference_digest=given.reference_digest,
    )
    body = {name: part for name, part in document.to_dict().items() if name not in OF_RUN}
    return Analysed(facts, body, baseline.packed(profile), states)


def restored(body: Mapping[str, Any], run: Document) -> Document:
    """The document of a window out of the history, as a part of a run.

    Raises
    ------
    HistoryError
        When it was kept by an mmon whose documents were others.
    """
    # Parts that documents had not yet are empty.
    own = run.to_dict()
    there = {name: part for name, part in body.items() if name in own}
    try:
        body = {**own, **there, **{name: own[name] for name in OF_RUN}}
        return Document.from_dict(body, may_lack=True)
    except MisfitError as error:
        what = f"the window from {_start(body)} was kept by another version of mmon"
        raise HistoryError(f"{what}: {error}", hint=AGAIN) from error


def _start(body: Mapping[str, Any]) -> str:
    """When a stored window begins, as far as its document tells."""
    match body.get("windows"):
        case [{"start": str(start)}, *_]:
            return start[:19]
        case _:
            return "an unknown time"
