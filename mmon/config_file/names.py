"""Names in the configuration that only the rest of mmon knows: of metrics, options and checks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from typing import Any

from mmon import metrics, performance
from mmon.analyses.data_quality import CHECKS
from mmon.analyses.model_performance import LABELS
from mmon.analyses.system_performance import METRICS
from mmon.config.problems import closest, value_at
from mmon.config.sections import Config
from mmon.config.text import KeyPath, Problem
from mmon.errors import ConfigError
from mmon.sources.dtypes import dtype_named
from mmon.windows import WindowCut


def name_problems(body: dict[str, Any]) -> list[Problem]:
    """Names of metrics and checks that do not exist, or that contradict each other."""
    return [
        *_drift(body),
        *_unknown_keys(body, "data_quality", "check", CHECKS),
        *_performance(body),
        *_unknown_keys(body, "system_performance", "metric", METRICS),
    ]


def meaning_problems(config: Config) -> list[Problem]:
    """What the run itself would refuse to read: types of columns, limits of windows."""
    datasets = [(side, getattr(config, side)) for side in ("reference", "production", "labels")]
    tried: list[tuple[KeyPath, Callable[[], object]]] = [
        ((side, "dtypes", column), partial(dtype_named, name, column))
        for side, dataset in datasets
        for column, name in (dataset.dtypes if dataset is not None else {}).items()
    ]
    if config.windows is not None:
        tried.append((("windows",), partial(WindowCut.of, config.windows)))
    return [problem for path, attempt in tried for problem in _refusal(path, attempt)]


def _refusal(path: KeyPath, attempt: Callable[[], object]) -> Iterator[Problem]:
    try:
        attempt()
    except ConfigError as error:
        words = error.message.removeprefix(f"{path[0]}: ").removeprefix("dtypes: ")
        yield Problem(path, words, error.hint)


def section(body: Any, *keys: str | int) -> dict[str, Any]:
    """The section at some keys; empty where there is none."""
    found = value_at(keys, body)
    return found if isinstance(found, dict) else {}


def _drift(body: dict[str, Any]) -> Iterator[Problem]:
    known = metrics.names()
    at: KeyPath = ("analyses", "data_drift")
    drift = section(body, *at)
    chosen = drift.get("metrics", "all")
    yield from _unknown_in_list(chosen, (*at, "metrics"), known, known.__contains__)
    for key in ("thresholds", "options"):
        for name in section(drift, key):
            path = (*at, key, name)
            if name not in known:
                yield _unknown(path, "metric", name, known)
            elif isinstance(chosen, list) and name not in chosen:
                hint = f"add {name!r} to analyses.data_drift.metrics"
                yield Problem(path, "is given for a metric that is not computed", hint)
            elif key == "options":
                yield from _option_problems(path, drift[key][name])


def _option_problems(path: KeyPath, options: Any) -> Iterator[Problem]:
    if not isinstance(options, dict):
        return
    try:
        metrics.load(str(path[-1]), options)
    except ConfigError as error:
        yield Problem(path, error.message, error.hint)


def _performance(body: dict[str, Any]) -> Iterator[Problem]:
    known = performance.names()

    def is_known(name: str) -> bool:
        return performance.of_name(name) is not None

    at: KeyPath = ("analyses", "model_performance")
    settings = section(body, *at)
    chosen = settings.get("metrics", "all")
    yield from _unknown_in_list(chosen, (*at, "metrics"), known, is_known)
    for name in section(settings, "thresholds"):
        path = (*at, "thresholds", name)
        if name in LABELS:
            if section(settings, "thresholds", name).get("max_drop") is not None:
                hint = "set min or max"
                yield Problem((*path, "max_drop"), "the reference has no such number", hint)
        elif not is_known(str(name)):
            yield _unknown(path, "metric", str(name), [*known, *LABELS])


def _unknown_keys(
    body: dict[str, Any], analysis: str, what: str, known: Collection[str]
) -> Iterator[Problem]:
    at = ("analyses", analysis, "thresholds")
    names = (name for name in section(body, *at) if name not in known)
    return (_unknown((*at, name), what, name, known) for name in names)


def _unknown_in_list(
    names: Any, at: KeyPath, known: Sequence[str], is_known: Callable[[str], bool]
) -> Iterator[Problem]:
    for position, name in enumerate(names if isinstance(names, list) else ()):
        if isinstance(name, str) and not is_known(name):
            yield _unknown((*at, position), "metric", name, known)


def _unknown(path: KeyPath, what: str, name: str, known: Collection[str]) -> Problem:
    return Problem(path, f"unknown {what} {name!r}", closest(name, known))
