"""Which pairs of columns do not go together as they did, on their way to being judged."""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Sequence

import numpy as np

from mmon.analyses import Context, Findings
from mmon.analyses.multivariate_drift import pairs
from mmon.analyses.multivariate_drift.compared import (
    bound_of,
    compared_rows,
    is_gating,
    shuffled,
    untold,
)
from mmon.analyses.multivariate_drift.measured import CORRELATION_DRIFT
from mmon.chance.levels import is_powerful
from mmon.chance.pair_changes import PairChanges
from mmon.outline import wording
from mmon.outline.phrases import column_word
from mmon.profiles.features.row_sample import RowSample
from mmon.records.arrays import IntArray
from mmon.results.pair_picture import PairPicture
from mmon.verdict.evidence import Evidence
from mmon.verdict.finding import Finding

_MOST_NAMED, _MOST_SHOWN = 5, 20


@dataclasses.dataclass(frozen=True, kw_only=True)
class Moved(Evidence):
    """The changes of all pairs, of ``rows`` production rows and ``reference_rows``."""

    is_fact = False
    changes: PairChanges

    def p_value(self) -> float:
        """Of "no pair changed"."""
        return self.changes.p_value

    def p_value_against(self, level: float) -> float:
        """Of "no pair changed by more than the level"."""
        return self.changes.p_value_against(level)

    def is_below(self, level: float) -> bool:
        """Whether surely no pair changed by as much."""
        return self.changes.interval()[1] < level

    def is_found(self, level: float, alpha: float, rows: int | None) -> bool:
        """Whether a pair, of a usual variance, that changed by twice the level would be found."""
        ref, cur = np.median(self.changes.variances, axis=1).tolist()
        more = 1.0 if rows is None else self.rows / rows
        return is_powerful(level, math.sqrt(ref + cur * more), alpha / len(self.changes))


def findings(windows: Sequence[Context]) -> Findings:
    """The largest change of a pair in each window, and the pairs that changed."""
    found: list[Finding] = []
    drawings: list[PairPicture] = []
    for context in windows:
        rows = compared_rows(context)
        if len(rows.names) < 2:
            continue
        if rows.frames is None or context.samples is None:
            found.append(untold(context, CORRELATION_DRIFT, context.lacks_rows))
            continue
        how, before = _reference(_Rows(context.samples[0], rows.names))
        one, shown = _finding(context, how, before, pairs.side(rows.frames[1], how))
        found.append(one)
        drawings += shown
    return Findings(found, drawings=drawings)


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """Some columns of a sample, which is the same only where it is that very one."""

    sample: RowSample
    names: tuple[str, ...]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _Rows):
            return NotImplemented
        return other.sample is self.sample and other.names == self.names

    def __hash__(self) -> int:
        return hash((id(self.sample), self.names))


@functools.lru_cache(maxsize=1)
def _reference(rows: _Rows) -> tuple[pairs.Plan, pairs.Side]:
    """The reference, read once for all windows that have the same columns."""
    frame = shuffled(rows.sample.all_rows().frame, rows.names)
    how = pairs.plan(frame)
    return how, pairs.side(frame, how)


def _finding(
    context: Context, how: pairs.Plan, ref: pairs.Side, cur: pairs.Side
) -> tuple[Finding, list[PairPicture]]:
    found = Finding(
        CORRELATION_DRIFT,
        None,
        window=context.window,
        bound=bound_of(context, CORRELATION_DRIFT),
        gating=is_gating(context, CORRELATION_DRIFT),
        reference_value=0.0,
    )
    if min(ref.rows, cur.rows) < pairs.FEWEST:
        few = f"{cur.rows:,} production" if cur.rows < pairs.FEWEST else f"{ref.rows:,} reference"
        why = f"{few} rows are too few to compare pairs of columns: it takes {pairs.FEWEST}"
        return dataclasses.replace(found, reason=why), []
    told = pairs.compared(how, ref, cur)
    if not told.pairs:
        return untold(context, CORRELATION_DRIFT, "no two columns vary enough together"), []
    changes, changed = told.changes, _changed(told.changes, context.config.alpha)
    return dataclasses.replace(
        found,
        value=float(changes.change.max()),
        interval=changes.interval(),
        evidence=Moved(rows=cur.rows, changes=changes),
        reason=_reason(told, changed, f"{ref.rows:,} reference and {cur.rows:,} production rows"),
    ), [_picture(context, told, at) for at in changed[:_MOST_SHOWN].tolist()]


def _changed(changes: PairChanges, alpha: float) -> IntArray:
    """The places of pairs that surely changed, the largest change first."""
    order = np.lexsort([np.arange(len(changes)), -changes.change])
    is_sure = (changes.q_values <= alpha) & (changes.change > 0.0)
    return order[is_sure[order]]


def _reason(told: pairs.Compared, changed: IntArray, size: str) -> str:
    named = ", ".join(_named(told, at) for at in changed[:_MOST_NAMED].tolist())
    parts = [f"most by {named}"] if named else []
    parts.append(f"{len(changed) or 'none'} of {wording.counted(len(told.pairs), 'pair')} changed")
    if told.skipped:
        parts.append(f"{told.skipped:,} pairs with a category were not looked at")
    return "; ".join([*parts, f"of {size}"])


def _named(told: pairs.Compared, at: int) -> str:
    pair, changes = told.pairs[at], told.changes
    before, after, change = changes.ref[at], changes.cur[at], changes.change[at]
    is_other = pair.kind != "numbers" and change > 2.0 * abs(after - before)
    other = f", by {change:.2f} between other categories" if is_other else ""
    names = " and ".join(map(column_word, (pair.first, pair.second)))
    return f"{names} ({before:.2f} → {after:.2f}{other})"


def _picture(context: Context, told: pairs.Compared, at: int) -> PairPicture:
    pair, changes = told.pairs[at], told.changes
    return PairPicture(
        window=context.window,
        first=pair.first,
        second=pair.second,
        measure="rank correlation" if pair.kind == "numbers" else "Cramér's V",
        reference=float(changes.ref[at]),
        production=float(changes.cur[at]),
        change=float(changes.change[at]),
        q_value=float(changes.q_values[at]),
    )
