"""Data quality: what arrived is missing, unknown, out of range, of another type, or not there."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from mmon.analyses import Context, Findings
from mmon.analyses._chances import all_in_production, all_of_one_value, beyond_extremes
from mmon.candidate import Candidate
from mmon.config_analyses import DataQuality, Thresholds
from mmon.metrics._proportions import two_proportions
from mmon.profiles.counts import Counts, align
from mmon.profiles.ecdf import Ecdf
from mmon.profiles.roles import nearly_named
from mmon.profiles.table import ColumnProfile
from mmon.results import ColumnKind, ResultKind, Score

APPLICATION = "data-quality"

DEFAULT_THRESHOLDS = {
    "missing_share": Thresholds(potential=0.05, detected=0.2),
    "unreadable_share": Thresholds(potential=0.01, detected=0.05),
    "infinite_share": Thresholds(potential=0.01, detected=0.05),
    "unseen_share": Thresholds(potential=0.05, detected=0.2),
    "out_of_range_share": Thresholds(potential=0.05, detected=0.2),
    "type_change": Thresholds(potential=0.0, detected=0.01),
    "constant": Thresholds(potential=1.0),
    "missing_column": Thresholds(detected=1.0),
    "new_column": Thresholds(potential=1.0),
    "duplicate_share": Thresholds(potential=0.05, detected=0.2),
}
"""Every check, with the thresholds it has when the configuration says nothing."""

_CHANCE = 1e-3
"""A column is called constant when chance would make it so less often than this."""


def analyse(context: Context) -> Findings:
    """Every check that applies, column by column."""
    candidates: list[Candidate] = []
    for ref, cur in context.pairs():
        if cur is None:
            candidates.append(_missing_column(context, ref))
            continue
        candidates.append(_missing_share(context, ref, cur))
        candidates.append(_type_change(context, ref, cur))
        if ref.unreadable or cur.unreadable:
            candidates.append(_unreadable_share(context, ref, cur))
        if ref.is_tested and cur.is_tested:
            candidates += _checks_of_values(context, ref, cur)
    candidates += [_fact(context, "new_column", name, 1.0) for name in context.new_columns]
    return Findings(candidates)


def duplicate_share(context: Context, ref: tuple[int, int], cur: tuple[int, int]) -> Candidate:
    """The increase of the share of rows that repeat an earlier one; sides are (repeats, rows)."""
    return _share(context, "duplicate_share", None, ref, cur)


def duplicates_unknown(context: Context) -> Candidate:
    """What is said of duplicates when the reference is a baseline."""
    reason = "a baseline holds no rows, so its duplicates are not known"
    return _candidate(context, "duplicate_share", None, Score(None, reason=reason))


def _missing_column(context: Context, ref: ColumnProfile) -> Candidate:
    if ref.name == context.config.columns.target:
        return _fact(context, "missing_column", ref.name, 0.0, "no labels in production yet")
    reason = "production does not have this column"
    near = nearly_named(ref.name, context.new_columns)
    if near:
        reason += f": did you mean its column {near[0]!r}?"
    found = _fact(context, "missing_column", ref.name, 1.0, reason)
    is_input = ref.kind not in (ColumnKind.IDENTIFIER, ColumnKind.DATETIME)
    if ref.is_tested or is_input or "missing_column" in _settings(context).thresholds:
        return found
    # Without an identifier or a time nothing is compared less: worth telling, not worth failing.
    return dataclasses.replace(found, thresholds=Thresholds(potential=1.0))


def _missing_share(context: Context, ref: ColumnProfile, cur: ColumnProfile) -> Candidate:
    found = _missing_increase(context, ref, cur)
    if (
        ref.name != context.config.columns.target
        or "missing_share" in _settings(context).thresholds
    ):
        return found
    # A missing target is a label that has not arrived yet: `label_coverage` tells how many.
    return dataclasses.replace(found, thresholds=Thresholds())


def _missing_increase(context: Context, ref: ColumnProfile, cur: ColumnProfile) -> Candidate:
    return _share(
        context,
        "missing_share",
        ref.name,
        (ref.presence.missing - ref.unreadable, ref.presence.rows),
        # What is there and cannot be read is told as that, and is not missing.
        (cur.presence.missing - cur.unreadable, cur.presence.rows),
    )


def _type_change(context: Context, ref: ColumnProfile, cur: ColumnProfile) -> Candidate:
    if ref.is_tested and not cur.is_tested:
        return _fact(context, "type_change", ref.name, 1.0, cur.reason)
    reason = None
    if ref.dtype != cur.dtype and ref.is_tested:
        reason = f"{ref.dtype} became {cur.dtype}; compared all the same"
    return _fact(context, "type_change", ref.name, 0.0, reason)


def _unreadable_share(context: Context, ref: ColumnProfile, cur: ColumnProfile) -> Candidate:
    """The increase of the share of values that are there and are not what the column holds."""
    counts = [
        (one.unreadable, one.presence.present + one.presence.inf + one.unreadable)
        for one in (ref, cur)
    ]
    found = _share(context, "unreadable_share", ref.name, counts[0], counts[1])
    (_, _), (lost, there) = counts
    if not lost:
        return found
    examples = " and ".join(repr(text[:_LONGEST]) for text in cur.examples)
    written = "" if ref.spelling is None or ref.spelling.said is None else " as the reference's are"
    reason = f"{lost:,} of {there:,} values are no {_NOUNS[ref.kind]}{written}: {examples}"
    return dataclasses.replace(found, reason=reason)


_NOUNS = {ColumnKind.NUMERIC: "numbers", ColumnKind.DATETIME: "times"}
_LONGEST = 40


def _checks_of_values(context: Context, ref: ColumnProfile, cur: ColumnProfile) -> list[Candidate]:
    before, after = ref.distribution, cur.distribution
    found: list[Candidate] = []
    if isinstance(before, Ecdf) and isinstance(after, Ecdf):
        if ref.presence.inf or cur.presence.inf:
            counts = [(p.inf, p.rows) for p in (ref.presence, cur.presence)]
            found.append(_share(context, "infinite_share", ref.name, counts[0], counts[1]))
        if before.n and after.n and ref.kind is ColumnKind.NUMERIC:
            found.append(_out_of_range(context, ref.name, before, after))
            found.append(_constant(context, ref.name, before, after))
    if isinstance(before, Counts) and isinstance(after, Counts) and before.n and after.n:
        found.append(_unseen(context, ref.name, before, after))
        found.append(_constant(context, ref.name, before, after))
    return found


def _share(
    context: Context,
    name: str,
    column: str | None,
    ref: tuple[int, int],
    cur: tuple[int, int],
) -> Candidate:
    """The increase of a share, production minus reference, in [-1, 1]."""
    (k_ref, n), (k_cur, m) = ref, cur
    if n == 0 or m == 0:
        score = Score(None, reason="there are no rows")
    else:
        score = Score(k_cur / m - k_ref / n, p_value=two_proportions(k_ref, n, k_cur, m))

    def p_value_at(value: float, rows: int | None) -> float | None:
        size = m if rows is None else rows
        if n and k_ref / n + value > 1.0:
            # No share can rise so far, so there is nothing that more rows could show.
            return 0.0
        expected = min(size, math.ceil((k_ref / n + value) * size)) if n else 0
        return two_proportions(k_ref, n, expected, size) if n and size else None

    return _candidate(
        context,
        name,
        column,
        score,
        p_value_at=p_value_at,
        rows=m,
        reference_value=k_ref / n if n else None,
        is_increase=True,
    )


def _out_of_range(context: Context, column: str, ref: Ecdf, cur: Ecdf) -> Candidate:
    """The share of production outside the smallest and largest value of the reference."""
    n, m = ref.n, cur.n
    values = cur.values
    is_outside = (values < ref.values[0]) | (values > ref.values[-1])
    outside = int(cur.mass[is_outside].sum())
    # Only a cell that reaches across a limit can be wrong.
    first_past = int(np.searchsorted(values, ref.values[-1], side="right"))
    straddling = int(cur.mass[first_past]) - 1 if first_past < len(values) else 0
    error = 0.0 if cur.is_exact else min(straddling, cur.uncertain) / m
    score = Score(outside / m, error, beyond_extremes(outside, n, m))

    def p_value_at(value: float, rows: int | None) -> float:
        size = m if rows is None else rows
        return beyond_extremes(math.ceil(value * size), n, size)

    return _candidate(
        context,
        "out_of_range_share",
        column,
        score,
        p_value_at=p_value_at,
        rows=m,
        reference_value=0.0,
        reason=f"the reference spans {ref.min:,g} to {ref.max:,g}" if outside else None,
    )


def _unseen(context: Context, column: str, ref: Counts, cur: Counts) -> Candidate:
    """The share of production rows whose category the reference never had."""
    if not ref.is_exact:
        kept = f"the reference has more than the {len(ref.labels):,} categories that were kept"
        reason = f"{kept}, so unseen ones cannot be told: use --exact, or a larger labels_kept"
        return _candidate(context, "unseen_share", column, Score(None, reason=reason))
    both = align(ref, cur)
    unseen = int(both.cur[both.ref == 0].sum())
    pooled = both.ref + both.cur
    m = cur.n
    # A category that production did not keep may be one that the reference has.
    score = Score(unseen / m, cur.other / m, all_in_production(pooled, ref.n, m, unseen))

    def p_value_at(value: float, rows: int | None) -> float:
        size = m if rows is None else rows
        scaled = np.maximum(1, np.rint(pooled * ((ref.n + size) / (ref.n + m))))
        return all_in_production(scaled, ref.n, size, math.ceil(value * size))

    names = both.labels.filter(both.ref == 0).to_list()
    shown = ", ".join(names[:3]) + (f" and {len(names) - 3:,} more" if len(names) > 3 else "")
    return _candidate(
        context,
        "unseen_share",
        column,
        score,
        p_value_at=p_value_at,
        rows=m,
        reference_value=0.0,
        reason=f"not in the reference: {shown}" if names else None,
    )


def _constant(context: Context, column: str, ref: Ecdf | Counts, cur: Ecdf | Counts) -> Candidate:
    """Whether production holds one single value where the reference had several.

    Few rows may be alike by chance, and a single row always is: it counts only when that is
    improbable.
    """
    was = len(ref.mass) == 1 and ref.is_exact
    now = len(cur.mass) == 1 and cur.is_exact
    if was or not now:
        return _fact(context, "constant", column, 0.0)
    n, m = ref.n, cur.n
    if all_of_one_value(_pooled_with_constant(ref, cur), n, m) > _CHANCE:
        reason = f"production holds a single value, as {m:,} rows may by chance"
        return _fact(context, "constant", column, 0.0, reason)
    return _fact(context, "constant", column, 1.0, "production holds a single value")


def _pooled_with_constant(ref: Ecdf | Counts, cur: Ecdf | Counts) -> NDArray[np.int64]:
    """Rows of both sides by value, where production has only one."""
    if isinstance(ref, Counts) and isinstance(cur, Counts):
        both = align(ref, cur)
        return both.ref + both.cur
    if isinstance(ref, Ecdf) and isinstance(cur, Ecdf):
        value = cur.values[0]
        cell = int(np.searchsorted(ref.values, value, side="left"))
        # Between retained values it may be any of the cell's; the sum is then an upper bound.
        is_known = cell < len(ref.values) and (not ref.is_exact or ref.values[cell] == value)
        pooled = ref.mass.copy() if is_known else np.append(ref.mass, 0)
        pooled[cell if is_known else -1] += cur.n
        return pooled
    raise TypeError("one side is numeric and the other categorical")


def _settings(context: Context) -> DataQuality:
    return context.config.analyses.data_quality or DataQuality()


def _fact(
    context: Context, name: str, column: str, value: float, reason: str | None = None
) -> Candidate:
    return _candidate(context, name, column, Score(value), reason=reason)


def _candidate(
    context: Context,
    name: str,
    column: str | None,
    score: Score,
    *,
    p_value_at: Callable[[float, int | None], float | None] | None = None,
    rows: int = 0,
    reference_value: float | None = None,
    reason: str | None = None,
    is_increase: bool = False,
) -> Candidate:
    settings = _settings(context)
    return Candidate(
        application=APPLICATION,
        kind=ResultKind.DATA_QUALITY,
        name=name,
        score=score,
        thresholds=settings.thresholds.get(name, DEFAULT_THRESHOLDS[name]),
        p_value_at=p_value_at,
        rows=rows,
        window=context.window,
        column=column,
        reference_value=reference_value,
        gating=settings.gate == "any",
        is_signed=is_increase,
        reason=reason,
    )
