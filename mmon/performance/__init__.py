"""Performance metrics, one file each: a side's tables in, estimates with intervals out.

A module of this package whose name does not start with an underscore holds one metric: a class
that derives from `PerformanceMetric`. Its name is the module's, its fields are its options, its
docstring is its manual page (``mmon explain NAME``). Between the two stands a family
(`_class_tables.py`, `_error_estimates.py`): which tables its metrics read, when these say nothing,
and how they are mostly to be read, is the same for all of them.
"""

from __future__ import annotations

import abc
import dataclasses
import functools
import math
import re
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Literal, cast, get_args

from mmon import discovery
from mmon.profiles.outcomes.classification import ClassificationTables
from mmon.profiles.outcomes.outcomes import Outcome
from mmon.profiles.outcomes.regression import RegressionTables
from mmon.records.arrays import FloatArray
from mmon.results import Task
from mmon.results.charts import PerformancePicture

Tables = ClassificationTables | RegressionTables


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
    classes : frozenset of str or None
        Of an average over classes: which these are.
    """

    value: float | None
    interval: tuple[float, float] | None = None
    variance: float | None = None
    rows: int = 0
    error: float = 0.0
    trials: tuple[int, int] | None = None
    reason: str | None = None
    classes: frozenset[str] | None = None


Better = Literal["higher", "lower", "zero"]
Reads = Literal["answers", "scores", "probabilities"]
"""What of the model a metric looks at: what it answered, any scores that rank, or scores that are
probabilities. A regression's answers are numbers."""
Average = Literal["macro", "micro", "weighted"]
"""How the values of several classes are averaged: alike, by their rows taken together, by rows."""


@dataclasses.dataclass(frozen=True, slots=True)
class Variant:
    """Which of a metric's values one is; that of two classes and of numbers is plain.

    Attributes
    ----------
    average : {"macro", "micro", "weighted"} or None
        Over all classes.
    label : str or None
        The class that it is of, against all others.
    k : int or None
        How many of the best-scored classes it looks at.
    """

    average: Average | None = None
    label: str | None = None
    k: int | None = None

    def of(self, metric: str) -> str:
        """The full name, of which `of_name` is the inverse.

        >>> Variant().of("f1"), Variant(average="macro").of("f1"), Variant(label="BR").of("f1")
        ('f1', 'f1_macro', 'f1:BR')
        >>> Variant(k=2).of("top_k_accuracy")
        'top_2_accuracy'
        """
        name = metric if self.k is None else metric.replace("_k_", f"_{self.k}_")
        name += "" if self.average is None else f"_{self.average}"
        return name if self.label is None else f"{name}:{self.label}"


PLAIN = Variant()


def labelled_share(tables: Tables) -> float:
    """The share of rows whose label is known: of a mean over rows, what is known of it."""
    return tables.labelled / tables.rows if tables.rows else 1.0


@dataclasses.dataclass(frozen=True)
class PerformanceMetric(abc.ABC):
    """What every performance metric offers; a share of rows unless it says otherwise.

    Attributes
    ----------
    name : str
        The module's.
    tasks : frozenset of Task
        The tasks it is defined for.
    reads : {"answers", "scores", "probabilities"}
        What of the model it looks at.
    better : {"higher", "lower", "zero"}
        Which values are good; ``zero`` is for a bias.
    bounds : (float, float)
        Smallest and largest possible value.
    main_variant : Variant
        Which of the values for several classes stands for the metric.
    main : str
        The full name of that (``f1_macro``); for other tasks the metric's own name is.
    page_parts : mapping of str to str
        What the manual pages of a family share, by the name that stands for it there.
    """

    name: ClassVar[str]
    tasks: ClassVar[frozenset[Task]]
    reads: ClassVar[Reads] = "answers"
    better: ClassVar[Better] = "higher"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    main_variant: ClassVar[Variant] = PLAIN
    main: ClassVar[str]
    page_parts: ClassVar[Mapping[str, str]] = {}

    def __init_subclass__(cls) -> None:
        cls.name = discovery.name_of(cls)
        cls.main = cls.main_variant.of(cls.name)
        own = {"class": cls.__name__, "name": cls.name}
        cls.__doc__ = discovery.page_of(cls, {**cls.page_parts, **own})

    @classmethod
    def is_relative(cls) -> bool:
        """Whether a drop is told as a share of the reference's value, not in the metric's unit.

        So are losses, whose usual values are anywhere near 0, and what has no bounds.
        """
        return cls.better != "higher" or not all(map(math.isfinite, cls.bounds))

    @abc.abstractmethod
    def by_variant(self, tables: Tables) -> Mapping[Variant, Estimate]:
        """Every value that the metric has for one side.

        For ``binary`` and ``regression`` one, which is `PLAIN`; for several classes the averages
        and each class, where the metric has them.
        """

    def known_share(self, tables: Tables, variant: Variant) -> float | None:
        """How much of a value of all rows labels tell, whatever those are that are missing.

        At best, were these rows as good as can be, it is ``share * value + (1 - share) * best``.
        None where that is not known of the metric.
        """
        del tables, variant
        return None

    def estimates(self, tables: Tables) -> Mapping[str, Estimate]:
        """The same by full name: ``f1``, or ``f1_macro``, ``f1:CLASS`` and so on."""
        return {variant.of(self.name): one for variant, one in self.by_variant(tables).items()}


