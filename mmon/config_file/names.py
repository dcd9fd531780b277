"""Names in the configuration that only the rest of mmon knows: of metrics, options and checks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from mmon import metrics, performance
from mmon.analyses.data_drift import LASTING_DRIFT
from mmon.analyses.model_performance import LABELS, ModelPerformance
from mmon.applications.formulas import formula
from mmon.applications.loading import load
from mmon.config.analyses import judged
from mmon.config.problems import value_at
from mmon.config.sections import Config
from mmon.config.text import KeyPath, Problem
from mmon.config.windows import Windows
from mmon.config_file.watching import alert_problems
from mmon.errors import ConfigError, closest
from mmon.results.quantity import Quantity, ResultKind
from mmon.sources.dtypes import dtype_named
from mmon.windows.cut import WindowCut


def name_problems(body: dict[str, Any]) -> list[Problem]:
    """Names of metrics and checks that do not exist, or that contradict each other."""
    return [*_unknown(body), *_contradictions(body)]


def meaning_problems(config: Config) -> Iterator[Problem]:
    """What the run itself would refuse to read: types of columns, limits of windows."""
    for side in ("reference", "production", "labels"):
        dataset = getattr(config, side)
        for column, name in (dataset.dtypes if dataset is not None else {}).items():
            yield from _refusal((side, "dtypes", column), partial(dtype_named, name, column))
    if config.windows is not None:
        yield from _refusal(("windows",), partial(WindowCut.of, config.windows))
    for place, one in enumerate(config.applications):
        for way in ("sql", "polars"):
            if getattr(one, way) is not None:
                yield from _refusal(("applications", place, way), partial(formula, one))
        if one.class_ is not None:
            at = ("applications", place, "class")
            yield from _refusal(at, partial(load, one.class_, one.args))
    yield from _history_problems(config)
    yield from _performance_problems(config)
    yield from alert_problems(config)


def _history_problems(config: Config) -> Iterator[Problem]:
    """A history without windows to remember, and what makes sense only with one."""
    windows = config.windows or Windows()
    if config.history is not None and windows.every is None and windows.rows is None:
        hint = "set windows.every, for example to 1d, or windows.rows"
        yield Problem(("history",), "needs windows, each of which is analysed once", hint)
    for column, levels in config.by_column.items():
        if config.history is None and LASTING_DRIFT.name in levels:
            at: KeyPath = ("by_column", column, LASTING_DRIFT.name)
            yield Problem(at, "needs a history, over whose windows it adds up", "set history")
    if config.history is None and windows.incomplete == "wait":
        yield Problem(("windows", "incomplete"), "'wait' needs a history", "set history, or keep")


def _performance_problems(config: Config) -> Iterator[Problem]:
    """Performance that is asked for in so many words, of columns that are not named."""
    settings, roles = config.analyses.model_performance, config.columns
    if settings is None:
        return
    at: KeyPath = ("analyses", "model_performance")
    hint = "name it, or set analyses.model_performance to null"
    if roles.lacks is None:
        if roles.score is None and not roles.scores:
            yield from _without_scores(settings, at)
    elif config.task is not None:
        is_number = config.task == "regression" and roles.target is not None
        needed = "prediction" if is_number else roles.lacks
        yield Problem(("task",), f"{config.task} needs columns.{needed}", hint)
    elif settings.thresholds:
        for name in settings.thresholds:
            words = f"performance needs columns.{roles.lacks}"
            yield Problem((*at, "thresholds", name), words, hint)
    elif settings != ModelPerformance() and settings.gate != "none":
        yield Problem(at, f"performance needs columns.{roles.lacks}", hint)


def _without_scores(settings: ModelPerformance, at: KeyPath) -> Iterator[Problem]:
    listed = () if settings.metrics == "all" else settings.metrics
    asked: list[tuple[KeyPath, str]] = [
        *((("metrics", place), name) for place, name in enumerate(listed)),
        *((("thresholds", name), name) for name in settings.thresholds),
    ]
    for where, name in asked:
        found = performance.of_name(name)
        if found is not None and performance.metric_class(found[0]).reads != "answers":
            hint = "name the column of the model's score, or take a metric of its answers"
            yield Problem((*at, *where), f"{name!r} needs columns.score", hint)


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


def _unknown(body: dict[str, Any]) -> Iterator[Problem]:
    drift, measures = metrics.names(), performance.names()
    for analysis, key, what, known in (
        ("data_drift", "metrics", "metric", drift),
        ("data_drift", "thresholds", "metric", drift),
        ("data_drift", "options", "metric", drift),
        ("model_performance", "metrics", "metric", measures),
        ("model_performance", "thresholds", "metric", [*measures, *LABELS]),
        ("model_performance", "options", "metric", measures),
        *((name, "thresholds", _noun(own), own) for name, _, own in judged()),
    ):
        at: KeyPath = ("analyses", analysis, key)
        named = value_at(at, body)
        for place, name in enumerate(named if isinstance(named, dict | list) else ()):
            # One value of a performance metric, such as f1_macro, has a name of its own.
            is_value = key != "options" and analysis == "model_performance"
            is_value = is_value and performance.of_name(str(name)) is not None
            if isinstance(name, str) and name not in known and not is_value:
                path = (*at, name if isinstance(named, dict) else place)
                yield Problem(path, f"unknown {what} {name!r}", closest(name, known))


def column_levels() -> list[str]:
    """What a column can have levels of its own of."""
    checks = (one for _, _, own in judged() for one in own.values() if one.about == "column")
    return [*metrics.names(), LASTING_DRIFT.name, *(one.name for one in checks)]


def _noun(quantities: Mapping[str, Quantity]) -> str:
    is_quality = all(one.kind is ResultKind.DATA_QUALITY for one in quantities.values())
    return "check" if is_quality else "metric"


def _not_computed(path: KeyPath, name: str) -> Problem:
    hint = f"add {name!r} to analyses.data_drift.metrics"
    return Problem(path, "is given for a metric that is not computed", hint)


def _contradictions(body: dict[str, Any]) -> Iterator[Problem]:
    chosen = section(body, "analyses", "data_drift").get("metrics")
    known = column_levels()
    judges = dict.fromkeys((*metrics.names(), LASTING_DRIFT.name), "data_drift")
    judges |= {name: analysis for analysis, _, own in judged() for name in own}
    for column in section(body, "by_column"):
        for name in section(body, "by_column", column):
            path: KeyPath = ("by_column", column, name)
            judge = judges.get(name, "")
            if name not in known:
                yield Problem(path, f"unknown metric or check {name!r}", closest(name, known))
            elif section(body, "analyses").get(judge, {}) is None:
                yield Problem(path, f"is given for an analysis that is off: {judge}")
            elif isinstance(chosen, list) and name in metrics.names() and name not in chosen:
                yield _not_computed(path, name)
    for analysis, key, package in (
        ("data_drift", "thresholds", metrics),
        ("data_drift", "options", metrics),
        ("model_performance", "options", performance),
    ):
        for name, told in section(body, "analyses", analysis, key).items():
            path = ("analyses", analysis, key, name)
            if name not in package.names():
                continue
            # All performance metrics are computed: those that are named decide.
            if package is metrics and isinstance(chosen, list) and name not in chosen:
                yield _not_computed(path, name)
            elif key == "options" and isinstance(told, dict):
                yield from _refusal(path, partial(package.load, name, told))
    at = ("analyses", "model_performance", "thresholds")
    for name in section(body, *at):
        if name in LABELS and section(body, *at, name).get("max_drop") is not None:
            words = "the reference has no such number"
            yield Problem((*at, name, "max_drop"), words, "set min or max")
