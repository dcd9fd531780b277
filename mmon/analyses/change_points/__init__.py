"""When performance changed: the moments at which the model's loss stepped up or down."""

from __future__ import annotations

import functools
import textwrap
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, Field

from mmon.analyses.model_performance import DROP, RELATIVE_DROP
from mmon.config.fields import Integer, Section
from mmon.config.levels import Thresholds
from mmon.results.quantity import Bound, Quantity, ResultKind, Unit, by_name

if TYPE_CHECKING:
    from mmon.analyses import Findings, Run

APPLICATION = "change-points"

DetectorName = Literal["adwin", "ddm", "eddm", "hddm_a", "hddm_w", "page_hinkley", "kswin"]


def _distinct(names: tuple[DetectorName, ...]) -> tuple[DetectorName, ...]:
    return tuple(dict.fromkeys(names))


class ChangePoints(Section):
    """When the loss stepped up or down, over all windows of production; needs a target."""

    thresholds: dict[str, Thresholds] = {}
    """Levels by result, in the place of its own; ``{}`` takes the result out of the verdict."""
    most: Annotated[Integer, Field(ge=1, le=20)] = 5
    """The most changes that are named: the largest ones."""
    detectors: Annotated[tuple[DetectorName, ...], AfterValidator(_distinct)] = Field(
        default=(), examples=[["adwin"]]
    )
    """Stream detectors of River that look at every loss too, in the order of time, up to 1,000,000
    of them; what they raise is told and never decides. Needs ``pip install 'mmon[river]'``."""
    gate: Literal["any", "none"] = "none"
    """What makes a breach: any step for the worse that reaches its level, or nothing (only tell:
    that performance is worse is what ``model_performance`` judges)."""


Settings = ChangePoints

_concept = functools.partial(
    Quantity, APPLICATION, ResultKind.CONCEPT_DRIFT, about="run", is_evidence=False
)

_HOW = """The losses of production's labelled rows are counted in steps of time, or of rows where no
column tells the time, all windows together, with the reference as one stretch before them. Binary
segmentation finds where two means explain them better than one, the largest gain
first, at most ``most`` (5) times; each change is then placed once more between its neighbours. A
change is named where a difference as large as that at any place is less likely than 1% by chance
(Csörgő and Horváth 1997). The place has a 95% interval (Bai 1997), in whole steps.

The loss is 0 or 1 for a right or wrong answer, the absolute error of a regression, and the
logarithmic loss of a binary model of which there are scores only, without a
``decision_threshold``. Between two changes lie at least a hundredth of all labelled rows, 100 of
them, and so many that their mean loss is known to a fifth: with an error rate of 1% that is 2,475.

Assumes
-------
Rows whose losses are independent, given when they were, and labelled rows that are like the others:
a change is inconclusive where windows between the changes around it have labels of chosen rows
(``label_selection``). Where hours or weekdays are unlike each
other, their cycle is no change, and may be taken for several.

Cannot see
----------
A change in fewer rows than that, at either end in particular; a drift that is slow and steady,
which is told as one or more steps; a change of what the loss does not show, as one that makes half
of the answers better and the other half worse; and why it happened."""

POINTS = _concept(
    "change_points",
    "how often the model's loss stepped up or down in production",
    unit=Unit.COUNT,
    is_main=False,
    page=f"How often the model's loss stepped up or down in production.\n\n{_HOW}",
)


def _step(loss: str, what: str, bound: Bound, unit: Unit = Unit.OWN) -> Quantity:
    levels, own = "in points", "those of ``model_performance.max_drop``"
    if unit is not Unit.SHARE:
        levels = "as a share of the loss before it"
        own = f"a tenth and a fifth, or the ``max_drop`` of ``{loss}`` in ``model_performance``"
    return _concept(
        f"{loss}_step",
        f"how far {what} stepped up at one moment",
        title=f"step of {what}",
        worse="higher",
        part_of=loss,
        sentence=f"{what} {{}}",
        bounds=(Bound("max", bound.potential, bound.detected),),
        page=f"""How far {what} stepped up at one moment, {levels}.

One result a change, in the order of time; a step down is negative, is told, and does no harm. Its
levels are {own},
unless ``thresholds`` says otherwise, and it decides with ``gate: any`` only.

{_HOW}""",
        unit=unit,
    )


