"""How far mean outcomes lie apart in the cells of a table, beyond what all cells have in common.

Where an outcome as a whole became more frequent, or something moved that is no part of the table,
it rises in all cells. Of counts that is one ratio of odds, which leaves the cells as they were to
each other: an outcome of twice the share multiplies the odds of every cell by the same number,
whatever its rows are like. Of numbers it is one difference. The reference's cells are moved by it,
and their rows changed so that log-odds are known as well as they were; what is left is compared as
in `Strata`, with one degree of freedom fewer.

References
----------
Mantel and Haenszel, *Statistical aspects of the analysis of data from retrospective studies of
disease*, JNCI 1959. Breslow and Day, *Statistical Methods in Cancer Research* 1, 4.4 (1980).
"""

from __future__ import annotations

import dataclasses

import numpy as np

from mmon.chance.strata import Strata, Sums

# Any cell that has rows.
_SOME = 1e-9


def beyond_common(ref: Sums, cur: Sums, *, are_counts: bool, fewest: int = 1) -> Strata | None:
    """Compare two sides beyond what all cells have in common, their sums without a covariate.

    None where no cell has the ``fewest`` rows of both sides, and where no outcome of 0 or 1 is on
    both sides, so that no odds can be compared.
    """
    if not are_counts:
        found = Strata.of(ref, cur, are_counts=False, fewest=fewest)
        return None if found is None else _beyond_mean(ref, cur, found, fewest)
    both = (ref.rows >= fewest) & (cur.rows >= fewest)
    ratio = _odds_ratio(ref.take(both), cur.take(both))
    if ratio is None:
        return None
    rows = np.where(both, ref.rows, 0.0)
    share = ref.outcome / np.maximum(rows, 1.0)
    factor = 1.0 + (ratio - 1.0) * share
    hits = np.where(both, ref.outcome, 0.0) * factor
    found = Strata.of(
        Sums.of(rows * factor**2 / ratio, hits, hits), cur, are_counts=True, fewest=_SOME
    )
    return None if found is None else dataclasses.replace(found, in_common=1)


def _odds_ratio(ref: Sums, cur: Sums) -> float | None:
    """By how much production's odds are higher in all cells, as Mantel and Haenszel."""
    every = np.maximum(ref.rows + cur.rows, 1.0)
    up = float((cur.outcome * (ref.rows - ref.outcome) / every).sum())
    down = float(((cur.rows - cur.outcome) * ref.outcome / every).sum())
    return up / down if up > 0.0 and down > 0.0 else None


def _beyond_mean(ref: Sums, cur: Sums, found: Strata, fewest: int) -> Strata | None:
    """The changes less their mean, to which each cell counts as surely as it is known."""
    known = found.chance > 0.0
    if not known.any():
        return found
    weight = 1.0 / found.chance[known]
    mean = float((weight * found.change[known]).sum() / weight.sum())
    square = ref.square + 2.0 * mean * ref.outcome + mean**2 * ref.rows
    moved = Sums.of(ref.rows, ref.outcome + mean * ref.rows, square)
    again = Strata.of(moved, cur, are_counts=False, fewest=fewest)
    return None if again is None else dataclasses.replace(again, in_common=1)
