"""How probable it is of a row to be of production, by classifiers that did not see the row."""

from __future__ import annotations

import numpy as np

from mmon.models import one_thread
from mmon.models.rows import Rows, binned, learnable
from mmon.records.arrays import FloatArray, IntArray

FOLDS = 2
"""Parts of the rows, each of which is told by a classifier of the other ones."""
# Small trees and many of them: a shift of many inputs at once is told by the sum of small steps.
# Few rows teach few of them.
_FEWEST_TREES, _TREES, _ROWS_A_TREE = 20, 100, 40
_LEAVES, _RATE, _LEAST = 8, 0.2, 20


def propensities(rows: Rows, counts: tuple[IntArray, IntArray], *, seed: int) -> FloatArray:
    """(n + m,) the probability of each row, the reference's first, to be of production.

    Parameters
    ----------
    rows : Rows
        In an order that says nothing of them: neighbours go into different folds.
    counts : (n,) and (m,) int64
        How often each row is there, as in a bootstrap sample: all of them in the same fold, so that
        no classifier tells a row that it learnt from. Of rows that are not there nothing is told
        (nan).
    seed : int

    References
    ----------
    Chernozhukov et al., *Double/debiased machine learning for treatment and structural
    parameters*, The Econometrics Journal 2018, for cross-fitting.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier

    every, often = np.concatenate([rows.ref, rows.cur]), np.concatenate(counts)
    is_cur = np.repeat([0, 1], [len(rows.ref), len(rows.cur)])
    fold = np.concatenate([np.arange(len(side)) % FOLDS for side in (rows.ref, rows.cur)])
    found = np.full(len(every), np.nan)
    for one in range(FOLDS):
        learnt, asked = (np.flatnonzero((often > 0) & part) for part in (fold != one, fold == one))
        if len(set(is_cur[learnt].tolist())) < 2 or not len(asked):
            continue
        model = HistGradientBoostingClassifier(
            max_iter=min(max(_FEWEST_TREES, len(learnt) // _ROWS_A_TREE), _TREES),
            max_leaf_nodes=_LEAVES,
            learning_rate=_RATE,
            min_samples_leaf=max(2, min(_LEAST, len(learnt) // 20)),
            categorical_features=rows.is_category,
            early_stopping=False,
            random_state=seed,
        )
        model.fit(learnable(every[learnt]), is_cur[learnt], sample_weight=often[learnt])
        found[asked] = model.predict_proba(every[asked])[:, 1]
    return found


def propensities_of(rows: Rows, *, seed: int) -> FloatArray:
    """The same of rows that are there once each."""
    once = [np.ones(len(side), dtype=np.int64) for side in (rows.ref, rows.cur)]
    with one_thread():
        return propensities(binned(rows), (once[0], once[1]), seed=seed)