def names() -> tuple[str, ...]:
    """Every performance metric's name, in alphabetical order."""
    return discovery.names_in(__name__)


def of_name(full_name: str) -> tuple[str, Variant] | None:
    """The metric that a full name is of, and which of its values; None when it is of none.

    Whether the metric has that value for the data's classes only its estimates can tell.

    >>> of_name("f1_macro")
    ('f1', Variant(average='macro', label=None, k=None))
    >>> of_name("top_2_accuracy")
    ('top_k_accuracy', Variant(average=None, label=None, k=2))
    """
    for name in names():
        found = _spelling(name).fullmatch(full_name)
        if found is not None:
            parts = found.groupdict()
            k = parts.get("k")
            average = cast("Average | None", parts["average"])
            return name, Variant(average, parts["label"], None if k is None else int(k))
    return None


@functools.cache
def _spelling(metric: str) -> re.Pattern[str]:
    """What `Variant.of` makes of a metric's name."""
    base = metric.replace("_k_", "_(?:k|(?P<k>[1-9][0-9]*))_")
    averages = "|".join(get_args(Average))
    return re.compile(rf"{base}(?:_(?P<average>{averages}))?(?::(?P<label>.*))?", re.DOTALL)


def picture(ref: Tables | None, cur: Tables, window: int) -> PerformancePicture:
    """What a report draws of both sides; tables of another task than production's are left out."""
    from mmon.performance import _class_picture, _number_picture

    if isinstance(cur, ClassificationTables):
        classes = ref if isinstance(ref, ClassificationTables) else None
        return _class_picture.class_picture(classes, cur, window)
    numbers = ref if isinstance(ref, RegressionTables) else None
    return _number_picture.number_picture(numbers, cur, window)


def metric_class(name: str) -> type[PerformanceMetric]:
    """The class of a metric that is one of `names`."""
    return discovery.class_in(__name__, name, PerformanceMetric)


def load(name: str, options: Mapping[str, Any] | None = None) -> PerformanceMetric:
    """A metric that is one of `names`, with its options.

    Raises
    ------
    ConfigError
        When there is no such option, or its value is not allowed.
    """
    return discovery.made(metric_class(name), name, options or {})


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class WeightedRows:
    """Labelled rows of which each counts for as many as its weight says.

    Attributes
    ----------
    outcome : Outcome
        Of n rows.
    weights : (n,) float64
        Positive; their mean is about 1.
    effective : float
        So many equally weighted rows tell as much.
    """

    outcome: Outcome
    weights: FloatArray
    effective: float


WithoutLabels = Callable[[PerformanceMetric], Mapping[Variant, Estimate]]


def is_estimable(metric: PerformanceMetric | type[PerformanceMetric]) -> bool:
    """Whether a metric can be told of scores without labels."""
    from mmon.performance import _label_moves

    return _label_moves.is_estimable(metric)


def without_labels(
    ref: ClassificationTables, cur: ClassificationTables, towards: WeightedRows | None = None
) -> WithoutLabels:
    """What a metric's values are to be expected to be in production, by its scores alone (CBPE).

    The reference's labels say what a score means: the chance of the class at it, by an isotonic fit
    where that has a smaller calibration error than the scores as they are, out of fold. It is one
    of rows weighted ``towards`` production where these surely say another thing (PAPE). Nothing is
    given for metrics that do not follow from these chances.

    References
    ----------
    NannyML, *Confidence-based performance estimation*; Bialek et al., *Estimating model
    performance under covariate shift without labels*, arXiv 2401.08348. Zadrozny and Elkan,
    *Transforming classifier scores into accurate multiclass probability estimates*, KDD 2002.
    """
    from mmon.performance import _estimated

    return functools.partial(_estimated.estimated, ref, _estimated.expected(ref, cur, towards))


def reweighted(
    metric: PerformanceMetric, rows: WeightedRows, like: Tables
) -> Mapping[Variant, Estimate]:
    """An estimable metric, mae, mse or rmse of weighted rows of the classes of ``like``."""
    from mmon.performance import _reweighted

    return _reweighted.reweighted(metric, rows, like)
