"""Drift metrics, one file each: pure functions of two distributions, found by discovery.

A module of this package whose name does not start with an underscore holds one metric: a class
that derives from `Metric`. Its name is the module's, its fields are its options in the
configuration, its docstring is its manual page (``mmon explain NAME``). Between the two stands a
family (`_binned.py`, `_ranked.py`): which summaries its metrics read, and when these say nothing,
is the same for all of them.
"""

from __future__ import annotations

import abc
import dataclasses
from collections.abc import Mapping
from typing import Any, ClassVar

from mmon import discovery
from mmon.errors import ConfigError, closest
from mmon.profiles.distributions import Distribution
from mmon.results import ColumnKind, Score


@dataclasses.dataclass(frozen=True)
class Metric(abc.ABC):
    """What every drift metric offers.

    Attributes
    ----------
    name : str
        The module's, as written in configurations and reports.
    kinds : frozenset of ColumnKind
        The column kinds it is defined for.
    is_symmetric : bool
        Whether exchanging reference and production leaves the value unchanged.
    bounds : (float, float)
        Smallest and largest possible value.
    page_parts : mapping of str to str
        What the manual pages of a family share, by the name that stands for it there.
    """

    name: ClassVar[str]
    kinds: ClassVar[frozenset[ColumnKind]]
    is_symmetric: ClassVar[bool]
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    page_parts: ClassVar[Mapping[str, str]] = {}

    def __init_subclass__(cls) -> None:
        cls.name = discovery.name_of(cls)
        cls.__doc__ = discovery.page_of(cls, {**cls.page_parts, "name": cls.name})

    @abc.abstractmethod
    def score(self, ref: Distribution, cur: Distribution, *, with_p_value: bool = True) -> Score:
        """The distance of production from the reference, with its error and p-value.

        The p-value is the dear part; who only shows the value may leave it out.
        """

    @abc.abstractmethod
    def p_value(
        self, value: float, ref: Distribution, cur: Distribution, *, rows: int | None = None
    ) -> float | None:
        """Probability of a score of at least ``value`` (in magnitude) when nothing changed.

        Both samples are taken to come from the pooled distribution; ``rows`` replaces the number
        of production rows, to ask what a larger sample could show.
        """

    def most_chance(
        self, value: float, ref: Distribution, cur: Distribution, *, rows: int | None = None
    ) -> float:
        """An upper bound of ``p_value`` that costs next to nothing; 1 where none is known."""
        del value, ref, cur, rows
        return 1.0


def names() -> tuple[str, ...]:
    """Every metric's name, in alphabetical order."""
    return discovery.names_in(__name__)


def metric_class(name: str) -> type[Metric]:
    """The class of a metric.

    Raises
    ------
    ConfigError
        When there is no metric of that name.
    """
    if name not in names():
        raise ConfigError(f"unknown metric {name!r}", hint=closest(name, names()))
    return discovery.class_in(f"{__name__}.{name}", Metric)  # type: ignore[type-abstract]  # only its subclasses are made


def load(name: str, options: Mapping[str, Any] | None = None) -> Metric:
    """A metric with its options.

    Raises
    ------
    ConfigError
        When there is no such metric, no such option, or the option's value is not allowed.
    """
    return discovery.made(metric_class(name), name, options or {})
