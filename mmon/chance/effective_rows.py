"""How many independent rows rows are worth that follow each other, or belong together.

Tests are right for independent rows. Rows that are like their neighbours in time stand for fewer:
``n (1 - rho) / (1 + rho)``, with the correlation ``rho`` of neighbours. So do rows in clusters of
m, as all rows of one user (``columns: {cluster: user_id}``): ``n / (1 + (m - 1) ICC)``, with the
correlation ``ICC`` of two rows of one cluster. P-values, intervals and what chance adds to a
distance are those of so many rows; a result says so: "rows follow each other: 2,000 count as about
350".

The correlation is that of ranks, of labels that of being alike, measured on stretches of rows in
order of their time, and of clusters on a sample of whole ones. It counts where it is surely one and
beyond 0.1: the larger one of both sides; of production alone up to 0.9, for a step, or a value that
is stuck, makes neighbours alike, too. Of missing values it is the reference's own.

Assumes
-------
That alike are the next rows in time, and those after them the less, as in a first-order process;
that the reference, where it has times or clusters, depends on itself as production does.

Cannot see
----------
Rows that depend on others far away in time, as all of one day: that is how windows differ by nature
(`mmon explain reference_blocks`). Without a column of times, order is not looked at: a file in
order of its values is no series.

References
----------
Bayley and Hammersley, *The "effective" number of independent observations in an autocorrelated time
series*, 1946. Kish, *Survey Sampling*, 1965, ch. 5 (a design effect divides the rows). Sheppard,
*On the application of the theory of error to cases of normal distribution and normal correlation*,
1899 (the correlation behind labels that are alike).
"""

from __future__ import annotations

import functools
import math
from typing import NamedTuple, TypeVar

from mmon.profiles.distributions.clustering import Clustering
from mmon.profiles.distributions.counts import Counts
from mmon.profiles.distributions.dependence import Dependence
from mmon.profiles.distributions.ecdf import Ecdf
from mmon.profiles.distributions.succession import Succession
from mmon.profiles.table import ColumnProfile

D = TypeVar("D", Ecdf, Counts)

LEAST = 0.1
"""A correlation of neighbours up to this is none, nor is one of clusters that costs no more."""
# Production counts no more: a step, or a value that is stuck, makes all neighbours alike, and is no
# noise but what is looked for. What is usual the reference tells, without limit.
_MOST_OF_PRODUCTION = 0.9
_MOST = 0.999


class Effects(NamedTuple):
    """By what rows are to be divided on each side, at least 1; and why, in words."""

    ref: float
    cur: float
    why: str = ""


def design_effects(ref: ColumnProfile, cur: ColumnProfile) -> Effects:
    """By what the rows of a column count as fewer.

    By the larger correlation of both sides, where it is surely one and beyond `LEAST`: of
    neighbours in time, or of rows of one cluster, of which the sides may have other numbers.
    """
    before, after = (one.dependence or Dependence() for one in (ref, cur))
    is_label = isinstance(ref.distribution, Counts)
    of_time = _of_neighbours(*(_sure(one.values, is_label=is_label) for one in (before, after)))
    known = [one.clusters for one in (before, after) if one.clusters is not None]
    alike = max((one.correlation for one in known), default=0.0)
    of_ref, of_cur = (_of_clusters(one.clusters, alike) for one in (before, after))
    if max(of_ref, of_cur) > of_time:
        return Effects(max(of_ref, of_time), max(of_cur, of_time), "rows of a cluster are alike")
    return Effects(of_time, of_time, "rows follow each other")


def missing_design_effect(ref: ColumnProfile) -> float:
    """The same of whether values are missing, which production's own must not hide."""
    missing = None if ref.dependence is None else ref.dependence.missing
    return _of_neighbours(_sure(missing, is_label=True), 0.0)


def divided(rows: int, by: float) -> int:
    """Rows, or those of them that count, less what they have in common; one stays."""
    return rows if by <= 1.0 or not rows else max(1, round(rows / by))


@functools.lru_cache(maxsize=64)
def thinned(distribution: D, by: float) -> D:
    """A distribution of as many rows as its own are worth; the metrics of a column share it."""
    return distribution.thinned(divided(distribution.n, by)) if distribution.n else distribution


def _sure(one: Succession | None, *, is_label: bool) -> float:
    """The correlation that counts; of labels the one of a normal process that they are cut from,
    which remembers longer than they tell."""
    known = 0.0 if one is None else one.surely
    return math.sin(0.5 * math.pi * known) if is_label else known


def _of_neighbours(ref: float, cur: float) -> float:
    rho = min(max(ref, min(cur, _MOST_OF_PRODUCTION)), _MOST)
    return 1.0 if rho <= LEAST else (1.0 + rho) / (1.0 - rho)


def _of_clusters(own: Clustering | None, correlation: float) -> float:
    effect = 1.0 if own is None else 1.0 + (own.size - 1.0) * correlation
    return effect if effect > 1.0 + LEAST else 1.0
