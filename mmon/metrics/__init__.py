"""Drift metrics, one file each: pure functions of two distributions, found by discovery.

A module of this package whose name does not start with an underscore holds one metric: a frozen
dataclass that follows `Metric` and whose ``name`` is the module's. Its fields are the metric's
options in the configuration; its docstring is its manual page (``mmon explain NAME``).
"""

from __future__ import annotations

import dataclasses
import difflib
import functools
import importlib
import inspect
import pkgutil
from collections.abc import Mapping
from typing import Any, ClassVar, Protocol, cast

from mmon.errors import ConfigError
from mmon.profiles.counts import Counts
from mmon.profiles.ecdf import Ecdf
from mmon.results import ColumnKind, Score

Distribution = Ecdf | Counts


class Metric(Protocol):
    """What every drift metric offers.

    Attributes
    ----------
    name : str
        The module's name, as written in configurations and reports.
    title : str
        The name in words, as shown to people.
    kinds : frozenset of ColumnKind
        The column kinds it is defined for.
    is_symmetric : bool
        Whether exchanging reference and production leaves the value unchanged.
    bounds : (float, float)
        Smallest and largest possible value.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    kinds: ClassVar[frozenset[ColumnKind]]
    is_symmetric: ClassVar[bool]
    bounds: ClassVar[tuple[float, float]]

    def score(self, ref: Distribution, cur: Distribution, *, with_p_value: bool = True) -> Score:
        """The distance of production from the reference, with its error and p-value.

        The p-value is the dear part; who only shows the value may leave it out.
        """
        ...

    def p_value(
        self, value: float, ref: Distribution, cur: Distribution, *, rows: int | None = None
    ) -> float | None:
        """Probability of a score of at least ``value`` (in magnitude) when nothing changed.

        Both samples are taken to come from the pooled distribution; ``rows`` replaces the number
        of production rows, to ask what a larger sample could show.
        """
        ...


@functools.cache
def names() -> tuple[str, ...]:
    """Every metric's name, in alphabetical order."""
    return tuple(
        sorted(
            module.name
            for module in pkgutil.iter_modules(__path__)
            if not module.name.startswith("_")
        )
    )


def metric_class(name: str) -> type[Metric]:
    """The class of a metric.

    Raises
    ------
    ConfigError
        When there is no metric of that name.
    """
    if name not in names():
        close = difflib.get_close_matches(name, names(), n=1)
        hint = f"did you mean {close[0]!r}?" if close else f"there are: {', '.join(names())}"
        raise ConfigError(f"unknown metric {name!r}", hint=hint)
    module = importlib.import_module(f"{__name__}.{name}")
    (found,) = (
        member
        for _, member in inspect.getmembers(module, inspect.isclass)
        if member.__module__ == module.__name__ and getattr(member, "name", None) == name
    )
    return cast("type[Metric]", found)


def load(name: str, options: Mapping[str, Any] | None = None) -> Metric:
    """A metric with its options.

    Raises
    ------
    ConfigError
        When there is no such metric, no such option, or the option's value is not allowed.
    """
    kind = metric_class(name)
    allowed = [field.name for field in dataclasses.fields(kind)]  # type: ignore[arg-type]  # a dataclass by contract
    for option in options or {}:
        if option not in allowed:
            raise ConfigError(
                f"metric {name!r} has no option {option!r}",
                hint=f"it has: {', '.join(allowed)}" if allowed else "it has none",
            )
    try:
        return kind(**(options or {}))
    except (TypeError, ValueError) as error:
        raise ConfigError(f"metric {name!r}: {error}") from error
