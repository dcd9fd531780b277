"""What a history holds, as the document of a run that analysed all of it: every report shows it."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import mmon
from mmon.comparison.document import now, run_id
from mmon.config.fields import seconds
from mmon.config.history import History as Settings
from mmon.config.sections import Config
from mmon.config.windows import Windows
from mmon.config_file import config_digest, public_dict
from mmon.errors import ConfigError
from mmon.history import store
from mmon.history.records import StoredWindow
from mmon.monitoring.asked import Asked, Range
from mmon.monitoring.together import Part, together
from mmon.monitoring.window import restored
from mmon.results import Document, Source, Verdict
from mmon.verdict import exit_status
from mmon.windows.timestamps import iso


def remembered(config: Config, asked: Asked | None = None, newest: int | None = None) -> Document:
    """The windows of a configuration's project and endpoint that its history holds.

    Parameters
    ----------
    config : Config
    asked : Asked, optional
        Only windows between two times.
    newest : int, optional
        Only so many of the newest ones.

    Raises
    ------
    ConfigError
        When the configuration has no history.
    HistoryError
        When it cannot be read.
    """
    settings, started = settings_of(config), now()
    limits = (asked or Asked()).read(config.windows or Windows(), started)
    names, wait_s = (config.project, config.endpoint), seconds(settings.wait)
    with store.looked_at(settings.url, *names, wait_s) as history:
        empty = nothing(config, started)

        def whole(key: int) -> Document:
            return restored(history.document(key), empty)

        some = chosen(history.windows(), limits, newest)
        parts = [Part(whole(one.key), key=one.key).bare() for one in some]
        if not parts:
            return empty
        return together(config, empty, parts, lambda part: whole(part.key))


def settings_of(config: Config, path: str | Path = "the configuration") -> Settings:
    """Where a configuration's history is; `ConfigError` where it has none."""
    if config.history is None:
        raise ConfigError(f"{path} has no history", hint="set history to the path of one")
    return config.history


def chosen(stored: Sequence[StoredWindow], limits: Range, newest: int | None) -> list[StoredWindow]:
    """The windows between two times, or so many of the newest of them."""
    found = [one for one in stored if _is_of(one, limits)]
    return found if newest is None else found[-newest:]


def _is_of(one: StoredWindow, limits: Range) -> bool:
    start = one.key if one.start_us is None else one.start_us
    end = one.end_us
    is_begun = limits.since_us is None or start >= limits.since_us
    return is_begun and (limits.to_us is None or end is None or end <= limits.to_us)


def nothing(config: Config, started: dt.datetime) -> Document:
    """The document of no window."""
    source = Source("", 0, 0.0)
    return Document(
        mmon_version=mmon.__version__,
        project=config.project,
        endpoint=config.endpoint,
        run_id=run_id(config_digest(config), started),
        started_at=iso(started),
        finished_at=iso(started),
        config_digest=config_digest(config),
        verdict=Verdict.INCONCLUSIVE,
        exit_status=exit_status(Verdict.INCONCLUSIVE, config.on_inconclusive),
        sentence="the history holds no window",
        fail_on=config.fail_on,
        reference=source,
        production=dataclasses.replace(source),
        windows=[],
        quantities=[],
        segments=[],
        results=[],
        metrics=[],
        columns=[],
        pictures=[],
        performance=[],
        bins=[],
        activity=[],
        configuration=public_dict(config),
        versions={},
    )
