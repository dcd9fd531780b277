"""Areas under curves of scores: of one class, and averaged over several with their covariances."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Self

import numpy as np
from scipy.special import stdtrit

from mmon.chance.proportions import Interval, Z
from mmon.chance.skewed_means import LEVEL
from mmon.performance import Average, Estimate
from mmon.performance._class_intervals import share_interval, undefined, variance_or_width
from mmon.performance._class_tables import why_no_scores, with_enough
from mmon.performance._ranking import Area, Ranking
from mmon.profiles.distributions.ecdf import Ecdf
from mmon.profiles.outcomes.class_scores import SCORE_CELLS, cell_edges
from mmon.profiles.outcomes.classification import MOST_SCORED, ClassificationTables
from mmon.profiles.outcomes.outcomes import GROUPS
from mmon.records.arrays import FloatArray, IntArray

# A variance from so few groups is known to a quarter only: Student's quantile for the normal one.
_FEW_GROUPS = (float(stdtrit(GROUPS - 1, (1 + LEVEL) / 2)) / Z) ** 2


@dataclasses.dataclass(frozen=True, slots=True)
class Curve:
    """How the area under one kind of curve is found."""

    # The area of a ranking, its variance and how rows move it.
    area: Callable[[Ranking], Area]
    # Of two Ecdfs and the value: the bound on what compression changed.
    error: Callable[[Ecdf, Ecdf, float], float]
    # Of the ranking, its area, and the factor of the variance for rows that are not
    # independent.
    interval: Callable[[Ranking, Area, float], Interval]


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class _Ranked:
    """One class's area, with what averages need of it; ``place`` is the class's in the tables."""

    place: int
    label: str
    ranking: Ranking
    area: Area
    estimate: Estimate


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Areas:
    """The areas of all classes that have one."""

    curve: Curve
    tables: ClassificationTables
    ranked: list[_Ranked]  # in the order of the tables

    @classmethod
    def of(cls, curve: Curve, tables: ClassificationTables) -> Self:
        """The area of each class against all others."""
        ranked = [
            _ranked(curve, place, one.label, one.inside, one.outside)
            for place, one in enumerate(tables.scores)
            if one.inside.n and one.outside.n
        ]
        return cls(curve, tables, ranked)

    def one(self, code: int) -> Estimate:
        """The area of one class."""
        label = self.tables.classes[code]
        known = (one.estimate for one in self.ranked if one.label == label)
        return next(known, None) or undefined(_why_undefined(self.tables, label))

    def average(self, *, is_weighted: bool) -> Estimate:
        """The mean over classes, each counted once or by its rows."""
        tables, ranked = self.tables, self.ranked
        if not tables.sums.rows:
            return undefined(why_no_scores(tables))
        if not ranked:
            return undefined("all rows with scores are of one class")
        values = np.array([one.area.value for one in ranked])
        rows = np.array([one.ranking.m for one in ranked])
        weights = rows / rows.sum() if is_weighted else np.full(len(ranked), 1 / len(ranked))
        mean = float(weights @ values)
        groups = tables.groups[:, [one.place for one in ranked]]
        edges = cell_edges(tables.score_edges)
        moves = [
            _group_totals(one.ranking, one.area, groups[:, i], edges)
            for i, one in enumerate(ranked)
        ]
        totals = np.column_stack(moves)
        # Each class's own variance is known from all rows; from the groups, only how they go
        # together.
        reach = weights * np.sqrt([one.estimate.variance or 0.0 for one in ranked])
        variance = float(reach @ _correlation(_covariance(totals)) @ reach)
        if is_weighted:
            # The weights are estimates, too: a class with more rows than usual moves the mean.
            moved = groups[:, :, 1].sum(axis=2) @ (values - mean) / rows.sum()
            together = _covariance(np.column_stack([totals @ weights, moved]))[0, 1]
            variance += float(weights @ (values - mean) ** 2) / float(rows.sum()) + 2 * float(
                together
            )
        variance = max(0.0, variance)
        fewer = np.array([min(one.ranking.m, one.ranking.n) for one in ranked])
        # Averaging shrinks the classes' noise, but not their common bias.
        center = mean - float(weights @ [one.area.bias for one in ranked])
        low, high = share_interval(
            min(max(center, 0.0), 1.0), variance, 1 / float(np.sum(weights**2 / fewer))
        )
        interval = min(low, mean), max(high, mean)
        found = Estimate(
            value=mean,
            interval=interval,
            variance=variance_or_width(variance, interval),
            rows=tables.sums.rows,
            error=float(weights @ np.array([one.estimate.error for one in ranked])),
            reason=_left_out(tables, {one.label for one in ranked}),
            classes=frozenset(one.label for one in ranked),
        )
        few = {one.label: int(min(one.ranking.m, one.ranking.n)) for one in ranked}
        return found if is_weighted else with_enough(found, few, "rows")

    def label_moves(
        self, average: Average | None, label: str | None
    ) -> Callable[[int, FloatArray], FloatArray]:
        """How a value moves when a row of the class at a place, at (n,) scores, is of it after all.

        Of an average, or of one class; of the only one where neither is named.
        """
        tables, ranked = self.tables, self.ranked
        if average == "micro":
            sides = [(one.inside, one.outside) for one in tables.scores]
            ranking = Ranking.of(*(Ecdf.merge(side) for side in zip(*sides, strict=True)))
            every = _Ranked(0, "", ranking, self.curve.area(ranking), undefined(""))
            return lambda place, scores: _flipped(every, scores)
        there = {one.place: one for one in ranked}
        rows = sum(one.ranking.m for one in ranked)
        mean = sum(one.ranking.m * one.area.value for one in ranked) / rows

        def moved(place: int, scores: FloatArray) -> FloatArray:
            one = there.get(place)
            if one is None or label not in (None, one.label):
                return np.zeros(len(scores))
            if average is None:
                return _flipped(one, scores)
            if average == "macro":
                return _flipped(one, scores) / len(ranked)
            weighted = one.ranking.m * _flipped(one, scores) + one.area.value - mean
            return np.asarray(weighted / rows)

        return moved

    def micro(self) -> Estimate:
        """The area of all classes' scores taken together: a row counts once for each class."""
        tables, curve = self.tables, self.curve
        if not tables.sums.rows:
            return undefined(why_no_scores(tables))
        inside = Ecdf.merge([one.inside for one in tables.scores])
        outside = Ecdf.merge([one.outside for one in tables.scores])
        if not inside.n or not outside.n:
            return undefined("all rows with scores are of one class")
        ranking = Ranking.of(inside, outside)
        area = curve.area(ranking)
        independent = float(
            ranking.inside @ area.moved_inside**2 + ranking.outside @ area.moved_outside**2
        )
        edges = cell_edges(tables.score_edges)
        clustered = _group_totals(ranking, area, tables.groups.sum(axis=1), edges)
        design = (
            float(_covariance(clustered[:, None])[0, 0]) / independent if independent > 0 else 1.0
        )
        found = _ranked(curve, 0, "", inside, outside, design=design * _FEW_GROUPS).estimate
        return dataclasses.replace(
            found,
            rows=tables.sums.rows,
            reason=found.reason or _left_out(tables, {one.label for one in tables.scores}),
        )


