"""Data drift: has the distribution of any column, or of the dataset as a whole, moved?"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from mmon.config.fields import Names, Section, Share, Weight
from mmon.config.levels import Thresholds
from mmon.config.option import Option, Panel
from mmon.results.quantity import Bound, Quantity, ResultKind, Unit

if TYPE_CHECKING:
    from mmon.analyses import Context, Findings
    from mmon.analyses.data_drift.tracked_columns import Tracked
    from mmon.results import Result

APPLICATION = "data-drift"
USUAL = ("total_variation", "ks")
"""What decides when the configuration says nothing, the first that is computed; not of dates, which
move by themselves."""
LEVELS = Bound("max", potential=0.1, detected=0.2)
"""Its levels."""


class DataDrift(Section):
    """Which drift metrics are computed, and which of them decide."""

    metrics: Annotated[
        Literal["all"] | Names,
        Option("-m --metric", "NAME", Panel.COMPARED, is_list=True, is_metric=True),
    ] = "all"
    """The drift metrics to compute: ``all``, or only those named (`mmon metrics` lists them)."""
    thresholds: dict[str, Thresholds] = {}
    """Levels by metric. A metric with thresholds takes part in the verdict, on every column it is
    defined for but dates. Without thresholds of its own total_variation does, at 0.1 and 0.2, or
    ks where only that is named in ``metrics``; ``{}`` takes it out."""
    p_values: Annotated[
        Literal["deciding", "all"], Option("--p-values", "", Panel.DECIDES, sets="all")
    ] = "deciding"
    """Compute p-values of ``all`` metrics (takes longer), not of the ``deciding`` ones only."""
    options: dict[str, dict[str, Any]] = Field(default={}, examples=[{"psi": {"bins": 10}}])
    """Options by metric (`mmon explain NAME` lists them)."""
    gate: Literal["any", "share", "none"] = "any"
    """What makes a breach: any drifted column, a ``share`` of them, or nothing (only tell)."""
    share: Share = 0.3
    """With ``gate: share``: the share of drifted columns that makes a breach."""
    importance: dict[str, Weight] = Field(default={}, examples=[{"income": 0.6, "age": 0.4}])
    """Weights of columns in the share of drifted columns, for instance feature importances; a
    column that is not named weighs 0."""

    @property
    def usual(self) -> str:
        """What decides when nothing else is said: of the metrics named, the first that can."""
        named = USUAL if self.metrics == "all" else self.metrics
        return next((name for name in USUAL if name in named), USUAL[0])


Settings = DataDrift

SHARE_DRIFTED = Quantity(
    APPLICATION,
    ResultKind.DATA_DRIFT,
    "share_drifted",
    "share of the judged columns that drifted, by their importance",
    unit=Unit.SHARE,
    page="""The share of columns that drifted.

Of the columns that were judged, how many have a drift result that reached ``fail_on``; with
``importance`` in the configuration, by the weights given there. It decides with ``gate: share``,
from ``share`` on; else it is only told.""",
)
ROWS = Quantity(
    APPLICATION, ResultKind.DATA_DRIFT, "rows", "production rows of the window", unit=Unit.COUNT
)

LASTING_DRIFT = Quantity(
    APPLICATION,
    ResultKind.DATA_DRIFT,
    "lasting_drift",
    "how far the newest windows together are from the reference, where evidence of it added up",
    about="column",
    worse="farther",
    is_evidence=False,
    page="""How far the newest windows are from the reference, where evidence of that adds up.

A small change that lasts: no single window can prove it. With a history each window of a column is
compared with the pool of the reference and all windows before it, in 20 cells of equal mass or by
label. A window that is as ever takes its rows from those of both at random. How much likelier it is
after a shift up or down of 0.1, 0.2 or 0.5 standard deviations, a wider or narrower spread, or any
other change of the shares is multiplied over windows, and added up over all windows in which the
change may have begun (Shiryaev and Roberts): ``R <- (R + 1) * e``. Where nothing changed it takes R
at least as many windows as a limit, on average, to reach that, however often one looks. The limit
is that of half of ``false_alarms``, 730 windows at one in 365, corrected for the number of columns:
1 / R, which is told as p, is corrected as a p-value is.

The value is the metric that decides of the column (total_variation unless others have levels), in
those cells, of all rows since the likely change, against the *original* reference, less what chance
adds; it is 0 while 1 / R is above ``alpha``, and where of two windows since the change the second
one speaks against it: a single bad window must not fail the next. It has the levels of the metric,
and is past one only where R is beyond the limit and the value is surely (at ``alpha``) beyond the
level, too. Windows of which that is told do not join the pool: neither slow drift nor a change that
lasts becomes normal.

With levels of 0, 2,000 rows of reference and windows of 500, a shift of 0.1, 0.2 and 0.3 standard
deviations is found within 6, 1 and 1 windows in half of all cases.

Assumes
-------
Rows that are independent of each other, or that follow each other, or belong to one cluster, and
then count as fewer (`mmon explain effective_rows`). Windows that are alike by nature; or of which
14 in the reference tell how they differ (`mmon explain reference_blocks`): rows count as so many
fewer that this much is chance. Without that, a reference with a ``season`` has no such result; with
it, only of changes that have lasted a whole season, for nights are unlike days and alike.

Cannot see
----------
A change that comes and goes within a window; missing values, which ``missing_share`` judges; and
what a label means that has fewer than 10 rows in the reference: it shares one of 256 cells.

References
----------
Shin, Ramdas and Rinaldo, *E-detectors*, NEJSDS 2024. Wang and Ramdas, *False discovery rate control
with e-values*, JRSS B 2022. Vovk, Gammerman and Shafer, *Algorithmic Learning in a Random World*,
2nd ed., 2022.""",
)


_ASSUMES = """

Assumes
-------
The p-value takes rows for independent of each other. With ``columns.timestamp`` or
``columns.cluster`` rows that follow each other, or belong together, count as fewer
(`mmon explain effective_rows`); without, nobody can tell that they do."""


@functools.cache
def quantity(name: str) -> Quantity:
    """A drift metric's quantity."""
    from mmon import metrics

    page = inspect.getdoc(metrics.metric_class(name)) or ""
    return Quantity(
        APPLICATION,
        ResultKind.DATA_DRIFT,
        name,
        page.split("\n", maxsplit=1)[0].rstrip("."),
        about="column",
        worse="farther",
        bounds=(LEVELS,) if name == USUAL[0] else (),
        page=page + _ASSUMES,
    )


def quantities() -> Iterator[Quantity]:
    """Every drift metric, and what is said of all columns together."""
    from mmon import metrics

    yield from map(quantity, metrics.names())
    yield from (SHARE_DRIFTED, LASTING_DRIFT, ROWS)


def analyse(context: Context) -> Findings:
    """One finding for every tested column and every metric defined for its kind."""
    from mmon.analyses.data_drift import distances

    return distances.analyse(context)


def advance(context: Context, state: Tracked | None) -> tuple[Findings, Tracked]:
    """One finding for every column that is judged: what adds up over windows."""
    from mmon.analyses.data_drift import tracked_columns

    return tracked_columns.track(context, state)


def state_type() -> type:
    """What is known of the columns after some windows."""
    from mmon.analyses.data_drift.tracked_columns import Tracked

    return Tracked


def conclude(context: Context, results: Sequence[Result]) -> Findings:
    """The dataset as a whole: the share of columns that drifted, and the mean general drift."""
    from mmon.analyses.data_drift import distances

    return distances.conclude(context, results)
