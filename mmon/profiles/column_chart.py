"""Two distributions on common bins, so that a report can draw them without computing anything."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from mmon.profiles.distributions.counts import Counts, align
from mmon.profiles.distributions.ecdf import Ecdf
from mmon.profiles.table import ColumnProfile
from mmon.records.arrays import FloatArray
from mmon.results.charts import Picture

_BINS = 24
# Bins span these quantiles of each side; what lies beyond falls into the outermost bins.
_CORE = (0.005, 0.995)
_LABELS = 12
_FREQUENT = 5  # of them; the others changed most
_OTHER = "(other)"
_LARGEST = float(np.finfo(np.float64).max)
_PROBABILITIES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)


def pictures(ref: ColumnProfile, windows: Mapping[int, ColumnProfile]) -> Iterator[Picture]:
    """The drawable form of one column in each window, by its index, where there is something.

    All windows have the same bins of numbers and times, so that they can be compared.
    """
    sides = [one.distribution for one in (ref, *windows.values())]
    ordered = [side for side in sides if isinstance(side, Ecdf) and side.n]
    bins = _edges(ordered) if ordered else None
    for window, cur in windows.items():
        drawn = _picture(ref, cur, window, bins)
        if drawn is not None:
            yield drawn


def _picture(
    ref: ColumnProfile, cur: ColumnProfile, window: int, bins: FloatArray | None
) -> Picture | None:
    """Both distributions, ordered ones in such bins; None where there is nothing to draw."""
    before, after = ref.distribution, cur.distribution
    if not any(side is not None and side.n for side in (before, after)):
        return None
    edges: tuple[float, ...] | None = None
    labels: tuple[str, ...] | None = None
    quantiles: tuple[tuple[float, float | None, float | None], ...] = ()
    if isinstance(before, Ecdf) and isinstance(after, Ecdf) and bins is not None:
        edges = tuple(bins.tolist())
        masses = _binned(before, bins), _binned(after, bins)
        quantiles = tuple((p, _quantile(before, p), _quantile(after, p)) for p in _PROBABILITIES)
    elif isinstance(before, Counts) and isinstance(after, Counts):
        labels, masses = _top_labels(before, after)
    else:
        return None
    return Picture(
        column=ref.name,
        window=window,
        edges=edges,
        labels=labels,
        reference=masses[0],
        production=masses[1],
        quantiles=quantiles,
        reference_presence=dataclasses.astuple(ref.presence),
        production_presence=dataclasses.astuple(cur.presence),
    )


def _quantile(ecdf: Ecdf, probability: float) -> float | None:
    return ecdf.quantile(probability) if ecdf.n else None


@np.errstate(over="ignore")
def _edges(sides: Sequence[Ecdf]) -> FloatArray:
    """(B + 1,) ascending finite edges; the outer ones are the extremes of all sides."""
    values = np.unique(np.concatenate([side.values.astype(np.float64) for side in sides]))
    if len(values) <= _BINS:
        return _edges_of_values(values)
    low = min(side.quantile(_CORE[0]) for side in sides)
    high = max(side.quantile(_CORE[1]) for side in sides)
    if low == high:
        low, high = float(values[0]), float(values[-1])
    # Halved first: the range may be beyond the largest double.
    inner = 2.0 * (low / 2 + (high / 2 - low / 2) * np.linspace(0.0, 1.0, _BINS + 1))
    half = 0.0
    if all(map(_is_integer, sides)):
        # Between integers, so that every bin holds as many of them as it is wide.
        inner, half = np.unique(np.floor(inner)) - 0.5, 0.5
    inner = inner[(inner > values[0]) & (inner < values[-1])]
    return np.unique(np.concatenate([values[:1] - half, inner, values[-1:] + half]))


def _is_integer(ecdf: Ecdf) -> bool:
    return ecdf.is_whole and ecdf.max - ecdf.min < 1e6


def _edges_of_values(values: FloatArray) -> FloatArray:
    """One bin a value, cut half way; a single value gets a bin around itself."""
    if len(values) == 1:
        half = max(0.5, abs(float(values[0])) * 1e-9)
        return _finite(np.array([values[0] - half, values[0] + half]))
    middles = values[:-1] / 2 + values[1:] / 2
    first, last = values[0] - (middles[0] - values[0]), values[-1] + (values[-1] - middles[-1])
    return _finite(np.unique(np.concatenate([[first], middles, [last]])))


def _finite(edges: FloatArray) -> FloatArray:
    clipped: FloatArray = np.clip(edges, -_LARGEST, _LARGEST)
    return clipped


def _binned(ecdf: Ecdf, edges: FloatArray) -> tuple[int, ...]:
    """Rows in each bin (lo, hi], the first one closed; sums to n."""
    if not ecdf.n:
        return (0,) * (len(edges) - 1)
    upto = np.append(0, ecdf.cumulative)[np.searchsorted(ecdf.values, edges[1:], side="right")]
    upto[-1] = ecdf.n
    return tuple(np.diff(upto, prepend=0).tolist())


def _top_labels(
    before: Counts, after: Counts
) -> tuple[tuple[str, ...], tuple[tuple[int, ...], tuple[int, ...]]]:
    """Labels in the reference's order of frequency: the most frequent, and what changed most."""
    both = align(before, after)
    shares = both.ref / max(before.n, 1), both.cur / max(after.n, 1)
    place = np.arange(len(both.ref))
    shown = place
    if len(place) > _LABELS:
        frequent = np.lexsort((place, -np.maximum(*shares)))[:_FREQUENT]
        changed = np.lexsort((place, -np.abs(shares[1] - shares[0])))
        changed = changed[~np.isin(changed, frequent)]
        shown = np.concatenate([frequent, changed[: _LABELS - 1 - len(frequent)]])
    shown = shown[np.lexsort((shown, -both.cur[shown], -both.ref[shown]))]
    labels, ref, cur = both.labels.gather(shown).to_list(), both.ref[shown], both.cur[shown]
    rest = before.n - int(ref.sum()), after.n - int(cur.sum())
    if any(rest):
        labels, ref, cur = [*labels, _OTHER], np.append(ref, rest[0]), np.append(cur, rest[1])
    return tuple(labels), (tuple(ref.tolist()), tuple(cur.tolist()))
