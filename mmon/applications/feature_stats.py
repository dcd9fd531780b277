"""Statistics of columns as MLRun keeps them, from the summaries that mmon has."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from mmon.profiles.distributions.counts import Counts
from mmon.profiles.distributions.ecdf import Ecdf
from mmon.profiles.features.tables import OTHER
from mmon.profiles.table import ColumnProfile, Profile
from mmon.records.arrays import FloatArray
from mmon.results import ColumnKind

BINS = 20
"""As many as MLRun's ``InferOptions`` makes by default."""
_END = sys.float_info.max


def feature_stats(reference: Profile, profile: Profile) -> dict[str, dict[str, Any]]:
    """Statistics of each compared column that both have, in bins of the reference.

    Where a summary does not keep every value, counts of bins are those of the values that it
    keeps: each is off by at most ``rank_error`` of the rows.
    """
    own = {one.name: one for one in profile.columns}
    return {
        column.name: _stats(column, own[column.name])
        for column in reference.columns
        if column.is_tested and column.name in own
    }


def _stats(reference: ColumnProfile, column: ColumnProfile) -> dict[str, Any]:
    found: dict[str, Any] = {
        "count": column.presence.present,
        "missing": column.presence.missing,
    }
    match reference.distribution, column.distribution:
        case Ecdf() as ref, Ecdf() as cur if reference.kind is ColumnKind.NUMERIC:
            return found | _of_numbers(ref, cur)
        case Counts() as ref, Counts() as cur:
            return found | _of_labels(ref, cur)
    return found


def _of_numbers(ref: Ecdf, cur: Ecdf) -> dict[str, Any]:
    edges = edges_of(ref)
    counts = np.histogram(cur.values, bins=edges, weights=cur.mass)[0] if cur.n else edges[1:] * 0
    found: dict[str, Any] = {"hist": [counts.astype(int).tolist(), edges.tolist()]}
    if cur.n:
        quartiles = {f"{p}%": cur.quantile(p / 100) for p in (25, 50, 75)}
        found |= {"mean": cur.mean, "std": cur.std, "min": cur.min, "max": cur.max, **quartiles}
    return found


def edges_of(ref: Ecdf) -> FloatArray:
    """(BINS + 3,) edges of equal bins over the reference's range, and of one on either side."""
    low, high = (ref.min, ref.max) if ref.n else (0.0, 1.0)
    # As numpy does for a single value.
    low, high = (low - 0.5, high + 0.5) if low == high else (low, high)
    inner = np.linspace(low, high, BINS + 1)
    # What equals the largest is within the last bin, not beyond it.
    inner[-1] = np.nextafter(high, np.inf)
    return np.concatenate([[-_END], inner, [_END]])


def _of_labels(ref: Counts, cur: Counts) -> dict[str, Any]:
    own = dict(zip(cur.labels, cur.mass.tolist(), strict=True))
    counts = [own.get(label, 0) for label in ref.labels]
    top = max(own, key=own.__getitem__, default=None)
    return {
        "unique": int(cur.distinct),
        "top": top,
        "freq": 0 if top is None else own[top],
        # In the last bin is what the reference does not have, as with numbers.
        "hist": [[*counts, cur.presence.present - sum(counts)], [*ref.labels, OTHER]],
    }
