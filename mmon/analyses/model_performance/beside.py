"""What stands beside a metric of labelled rows: its estimate without labels, and what it is with
the labelled rows weighted so that they are like all."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterable, Iterator

from mmon.results import Metric, Result
from mmon.results.quantity import Quantity

# From this share of labels on they tell how far off an estimate was.
_MOST_LABELS = 0.5

DIRECT = ("mae", "mse", "rmse")
"""The metrics of a regression that are learnt from the rows of the reference."""


ESTIMATED = """What {name} is to be expected to be, by the scores alone (CBPE).

Measures
--------
The labels of the reference say what each score means: the chance of the class at it, fitted so that
it never falls as the score rises (isotonic regression), where that has a smaller calibration error
out of fold than the scores as they are. These chances, at the scores of all rows of production,
labelled or not, give the tables that {name} is computed from. What the reference's own expectation
exceeds its labels by, and the bias that its bootstrap samples show, are taken off.

Where a score means another thing in one part of the inputs than in another, and production has more
of one, the labelled rows of the reference are weighted towards production before the chances are
fitted (PAPE), and the value says so. The weights are the ratio of the two densities of features and
scores, by a classifier that did not see the row it tells (histogram gradient boosting, cross-fitted
on the sampled rows; ``pip install 'mmon[ml]'``). It is done in the four newest windows, not for
segments nor with ``--fast``, and only where the inputs surely moved, where the weighted rows are
worth 200 at least, and where chances that all rows tell are surely wrong of the weighted ones.

