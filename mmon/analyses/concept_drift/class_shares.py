"""By which factor the share of a rare class changed, of what is true, answered or scored.

A class of 5 % that becomes 10 % moves no distance far; to a model it is twice as much.
"""

from __future__ import annotations

import dataclasses
import math

import numpy as np

from mmon.analyses import Context
from mmon.analyses.concept_drift import CLASS_RATIO, ConceptDrift
from mmon.analyses.data_drift import USUAL, DataDrift
from mmon.analyses.data_drift.distances import levels
from mmon.analyses.model_performance import ModelPerformance
from mmon.chance.levels import TAIL, stricter
from mmon.chance.proportions import ratio_interval, ratio_risen, two_proportions
from mmon.profiles.distributions.counts import Counts, align
from mmon.profiles.distributions.ecdf import Ecdf
from mmon.profiles.table import ColumnProfile
from mmon.records.arrays import IntArray
from mmon.results.quantity import Bound
from mmon.verdict.evidence import Evidence
from mmon.verdict.finding import Finding

# Half as much again of a larger class is a total variation of 0.1, which is judged by itself.
_RARE = 0.2
# Rows that a class has on each side, had nothing changed: fewer could show no ratio.
_ENOUGH = 10
# Whole numbers of more values are no classes.
_MOST_CLASSES = 100


@dataclasses.dataclass(frozen=True, kw_only=True)
class Ratio(Evidence):
    """The surest ratio of the shares of several classes, by its own class; rows are production's.

    ``hits`` are the class's rows on both sides, ``n`` all rows of the reference; ``classes``, among
    how many it is the surest; ``most``, what the ratio of any of them may be at 95 %; ``rarest``,
    the share of the rarest of them on both sides together.
    """

    is_fact = False
    hits: tuple[int, int]
    n: int
    classes: int
    most: float
    rarest: float

    def p_value(self) -> float:
        """Of "no class's share changed" (Bonferroni)."""
        return min(1.0, self.classes * two_proportions(self.hits[0], self.n, *self._production))

    def p_value_against(self, level: float) -> float:
        """Of "no class's share changed by a larger factor than the level"."""
        if level <= 1.0:
            return self.p_value()
        few, many = (self.hits[0], self.n), self._production
        if many[0] * self.n < few[0] * self.rows:
            few, many = many, few
        return min(1.0, _tests(self.classes) * ratio_risen(*few, *many, level))

    def is_below(self, level: float) -> bool:
        """Whether no class may have changed by the level."""
        return self.most < level

    def is_found(self, level: float, alpha: float, rows: int | None) -> bool:
        """Whether twice the level would be told from it, of the rarest class."""
        rows, share = self.rows if rows is None else rows, self.rarest
        twice = min(2.0 * level, 0.5 * (level + 1.0 / share))
        hits = round(share * self.n), math.floor(min(twice * share, 1.0) * rows)
        p_value = ratio_risen(hits[0], self.n, hits[1], rows, max(level, 1.0)) if rows else 1.0
        return _tests(self.classes) * p_value <= stricter(alpha)

    @property
    def _production(self) -> tuple[int, int]:
        return self.hits[1], self.rows


@dataclasses.dataclass(frozen=True, slots=True)
class _Classes:
    """Rows by class: (C,) of each side, and by how many any may be wrong."""

    words: list[str]
    ref: IntArray
    cur: IntArray
    slack: tuple[int, int] = (0, 0)


def class_ratio(
    context: Context, ref: ColumnProfile, cur: ColumnProfile, bound: Bound
) -> Finding | None:
    """The surest change of a rare class's share; None where there is no such class."""
    found, n, m = _classes(context, ref, cur), *map(_rows, (ref, cur))
    if found is None or not n or not m:
        return None
    share = (found.ref + found.cur) / (n + m)
    is_seen = (found.ref > 0) & (share <= _RARE) & (share * min(n, m) >= _ENOUGH)
    places = np.flatnonzero(is_seen)
    if not len(places):
        return None
    tail = TAIL / _tests(len(places))
    ends = {at: _ends(int(found.ref[at]), n, int(found.cur[at]), m, tail) for at in places}
    surest = max(places, key=lambda at: ends[at][0])
    hits = int(found.ref[surest]), int(found.cur[surest])
    # Half a row more on each side: the logarithm is without bias, and of no rows there is one.
    before, after = ((k + 0.5) / (rows + 0.5) for k, rows in zip(hits, (n, m), strict=True))
    value = max(before, after) / min(before, after)
    low, high = ends[surest]
    relative = sum(rows / (k + 0.5) for rows, k in zip(found.slack, hits, strict=True))
    return Finding(
        CLASS_RATIO,
        value,
        error=value * relative,
        interval=(min(low, value), max(high, value)) if math.isfinite(high) else None,
        evidence=Ratio(
            hits=hits,
            n=n,
            rows=m,
            classes=len(places),
            most=max(high for _, high in ends.values()),
            rarest=float(share[places].min()),
        ),
        window=context.window,
        column=ref.name,
        bound=bound,
        gating=not bound.is_empty and context.settings(ConceptDrift).gate == "any",
        reason=f"{found.words[surest]}: {hits[0] / n:.2%} → {hits[1] / m:.2%}",
    )


