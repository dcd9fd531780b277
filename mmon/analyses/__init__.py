"""Analyses, one file each: two profiles in, judgeable findings out; found by discovery.

A module of this package whose name does not start with an underscore is an analysis. It is run
when the configuration's ``analyses`` section has its name and is not null. It holds

* ``APPLICATION``, its name in results, as MLRun writes application names (``data-drift``);
* ``Settings``, its section of the configuration;
* ``quantities() -> Iterable[Quantity]``, what it measures;
* ``analyse(context) -> Findings``, which sees one window or segment, or ``analyse_run(run) ->
  Findings``, which sees all windows at once, or both;
* optionally ``reads_rows(config) -> bool``, whether it looks at the sampled rows of both sides
  (``context.samples``), which are drawn only where an analysis of the run does;
* optionally ``conclude(context, results) -> Findings``, which sees its own judged results of the
  window and may add results about the dataset as a whole;
* optionally ``advance(context, state) -> (Findings, state)``: with a history, what adds up over its
  windows, and what it carries from one to the next: a frozen dataclass of plain values and arrays,
  which ``state_type()`` names. ``state`` is that of the window before, None at first and after a
  change of the reference; the window's profile is the stored one, which holds no rows. A window
  that is incomplete or empty leaves the state as it is, and a state follows from the profiles
  alone, so that it can be made again.
"""

from __future__ import annotations

import dataclasses
import importlib
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeVar

from mmon import discovery, models
from mmon.results.artifacts import Artifact
from mmon.results.charts import ActivityPicture, FeatureBin, MeaningPicture, PerformancePicture
from mmon.results.loss_picture import LossPicture
from mmon.results.pair_picture import PairPicture

if TYPE_CHECKING:
    from mmon.config.fields import Section
    from mmon.config.sections import Config
    from mmon.profiles.features.row_sample import RowSample
    from mmon.profiles.folding.loss_column import LossColumn
    from mmon.profiles.label_facts import LabelFacts
    from mmon.profiles.table import ColumnProfile, Profile
    from mmon.results import Metric, Result
    from mmon.results.quantity import Quantity
    from mmon.verdict.finding import Finding
    from mmon.verdict.own_noise import Noise, OwnNoise

    S = TypeVar("S", bound=Section)

_MODELLED = 4
"""To fit models to a window takes seconds: of more windows than this the newest ones have them."""

Drawing = (
    ActivityPicture
    | Artifact
    | FeatureBin
    | LossPicture
    | MeaningPicture
    | PairPicture
    | PerformancePicture
)


@dataclasses.dataclass(frozen=True, slots=True)
class Context:
    """What an analysis sees of one window.

    Attributes
    ----------
    reference, production : Profile
        Production is the window's profile.
    config : Config
    window : int
        The window's index.
    is_complete, is_judged : bool
        Whether the data fills the window, and whether that takes part in the verdict.
    is_begun : bool
        Whether there is data of windows before it, so that what it lacks did not come.
    new_columns : tuple of str
        Columns that are new in the window: the reference does not have them.
    segment : str or None
        The segment that both profiles are of, as ``country = BR``; None for all rows.
    bounds : (int or None, int or None)
        Start and end of the window, in microseconds since 1970-01-01 UTC.
    now_us : int
        When the run began, likewise.
    labels : LabelFacts or None
        What joining delayed labels found out; None without them.
    later : int
        So many windows with rows come after it.
    noise : OwnNoise or None
        What windows of the reference do by themselves, by which findings are weighed.
    past : OwnNoise or None
        What was found in windows before it, from which levels are learned.
    """

    reference: Profile
    production: Profile
    config: Config
    window: int = 0
    is_complete: bool = True
    is_judged: bool = True
    is_begun: bool = False
    new_columns: tuple[str, ...] = ()
    segment: str | None = None
    bounds: tuple[int | None, int | None] = (None, None)
    now_us: int = 0
    labels: LabelFacts | None = None
    later: int = 0
    noise: OwnNoise | None = None
    past: OwnNoise | None = None

    @property
    def timezone(self) -> str:
        """The zone by whose clock times are told."""
        return "UTC" if self.config.windows is None else self.config.windows.timezone

    @property
    def samples(self) -> tuple[RowSample, RowSample] | None:
        """The sampled rows of both sides; None where one has none: see `lacks_rows`."""
        ref, cur = self.reference.sample, self.production.sample
        return None if ref is None or cur is None else (ref, cur)

    @property
    def lacks_rows(self) -> str | None:
        """Why there are no `samples`, as the reason of a result that rests on them."""
        if self.samples is not None:
            return None
        if self.segment is not None:
            return "of a segment no rows are kept"
        if not self.config.sample:
            return "sample is 0, so no rows are kept"
        if self.reference.sample is None:
            return "the baseline holds no rows: make it with mmon baseline --sample N"
        return "there are no rows"

    @property
    def lacks_models(self) -> str | None:
        """Why no models are fitted, as the reason of a result that rests on them."""
        return "--fast fits no models" if self.config.fast else models.lacking()

    @property
    def is_modelled(self) -> bool:
        """Whether it is one of the few newest windows, to each of which models may be fitted."""
        return self.later < _MODELLED

    def noise_of(self, finding: Finding) -> Noise | None:
        """What windows do by themselves, of one finding; None where it is not known."""
        return None if self.noise is None else self.noise.of(finding)

    def noise_of_all(self, finding: Finding) -> Noise | None:
        """The same of all hours and weekdays, whatever the window's."""
        return None if self.noise is None else self.noise.of_all(finding)

    def past_of(self, finding: Finding) -> Noise | None:
        """Of one finding, what windows before were, else windows of the reference; None where they
        are too few."""
        known = None if self.past is None else self.past.of(finding)
        return known or self.noise_of_all(finding)

    def settings(self, kind: type[S]) -> S:
        """An analysis' part of the configuration; as it is by itself where it was switched off."""
        # Not by its own iterator, which is slow: this is asked for every column of every window.
        found = (one for one in vars(self.config.analyses).values() if isinstance(one, kind))
        return next(found, None) or kind()

    def pairs(self) -> list[tuple[ColumnProfile, ColumnProfile | None]]:
        """Every column of the reference with production's column of that name, if any."""
        found = {column.name: column for column in self.production.columns}
        return [(column, found.get(column.name)) for column in self.reference.columns]


