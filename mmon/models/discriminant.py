"""How well a linear score tells the vectors of both sides apart."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mmon.models import one_thread
from mmon.models.domain import Separation
from mmon.models.parted import Score, parted_area, rows_taken
from mmon.records.arrays import FloatArray

# Of 768 numbers all rows of two usual samples: 130 MB in single precision.
_MOST_VALUES = 1 << 25

Matrix = NDArray[np.float32]


def vectors_apart(ref: Matrix, cur: Matrix) -> Separation:
    """How well Fisher's linear discriminant tells vectors, and how far from the middle they lie.

    The discriminant is fitted by least squares with a penalty that counts where there are fewer
    rows than numbers. It takes one factorisation, whatever the vectors are.

    Parameters
    ----------
    ref, cur : (n, d) and (m, d) float32
        In an order that says nothing of them, at least `parted.FEWEST` of either side. Of very many
        values fewer rows are looked at.

    References
    ----------
    Fisher, *The use of multiple measurements in taxonomic problems*, 1936; Friedman, *Regularized
    discriminant analysis*, JASA 1989.
    """
    n, m = rows_taken(len(ref), len(cur), _MOST_VALUES // ref.shape[1])
    with one_thread():
        return Separation(parted_area(ref[:n], cur[:m], _learnt), n, m)


def _learnt(ref: Matrix, cur: Matrix) -> Score:
    from sklearn.linear_model import RidgeClassifier

    both = np.concatenate([ref, cur])
    middle = both.mean(axis=0, dtype=np.float64).astype(np.float32)
    both -= middle
    scale = float(np.sqrt(np.einsum("ij,ij->", both, both, dtype=np.float64) / len(both))) or 1.0

    def features(rows: Matrix, *, is_centred: bool = False) -> Matrix:
        scaled = (rows if is_centred else rows - middle) / np.float32(scale)
        far = np.einsum("ij,ij->i", scaled, scaled)
        # A few rows far away must not outweigh all others.
        return np.column_stack([scaled, np.log1p(far)])

    sides = np.repeat([0, 1], [len(ref), len(cur)])
    model: Any = RidgeClassifier(alpha=1.0, class_weight="balanced")
    model.fit(features(both, is_centred=True), sides)

    def score(rows: Matrix) -> FloatArray:
        found: FloatArray = model.decision_function(features(rows)).astype(np.float64)
        return found

    return score
