"""Manual pages of alerts: their keys, the events they wait for, and the ready-made ones."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

import yaml

from mmon.config.alerts import APP_FAILED, EVENTS, RUN_FAILED, TEMPLATES, Alert
from mmon.config.keys import walk
from mmon.delivery.pages import key_lines

_WIDTH = 90
_FAILURES = {
    APP_FAILED: "an application of your own failed in a window: it raised, or returned what"
    " cannot be read.",
    RUN_FAILED: "a run ended before it had a verdict, and so has no result. It stands alone in"
    " `on`, and is counted in runs on end.",
}
_READY = {
    "data_drift": "Waits for a column, or all together, whose data drift decides and is detected.",
    "performance_dropped": "Waits for a metric of the model's performance that decides and is"
    " detected as worse than it may be.",
    "data_missing": "Waits for missing values, columns, rows or windows, or late data, where that"
    " decides and is detected.",
    "run_failed": "Waits for a run that ends before it has a verdict.",
}


def names() -> list[str]:
    """Every event's and every ready-made alert's name."""
    return [*EVENTS, *_FAILURES, *TEMPLATES]


def pages(name: str) -> list[str]:
    """The pages of a name, whether it has hyphens or underscores; none of one that is none."""
    if name == "alerts":
        return ["\n".join(_of_all())]
    events = [one for one in (*EVENTS, *_FAILURES) if _plain(one) == _plain(name)]
    ready = [one for one in TEMPLATES if one == _plain(name)]
    return [*map(_of_event, events), *map(_of_ready, ready)]


def _of_all() -> Iterator[str]:
    yield from ("alerts, a list of what is watched over windows, and told", "", "Keys", "----")
    for key in walk(Alert):
        yield from key_lines(key)
    yield from ("", "Events, for `on`", "----------------")
    for event in (*EVENTS, *_FAILURES):
        yield from _wrapped(f"{event}: {_waits(event)}", "    ")
    yield from ("", "Ready-made alerts", "-----------------")
    for name, words in _READY.items():
        yield from _wrapped(f"{name}: {words[0].lower()}{words[1:]}", "    ")
    yield from ("", "Example", "-------", "::", "")
    example = {"on": "data-drift-detected", "criteria": {"count": 2, "period": "7d"}}
    yield _yaml(["performance_dropped", {"name": "drift_for_days", **example}])


def _of_event(event: str) -> str:
    lines = [f"{event}, an event that an alert waits for", "", *_wrapped(_sentence(event))]
    name = "failed_runs" if event == RUN_FAILED else "my_alert"
    example = _yaml([{"name": name, "on": event}])
    return "\n".join([*lines, "", "Example", "-------", "::", "", example])


def _of_ready(name: str) -> str:
    stands = _yaml([{"name": name, **_listed(name)}])
    return "\n".join(
        [
            *(f"{name}, a ready-made alert", "", *_wrapped(_READY[name]), ""),
            *_wrapped("Its name alone is enough; what is set beside it replaces what it brings:"),
            *("", "::", "", _yaml([name]), "", "stands for", "", "::", "", stands),
        ]
    )


def _listed(name: str) -> dict[str, object]:
    ready = TEMPLATES[name]
    return {**ready, "on": {key: [*values] for key, values in ready["on"].items()}}


def _waits(event: str) -> str:
    if event in _FAILURES:
        return _FAILURES[event]
    kind, status = EVENTS[event]
    return f"a result of the kind {kind.value} with the status {status.value}."


def _sentence(event: str) -> str:
    words = _waits(event)
    about = f"{words[0].upper()}{words[1:]}"
    if event in _FAILURES:
        return about
    return (
        f"{about} Only results that take part in the verdict count, unless `decides` says"
        " otherwise; `results`, `columns` and `segments` say which of them."
    )


def _wrapped(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(text, _WIDTH, subsequent_indent=indent, break_on_hyphens=False)


def _yaml(alerts: list[object]) -> str:
    text = yaml.safe_dump({"alerts": alerts}, sort_keys=False).rstrip()
    # YAML 1.1 takes `on` for a truth value, and so quotes it; configurations may do without.
    return textwrap.indent(text.replace("'on':", "on:"), "    ")


def _plain(name: str) -> str:
    return name.replace("-", "_")
