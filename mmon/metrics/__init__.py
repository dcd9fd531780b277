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
import math
from collections.abc import Mapping
from typing import Any, ClassVar

from mmon import discovery
from mmon.chance.levels import TAIL, critical, stricter
from mmon.chance.small_samples import least_p_value
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
    is_squared : bool
        Whether it is its root that obeys the triangle inequality.
    has_cheap_interval : bool
        Whether `interval` is a formula, and not a search that takes milliseconds.
    page_parts : mapping of str to str
        What the manual pages of a family share, by the name that stands for it there.
    """

    name: ClassVar[str]
    kinds: ClassVar[frozenset[ColumnKind]]
    is_symmetric: ClassVar[bool]
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    is_squared: ClassVar[bool] = False
    has_cheap_interval: ClassVar[bool] = False
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

    @abc.abstractmethod
    def by_chance(self, ref: Distribution, cur: Distribution) -> float:
        """What the score would be on average, had nothing changed; 0 for a signed one."""

    def corrected(self, value: float, ref: Distribution, cur: Distribution) -> float:
        """A score less what chance adds to it: on average about 0 when nothing changed.

        Chance adds to squared distances (`is_squared`), and in squares to the others.
        """
        chance = self.by_chance(ref, cur)
        if not chance:
            return value
        if self.is_squared:
            return max(0.0, value - chance)
        # Squares of huge distances would overflow.
        return math.sqrt(max(0.0, value - chance)) * math.sqrt(value + chance)

    def interval(
        self, value: float, ref: Distribution, cur: Distribution
    ) -> tuple[float, float] | None:
        """A 95 % interval of the true distance, around a score; None where its noise is not known.

        It holds the distances that `p_value_against` and `is_below` do not contradict.
        """
        start = abs(value) or self.by_chance(ref, cur) or 1.0
        noise = critical(lambda size: self._by_noise(size, ref, cur), start, self.bounds[1])
        if noise is None:
            return None
        low, high = self.bounds
        if self.is_squared:
            root, half = math.sqrt(value), math.sqrt(noise)
            return max(0.0, root - half) ** 2, min(high, (root + half) ** 2)
        return max(low, value - noise), min(high, value + noise)

    def p_value_against(
        self, value: float, level: float, ref: Distribution, cur: Distribution
    ) -> float | None:
        """One-sided p-value of "the true distance is at most ``level``".

        A score is at most the true distance and the distance that noise makes (the triangle
        inequality), so that what exceeds the level has to be noise: at most as probable as when
        nothing changed.
        """
        if level == 0.0:
            return self.p_value(value, ref, cur)
        excess = self._excess(abs(value), level)
        return self.p_value(excess, ref, cur) if excess > 0.0 else 1.0

    def is_below(self, value: float, level: float, ref: Distribution, cur: Distribution) -> bool:
        """Whether the true distance is surely, at 95 %, below the level: noise hides less."""
        if abs(value) >= level:
            return False
        p_value = self._by_noise(self._excess(level, abs(value)), ref, cur)
        return p_value is not None and p_value <= TAIL

    def is_found(
        self, level: float, alpha: float, ref: Distribution, cur: Distribution, rows: int
    ) -> bool:
        """Whether, of so many rows, twice the level would be told from it in four of five cases."""
        twice = min(2.0 * level, 0.5 * (self.bounds[1] + level))
        p_value = self.p_value(self._excess(twice, level), ref, cur, rows=rows)
        # Where all rows are equal no distance is possible, but a few rows still prove nothing.
        enough = stricter(alpha)
        return p_value is not None and max(p_value, least_p_value(ref.n, rows)) <= enough

    def _by_noise(self, size: float, ref: Distribution, cur: Distribution) -> float | None:
        """How probable it is that noise makes a score as large; few rows never prove it is not."""
        p_value = self.p_value(size, ref, cur)
        return None if p_value is None else max(p_value, least_p_value(ref.n, cur.n))

    def _excess(self, value: float, level: float) -> float:
        """What a score has beyond a level, in the sense in which distances add up."""
        if self.is_squared:
            return max(0.0, math.sqrt(value) - math.sqrt(max(0.0, level))) ** 2
        return value - level


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
    return discovery.class_in(__name__, name, Metric)


def load(name: str, options: Mapping[str, Any] | None = None) -> Metric:
    """A metric with its options.

    Raises
    ------
    ConfigError
        When there is no such metric, no such option, or the option's value is not allowed.
    """
    return discovery.made(metric_class(name), name, options or {})
