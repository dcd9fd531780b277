"""What is measured of many columns at once, with its levels and its manual pages."""

from __future__ import annotations

import functools

from mmon.results.quantity import Bound, Quantity, ResultKind

APPLICATION = "multivariate-drift"

_together = functools.partial(
    Quantity,
    APPLICATION,
    ResultKind.DATA_DRIFT,
    # With too few rows for it, columns are still judged one by one.
    is_evidence=False,
    is_main=False,
)

DOMAIN_CLASSIFIER = _together(
    "domain_classifier",
    "how well a classifier tells production's rows from the reference's",
    sentence="a classifier tells production from the reference (area {})",
    worse="higher",
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

CORRELATION_DRIFT = _together(
    "correlation_drift",
    "largest change of how two columns go together",
    sentence="two columns do not go together as they did (a change of {})",
    worse="higher",
    bounds=(Bound("max", potential=0.15, detected=0.30),),
    page="""Largest change of how two columns go together.

Of two columns of numbers it is the change of Spearman's rank correlation: 0.5 where one was 0 and
is 0.5, or was 0.2 and is -0.3. Of two columns of categories it is Cramér's V of the change: the
standardised residuals of both tables, which say which categories go together more than their
frequencies explain, are taken from each other. Of two yes-or-no columns that is the change of their
correlation. Where an association is as strong as it was and between other categories it changed,
too. Of a column of numbers and one of categories the numbers are cut at the reference's quintiles
first. All of it is of sampled rows, and of the rows in which both columns are there.

The value is the largest change of a pair, less what chance makes of the largest of so many
(squares are taken from squares). Its interval holds for all pairs together. The report names the
pairs that changed, with their association before and after. Correlations are tested by Fisher's z
with the variance that their ranks have as they are, with ties and whatever the relation is; tables
by a weighted chi square. A p-value is corrected for the number of pairs (Benjamini and Hochberg).

Ten categories of a column are told apart, the reference's most frequent nine and all others
together; of them only those are compared that have so many rows on both sides that five were
expected in every cell. Likewise pairs are left out where fewer than five rows were expected to have
other values than the commonest of both columns, or fewer than 30 rows have both. Of more than 70
columns of numbers fewer rows are looked at, and of pairs with a category at most 2,000, in the
order of the columns: the result says so. It is only told, unless ``thresholds`` set levels for it.

Assumes
-------
Rows that are independent of each other: repeated measurements of one customer have an association
of their own. That values are missing for reasons that have nothing to do with both columns.

Cannot see
----------
A change that takes three columns to be seen, and of numbers one that leaves the order of ranks as
it was on the whole, such as a relation that goes up and then down: ``domain_classifier`` sees
those. Why it changed: a new mixture of customers changes correlations as a broken join does.

References
----------
Bergsma, *A bias-correction for Cramér's V and Tschuprow's T*, Journal of the Korean Statistical
Society 2013; Croux and Dehon, *Influence functions of the Spearman and Kendall correlation
measures*, Statistical Methods and Applications 2010; Rao and Scott, *On chi-squared tests for
multiway contingency tables*, Annals of Statistics 1984; Benjamini and Hochberg, *Controlling the
false discovery rate*, JRSS B 1995.""",
)

RECONSTRUCTION = _together(
    "reconstruction",
    "change of the mean error of rows that are rebuilt from principal components",
    sentence="rows do not fit the reference's principal components as they did ({})",
    worse="farther",
    page="""Change of the mean error of rows that are rebuilt from principal components.

It is there for those who compare with NannyML, and off by itself: ``analyses:
{multivariate_drift: {reconstruction: true}}`` looks at it. Missing numbers become the mean, missing
labels the most frequent one, labels their share of the reference's rows (0 where it has none), and
columns are scaled; the fewest principal components of the reference that explain more than 65 % of
its variance are kept, rows are rebuilt from them, and the error of a row is how far it comes out
from where it was. The value is the mean error of the window's sampled rows against the reference's,
as a share of it: +5 % where rows lie 5 % farther from what the components can say, or -5 % nearer.

Its level is NannyML's: three standard deviations of the mean errors of ten parts of the reference's
sampled rows, in the order of time where they have one, either side. NannyML raises an alarm where
the value is beyond it; that is *potential* here where the value surely changed, and *detected*
takes a value that is surely beyond the level, by the standard errors of both means.

Assumes
-------
That the relations of columns are lines. Ten parts of the reference that vary as windows do.
Infinite values count as missing ones.

Cannot see
----------
What lies in the directions that are kept: a column that moved along them has no larger error.
Changes that make some rows fit better and others worse. Few columns may be rebuilt without error.
``correlation_drift`` and ``domain_classifier`` see more, and name the columns.

References
----------
NannyML, *Multivariate drift: data reconstruction with PCA*.""",
)
