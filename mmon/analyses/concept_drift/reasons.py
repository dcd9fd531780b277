"""What tells why a model got worse: the change of its loss and the parts that add up to it."""

from __future__ import annotations

import functools

from mmon.results.quantity import Quantity, ResultKind, Unit

APPLICATION = "concept-drift"
concept = functools.partial(Quantity, APPLICATION, ResultKind.CONCEPT_DRIFT)

_loss_change = functools.partial(
    concept, unit=Unit.SHARE, worse="higher", role="target", is_evidence=False
)

_PARTS = """

It is one of three parts of ``change_total``, which add up to it:

* ``change_from_inputs``, E_S[R_P] - E_P[R_P]: production has more of the harder ones among the
  inputs that the reference has, too;
* ``change_from_concept``, E_S[R_Q] - E_S[R_P]: on the same inputs the model is more often wrong;
* ``change_from_unseen``, E_Q[R_Q] - E_S[R_Q]: inputs that the reference has hardly any of.

P is the reference and Q production, R their mean loss of the same input, and S the inputs that both
share, of density p q / (p + q). Rows of the reference are weighted to S by
w_P = π (1-a) / (π (1-a) + (1-π) a), those of production by w_Q = (1-π) a / (π (1-a) + (1-π) a),
where π is the probability of a row to be of production and a production's share of all rows. π is
told by gradient boosting (scikit-learn, ``pip install 'mmon[ml]'``), of each row by a classifier
that did not see it. Intervals, at 95 %, are from 12 bootstrap samples in each of which π is fitted
again (of more than 6,000 rows, samples of so many, scaled), with Student's quantile.

The loss is 1 for a wrong answer and 0 for a right one, also where the metric that decides is
another, as roc_auc; of a regression it is the absolute error, and parts are shares of the
reference's mean absolute error. It needs sampled rows of both sides (``sample``), and looks at the
labelled ones; of many windows at the newest and the worst. A change that chance alone may have made
has no parts, and none is told in a window whose labels are of chosen rows (``label_selection``).
The parts are told and decide nothing by themselves; ``thresholds`` of ``concept_drift`` gives them
levels.

Assumes
-------
The features are what the outcome depends on, and labelled rows are like the others.

Cannot see
----------
Inputs that are no features: where one of them moved, it shows as a changed concept. Where the sides
share less than 5 % of their inputs, there is nothing to compare, and no parts are told.

References
----------
Cai, Namkoong and Yadlowsky, *Diagnosing model performance under distribution shift*, 2023."""


def _part(name: str, meaning: str) -> Quantity:
    words = f"{meaning[0].upper()}{meaning[1:]}."
    return _loss_change(name, meaning, page=words + _PARTS)


CHANGE_TOTAL = _part("change_total", "by how much the mean loss of the model's answers rose")
FROM_INPUTS = _part("change_from_inputs", "what of it is due to inputs that moved to harder cases")
FROM_CONCEPT = _part(
    "change_from_concept", "what of it is due to the same inputs that now mean something else"
)
FROM_UNSEEN = _part("change_from_unseen", "what of it is due to inputs never seen before")
PARTS = (FROM_INPUTS, FROM_CONCEPT, FROM_UNSEEN)
