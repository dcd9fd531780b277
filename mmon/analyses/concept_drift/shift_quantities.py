"""What tells that the relation of inputs and outcome changed: what it costs, and where it did."""

from __future__ import annotations

from mmon.analyses.concept_drift.reasons import concept
from mmon.results.quantity import Bound, Unit

COSTS = "the same inputs now mean something else, which costs {{}} of {}"
"""What a verdict says of the cost; the second gap is for what it is a cost of."""

CONCEPT_SHIFT = concept(
    "concept_shift",
    "what the change of the relation of inputs and outcome costs a model that does not know it",
    unit=Unit.SHARE,
    worse="higher",
    role="target",
    sentence=COSTS.format("accuracy"),
    is_evidence=False,
    bounds=(Bound("max", potential=0.02, detected=0.05),),
    page="""What the change of P(outcome | inputs) costs.

Two learners (histogram gradient boosting, scikit-learn, ``pip install 'mmon[ml]'``) are fitted to
the sampled labelled rows, one to the reference's labels, one to production's. Both are asked about
the same inputs, those that both sides have. The value is by how much more a learner of one side
errs on the labels of the other than that side's own learner does, mean of both directions:

    ½ (E_S[R_Q(f_P) - R_Q(f_Q)] + E_S[R_P(f_Q) - R_P(f_P)])

P is the reference and Q production, R(f) the expected loss of f by the relation of that side, S the
shared inputs of ``change_from_concept``. So it is what a model that learnt the new relation would
win back, whatever the present model is: ``change_from_concept`` is what the present model loses.

The loss is that of the first metric of ``model_performance.metrics`` that is one of ``accuracy``,
``brier_score`` and ``log_loss``, which are means over rows. Without any, also where roc_auc
decides, which is none, it is the share of wrong answers, and of a regression always the absolute
error. Wrong answers are told in points, with the levels 0.02 and 0.05; losses as shares of the
reference's, as drops of their metrics are, with a tenth and a fifth.
``model_performance.max_drop`` and ``thresholds`` of ``concept_drift`` have others.

That a learner errs more where it has few rows is the same for either side's labels, and so is no
change: each row says by how much more the reference's learner errs, and only the difference of that
between both sides' labels is taken, weighted to S and less what the mean of both learners says of
it, which is right where either the weights or the learners are. The rows are cut into four parts,
in an order that says nothing of them, and each but the first is judged by learners of those before
it. So the p-value of "the relation did not change", normal and one-sided, has its size: 3 to 6 % at
0.05, also where inputs alone moved. The result says how many rows it rests on; it takes 200 of
either side, and looks, of many windows, at the newest and the worst. ``--fast`` leaves it out.

Assumes
-------
The features are what the outcome depends on, rows are independent of each other, and labelled rows
are like the others (``label_selection`` looks).

Cannot see
----------
In wrong answers, a change that leaves the best answer as it was: a risk that rises from 7 % to 44 %
is a no before and after. ``brier_score`` among the metrics makes it a loss; ``calibration_drift``
tells it in any case, ``changed_where`` where the model's loss changed. Nor what so few
rows do not teach, nor inputs of one side only. Inputs that are no features show as a changed
concept, where the outcome depends on them and they moved.

References
----------
Li, Morgan and Zaslavsky, *Balancing covariates via propensity score weighting*, JASA 2018.
Chernozhukov et al., *Double/debiased machine learning for treatment and structural parameters*, The
Econometrics Journal 2018. Dawid, *Present position and potential developments: the prequential
approach*, JRSS A 1984.""",
)

CHANGED_WHERE = concept(
    "changed_where",
    "by how much the mean outcome of the same inputs changed in rows that a rule names",
    about="segment",
    worse="farther",
    role="target",
    is_evidence=False,
    page="""Where the relation of inputs and outcome changed, as a rule.

The two learners of ``concept_shift``, of the first half of the rows, differ more in some rows than
in others: a shallow tree of that difference (three conditions at most, of numbers, categories and
missing values, leaves of 5 % of the rows) says which. What is told comes from the labels of the
other half, which neither learner nor tree saw: the share of the positive class there, or of the
class that changed most, of a regression the mean target, in the reference and in production. Both
are weighted to the inputs that both sides have, so that other inputs of the same rule do not show,
and corrected for what the learners say of them. A rule is told where the difference is surely not
0, at ``alpha`` over all rules that were tried (Bonferroni), those that matter most first and three
at most. All rows are no place. None is told where chance alone may have changed the model's loss as
much and ``concept_shift`` is not surely above 0. It decides nothing.

A rule is what its words say: numbers are rounded first, where hardly a row changes sides, and rows
are chosen by the rounded ones. A missing number is neither above nor below.

Assumes
-------
What ``concept_shift`` does.

Cannot see
----------
Rules of more conditions, of less than 5 % of the rows, or of several categories of one feature; a
relation that changes smoothly is told in steps. The rows need not be where the model got worse: the
segments of ``model_performance`` tell that.

References
----------
Athey and Imbens, *Recursive partitioning for heterogeneous causal effects*, PNAS 2016.""",
)
