"""Concept drift: does the same input, or the same score, still mean the same outcome?"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Literal

from mmon.analyses.concept_drift.reasons import APPLICATION as APPLICATION
from mmon.analyses.concept_drift.reasons import CHANGE_TOTAL, PARTS
from mmon.analyses.concept_drift.reasons import concept as _concept
from mmon.analyses.concept_drift.role_quantities import CLASS_RATIO as CLASS_RATIO
from mmon.analyses.concept_drift.role_quantities import ROLES as ROLES
from mmon.analyses.concept_drift.shift_quantities import CHANGED_WHERE, CONCEPT_SHIFT
from mmon.analyses.data_drift import LEVELS
from mmon.config.fields import Section
from mmon.config.levels import Thresholds
from mmon.results.quantity import Bound, Quantity, Unit, by_name

if TYPE_CHECKING:
    from mmon.analyses import Context, Findings, Run
    from mmon.config.sections import Config


class ConceptDrift(Section):
    """How what came true and what the model said of it are looked at, and what of it decides."""

    thresholds: dict[str, Thresholds] = {}
    """Levels by result, in the place of its own; ``{}`` takes the result out of the verdict. The
    drift of target, prediction and score has by itself those of ``data_drift``, and class_ratio 1.5
    and 3 where total_variation decides there; concept_shift those of a drop of the performance.
    relation_drift decides where it has levels here."""
    gate: Literal["any", "none"] = "any"
    """What makes a breach: any result that reaches its level, or nothing (only tell)."""


Settings = ConceptDrift


CALIBRATION_DRIFT = _concept(
    "calibration_drift",
    "by how much the outcome changed of rows with the same score",
    unit=Unit.SHARE,
    worse="higher",
    role="target",
    sentence="rows of the same score have another outcome by {}",
    is_evidence=False,
    bounds=(Bound("max", potential=0.02, detected=0.05),),
    page="""Whether the same score still means the same outcome.

The labelled rows of production are put into ten cells of about equally many, by their score, and
those of the reference into the same cells; cells of few rows are joined with their neighbours. The
value is the mean over production's rows of the absolute change of the share of positive outcomes in
their cell, in probability: 0.05 means that of rows with the same score five in a hundred more, or
fewer, are positive than were. Inside a cell both sides are compared at the same mean score
(analysis of covariance). With several classes each is taken against the rest, and the worst is
told, corrected for their number. Scores need be no probabilities.

Of a regression it is the mean absolute change of E[target | prediction] over the reference's
twentieths of the prediction, as a share of its mean absolute error; levels are a tenth and a fifth.

What chance adds to a mean of absolute changes is taken out. The p-value is of "in no cell anything
changed": squared changes over the variance that they have when the outcomes of a cell are dealt to
both sides at random, by a gamma distribution of the same mean and variance.

Assumes
-------
Labelled rows are like the others (``label_selection`` looks), and rows are independent of each
other. It needs the tables of ``model_performance``, and a reference that the model was not trained
on: of its training data any score means more. Where one side lacks 1 % more of its rows with a
target than the other, as their scores are missing, it is inconclusive.

Cannot see
----------
A change that leaves every score's outcome as it was: where the model is wrong on other rows than
before, in balance. Nor its cause: a change of inputs that the model does not know, or of what it
knows wrongly, shows here as a change of the concept does.

References
----------
Cochran, *Some methods for strengthening the common chi-square tests*, Biometrics 1954. Dawid, *The
well-calibrated Bayesian*, JASA 1982.""",
)

RELATION_DRIFT = _concept(
    "relation_drift",
    "by how much more than in all rows the outcome changed of those with one value of a feature",
    unit=Unit.SHARE,
    about="column",
    worse="higher",
    role="target",
    is_evidence=False,
    is_main=False,
    bounds=(Bound("max", potential=0.02, detected=0.05),),
    page="""Whether the same value of a feature still goes with the same outcome.

The bins are those of the model's performance by feature: of numbers tenths of the reference, of
categories one each. What all bins have in common is taken out, or each feature would show it: that
the outcome is more frequent, or that another feature moved. Of counts that is one ratio of odds
(Mantel and Haenszel), which an outcome that is more frequent leaves the same for all rows; of
numbers, one difference. The value is the mean over production's rows of the absolute change that
is left, of the share of positive outcomes in their bin, in probability; with several classes each
is taken against the rest, and the worst is told, corrected for their number. Of a regression it is
that of the mean target, as a share of the reference's mean absolute error; levels are a tenth and
a fifth. What chance adds is taken out, too. The p-value is that of ``calibration_drift`` with one
degree of freedom fewer, of "no bin changed otherwise than all", and is corrected with all other
results of the analysis.

