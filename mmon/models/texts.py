"""How well words and pairs of words tell the texts of both sides apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from mmon.models import one_thread
from mmon.models.domain import Separation
from mmon.models.parted import Score, parted_area, rows_taken
from mmon.records.arrays import FloatArray

# Characters of both sides that are looked at: some seconds of cutting them into words.
_MOST_CHARACTERS = 8_000_000
# Words, and in scripts without spaces between them single characters.
_WORD = r"(?u)[぀-ヿ㐀-鿿฀-๿]|[^\W\d_]+"
_FEATURES = 1 << 18


def texts_apart(ref: Sequence[str], cur: Sequence[str]) -> Separation:
    """How well a linear score of hashed words and pairs of words tells texts apart.

    Parameters
    ----------
    ref, cur : (n,) and (m,) texts
        In an order that says nothing of them, at least `parted.FEWEST` of either side. Of very long
        ones fewer are looked at.

    References
    ----------
    Weinberger et al., *Feature hashing for large scale multitask learning*, ICML 2009.
    """
    from sklearn.feature_extraction.text import HashingVectorizer

    length = max(sum(map(len, (*ref, *cur))) / (len(ref) + len(cur)), 1.0)
    n, m = rows_taken(len(ref), len(cur), int(_MOST_CHARACTERS / length))
    hashed = HashingVectorizer(
        n_features=_FEATURES,
        token_pattern=_WORD,
        ngram_range=(1, 2),
        binary=True,
        alternate_sign=False,
    )
    with one_thread():
        before, after = (hashed.transform(side) for side in (list(ref[:n]), list(cur[:m])))
        return Separation(parted_area(before, after, _learnt), n, m)


def _learnt(ref: Any, cur: Any) -> Score:
    from scipy.sparse import vstack
    from sklearn.linear_model import RidgeClassifier

    sides = np.repeat([0, 1], [ref.shape[0], cur.shape[0]])
    model: Any = RidgeClassifier(alpha=1.0, class_weight="balanced", solver="sparse_cg", tol=1e-3)
    model.fit(vstack([ref, cur]).tocsr(), sides)

    def score(rows: Any) -> FloatArray:
        found: FloatArray = model.decision_function(rows).astype(np.float64)
        return found

    return score
