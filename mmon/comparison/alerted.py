"""What alerts wait for and no run could find: names that no column and no result has."""

from __future__ import annotations

import fnmatch
import itertools
from collections.abc import Collection, Iterator
from typing import get_args

from mmon import performance
from mmon.comparison.roles import lacking
from mmon.config.sections import Config
from mmon.errors import ConfigError, closest
from mmon.results import ResultKind


def without_alerted(columns: Collection[str], config: Config) -> Iterator[ConfigError]:
    """Every column and result that an alert waits for and that there is not.

    An application in Python names its own: with one there may be any.
    """
    if any(one.class_ is not None for one in config.applications):
        return
    results = _results(config)
    for place, alert in enumerate(config.alerts):
        at = f"alerts[{place}].on"
        for pattern in alert.on.columns:
            if not _is_any(pattern, columns):
                yield lacking(f"{at}.columns", "neither dataset has a compared", pattern, columns)
        for pattern in alert.on.results:
            # One class may have any name.
            if ":" not in pattern and not _is_any(pattern, results):
                words = f"{at}.results: no result is called {pattern!r}"
                yield ConfigError(words, hint=closest(pattern, results, "see mmon explain"))


def _is_any(pattern: str, names: Collection[str]) -> bool:
    return pattern in names or any(fnmatch.fnmatchcase(name, pattern) for name in names)


def _results(config: Config) -> list[str]:
    """The names of all results, APPLICATION.NAME, and of those of formulas."""
    from mmon.comparison import assessment

    model = config.analyses.model_performance
    own = [f"{one.name}.{one.name}" for one in config.applications]
    own += [f"model-performance.top_{k}_accuracy" for k in (() if model is None else model.top_k)]
    averages = ("", *(f"_{one}" for one in get_args(performance.Average)))
    return own + [
        f"{one.application}.{one.name}{average}"
        for one, average in itertools.product(assessment.quantities(), averages)
        if not average or one.kind is ResultKind.MODEL_PERFORMANCE
    ]