@dataclasses.dataclass(frozen=True, slots=True)
class Run:
    """What an analysis sees of a whole run.

    Attributes
    ----------
    windows : sequence of Context
        All rows of each window, in the order of time or of rows.
    loss_column : LossColumn or None
        The loss of each row of production, where it was kept.
    """

    windows: Sequence[Context]
    loss_column: LossColumn | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Findings:
    """What an analysis found.

    Attributes
    ----------
    findings : sequence of Finding
        What is to be judged.
    metrics : sequence of Metric
        Numbers that are only told.
    drawings : sequence of Drawing
    errors : sequence of str
        What failed, each in one line and what explains it below.
    """

    findings: Sequence[Finding] = ()
    metrics: Sequence[Metric] = ()
    drawings: Sequence[Drawing] = ()
    errors: Sequence[str] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Analysis:
    """One discovered analysis."""

    name: str
    application: str
    quantities: Callable[[], Iterable[Quantity]]
    analyse: Callable[[Context], Findings] | None
    analyse_run: Callable[[Run], Findings] | None
    conclude: Callable[[Context, Sequence[Result]], Findings] | None
    advance: Callable[[Context, Any], tuple[Findings, Any]] | None = None
    state_type: Callable[[], type[Any]] | None = None
    """What ``advance`` carries on."""


def names() -> tuple[str, ...]:
    """Every analysis' name, in alphabetical order."""
    return discovery.names_in(__name__)


def module(name: str) -> ModuleType:
    """Where an analysis is declared."""
    return importlib.import_module(f"{__name__}.{name}")


def named(name: str) -> Analysis:
    """The analysis of that name."""
    found = module(name)
    steps = (getattr(found, step, None) for step in ("analyse", "analyse_run", "conclude"))
    carried = (getattr(found, part, None) for part in ("advance", "state_type"))
    return Analysis(name, found.APPLICATION, found.quantities, *steps, *carried)


def quantities() -> Iterator[Quantity]:
    """Everything that any analysis measures."""
    return itertools.chain.from_iterable(named(name).quantities() for name in names())


def read_rows(config: Config) -> bool:
    """Whether any analysis that a configuration asks for looks at sampled rows."""
    return any(
        getattr(module(name), "reads_rows", _reads_none)(config)
        for name in names()
        if getattr(config.analyses, name, None) is not None
    )


def _reads_none(_: Config) -> bool:
    return False


def configured(config: Config) -> list[Analysis]:
    """The analyses that a configuration asks for, in alphabetical order."""
    asked = (name for name in names() if getattr(config.analyses, name, None) is not None)
    return [named(name) for name in asked]