STEPS = {
    "error_rate": _step("error_rate", "the error rate", DROP, Unit.SHARE),
    "log_loss": _step("log_loss", "the log loss", RELATIVE_DROP),
    "mae": _step("mae", "the mean absolute error", RELATIVE_DROP),
}
"""The steps of each loss."""

_RAISES = {
    "adwin": (
        "ADWIN",
        "Two windows of the newest losses differ by more than chance allows, at delta = 0.002: a "
        "bound on the false alarms of each look (Bifet and Gavaldà 2007).",
        "none in 1,000,000",
    ),
    "ddm": (
        "DDM",
        "The error rate is three standard deviations above its lowest so far (Gama and others "
        "2004). Of normal noise that is one look in 740, but the lowest is chosen and looks are "
        "many: false alarms are not bounded.",
        "12 in 1,000,000",
    ),
    "eddm": (
        "EDDM",
        "Errors come closer to each other than 0.9 of the farthest so far (Baena-García and others "
        "2006); no rate of false alarms is known.",
        "590 in 1,000,000",
    ),
    "hddm_a": (
        "HDDM_A",
        "The mean rose by Hoeffding's bound, at a confidence of 0.001: of each look the false "
        "alarms are at most that (Frías-Blanco and others 2015).",
        "none in 1,000,000",
    ),
    "hddm_w": (
        "HDDM_W",
        "The exponentially weighted mean rose by McDiarmid's bound, at a confidence of 0.001: of "
        "each look the false alarms are at most that (Frías-Blanco and others 2015).",
        "none in 1,000,000",
    ),
    "page_hinkley": (
        "Page-Hinkley",
        "The losses' excess over their mean adds up to 50 (Page 1954). It suits losses around 1; "
        "the longer the stream, the more false alarms.",
        "31 in 1,000,000",
    ),
    "kswin": (
        "KSWIN",
        "The newest 30 losses and 30 others of the last 100 differ by a Kolmogorov-Smirnov test at "
        "alpha = 0.005 (Raab and others 2020), which of right and wrong answers is far less often "
        "so by chance. It looks at 50,000 rows at most, for each takes a millisecond.",
        "none in 100,000",
    ),
}
"""The name of each detector, when it raises an alarm, and how often it did for nothing: over rows
with a constant error rate of 10%, as simulated."""


def _alarms(name: str, title: str, page: str, false: str) -> Quantity:
    page += " It runs with River's own settings, is told and never decides. False alarms, measured "
    page += f"over rows with a constant error rate of 10%: {false}."
    return _concept(
        f"{name}_alarms",
        f"how often River's {title} raised an alarm over production's losses",
        title=f"{title} alarms",
        unit=Unit.COUNT,
        is_main=False,
        page=f"""How often River's {title} raised an alarm over the losses, in order of time.

{textwrap.fill(page, 100)}

Assumes
-------
Losses that come one by one. Rows of one time are taken in the order in which they are read.

Cannot see
----------
How large the change is, or whether it matters: ``change_points`` tells both.""",
    )


ALARMS = {name: _alarms(name, *told) for name, told in _RAISES.items()}
"""What each detector raised."""

QUANTITIES = by_name((POINTS, *STEPS.values(), *ALARMS.values()))


def quantities() -> tuple[Quantity, ...]:
    """The changes, how many there are, and what detectors raised."""
    return tuple(QUANTITIES.values())


def analyse_run(run: Run) -> Findings:
    """When the loss changed over all windows of production."""
    from mmon.analyses.change_points import search

    return search.findings(run)