def _why_undefined(tables: ClassificationTables, label: str) -> str:
    if not tables.sums.rows:
        return why_no_scores(tables)
    of_label = [one for one in tables.scores if one.label == label]
    if not of_label:
        return f"only {MOST_SCORED} classes have score curves"
    where = "no row" if not of_label[0].inside.n else "every row"
    return f"{where} with scores is of class {label}"


def _ranked(
    curve: Curve, place: int, label: str, inside: Ecdf, outside: Ecdf, *, design: float = 1.0
) -> _Ranked:
    """One area; ``design`` multiplies the variance of independent rows."""
    ranking = Ranking.of(inside, outside)
    area = curve.area(ranking)
    low, high = curve.interval(ranking, area, design)
    interval = max(0.0, min(low, area.value)), min(1.0, max(high, area.value))
    estimate = Estimate(
        value=area.value,
        interval=interval,
        variance=variance_or_width(area.variance * design, interval),
        rows=int(ranking.m + ranking.n),
        error=curve.error(inside, outside, area.value),
        reason="all scores are equal" if len(ranking.values) == 1 else None,
    )
    return _Ranked(place, label, ranking, area, estimate)


def _flipped(one: _Ranked, scores: FloatArray) -> FloatArray:
    """(n,) how much an area grows with a row at (n,) of its scores that changes sides."""
    place = np.searchsorted(one.ranking.values, scores)
    moved = one.area.moved_inside - one.area.moved_outside
    return np.asarray(moved[np.minimum(place, len(moved) - 1)])


def _left_out(tables: ClassificationTables, kept: set[str]) -> str | None:
    lost = [label for label in tables.classes if label not in kept]
    if not lost:
        return None
    shown = ", ".join(lost[:3]) + (f" and {len(lost) - 3} more" if len(lost) > 3 else "")
    return f"over {len(kept)} of {len(tables.classes)} classes, without {shown}"


def _group_totals(ranking: Ranking, area: Area, groups: IntArray, edges: FloatArray) -> FloatArray:
    """(32,) how far each group's rows move the area, from (32, 2, 48) rows by score cell.

    Rows of one cell are taken to move it by as much as they do on average.
    """
    cell = np.searchsorted(edges, ranking.values)
    totals = np.zeros(GROUPS)
    for side, rows, moved in (
        (0, ranking.outside, area.moved_outside),
        (1, ranking.inside, area.moved_inside),
    ):
        counted = np.bincount(cell, weights=rows, minlength=SCORE_CELLS)
        summed = np.bincount(cell, weights=rows * moved, minlength=SCORE_CELLS)
        totals += groups[:, side] @ (summed / np.maximum(counted, 1.0))
    return totals


def _covariance(totals: FloatArray) -> FloatArray:
    """(S, S) covariance of sums over all groups, from (32, S) sums over each."""
    centered = totals - totals.mean(axis=0)
    return np.asarray(centered.T @ centered * (GROUPS / (GROUPS - 1)))


def _correlation(covariance: FloatArray) -> FloatArray:
    """(S, S) correlations; terms without variance are taken to be independent of the others."""
    deviation = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    scale = np.where(deviation > 0, deviation, 1.0)
    correlation: FloatArray = np.clip(covariance / np.outer(scale, scale), -1.0, 1.0)
    np.fill_diagonal(correlation, 1.0)
    return correlation
