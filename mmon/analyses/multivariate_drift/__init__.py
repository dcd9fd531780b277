"""Multivariate drift: did rows change in a way that no single column shows?"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Literal

from mmon.config.fields import Section
from mmon.config.levels import Thresholds
from mmon.results.quantity import Bound, Quantity, ResultKind, by_name

if TYPE_CHECKING:
    from mmon.analyses import Findings, Run
    from mmon.config.sections import Config

APPLICATION = "multivariate-drift"


class MultivariateDrift(Section):
    """What is looked at in many columns at once, among sampled rows, and what of it decides."""

    thresholds: dict[str, Thresholds] = {}
    """Levels by result, in the place of its own. domain_classifier has by itself 0.60 and 0.75, and
    is only told: a column that may drift, by levels of its own, sets the sides apart as well. With
    levels set here it decides, too."""
    gate: Literal["any", "none"] = "any"
    """What makes a breach: any result that decides and reaches its level, or nothing (only
    tell)."""


Settings = MultivariateDrift

_together = functools.partial(
    Quantity,
    APPLICATION,
    ResultKind.DATA_DRIFT,
    worse="higher",
    # With too few rows for it, columns are still judged one by one.
    is_evidence=False,
    is_main=False,
)

DOMAIN_CLASSIFIER = _together(
    "domain_classifier",
    "how well a classifier tells production's rows from the reference's",
    sentence="a classifier tells production from the reference (area {})",
    harmless=0.5,
    bounds=(Bound("max", potential=0.60, detected=0.75),),
    page="""How well a classifier tells production's rows from the reference's.

Gradient-boosted trees of all tested features, but dates, are fitted to tell the sampled rows of
both sides apart; the value is the area under the ROC curve on rows that they did not see: the
chance that a row of production looks more like production than one of the reference does. 0.5 is
no difference, 1 rows that are told apart without fault. What sets the sides apart is named by how
much of the area is lost where a feature's values are shuffled. It takes scikit-learn (``pip install
'mmon[ml]'``).

The rows are cut into four parts, in an order that says nothing of them; each but the first is
scored by a classifier of the parts before it, so that the areas of the parts vary as independent
ones do. The p-value is that of the ranks (Mann and Whitney), against a level by the variance of
DeLong, DeLong and Clarke-Pearson (Biometrics 1988). Of the larger side at most four times the rows
of the smaller one are looked at, and of very many features fewer rows; the result says how many. Of
several windows the newest that is judged is looked at: to fit classifiers takes seconds.

Assumes
-------
Rows that are independent of each other: repeated measurements of one customer on both sides are
not. Features that move by themselves, such as a counter, tell the sides apart: leave them out.

Cannot see
----------
Whether the difference matters to the model, or which side is right; differences that so few
rows do not teach. One feature that moved suffices: what is new beside the columns' own results is
a difference that no single column shows, as two that no longer go together.

References
----------
Lopez-Paz and Oquab, *Revisiting classifier two-sample tests*, ICLR 2017; Rabanser, Günnemann and
Lipton, *Failing loudly*, NeurIPS 2019. ``sklearn.ensemble.HistGradientBoostingClassifier`` and
``sklearn.inspection.permutation_importance`` do the work.""",
)
QUANTITIES = by_name((DOMAIN_CLASSIFIER,))


def quantities() -> tuple[Quantity, ...]:
    """Everything that is measured."""
    return tuple(QUANTITIES.values())


def reads_rows(config: Config) -> bool:
    """Always: no summary of columns knows what stands beside what."""
    del config
    return True


def analyse_run(run: Run) -> Findings:
    """What changed in many columns at once, in the newest window that is judged and has rows."""
    from mmon.analyses import Findings
    from mmon.analyses.multivariate_drift import told_apart
    from mmon.analyses.multivariate_drift.compared import compared_rows

    there = [one for one in run.windows if one.production.rows]
    judged = [one for one in there if one.is_judged] or there
    if not judged:
        return Findings()
    found = told_apart.finding(judged[-1], compared_rows(judged[-1]))
    return Findings([] if found is None else [found])
