"""The cells in which a column's rows are counted in every window, and the changes looked for there.

The reference decides on them once, so that counts of windows add up to those of all of them.
"""

from __future__ import annotations

import dataclasses
import functools
import zlib
from collections.abc import Mapping

import numpy as np
import polars as pl

from mmon.chance.bins.table import Cuts, cut_side, cuts
from mmon.profiles.distributions import Counts, Distribution, Ecdf
from mmon.profiles.distributions.presence import Presence
from mmon.records.arrays import FloatArray, IntArray

# Ranks in so many cells lose one part in 400 of what single ones tell of a shift.
_CELLS = 20
# Labels with so few rows share cells, as those that are still to come, by their names alone: that a
# label has no row, or is among those with some, would else be known to be chance.
_FEWEST_ROWS, _MOST_LABELS, _SHARED = 10, 500, 256
# In standard deviations of the mid-ranks, as of a normal column; tried on shifts of 0.1 to 1.
_SHIFTS = (0.1, 0.2, 0.5)
_SPREADS = (0.15, 0.4)
# Chi-square is beyond its mean by about so much when an alternative serves best.
_EXCESSES = (8.0, 40.0)
# Most columns that change shift.
_WEIGHTS = {"shift": 0.8, "spread": 0.1, "shape": 0.1}


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Cells of one column, and alternatives to "nothing changed" over them.

    Attributes
    ----------
    reference : (C,) int64, its rows by cell
    scores : (T, C) float64, see `mmon.chance.sequential.likelihood.log_tilted`
    excesses : (S,) float64, see `log_overdispersed`: times the degrees of freedom
    weights : (T + S,) float64, of the alternatives; sums to 1
    directions : (T + S,) int64, ascending from 0: the kind of change of each
    starts : (D,) int64, where the alternatives of each direction begin
    cuts : Cuts or None
        Where cells of numbers end.
    labels : mapping of str to int, or None
        The cells of labels that have their own, before those that others share.
    """

    reference: IntArray
    scores: FloatArray
    excesses: FloatArray
    weights: FloatArray
    directions: IntArray
    starts: IntArray
    cuts: Cuts | None = None
    labels: Mapping[str, int] | None = None

    def count(self, side: Distribution) -> IntArray:
        """(C,) rows of a distribution by cell; estimated where the summary is compressed."""
        if self.cuts is not None and isinstance(side, Ecdf):
            return cut_side(side, self.cuts).mass
        if self.labels is not None and isinstance(side, Counts):
            own = len(self.labels)
            places = [
                self.labels[label] if label in self.labels else own + _shared(label)
                for label in side.labels
            ]
            # Counts below 2**53 are exact as fractions.
            return np.bincount(places, side.mass, own + _SHARED).astype(np.int64)
        raise TypeError("cannot count labels in cells of numbers, or numbers in those of labels")


def _shared(label: str) -> int:
    """Which of the shared cells a label is in, on any machine."""
    return zlib.crc32(label.encode()) % _SHARED


@functools.lru_cache(maxsize=512)
def cells(ref: Distribution) -> Cells:
    """The cells of a column: about equal shares of the reference, or its labels."""
    if isinstance(ref, Counts):
        common = ref.by_rows[: int(np.count_nonzero(ref.mass >= _FEWEST_ROWS))]
        labels = {
            label: place for place, label in enumerate(ref.labels.gather(common[:_MOST_LABELS]))
        }
        found = dataclasses.replace(_any_change(np.empty(0, dtype=np.int64)), labels=labels)
        return dataclasses.replace(found, reference=found.count(ref))
    at = cuts(ref, _CELLS)
    return dataclasses.replace(_any_change(cut_side(ref, at).mass), cuts=at)


@functools.lru_cache(maxsize=64)
def rising(ref: Ecdf) -> Cells:
    """The cells of a loss, of which only a rise matters."""
    at = cuts(ref, _CELLS)
    return dataclasses.replace(of_rise(cut_side(ref, at).mass), cuts=at)


def ends_of(values: FloatArray, mass: IntArray) -> Cuts:
    """Cells of about equal shares of numbers, (n,) in any order, that come so often each.

    They end half way to the next number, so that it does not matter how one was rounded.
    """
    distinct, place = np.unique(values, return_inverse=True)
    upto = np.cumsum(np.bincount(place, mass))
    ranks = np.arange(1, _CELLS) * upto[-1] / _CELLS
    last = np.unique(np.searchsorted(upto, ranks))
    last = last[last < len(distinct) - 1]
    at = 0.5 * (distinct[last] + distinct[last + 1])
    every = np.ones(len(at), dtype=bool)
    return Cuts(at, every, at, every)


def of_rise(reference: IntArray, sizes: FloatArray | None = None) -> Cells:
    """Cells of a loss in ascending order, as (right, wrong): any shift of rows upwards.

    By ``sizes``, (C,), a shift is one of their mean; else of ranks.
    """
    scores = _standard(_middles(reference) if sizes is None else sizes, reference)
    tilts = np.outer(_SHIFTS, scores)
    weights, one = np.full(len(tilts), 1.0 / len(tilts)), np.zeros(len(tilts), dtype=np.int64)
    return Cells(reference, tilts, np.empty(0), weights, one, one[:1])


def _any_change(reference: IntArray) -> Cells:
    """Shifts up and down, spreads wider and narrower, of ordered cells; and any other change."""
    middle = _middles(reference)
    tilts = [np.empty((0, len(reference)))]
    for sizes, ranks in ((_SHIFTS, middle), (_SPREADS, (middle - 0.5) ** 2)):
        score = _standard(ranks, reference)
        tilts += [np.outer(sizes, score), np.outer(sizes, -score)] if score.any() else []
    kinds = ["shift"] * 2 + ["spread"] * 2
    parts = [*zip(kinds, (len(one) for one in tilts[1:]), strict=False), ("shape", len(_EXCESSES))]
    # Either way of a kind has half of it.
    halves = {"shift": 2, "spread": 2, "shape": 1}
    weights = np.concatenate([np.full(many, _WEIGHTS[k] / halves[k] / many) for k, many in parts])
    counts = np.array([many for _, many in parts])
    return Cells(
        reference,
        np.concatenate(tilts),
        np.array(_EXCESSES),
        weights / weights.sum(),
        np.repeat(np.arange(len(parts)), counts),
        np.cumsum(counts) - counts,
    )


def _middles(reference: IntArray) -> FloatArray:
    """(C,) mid-ranks of the cells, in [0, 1]."""
    share = reference / max(int(reference.sum()), 1)
    found: FloatArray = np.cumsum(share) - 0.5 * share
    return found


def _standard(ranks: FloatArray, reference: IntArray) -> FloatArray:
    """(C,) the same with mean 0 and deviation 1 over the reference; 0 where they are all equal."""
    if not reference.sum():
        return np.zeros(len(reference))
    centred = ranks - np.average(ranks, weights=reference)
    deviation = np.sqrt(np.average(centred**2, weights=reference))
    return centred / deviation if deviation > 1e-9 else np.zeros(len(reference))


def coarse(of: Cells, counts: IntArray, ref: Distribution) -> Distribution:
    """Rows by cell as a distribution, in which a cell of numbers is one number.

    Parameters
    ----------
    of : Cells
    counts : (C,) int64
    ref : Distribution
        That of which the cells are.
    """
    used = counts > 0
    presence = Presence(present=int(counts.sum()))
    if isinstance(ref, Counts):
        # By their places: whatever the rest is called, no label is.
        labels = pl.Series("label", [f"{place:05d}" for place in np.flatnonzero(used)])
        return Counts(labels.cast(pl.String), counts[used], presence)
    values, mass = _points(of, ref)[used], counts[used]
    mean = float(np.average(values, weights=mass)) if len(mass) else 0.0
    m2 = float(mass @ (values - mean) ** 2)
    moments = np.array([[presence.present, mean, m2]]) if len(mass) else np.empty((0, 3))
    repeats = presence.present - len(mass)
    return Ecdf(values, mass, values * mass, moments, presence, 0, repeats)


def _points(of: Cells, ref: Ecdf) -> FloatArray:
    """(C,) ascending, a number in each cell: the reference's median there, where it has rows."""
    if of.cuts is None:
        raise TypeError("cells of counts alone hold no numbers")
    edges = of.cuts.at.astype(np.float64)
    low, high = ref.min, ref.max
    width = high - low or 1.0
    ends = np.concatenate([[low - width], edges]), np.concatenate([edges, [high + width]])
    found = 0.5 * ends[0] + 0.5 * ends[1]
    ranks = np.ceil(np.cumsum(of.reference) - 0.5 * of.reference)
    place = np.searchsorted(ref.cumulative, ranks, side="left")
    values = ref.values.astype(np.float64)[np.minimum(place, len(ref.values) - 1)]
    found = np.where(of.reference > 0, values, found)
    # Numbers so close to each other that none is between them keep their order at least.
    return found if (np.diff(found) > 0.0).all() else np.arange(len(found), dtype=np.float64)
