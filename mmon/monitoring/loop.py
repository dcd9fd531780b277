"""The loop of a run with a history: what is due, window by window, each kept as a whole."""

from __future__ import annotations

import bisect
import contextlib
import dataclasses
import functools
from collections.abc import Iterable, Iterator, Sequence

from mmon import __version__, sources
from mmon.alerts.matching import CONCLUSIVE
from mmon.comparison.assessment import assess
from mmon.comparison.document import document_of, now
from mmon.comparison.judged_windows import cut_of
from mmon.comparison.reference import read_reference
from mmon.comparison.sides import Inputs, Opened, Production, Progress
from mmon.config.fields import seconds
from mmon.config.history import History as Settings
from mmon.config.sections import Config
from mmon.config.windows import Windows
from mmon.errors import ConfigError, HistoryError
from mmon.history import store
from mmon.history.records import RunFacts, StoredWindow, is_over
from mmon.history.store import History
from mmon.monitoring import beside, outbox, states
from mmon.monitoring.asked import Asked, Range
from mmon.monitoring.due import Due, due_rows, due_windows, empty_since, look_from
from mmon.monitoring.known_noise import Known
from mmon.monitoring.late_labels import overdue, with_labels
from mmon.monitoring.learned import Past
from mmon.monitoring.news import loses_rows, news, with_news
from mmon.monitoring.rolling import Rolling
from mmon.monitoring.rows import Read, Rows
from mmon.monitoring.telling import Telling
from mmon.monitoring.together import Part, failing, together
from mmon.monitoring.window import (
    Given,
    assess_window,
    edges,
    given_of,
    kept,
    production_of,
    restored,
    to_store,
)
from mmon.outline.wording import end_word
from mmon.profiles.folding.census import Census
from mmon.profiles.folding.keys import WHOLE
from mmon.profiles.table import Profile
from mmon.results import Document, Verdict
from mmon.verdict import exit_status
from mmon.verdict.finding import Rule
from mmon.windows.cut import RowCut
from mmon.windows.durations import length_us
from mmon.windows.timestamps import iso, to_us

_DRAWN = 64
"""Windows whose drawings are kept at hand: so many a report shows at most."""


def monitor(
    config: Config, inputs: Inputs, asked: Asked, progress: Progress | None, telling: Telling
) -> Document:
    """Analyse the windows that the history lacks, and keep what is found.

    `MmonError` where anything cannot be read, written, or is asked for wrongly.
    """
    settings, started = config.history, now()
    if settings is None:
        raise TypeError("there is no history")
    cut, limits = cut_of(config.windows), asked.read(config.windows or Windows(), started)
    if cut is None:
        raise TypeError("a configuration with a history has windows")
    if isinstance(cut, RowCut) and asked != Asked():
        raise ConfigError("--until, --from and --to are for windows of time (windows.every)")
    # What would be told is told by the next run, to which this one leaves nothing.
    wait_s, is_kept = seconds(settings.wait), not telling.is_dry
    owner = config.project, config.endpoint
    with store.opened(settings.url, *owner, wait_s, is_kept=is_kept) as history:
        beside.check(history, cut, limits, asked)
        inputs = dataclasses.replace(inputs, labels_may_come=True)
        known = Known(history)
        reference = read_reference(config, inputs, progress, known)
        given = given_of(config, settings, inputs, reference, started)
        rows = Rows(given, cut, progress)
        run = _Run(config, settings, given, history, rows, limits, asked, telling)
        document = run.whole()
        known.keep()
        return document


