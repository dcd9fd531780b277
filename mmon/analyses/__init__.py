"""Analyses, one file each: two profiles in, judgeable findings out; found by discovery.

A module of this package whose name does not start with an underscore is an analysis. It is run
when the configuration's ``analyses`` section has its name and is not null. It holds

* ``APPLICATION``, its name in results, as MLRun writes application names (``data-drift``);
* ``analyse(context) -> Findings``;
* optionally ``conclude(context, results) -> Findings``, which sees its own judged results of the
  window and may add results about the dataset as a whole.
"""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
from collections.abc import Callable, Sequence

from mmon.candidate import Candidate
from mmon.config import Config
from mmon.drawings import ActivityPicture, FeatureBin, PerformancePicture
from mmon.profiles.label_facts import LabelFacts
from mmon.profiles.table import ColumnProfile, Profile
from mmon.results import Metric, Result

Drawing = ActivityPicture | FeatureBin | PerformancePicture


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
    new_columns : tuple of str
        Columns of production that the reference does not have.
    segment : str or None
        The segment that both profiles are of, as ``country = BR``; None for all rows.
    bounds : (int or None, int or None)
        Start and end of the window, in microseconds since 1970-01-01 UTC.
    now_us : int
        When the run began, likewise.
    labels : LabelFacts or None
        What joining delayed labels found out; None without them.
    """

    reference: Profile
    production: Profile
    config: Config
    window: int = 0
    new_columns: tuple[str, ...] = ()
    segment: str | None = None
    bounds: tuple[int | None, int | None] = (None, None)
    now_us: int = 0
    labels: LabelFacts | None = None

    def pairs(self) -> list[tuple[ColumnProfile, ColumnProfile | None]]:
        """Every column of the reference with production's column of that name, if any."""
        found = {column.name: column for column in self.production.columns}
        return [(column, found.get(column.name)) for column in self.reference.columns]


@dataclasses.dataclass(frozen=True, slots=True)
class Findings:
    """What an analysis found.

    Attributes
    ----------
    candidates : sequence of Candidate
        Scores to be judged.
    metrics : sequence of Metric
        Numbers that are only told.
    drawings : sequence of Drawing
    once : sequence of Metric
        Numbers of the reference: the same in every window, and told in the first alone.
    """

    candidates: Sequence[Candidate] = ()
    metrics: Sequence[Metric] = ()
    drawings: Sequence[Drawing] = ()
    once: Sequence[Metric] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Analysis:
    """One discovered analysis."""

    name: str
    application: str
    analyse: Callable[[Context], Findings]
    conclude: Callable[[Context, Sequence[Result]], Findings] | None


def configured(config: Config) -> list[Analysis]:
    """The analyses that a configuration asks for, in alphabetical order."""
    found = []
    for info in sorted(pkgutil.iter_modules(__path__), key=lambda module: module.name):
        if info.name.startswith("_") or getattr(config.analyses, info.name, None) is None:
            continue
        module = importlib.import_module(f"{__name__}.{info.name}")
        conclude = getattr(module, "conclude", None)
        found.append(Analysis(info.name, module.APPLICATION, module.analyse, conclude))
    return found
