"""What a name in results means: declared once, beside the analysis that measures it.

The declaration travels in the result document, so that a saved document can be laid out by a
program that does not know the analysis. Validation of the configuration, manual pages, units,
sentences and the order of reports follow from it.
"""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Iterable
from typing import Literal


class ResultKind(enum.StrEnum):
    """MLRun's result kinds, plus ``data_quality``."""

    DATA_DRIFT = "data_drift"
    CONCEPT_DRIFT = "concept_drift"
    MODEL_PERFORMANCE = "model_performance"
    SYSTEM_PERFORMANCE = "system_performance"
    MM_APP_ANOMALY = "mm_app_anomaly"
    DATA_QUALITY = "data_quality"


class Unit(enum.StrEnum):
    """What a number counts or measures; a difference of two shares is told in points."""

    OWN = "own"
    SHARE = "share"
    SECONDS = "seconds"
    COUNT = "count"
    YES_NO = "yes/no"


Aspect = Literal["value", "drop", "rise", "increase", "step"]
"""What of a quantity is judged: the number itself, how far it fell, rose, or got larger, or how far
it stepped at one moment."""

APP_FAILED = "mm_app_failed"
"""The result of an application that raised an error, whatever the application is called."""

Limit = Literal["min", "max", "max_drop", "max_rise"]
"""The keys of the configuration that set levels."""


@dataclasses.dataclass(frozen=True, slots=True)
class Learned:
    """A level that earlier windows tell: so many deviations beyond their mean, or a quantile."""

    sigmas: float | None = None
    quantile: float | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Bound:
    """Two levels of one limit; a level that is None is never reached.

    One that is learned has them once it is known what it is of.
    """

    limit: Limit
    potential: float | None = None
    detected: float | None = None
    learned: Learned | None = dataclasses.field(default=None, metadata={"stored": False})

    @property
    def is_empty(self) -> bool:
        """Whether there is no level at all."""
        return self.potential is None and self.detected is None and self.learned is None


@dataclasses.dataclass(frozen=True, slots=True)
class Quantity:
    """One name of results or told numbers, and everything that follows from it.

    Attributes
    ----------
    application : str
        Whose it is, as MLRun writes application names (``data-drift``).
    kind : ResultKind
    name : str
        As in configurations and results; unique within its application.
    meaning : str
        What it is, in one line without a full stop.
    title : str
        What tables and sentences call it; by default the name in words.
    unit : Unit
    about : {"column", "window", "segment", "run"}
        What one number of it is about.
    worse : {"higher", "lower", "farther"} or None
        Which values are worse; ``farther`` is either side of 0, and its levels are on the size.
    harmless : float
        The value of no change, from which levels are looked at.
    bounds : tuple of Bound
        The levels that it has when the configuration says nothing.
    role : str or None
        The key of the configuration's ``columns`` without which it cannot be measured.
    sentence : str
        What a verdict says of it, ``{}`` being the column; by default its title and value.
    is_check : bool
        Whether it is about labels, answers or segments, and no metric of the model.
    is_evidence : bool
        Whether it can make an analysis conclusive: that labels arrived says nothing of a model.
    part_of : str or None
        The quantity of which it is one more view, in whose row it is told.
    metric : str or None
        Of a variant: the metric that it is a variant of.
    label : str or None
        Of a variant: the one class that it is about.
    estimates : str or None
        The quantity that it tells in advance, before there are labels.
    reweights : str or None
        The quantity of labelled rows that it tells of all rows, where the labelled ones are chosen.
    is_main : bool
        Whether short reports tell it when nothing is wrong.
    page : str
        Its manual page; not in documents.
    """

    application: str
    kind: ResultKind
    name: str
    meaning: str
    title: str = ""
    unit: Unit = Unit.OWN
    about: Literal["column", "window", "segment", "run"] = "window"
    worse: Literal["higher", "lower", "farther"] | None = None
    harmless: float = 0.0
    bounds: tuple[Bound, ...] = ()
    role: str | None = None
    sentence: str = ""
    is_check: bool = False
    is_evidence: bool = True
    part_of: str | None = None
    metric: str | None = None
    label: str | None = None
    estimates: str | None = None
    reweights: str | None = None
    is_main: bool = True
    page: str = dataclasses.field(default="", compare=False, metadata={"stored": False})

    @property
    def key(self) -> tuple[str, str]:
        """What it is found by in a document."""
        return self.application, self.name

    @property
    def stands_beside(self) -> str | None:
        """The quantity beside which it is told; None where it stands by itself."""
        return self.estimates or self.reweights

    @property
    def words(self) -> str:
        """What tables and sentences call it."""
        return self.title or self.name.replace("_", " ")

    @property
    def manual(self) -> str:
        """Its manual page, with what reports make of it."""
        page = self.page or f"{self.words[0].upper()}{self.words[1:]}: {self.meaning}."
        told = [f"{self.application}, one number a {self.about}"]
        told += [f"unit: {self.unit}"] if self.unit is not Unit.OWN else []
        told += [f"worse: {self.worse}"] if self.worse is not None else []
        told += [f"needs: columns.{self.role}"] if self.role is not None else []
        told += [
            f"levels when it decides: {one.limit} {_level(one.potential)} / {_level(one.detected)}"
            for one in self.bounds
        ]
        if self.about == "column":
            told.append(f"levels of one column: by_column.COLUMN.{self.name}")
        return f"{page}\n\nIn reports\n----------\n" + "\n".join(told)

    def bound(self, limit: Limit) -> Bound:
        """The levels of one limit that it has by itself."""
        return next((one for one in self.bounds if one.limit == limit), Bound(limit))


def _level(level: float | None) -> str:
    return "none" if level is None else f"{level:g}"


def by_name(quantities: Iterable[Quantity]) -> dict[str, Quantity]:
    """The quantities of one application by their names."""
    return {one.name: one for one in quantities}
