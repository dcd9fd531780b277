"""How often the 95 % intervals of classification metrics hold the truth.

Each scenario draws samples from one population, whose metrics are known from a very large sample,
until it is sure how many intervals hold them. The default suite looks at few scenarios with wide
regions of indifference; ``make simulate`` at all of them.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Collection

import pytest

from mmon.performance import Estimate, metric_class
from mmon.performance.business_value import BusinessValue
from mmon.profiles.outcomes.classification import ClassificationTables
from tests.performance.class_samples import Rows, binary, classification_names, multiclass
from tests.statistics.sequential import Claim, broken_claims

COSTS = BusinessValue(true_positive=100.0, false_positive=-5.0, false_negative=-40.0)


@dataclasses.dataclass(frozen=True)
class Scenario:
    """A population, and how many rows are drawn from it."""

    classes: int
    rows: int
    gap: float
    prevalence: float = 0.5

    def draw(self, seed: int, rows: int) -> Rows:
        if self.classes == 2:
            share = self.prevalence
            return binary(seed, rows, prevalence=share, gap=self.gap, threshold=share)
        return multiclass(seed, rows, self.classes, gap=self.gap)

    def __str__(self) -> str:
        share = f"-{self.prevalence:.0%}" if self.classes == 2 else ""
        return f"{self.classes} classes-{self.rows} rows{share}-gap {self.gap:g}"


GOOD, POOR = 2.5, 0.5
ALL = [
    *(
        Scenario(2, n, gap, share)
        for n in (200, 1000, 5000)
        for share in (0.5, 0.1)
        for gap in (GOOD, POOR)
    ),
    *(Scenario(3, n, gap) for n in (200, 1000, 5000) for gap in (GOOD, POOR)),
]
FEW = [Scenario(2, 200, GOOD, 0.5), Scenario(2, 1000, POOR, 0.1), Scenario(3, 200, 1.0)]
# A class of one row in a hundred, of which ten or twenty came.
RARE = [Scenario(2, n, gap, 0.01) for n in (1000, 2000) for gap in (POOR, 1.5)]
# So few positives, ranked badly, well, or nearly perfectly.
FEW_POSITIVES = [
    Scenario(2, rows, gap, share)
    for rows, share in ((500, 0.01), (1000, 0.01), (1000, 0.02), (1000, 0.05))
    for gap in (POOR, 1.5, 3.5)
]
WANTED = Claim(0.93, 0.91), Claim(0.97, 0.985)
HARD = Claim(0.92, 0.9), Claim(0.99, 0.999)
QUICK = Claim(0.93, 0.86), Claim(0.97, 0.999)
# Intervals that are a little too long. Student's quantile for 20 positives is more careful than
# their average precision needs, and where one or two rows of 200 are wrong, Wilson's interval moves
# in steps, and so does the recall of 20 positives. That of a ROC area near 1 has to reach far where
# few rows tell of mistakes.
LONG = WANTED[0], Claim(0.985, 0.995)
KNOWN = {
    ("2 classes-200 rows-10%-gap 2.5", "roc_auc"): LONG,
    ("2 classes-200 rows-10%-gap 2.5", "balanced_accuracy"): LONG,
    **{("3 classes-200 rows-gap 2.5", f"roc_auc:{name}"): LONG for name in ("ant", "bird", "cat")},
    ("2 classes-200 rows-10%-gap 2.5", "average_precision"): (WANTED[0], Claim(0.99, 0.998)),
    ("3 classes-200 rows-gap 2.5", "top_2_accuracy"): LONG,
}


def estimates(tables: ClassificationTables, metrics: Collection[str]) -> dict[str, Estimate]:
    found: dict[str, Estimate] = {}
    for name in metrics:
        if tables.task in metric_class(name).tasks:
            metric = COSTS if name == "business_value" else metric_class(name)()
            found |= metric.estimates(tables)
    return found


def strays(
    scenario: Scenario,
    claims: tuple[Claim, Claim],
    truth_rows: int,
    *,
    most: int,
    metrics: Collection[str] | None = None,
) -> dict[str, str]:
    """By full name, the shares of intervals that hold the truth too seldom or too often."""
    population, seeds = scenario.draw(1_000_000, truth_rows).tables(20_000), itertools.count()
    metric_of, truth = {}, {}
    for metric in classification_names() if metrics is None else metrics:
        for name, one in estimates(population, [metric]).items():
            if one.value is not None:
                metric_of[name], truth[name] = metric, one.value

    def draw(names: Collection[str]) -> dict[str, float]:
        tables = scenario.draw(next(seeds), scenario.rows).tables()
        found = estimates(tables, sorted({metric_of[name] for name in names}))
        return {
            name: math.nan
            if name not in found or (interval := found[name].interval) is None
            else interval[0] <= truth[name] <= interval[1]
            for name in names
        }

    wanted = {name: KNOWN.get((str(scenario), name), claims) for name in truth}
    return broken_claims(wanted, draw, most=most)


@pytest.mark.slow
@pytest.mark.parametrize("scenario", FEW, ids=str)
def test_intervals_hold_the_truth_about_as_often_as_they_say(scenario: Scenario) -> None:
    assert not strays(scenario, QUICK, 300_000, most=150)


@pytest.mark.simulation
@pytest.mark.parametrize("scenario", ALL, ids=str)
def test_intervals_hold_the_truth_as_often_as_they_say(scenario: Scenario) -> None:
    assert not strays(scenario, WANTED, 4_000_000, most=2_000)


@pytest.mark.simulation
@pytest.mark.parametrize("scenario", RARE, ids=str)
def test_intervals_of_a_rare_class_hold_the_truth(scenario: Scenario) -> None:
    assert not strays(scenario, HARD, 2_000_000, most=1_000)


@pytest.mark.parametrize(
    ("scenario", "claims", "most"),
    [
        (Scenario(2, 1000, 3.5, 0.02), (Claim(0.92, 0.8), Claim(0.99, 0.9999)), 150),
        *(pytest.param(one, HARD, 2_000, marks=pytest.mark.simulation) for one in FEW_POSITIVES),
    ],
    ids=str,
)
def test_intervals_of_few_positives_hold_the_truth(
    scenario: Scenario, claims: tuple[Claim, Claim], most: int
) -> None:
    asked = ("roc_auc", "matthews_corrcoef")
    assert not strays(scenario, claims, 1_000_000, most=most, metrics=asked)
