"""What is measured of columns by what is in their values, and what reports say of it."""

from __future__ import annotations

import functools

from mmon.analyses.multivariate_drift.measured import APPLICATION
from mmon.results.quantity import Bound, Quantity, ResultKind, Unit

_of_content = functools.partial(
    Quantity,
    APPLICATION,
    ResultKind.DATA_DRIFT,
    about="column",
    worse="higher",
    # With too few rows for it, columns are still judged by their distributions.
    is_evidence=False,
    is_main=False,
)

CENTROID_SHIFT = _of_content(
    "centroid_shift",
    "how far the mean vector moved, as a share of how far vectors lie from it",
    bounds=(Bound("max", potential=0.1, detected=0.2),),
    sentence="the vectors of {} moved on average",
    page="""How far the mean of a column of vectors moved.

Of a column of lists of numbers, all of one length, which embeddings are: the Euclidean distance of
the mean vectors of both sides over the root of the reference's total variance, which is how far its
vectors lie from their mean (root mean square). It has no unit, and is the same where all vectors
are longer or turned. What chance adds to the distance is taken off (Bai and Saranadasa 1996),
however many numbers a vector has, and it is 0 where chance explains all of it.

Its levels read as those of total_variation do, as a share of rows: where a tenth of the vectors
moves as far as vectors lie from their mean, the shift is 0.1; so 0.1 is potential and 0.2 detected.

It follows from sums over groups of rows, which are exact over all rows, so it works from a
baseline, in every window and segment. The p-value is that of the distance among those of groups
dealt to the sides anew, by a curve of Pearson's type III; it has its size for more numbers than
rows, for numbers that go together, for heavy tails, and for sides of unequal size. The interval,
and the p-value against a level, are those of a normal distance with the variance in the direction
in which it moved. It takes 32 vectors on either side.

Assumes
-------
Rows that are independent of each other, and vectors of one model: another version of it moves all
vectors, and is found, as it should be. Vectors that are missing, or have another length, are left
out, and told as missing_share and unreadable_share.

Cannot see
----------
What leaves the mean where it is: a wider spread (the drift of the norms, which is that of the
column, may tell), two groups that moved apart (content_classifier may tell). A few rows that moved
far are as much as many that moved little.

References
----------
Bai and Saranadasa, *Effect of high dimension: by an example of a two sample problem*, Statistica
Sinica 1996; Chen and Qin, *A two-sample test for high-dimensional data*, Annals of Statistics 2010;
Anderson, *A new method for non-parametric multivariate analysis of variance*, Austral Ecology
2001.""",
)
CONTENT_CLASSIFIER = _of_content(
    "content_classifier",
    "how well a classifier tells production's values of a column from the reference's",
    harmless=0.5,
    bounds=(Bound("max", potential=0.60, detected=0.75),),
    sentence="a classifier tells production's {} from the reference's",
    page="""How well a classifier tells the values of one column of both sides apart.

Of a column of vectors (embeddings) a linear discriminant of their numbers, and of how far they lie
from the middle, is fitted to the sampled rows, and of a column of free text a linear score of its
words and pairs of words, in 262,144 hashed features, of the first 2,000 characters. The value is
the area under the ROC curve on rows that it did not see: 0.5 is no difference, 1 values that are
told apart without fault. It takes scikit-learn (``pip install 'mmon[ml]'``). Rows are cut, scored
and tested as by domain_classifier, in the newest window that is judged; vectors are kept in single
precision, and where there are many windows or very long vectors or texts fewer rows are looked at:
the result says how many it rests on.

It is only told: in many numbers a shift of all vectors that is small beside their spread sets the
sides apart almost without fault. It decides once it has ``thresholds``.

Assumes
-------
Rows that are independent of each other, and vectors of one model.

Cannot see
----------
What no linear score shows, such as two groups that moved apart as far as they lie from the middle;
whether the difference matters to the model.

References
----------
Lopez-Paz and Oquab, *Revisiting classifier two-sample tests*, ICLR 2017; Fisher, *The use of
multiple measurements in taxonomic problems*, 1936. ``sklearn.linear_model.RidgeClassifier`` and
``sklearn.feature_extraction.text.HashingVectorizer`` do the work.""",
)
UNSEEN_WORDS = _of_content(
    "unseen_words",
    "by how much the share of words that the reference does not have rose",
    unit=Unit.SHARE,
    bounds=(Bound("max", potential=0.01, detected=0.05),),
    sentence="{} has new words",
    page="""By how much the share of words rose that the reference does not have.

Of a column of free text, the share of production's words, each counted once in a text, that no text
of the reference has, less what is usual: the share of words that the texts of one 64th of the
reference have and all others have not. For any further text of the same sort brings words of its
own, and the more the fewer texts there are. Words are runs of letters, in lower case, of any
script; where a script has no spaces between words, single characters are. Numbers count for
nothing.

Words are known by about a million buckets, and a profile holds no word; where two words share a
bucket an unseen one is taken for a known one, as often as buckets are filled, which is made up for.
Of more than about eight windows each has fewer buckets. The counts are exact over all rows and
mergeable, so it works from a baseline (which holds checksums of words), in every window and
segment. The interval and the p-values are those of a t with the variance between groups, so that
words which come together in a text count together. It takes 128 texts on either side.

Assumes
-------
Texts that are independent of each other.

Cannot see
----------
Known words that became frequent, or are put together otherwise (content_classifier may tell), and
words that are written otherwise for those that are new.

References
----------
Good, *The population frequencies of species and the estimation of population parameters*,
Biometrika 1953.""",
)