def levels_of_ratio(context: Context, column: ColumnProfile) -> Bound:
    """Its levels: its own where the usual distance decides."""
    own, settings = context.settings(ConceptDrift), context.settings(DataDrift)
    asked = context.config.levels(column.name, CLASS_RATIO.name, own.thresholds)
    if asked is not None:
        return asked.bound()
    is_usual = settings.usual == USUAL[0]
    decides = is_usual and not levels(context, USUAL[0], column).is_empty
    return CLASS_RATIO.bound("max") if decides else Bound("max")


def _tests(classes: int) -> int:
    """Each class may become more common, or less."""
    return 2 * classes


def _ends(k_ref: int, n: int, k_cur: int, m: int, tail: float) -> tuple[float, float]:
    """The interval of the factor between two shares, whichever is the larger; at least 1."""
    low, high = ratio_interval(k_ref, n, k_cur, m, tail)
    fall = 1.0 / high, math.inf if low == 0.0 else 1.0 / low
    return max(low, fall[0], 1.0), max(high, fall[1])


def _rows(column: ColumnProfile) -> int:
    return 0 if column.distribution is None else column.distribution.n


def _classes(context: Context, ref: ColumnProfile, cur: ColumnProfile) -> _Classes | None:
    """The classes of a column that holds any by its role."""
    roles, before, after = context.config.columns, ref.distribution, cur.distribution
    if ref.name in (roles.target, roles.prediction):
        if isinstance(before, Counts) and isinstance(after, Counts):
            both = align(before, after)
            slack = before.count_error, after.count_error
            words = [f"class {label}" for label in both.labels]
            return _Classes(words, both.ref, both.cur, slack)
        if context.config.task != "regression":
            return _whole_numbers(before, after)
    elif ref.name == roles.score and roles.prediction is None:
        return _positive(context, before, after)
    return None


def _whole_numbers(before: Ecdf | Counts | None, after: Ecdf | Counts | None) -> _Classes | None:
    """Few whole numbers are classes."""
    if not (isinstance(before, Ecdf) and isinstance(after, Ecdf)):
        return None
    values = np.union1d(before.values, after.values)
    is_class = before.is_exact and after.is_exact and len(values) <= _MOST_CLASSES
    if not is_class or (values % 1 != 0).any():
        return None
    ref, cur = (np.zeros(len(values), dtype=np.int64) for _ in range(2))
    for rows, side in ((ref, before), (cur, after)):
        np.add.at(rows, np.searchsorted(values, side.values), side.mass)
    return _Classes([f"class {value:g}" for value in values], ref, cur)


def _positive(
    context: Context, before: Ecdf | Counts | None, after: Ecdf | Counts | None
) -> _Classes | None:
    """The rows whose score makes the answer positive, where it is known from which on."""
    level = context.settings(ModelPerformance).decision_threshold
    if not (isinstance(before, Ecdf) and isinstance(after, Ecdf)) or not before.n:
        return None
    if level is None and before.values[0] >= 0.0 and before.values[-1] <= 1.0:
        level = 0.5
    if level is None:
        return None
    sides = [_at_least(side, level) for side in (before, after)]
    hits = [np.array([rows]) for rows, _ in sides]
    slack = sides[0][1], sides[1][1]
    return _Classes([f"scores of at least {level:g}"], hits[0], hits[1], slack)


def _at_least(side: Ecdf, level: float) -> tuple[int, int]:
    """How many rows have at least a value, and by how many that may be too many."""
    place = int(np.searchsorted(side.values, level, side="left"))
    rows = int(side.mass[place:].sum())
    if side.is_exact or place == len(side.values):
        return rows, 0
    return rows, min(side.uncertain, int(side.mass[place]) - 1)
