"""What is told of how target, prediction and score moved, which are no features."""

from __future__ import annotations

from mmon.analyses.concept_drift.reasons import concept
from mmon.analyses.data_drift import LEVELS
from mmon.results.quantity import Bound, Quantity


def _drift(role: str, what: str, means: str) -> Quantity:
    """The drift of one column of the outcome."""
    return concept(
        f"{role}_drift",
        f"how far {what} moved, by the drift metric that decides",
        about="column",
        worse="farther",
        bounds=(LEVELS,),
        page=f"""How far {what} moved.

The distance of production's distribution from the reference's, by the metric that decides for
features (total_variation, unless ``data_drift`` says otherwise), with its levels and its test.
{means}

Assumes
-------
Rows that are like each other in everything but time: {what} of the reference and of production
are two samples.

Cannot see
----------
Why it moved: other inputs move it as a changed concept does. ``calibration_drift`` and
``relation_drift`` tell the two apart.""",
    )


ROLES = {
    "target": _drift(
        "target",
        "the true outcome",
        "Where labels arrive late, those that are there are compared: see ``label_selection``.",
    ),
    "prediction": _drift(
        "prediction",
        "the model's answer, or an end of its prediction interval,",
        "The model being the same, its answers move as its inputs do: without labels that is the "
        "cheapest sign that something matters.",
    ),
    "score": _drift(
        "score",
        "the model's score",
        "The model being the same, its scores move as its inputs do, in the direction that matters "
        "to it.",
    ),
}
"""What tells the drift of a column, by the role that the column has."""

CLASS_RATIO = concept(
    "class_ratio",
    "by which factor the share of a rare class changed",
    about="column",
    worse="higher",
    harmless=1.0,
    bounds=(Bound("max", potential=1.5, detected=3.0),),
    page="""By which factor the share of a rare class changed, up or down.

A class of 5 % that becomes 10 % hardly moves a distance, and is twice as much to the model. So of
the target, the prediction and, where there is none, of a binary score (the rows from
``decision_threshold`` on, by default 0.5 of probabilities) every class is compared that has at
most a fifth of all rows, is in the reference, and could have ten rows on each side; of those the
one whose ratio is surest is told, with its shares. Larger classes are seen by ``total_variation``,
with which it decides. Columns of whole numbers are classes, up to a hundred of them, unless the
task is a regression.

The p-value against a level is that of two Poisson counts given their sum (Przyborowski and
Wilenski, *Homogeneity of results in testing samples from Poisson series*, Biometrika 1940), times
the number of classes and two for up or down; the interval inverts it. Shares have half a row more,
so that the ratio has no bias (Walter, *The distribution of Levin's measure of attributable risk*,
Biometrika 1975), and a class that vanished has one.

Assumes
-------
Rows are independent of each other: of cases that come together, as one fraud in many rows, the
share moves by more than such a test takes for chance.

Cannot see
----------
Why it changed, as ``target_drift`` cannot; classes that are new (``unseen_share``), and those that
are so rare that ten rows of them are not to be had.""",
)
