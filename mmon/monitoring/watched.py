"""How the alerts of a configuration stand by its history, and how one is reset."""

from __future__ import annotations

import dataclasses

from mmon.alerts.matching import CONCLUSIVE, statuses
from mmon.alerts.standing import RESET, Standing, of_history, standings
from mmon.comparison.document import now
from mmon.config.fields import seconds
from mmon.config.sections import Config
from mmon.errors import ConfigError, closest
from mmon.history import store
from mmon.history.records import Activation
from mmon.monitoring.past import settings_of
from mmon.windows.timestamps import iso, to_utc


@dataclasses.dataclass(frozen=True, slots=True)
class Watched:
    """An alert by the history.

    Attributes
    ----------
    name, severity : str
    since, last : str or None
        When the window ended in which it became active, if it is; and in which it last did.
    times : int
        How often it became active, in the windows that are kept.
    told : int
        How many messages were sent of it.
    """

    name: str
    severity: str
    since: str | None
    last: str | None
    times: int
    told: int


def watched(config: Config, path: str) -> list[Watched]:
    """Every alert of a configuration; `MmonError` where its history cannot be read."""
    settings = settings_of(config, path)
    names, wait_s = (config.project, config.endpoint), seconds(settings.wait)
    with store.looked_at(settings.url, *names, wait_s) as history:
        known, found = history.outbox.all(), history.found(statuses(config.alerts), CONCLUSIVE)
        judged = of_history(history.windows(), *found)
    by_name = {one.alert.name: one for one in standings(config.alerts, judged, known)}
    return [
        _watched(
            by_name.get(alert.name, Standing(alert, ())),
            [x for x in known if x.alert == alert.name and x.what != RESET],
        )
        for alert in config.alerts
    ]


def reset(config: Config, path: str, name: str) -> bool:
    """Let an alert begin anew after the newest window; whether it was active.

    `MmonError` where there is no such alert, or its history cannot be written.
    """
    names = [alert.name for alert in config.alerts]
    if name not in names:
        hint = closest(name, names) if names else "add it to alerts"
        raise ConfigError(f"{path} has no alert {name!r}", hint=hint)
    settings = settings_of(config, path)
    owner, wait_s = (config.project, config.endpoint), seconds(settings.wait)
    with store.opened(settings.url, *owner, wait_s, is_new=False) as history:
        stored, known = history.windows(), history.outbox.all()
        judged = of_history(stored, *history.found(statuses(config.alerts), CONCLUSIVE))
        by_name = {one.alert.name: one for one in standings(config.alerts, judged, known)}
        if not stored or name not in by_name or by_name[name].active is None:
            return False
        newest = stored[-1]
        kept = Activation(
            key=f"{name}\n{newest.key}",
            what=RESET,
            name="",
            reason=RESET,
            made_at=iso(now()),
            alert=name,
            windows=(newest.key,),
            end_us=newest.end_us,
            state="kept",
        )
        history.outbox.keep([kept])
    return True


def _watched(standing: Standing, known: list[Activation]) -> Watched:
    alert, active = standing.alert, standing.active
    last = next(iter(standing.episodes[-1:]), None)
    if alert.on.is_of_runs:
        fired = [one.made_at for one in known if one.reason == "alert"]
        newest = max(fired, default=None)
        return Watched(alert.name, alert.severity, newest, newest, len({*fired}), len(known))
    return Watched(
        alert.name,
        alert.severity,
        None if active is None else _time(active.fired.end_us, active.fired.key),
        None if last is None else _time(last.fired.end_us, last.fired.key),
        len(standing.episodes),
        sum(one.state == "sent" for one in known),
    )


def _time(end_us: int | None, key: int) -> str:
    """When a window ended, or which one of rows it is."""
    moment = to_utc(end_us)
    return f"window {key + 1}" if moment is None else iso(moment)
