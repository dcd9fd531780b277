"""Performance metrics, one file each: a side's tables in, estimates with intervals out.

A module of this package whose name does not start with an underscore holds one metric: a frozen
dataclass that follows `PerformanceMetric` and whose ``name`` is the module's. Its fields are its
options; its docstring is its manual page (``mmon explain NAME``).
"""

from __future__ import annotations

import dataclasses
import functools
import importlib
import inspect
import pkgutil
import re
from collections.abc import Mapping
from typing import ClassVar, Literal, Protocol, cast

from mmon.profiles.classification import ClassificationTables
from mmon.profiles.regression import RegressionTables
from mmon.results import Task

Tables = ClassificationTables | RegressionTables

LEVEL = 0.95
"""Confidence level of every interval."""


@dataclasses.dataclass(frozen=True, slots=True)
class Estimate:
    """A performance metric of one side.

    Attributes
    ----------
    value : float or None
        None when undefined; ``reason`` says why.
    interval : (float, float) or None
        Confidence interval at `LEVEL`, inside the metric's bounds; None when there is none.
    variance : float or None
        Sampling variance of ``value``: what tells a change from noise. It shrinks in proportion
        to the rows. None where unknown.
    rows : int
        Labelled rows that ``value`` was computed from.
    error : float
        Bound on ``|value - exact value|`` that comes from compressed summaries; 0 when exact.
    trials : (int, int) or None
        For proportions, (successes, rows): such changes are tested exactly.
    reason : str or None
        Why ``value`` is None, or what was left out of it.
    """

    value: float | None
    interval: tuple[float, float] | None = None
    variance: float | None = None
    rows: int = 0
    error: float = 0.0
    trials: tuple[int, int] | None = None
    reason: str | None = None


class PerformanceMetric(Protocol):
    """What every performance metric offers.

    Attributes
    ----------
    name, title : str
        The module's name, and the name in words.
    tasks : frozenset of Task
        The tasks it is defined for.
    better : {"higher", "lower", "zero"}
        Which values are good; ``zero`` is for a bias.
    bounds : (float, float)
        Smallest and largest possible value. Where both are finite a drop is told in the metric's
        unit, else as a share of the reference's value.
    main : str
        The name, among the several that `estimates` gives for several classes, that stands for
        the metric (``f1_macro``); for other tasks the metric's own name.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    tasks: ClassVar[frozenset[Task]]
    better: ClassVar[Literal["higher", "lower", "zero"]]
    bounds: ClassVar[tuple[float, float]]
    main: ClassVar[str]

    def __hash__(self) -> int: ...

    def estimates(self, tables: Tables) -> Mapping[str, Estimate]:
        """The metric by full name.

        For ``binary`` and ``regression`` one entry, ``{name: …}``. For several classes
        ``f1_macro``, ``f1_micro``, ``f1_weighted`` and, for each class, ``f1:CLASS``, where the
        metric has them.
        """
        ...


@functools.cache
def names() -> tuple[str, ...]:
    """Every performance metric's name, in alphabetical order."""
    return tuple(
        sorted(
            module.name
            for module in pkgutil.iter_modules(__path__)
            if not module.name.startswith("_")
        )
    )


def base_name(name: str) -> str:
    """The metric that a full name such as ``f1_macro`` or ``f1:CLASS`` is of; itself otherwise."""
    base = name.partition(":")[0]
    for average in ("_macro", "_micro", "_weighted"):
        base = base.removesuffix(average)
    return "top_k_accuracy" if _TOP_K.fullmatch(base) else base


_TOP_K = re.compile(r"top_[1-9][0-9]*_accuracy")


def metric_class(name: str) -> type[PerformanceMetric]:
    """The class of a metric that is one of `names`."""
    module = importlib.import_module(f"{__name__}.{name}")
    (found,) = (
        member
        for _, member in inspect.getmembers(module, inspect.isclass)
        if member.__module__ == module.__name__ and getattr(member, "name", None) == name
    )
    return cast("type[PerformanceMetric]", found)
