"""Parts of the settings of model performance that are sections of their own, with their keys."""

from __future__ import annotations

from pydantic import Field

from mmon.config.fields import Flag, Number, Section
from mmon.config.levels import Floors, Losses, Thresholds
from mmon.results.quantity import Bound

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


class PerformanceLevels(Section):
    """Levels of one performance metric; ``max_drop`` compares with the reference."""

    min: Floors = Floors()
    """Levels that the value itself must not fall below."""
    max: Thresholds = Thresholds()
    """Levels that the value itself must not exceed."""
    max_drop: Losses | None = None
    """How much worse than the reference it may be: in the metric's own unit where more is better
    and 1 is best (roc_auc, f1), as a share of the reference's value elsewhere (mae, brier_score,
    r2). Null takes the section's ``max_drop`` where the metric takes part in the verdict."""

    def bounds(self) -> tuple[Bound, ...]:
        """The limits on the value itself."""
        return self.min.bound("min"), self.max.bound("max")


class Costs(Section):
    """What each outcome of a binary decision is worth; losses are negative."""

    true_positive: Number = Field(default=0.0, examples=[100])
    """A positive case that was found."""
    false_positive: Number = Field(default=0.0, examples=[-20])
    """A negative case that was taken for a positive one."""
    false_negative: Number = Field(default=0.0, examples=[-50])
    """A positive case that was missed."""
    true_negative: Number = Field(default=0.0, examples=[0])
    """A negative case that was left alone."""


class Estimates(Section):
    """What performance is to be expected where there are no labels yet, from the scores."""

    gate: Flag = False
    """Whether a drop that is only estimated can fail a run; else it counts as potential at most.
    An estimate sees that inputs moved to harder cases, not that they mean something else."""