It informs, and takes part in the verdict only where ``thresholds``, or those of a column, give it
levels.

Assumes
-------
Labelled rows are like the others (``label_selection`` looks), and rows are independent of each
other. It needs the tables of ``model_performance``. Rows without a usable score or prediction are
left out; where one side lacks 1 % more of its rows with a target so, it is inconclusive.

Cannot see
----------
A change that is the same in all bins: the outcome as a whole is ``target_drift``, and that of rows
with the same score ``calibration_drift``. Nor which feature it comes from: a move of other features
shows here, too, where they go with this one, and so does a move inside a wide bin. A
relation that changed with another feature only may cancel out.

References
----------
Cochran, *Some methods for strengthening the common chi-square tests*, Biometrics 1954. Mantel and
Haenszel, *Statistical aspects of the analysis of data from retrospective studies of disease*, JNCI
1959.""",
)

LABEL_SELECTION = _concept(
    "label_selection",
    "distance between the answers of rows with a label and of rows without one",
    worse="higher",
    role="target",
    is_evidence=False,
    bounds=(LEVELS,),
    page="""Whether the rows that have a label are like those that have none.

Where labels arrive sooner for one outcome, as a fraud is confirmed fast, a model that did not
change looks worse. So where more than one row in a hundred has no label yet, the scores of rows
with and without one (of a regression, the predictions) are put into ten cells, and compared by
their total variation distance, less what chance adds, at the levels of data drift. Of several
classes the score that differs most is told. Where the reference's labels are missing in the same
way, as those of flights that never flew, both sides are measured alike: the distance that this
makes is taken off.

It decides nothing by itself. Where the distance is surely above its ``potential`` level, what the
labels of that window say, its performance and its drift of the target, of calibration and of
relations, is inconclusive for this reason. Performance is not where even the best case of the rows
without a label leaves a drop that is surely beyond its level: of roc_auc that they are ranked
right, of accuracy that all answers are, of losses that none has any. ``label_selection: {}`` under
``thresholds`` takes that doubt away. Beside the doubted performance stands what it is with the
labelled rows weighted to be like all (``reweighted_roc_auc`` and so on), which informs.

Assumes
-------
Labels that are missing come later, or never, for a reason that has to do with the score.

Cannot see
----------
A selection by the outcome among rows of the same score, and one by features that the score does not
hold; nor can it tell labels of the window's first days from chosen ones where the scores moved
inside the window.

References
----------
Heckman, *Sample selection bias as a specification error*, Econometrica 1979.""",
)

QUANTITIES = by_name(
    (
        *ROLES.values(),
        CLASS_RATIO,
        CALIBRATION_DRIFT,
        RELATION_DRIFT,
        LABEL_SELECTION,
        CONCEPT_SHIFT,
        CHANGED_WHERE,
        CHANGE_TOTAL,
        *PARTS,
    )
)


def quantities() -> tuple[Quantity, ...]:
    """Everything that is measured."""
    return tuple(QUANTITIES.values())


def reads_rows(config: Config) -> bool:
    """Whether models are fitted to rows: where performance is measured."""
    return config.columns.lacks is None


def analyse(context: Context) -> Findings:
    """The drift of what came true and of what the model said, and what that means now."""
    from mmon.analyses import Findings
    from mmon.analyses.concept_drift import calibration, label_selection, relation, role_drift

    doubt, target = label_selection.doubt(context), context.config.columns.target
    meaning = calibration.meaning(context)
    found = [*role_drift.findings(context), *meaning.findings, *relation.findings(context)]
    if doubt is not None:
        found = [
            dataclasses.replace(one, doubt=doubt)
            if one.column == target or one.quantity in (CALIBRATION_DRIFT, RELATION_DRIFT)
            else one
            for one in found
        ]
    return Findings([*found, *label_selection.findings(context)], drawings=meaning.drawings)


def analyse_run(run: Run) -> Findings:
    """Why the model got worse, and what the concept has to do with it, where models are fitted."""
    from mmon.analyses import Findings
    from mmon.analyses.concept_drift import shift, why_changed
    from mmon.analyses.concept_drift.labelled import labelled_rows, modelled

    newest = run.windows[-1]
    if newest.config.columns.lacks is not None:
        return Findings()
    lacks = newest.lacks_models
    fitted = [(one, labelled_rows(one)) for one in modelled(run)] if lacks is None else []
    pairs = fitted or [(newest, None)]
    return Findings(
        [
            *(one for context, rows in pairs for one in why_changed.findings(context, rows)),
            *(one for context, rows in pairs for one in shift.findings(context, rows)),
        ]
    )