The interval is one for the value that the labels will show. It adds the noise of the labels (each
row's class is drawn by its chance: Poisson-binomial) and that of the chances (bootstrap of the
reference's labels). A drop beyond its detected level counts as potential, unless
``estimates: {{gate: true}}``: an estimate alone neither passes a run nor fails one.

Assumes
-------
A score means what it meant in the reference. Inputs may come more or less often than there
(covariate shift), if production's inputs are among those of the reference: of inputs that were
never seen nothing was learnt. Of several classes each is looked at against all others, so that
there the intervals hold the truth in 85 to 95 % of windows.

Cannot see
----------
Concept drift: that the same inputs now have other outcomes. Then the estimate stays where it was,
while the model gets worse; only labels tell. Nor does it see that labels are wrong.

References
----------
NannyML, *Confidence-based performance estimation*. Białek, Kuberski, Perrakis and Bifet,
*Estimating model performance under covariate shift without labels*, arXiv 2401.08348. Zadrozny and
Elkan, *Transforming classifier scores into accurate multiclass probability estimates*, KDD 2002.
``scipy.optimize.isotonic_regression``."""

DIRECTLY = """What {name} is to be expected to be, by the rows alone: direct loss estimation (DLE).

Measures
--------
A learner (histogram gradient boosting, cross-fitted) of the absolute or squared error of the
reference's sampled rows, by their features and what the model answered, is asked about the sampled
rows of production. It takes scikit-learn (``pip install 'mmon[ml]'``) and the rows of both sides:
of a baseline those that ``mmon baseline --sample`` keeps. What it misses on average in rows that it
did not see is added.

The interval is one for the value that the labels will show. It adds the noise of single errors,
that of both samples, and of what was learnt. A drop beyond its detected level counts as potential,
unless ``estimates: {{gate: true}}``: an estimate alone neither passes a run nor fails one.

Assumes
-------
The errors depend on what the sampled columns hold as they did in the reference, and production's
rows are like some of the reference's: of inputs that were never seen nothing was learnt.

Cannot see
----------
Concept drift: that the same inputs now have other outcomes. Then the estimate stays where it was,
while the model gets worse; only labels tell.

References
----------
NannyML, *Direct loss estimation*. ``sklearn.ensemble.HistGradientBoostingRegressor``."""

REWEIGHTED = """What {name} is with the labelled rows weighted so that they are like all rows.

Measures
--------
Where ``label_selection`` finds that rows with a label are unlike those without one, {name} of the
labelled rows is that of chosen ones. Then each counts for as many rows as are like it: by the
inverse of its chance to have a label, which is told by a classifier (histogram gradient boosting,
cross-fitted) of the sampled rows with and without a label, by their features, scores or
predictions, and calibrated so that the labelled rows stand for as many rows as there are. It takes
scikit-learn (``pip install 'mmon[ml]'``) and is done in the four newest windows, for the metrics
that decide or have levels.

The interval, at 95 %, is that of the jackknife over 32 groups of rows, the chances being taken as
known. The value only informs. Where more than one row in twenty is like hardly any labelled one
there is no overlap, and no value.

Assumes
-------
Among rows that are alike in features, scores and predictions, whether a label is there has nothing
to do with what it says.

Cannot see
----------
A selection by the outcome itself, among rows that are alike in all that is looked at: where frauds
are confirmed sooner than what only looks like one, no weights undo it. What rows would have said
that are like no labelled one.

References
----------
Horvitz and Thompson, *A generalization of sampling without replacement from a finite universe*,
JASA 1952. Robins, Rotnitzky and Zhao, *Estimation of regression coefficients when some regressors
are not always observed*, JASA 1994. ``sklearn.ensemble.HistGradientBoostingClassifier``."""


@functools.cache
def estimated(own: Quantity) -> Quantity:
    """A metric as it is to be expected without labels."""
    return dataclasses.replace(
        _beside(own),
        name=f"estimated_{own.name}",
        meaning=f"what {own.name} is to be expected to be before labels are there",
        title=f"estimated {own.words}",
        estimates=own.name,
        page=(DIRECTLY if own.name in DIRECT else ESTIMATED).format(name=own.name),
    )


@functools.cache
def reweighted(own: Quantity) -> Quantity:
    """A metric of the labelled rows, weighted so that they are like all rows."""
    return dataclasses.replace(
        _beside(own),
        name=f"reweighted_{own.name}",
        meaning=f"what {own.name} is with labelled rows weighted so that they are like all rows",
        title=f"reweighted {own.words}",
        reweights=own.name,
        page=REWEIGHTED.format(name=own.name),
    )


@functools.cache
def estimate_error(own: Quantity) -> Quantity:
    """How far the estimates of a metric were off, so far as labels tell."""
    told = estimated(own).name
    return dataclasses.replace(
        _beside(own),
        name=f"{told}_error",
        meaning=f"how far {told} was off on average over the windows with labels",
        title=f"error of estimated {own.words}",
        about="run",
        worse="higher",
        bounds=(),
        is_check=True,
        part_of=told,
        page=f"""How far {told} was off so far.

The mean over windows of the absolute difference between what {own.name} was expected to be by the
scores or rows alone, and what it is by the labels that came later. Windows are those of which at
least half of the rows have a label; it takes two of them.

Assumes
-------
Labelled rows are like the others (``label_selection`` looks).

Cannot see
----------
The next window: as soon as the same inputs mean something else an estimate is off by more.""",
    )


def estimate_errors(results: Iterable[Result]) -> Iterator[Metric]:
    """How far the estimates of whole windows were off, of each metric but those of one class."""
    own = [one for one in results if one.segment is None and one.aspect == "value"]
    told = {(one.quantity.key, one.window): one for one in own}
    off: dict[Quantity, list[float]] = {}
    for one in own:
        application, of = one.application, one.quantity.estimates or ""
        truth = told.get(((application, of), one.window))
        coverage = told.get(((application, "label_coverage"), one.window))
        is_covered = coverage is not None and (coverage.value or 0.0) >= _MOST_LABELS
        if truth is None or not is_covered or truth.quantity.label is not None:
            continue
        if one.value is not None and truth.value is not None:
            off.setdefault(truth.quantity, []).append(abs(one.value - truth.value))
    for quantity, errors in off.items():
        if len(errors) > 1:
            yield Metric(estimate_error(quantity), sum(errors) / len(errors))


def _beside(own: Quantity) -> Quantity:
    return dataclasses.replace(own, role=None, is_evidence=False, is_main=False)
