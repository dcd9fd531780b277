"""Alerts, and what they tell and start: names that are none, and what a run could never do."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import timedelta

from mmon.config.alerts import Alert
from mmon.config.sections import Config
from mmon.config.text import KeyPath, Problem
from mmon.config.windows import Windows
from mmon.errors import closest
from mmon.windows.durations import STEPS, length, length_us

_TIME = "set windows.every"


def alert_problems(config: Config) -> Iterator[Problem]:
    """What is wrong with alerts, notifications and actions, taken together."""
    names = [alert.name for alert in config.alerts]
    for place, alert in enumerate(config.alerts):
        at: KeyPath = ("alerts", place)
        if alert.name in names[:place]:
            words = f"another alert is called {alert.name!r}"
            yield Problem((*at, "name"), words, "give it another name")
        yield from _names(at, "notify", alert.notify or (), [x.name for x in config.notifications])
        yield from _names(at, "act", alert.act, [x.name for x in config.actions])
        yield from _times(config, alert, at)
        for number, pattern in enumerate(alert.on.results):
            if "." not in pattern and "*" not in pattern:
                words = f"{pattern!r} is no result: they are called APPLICATION.NAME"
                hint = f"write '*.{pattern}' for any application"
                yield Problem((*at, "on", "results", number), words, hint)
    if config.history is None:
        yield from _without_history(config)
    is_timed = (config.windows or Windows()).every is not None
    for place, action in enumerate(config.actions):
        if action.cooldown is not None and not (is_timed and config.history is not None):
            words = "is counted in the ends of windows of time that a history holds"
            hint = f"{_TIME} and history, or leave it out"
            yield Problem(("actions", place, "cooldown"), words, hint)


def _names(
    at: KeyPath, key: str, named: Collection[str], known: Collection[str]
) -> Iterator[Problem]:
    what = {"notify": "notification", "act": "action"}[key]
    for number, name in enumerate(named):
        if name not in known:
            hint = closest(name, known) if known else f"there are no {what}s: add one to {what}s"
            yield Problem((*at, key, number), f"no {what} is called {name!r}", hint)


def _times(config: Config, alert: Alert, at: KeyPath) -> Iterator[Problem]:
    windows = config.windows or Windows()
    if windows.every is None:
        for path, value in (
            (("criteria", "period"), alert.criteria.period),
            (("cooldown",), alert.cooldown),
        ):
            if value is not None and not alert.on.is_of_runs:
                words = "needs windows of time, whose ends it counts by"
                hint = f"{_TIME}, or leave it out: a count alone is of windows on end"
                yield Problem((*at, *path), words, hint)
    if alert.on.is_of_runs:
        for path in (("criteria", "period"), ("cooldown",)):
            if (alert.criteria.period if len(path) == 2 else alert.cooldown) is not None:
                words = "is for windows; failed runs are counted on end"
                yield Problem((*at, *path), words, "leave it out")
    elif alert.criteria.count > 1 and windows.every is None and windows.rows is None:
        words = "can never be: there is one window"
        yield Problem((*at, "criteria", "count"), words, f"{_TIME}, or windows.rows")
    elif windows.every is not None and alert.criteria.period is not None:
        yield from _too_many(alert.criteria.count, windows.every, alert.criteria.period, at)


def _too_many(count: int, every: str, period: str, at: KeyPath) -> Iterator[Problem]:
    """A count of windows that never end within the period, so that the alert cannot be."""
    many, unit = length(every)
    apart = timedelta(days=28 * many) if unit not in STEPS else many * STEPS[unit]
    if (count - 1) * apart >= timedelta(microseconds=length_us(period)):
        words = f"{count} windows of {every} cannot end within {period}"
        hint = f"set period to {count * many}{unit}, or a smaller count"
        yield Problem((*at, "criteria"), words, hint)


def _without_history(config: Config) -> Iterator[Problem]:
    """What only a run that knows of others can tell."""
    for place, alert in enumerate(config.alerts):
        wants = [
            (("reset",), alert.reset == "manual", "'manual' needs a history, which remembers it"),
            (
                ("criteria", "count"),
                alert.on.is_of_runs and alert.criteria.count > 1,
                "needs a history, which counts runs",
            ),
        ]
        for path, is_wanted, words in wants:
            if is_wanted:
                yield Problem(("alerts", place, *path), words, "set history")
    for section in ("notifications", "actions"):
        for place, one in enumerate(getattr(config, section)):
            if "recovered" in (one.when or ()):
                words = "'recovered' needs a history, which tells how the run before ended"
                at: KeyPath = (section, place, "when", one.when.index("recovered"))
                yield Problem(at, words, "set history, or leave it out")