@dataclasses.dataclass(frozen=True, slots=True)
class _Run:
    """One run, and all that it works with."""

    config: Config
    settings: Settings
    given: Given
    history: History
    rows: Rows
    limits: Range
    asked: Asked
    telling: Telling

    def whole(self) -> Document:
        """Analyse what is due, and tell of it; the document of the run."""
        with contextlib.ExitStack() as watch:
            watch.enter_context(sources.unchanged())
            document, going = self._watched(watch)
        if self.telling.how == "off":
            return document
        return outbox.told(self.config, self.history, self.telling, going, document)

    def _watched(self, watch: contextlib.ExitStack) -> tuple[Document, outbox.Outgoing]:
        stored = self.history.windows()
        since = self._since(stored)
        due, side, census = self._due(stored, since)
        due = beside.allowed(due, self.given.windows, self.asked)
        nothing = self._nothing(side, census)
        facts = RunFacts(
            nothing.run_id,
            nothing.started_at,
            __version__,
            nothing.config_digest,
            self.given.reference_digest,
        )
        self.history.begin(facts, beside.kind_of(self.rows.cut))
        read = self.rows.read(due, side, watch, since)
        parts = self._untold(stored, due, nothing)
        for part in self._analysed(read, stored, nothing.run_id):
            parts.append(part)
            if len(parts) > _DRAWN:
                parts[-_DRAWN] = parts[-_DRAWN].bare()
        parts.sort(key=lambda part: part.key)
        states.rebuild(self.given, self.history)
        document = self._document(nothing, parts, census)
        of_all = [] if self.asked.is_range else self.history.windows()
        known = self.history.found((), CONCLUSIVE)[1]
        late = overdue(self.config, of_all, known, self.limits.until_us)
        told = news(self.given, due, stored, census)
        is_open = late is not None or loses_rows(nothing, self._rule())
        document = with_news(document, self.config, late, told, is_open=is_open)
        # A run between two times has looked at no others.
        is_all = not (isinstance(self.rows.cut, RowCut) or self.asked.is_range)
        until_us = self.limits.until_us if is_all else None

        def drawn(part: Part) -> Document:
            return restored(self.history.document(part.key), nothing)

        going = outbox.outgoing(self.config, self.history, document, parts, drawn)
        ended = dataclasses.replace(document, finished_at=iso(now()), alerts=going.alarms)
        end = ended.run_id, ended.finished_at, ended.verdict.value, until_us
        self.history.finish(*end, *going.activations(self.telling))
        return ended, going

    def _untold(
        self, stored: Sequence[StoredWindow], due: Sequence[Due], nothing: Document
    ) -> list[Part]:
        """Windows that a run analysed which never ended, and so never told of."""
        again = {one.key for one in due}
        keys = [one.key for one in stored if not one.is_told and one.key not in again]
        return [Part(restored(self.history.document(key), nothing), key=key).bare() for key in keys]

    def _since(self, stored: Sequence[StoredWindow]) -> int | None:
        """From when on rows are looked at; None is from the first one on."""
        cut = self.rows.cut
        if isinstance(cut, RowCut) or self.asked.is_range:
            return self.limits.since_us
        return look_from(cut, stored, self.given.windows, self.history.until_us)

    def _due(
        self, stored: Sequence[StoredWindow], since: int | None
    ) -> tuple[list[Due], Opened, Census]:
        """The windows to analyse, and what was read and counted to find them."""
        cut = self.rows.cut
        if isinstance(cut, RowCut):
            census, side = self.rows.count((None, None))
            return due_rows(cut, census.windows, stored), side, census
        census, side = self.rows.count_all((since, self.limits.end_us), stored)
        system = self.config.analyses.system_performance
        due = due_windows(
            cut,
            {key: n for key, n in census.windows.items() if since is None or key >= since},
            stored,
            self.limits,
            self.given.windows,
            until_us=self.history.until_us,
            tells_nothing=system is not None and system.expected_rows is not None,
        )
        if not self.asked.is_range:
            now_us, seen_us = self.limits.until_us, self.history.until_us
            # What waited at the run before is looked at, however long ago that was.
            until_us = now_us if seen_us is None else min(now_us, seen_us)
            labelled = functools.partial(self.rows.labelled, now=side)
            due = with_labels(self.config, due, stored, until_us, labelled)
        return due, side, census

    def _nothing(self, side: Opened, census: Census) -> Document:
        """The document of a run that finds no window, with what all say of this run: such as the
        rows without a time, which are in none."""
        config, reference, rule = self.config, self.given.reference, self._rule()
        lost = census.without_time
        empty = Production(side.data, [], [], census.rows, [], [], lost)
        found = assess(config, reference, empty, rule=rule, now_us=to_us(self.given.started))
        started = self.given.started
        return document_of(config, reference, empty, found, rule=rule, started=started)

    def _analysed(
        self, windows: Iterable[Read], stored: Sequence[StoredWindow], run_id: str
    ) -> Iterator[Part]:
        """The document of each window, once it is kept."""
        known, rule, is_behind = list(stored), self._rule(), True
        rolling, past = Rolling(self.given, self.history), Past(self.config, self.history)
        keep_us = None if self.settings.keep is None else length_us(self.settings.keep)
        for one, side, read in windows:
            place = bisect.bisect_left(known, one.key, key=lambda window: window.key)
            before = known[:place]
            if self._is_left(one, read.found.profiles[WHOLE], before):
                continue
            production = production_of(self.given, side, one, read, before, past.before(one.key))
            if is_behind:
                states.rebuild(self.given, self.history, one.key)
            window, stored_profile = production.windows[0], to_store(self.given, production)
            evidence, carried = states.advanced(
                self.given,
                stored_profile,
                states.before(self.given, self.history, before),
                span=one.span,
                is_complete=window.is_complete,
                is_begun=production.is_begun,
            )
            document = assess_window(
                self.given,
                production,
                one,
                rule,
                evidence,
                self.rows.progress,
                against=rolling.reference(one.span, before),
            )
            is_known = self._is_known(one, document)
            analysed = kept(self.given, one, stored_profile, document, carried)
            self.history.commit(analysed, run_id, keep_us=keep_us)
            is_there = place < len(known) and known[place].key == one.key
            known[place : place + is_there] = [analysed.window]
            # States of later windows followed from it: they are gone, as old windows are.
            is_behind = place + 1 < len(known)
            while keep_us is not None and is_over(known[0], analysed.window, keep_us):
                del known[0]
            yield Part(document, is_known=is_known, key=one.key)

    def _is_known(self, due: Due, document: Document) -> bool:
        """Whether all that fails in a window failed when it was analysed before, unasked."""
        if due.known is None or self.asked.is_range:
            return False
        try:
            before = restored(self.history.document(due.key), document)
        except HistoryError:
            return False  # of another mmon, which may not have told it
        now = failing(document, self._rule())
        return bool(now) and now <= failing(before, self._rule())

    def _is_left(self, due: Due, profile: Profile, before: Sequence[StoredWindow]) -> bool:
        """Whether an incomplete window is not to be analysed, or not yet."""
        way, (is_begun, is_filled) = self.given.windows.incomplete, edges(profile, due, before)
        return (not is_filled and way != "keep") or (not is_begun and way == "drop")

    def _document(self, nothing: Document, parts: Sequence[Part], census: Census) -> Document:
        """The document of the windows that were analysed, else of the newest one there is."""

        def drawn(part: Part) -> Document:
            known = part.is_bare
            return restored(self.history.document(part.key), nothing) if known else part.document

        if parts:
            return together(self.config, nothing, parts, drawn)
        newest = self.history.newest()
        if newest is None:
            words = "no window has closed and is filled yet" if census.windows else nothing.sentence
            return dataclasses.replace(nothing, sentence=words)
        again = restored(self.history.document(newest), nothing)
        whole = together(self.config, nothing, [Part(again)], drawn)
        # It ends as the run before did, which may have told of other windows as well.
        verdict = Verdict(self.history.last_run()[1] or whole.verdict)
        ended = "" if verdict is whole.verdict else f" since a run that ended in {verdict}"
        told, stored, rows = self.asked.nothing + ended, self.history.windows(), census.windows
        empty = empty_since(self.rows.cut, rows, stored, self.limits.end_us)
        if empty and not self.asked.is_range:
            told += f" but {empty} since {end_word(again.windows[0])}"
        return dataclasses.replace(
            whole,
            verdict=verdict,
            exit_status=exit_status(verdict, self.config.on_inconclusive, whole.results),
            sentence=f"{told}; the newest: {whole.sentence}",
        )

    def _rule(self) -> Rule:
        return Rule.of_budget(self.config)
