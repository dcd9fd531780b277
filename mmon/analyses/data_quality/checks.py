"""Every check of every column, and by how much a share that is a fault rose."""

from __future__ import annotations

import dataclasses

import numpy as np

from mmon.analyses import Context, Findings
from mmon.analyses.data_quality import CHECKS, DataQuality
from mmon.analyses.data_quality.shares import New, Outside, Risen, Unseen, pooled_with_constant
from mmon.chance.effective_rows import design_effects, divided, missing_design_effect
from mmon.chance.small_samples import all_of_one_value
from mmon.config.levels import Thresholds
from mmon.errors import nearly_named
from mmon.profiles.distributions.counts import Counts, align
from mmon.profiles.distributions.ecdf import Ecdf
from mmon.profiles.table import ColumnProfile
from mmon.results import ColumnKind
from mmon.results.quantity import Aspect, Bound
from mmon.verdict.evidence import Evidence
from mmon.verdict.finding import Finding

# A column is called constant when chance would make it so less often than this.
_CHANCE = 1e-3
_FACT = Evidence()


def analyse(context: Context) -> Findings:
    """Every check that applies, column by column."""
    findings: list[Finding] = []
    for ref, cur in context.pairs():
        if cur is None:
            findings.append(_missing_column(context, ref))
            continue
        findings.append(_missing_share(context, ref, cur))
        findings.append(_type_change(context, ref, cur))
        if ref.unreadable or cur.unreadable:
            findings.append(_unreadable_share(context, ref, cur))
        if ref.is_tested and cur.is_tested:
            findings += _checks_of_values(context, ref, cur)
    findings += [_finding(context, "new_column", name, 1.0) for name in context.new_columns]
    return Findings(findings)


def duplicate_share(context: Context, ref: tuple[int, int], cur: tuple[int, int]) -> Finding:
    """The increase of the share of rows that repeat an earlier one; sides are (repeats, rows)."""
    return _share(context, "duplicate_share", None, ref, cur)


def untimed_share(context: Context, cur: tuple[int, int]) -> Finding:
    """The increase of the share of rows without a usable time; production is (hits, rows)."""
    name = context.config.columns.timestamp
    column = None if name is None else context.reference.column(name)
    missing = 0 if column is None else column.presence.missing
    found = _share(context, "untimed_share", name, (missing, context.reference.rows), cur)
    reason = f"{cur[0]:,} of {cur[1]:,} production rows have no time: they are in no window"
    return dataclasses.replace(found, reason=reason)


def duplicates_unknown(context: Context) -> Finding:
    """What is said of duplicates when the reference is a baseline."""
    reason = "a baseline holds no rows, so its duplicates are not known"
    return _finding(context, "duplicate_share", None, None, reason=reason)


def _missing_column(context: Context, ref: ColumnProfile) -> Finding:
    if ref.name == context.config.columns.target:
        return _finding(
            context, "missing_column", ref.name, 0.0, reason="no labels in production yet"
        )
    reason = "production does not have this column"
    near = nearly_named(ref.name, context.new_columns)
    if near:
        reason += f": did you mean its column {near[0]!r}?"
    elif context.config.columns.target is None:
        reason += "; if it is the outcome, which comes later, name it: columns.target, or --target"
    found = _finding(context, "missing_column", ref.name, 1.0, reason=reason)
    is_input = ref.kind not in (ColumnKind.IDENTIFIER, ColumnKind.DATETIME)
    if ref.is_tested or is_input or _asked(context, ref.name, found.quantity.name) is not None:
        return found
    # Without an identifier or a time nothing is compared less: worth telling, not worth failing.
    return dataclasses.replace(found, bound=Bound("max", potential=1.0))


def _missing_share(context: Context, ref: ColumnProfile, cur: ColumnProfile) -> Finding:
    # What is there and cannot be read is told as that, and is not missing.
    sides = [(one.presence.missing - one.unreadable, one.presence.rows) for one in (ref, cur)]
    found = _share(
        context, "missing_share", ref.name, sides[0], sides[1], by=missing_design_effect(ref)
    )
    is_asked = _asked(context, ref.name, found.quantity.name) is not None
    if ref.name != context.config.columns.target or is_asked:
        return found
    # A missing target is a label that has not arrived yet: `label_coverage` tells how many.
    return dataclasses.replace(found, bound=Bound("max"))


def _type_change(context: Context, ref: ColumnProfile, cur: ColumnProfile) -> Finding:
    if ref.is_tested and not cur.is_tested:
        return _finding(context, "type_change", ref.name, 1.0, reason=cur.reason)
    reason = None
    if ref.dtype != cur.dtype and ref.is_tested:
        reason = f"{ref.dtype} became {cur.dtype}; compared all the same"
    return _finding(context, "type_change", ref.name, 0.0, reason=reason)


def _unreadable_share(context: Context, ref: ColumnProfile, cur: ColumnProfile) -> Finding:
    """The increase of the share of values that are there and are not what the column holds."""
    counts = [
        (one.unreadable, one.presence.present + one.presence.inf + one.unreadable)
        for one in (ref, cur)
    ]
    found = _share(
        context, "unreadable_share", ref.name, counts[0], counts[1], by=missing_design_effect(ref)
    )
    (_, _), (lost, there) = counts
    if not lost:
        return found
    examples = " and ".join(repr(text[:_LONGEST]) for text in cur.examples)
    written = "" if ref.spelling is None or ref.spelling.said is None else " as the reference's are"
    written = written if ref.width is None else f" of {ref.width:,} numbers"
    reason = f"{lost:,} of {there:,} values are no {_NOUNS[ref.kind]}{written}: {examples}"
    return dataclasses.replace(found, reason=reason)


_NOUNS = {
    ColumnKind.NUMERIC: "numbers",
    ColumnKind.DATETIME: "times",
    ColumnKind.EMBEDDING: "vectors",
}
_LONGEST = 40


def _checks_of_values(context: Context, ref: ColumnProfile, cur: ColumnProfile) -> list[Finding]:
    before, after = ref.distribution, cur.distribution
    found: list[Finding] = []
    if isinstance(before, Ecdf) and isinstance(after, Ecdf):
        if ref.presence.inf or cur.presence.inf:
            counts = [(p.inf, p.rows) for p in (ref.presence, cur.presence)]
            by = missing_design_effect(ref)
            found.append(_share(context, "infinite_share", ref.name, counts[0], counts[1], by=by))
        if before.n and after.n and ref.kind is ColumnKind.NUMERIC:
            found.append(_out_of_range(context, ref, cur, before, after))
            found.append(_constant(context, ref.name, before, after))
    if isinstance(before, Counts) and isinstance(after, Counts) and before.n and after.n:
        found.append(_unseen(context, ref, cur, before, after))
        found.append(_constant(context, ref.name, before, after))
    return found


def _share(
    context: Context,
    name: str,
    column: str | None,
    ref: tuple[int, int],
    cur: tuple[int, int],
    *,
    by: float = 1.0,
) -> Finding:
    """The increase of a share, production minus reference, in [-1, 1]; sides are (hits, rows).

    Rows that follow each other count as so many times fewer ones.
    """
    (k_ref, n), (k_cur, m) = ref, cur
    before, after = ((divided(hits, by), divided(rows, by)) for hits, rows in (ref, cur))
    found = _finding(
        context, name, column, k_cur / m - k_ref / n if n and m else None,
        evidence=Risen(ref=before, cur=after, rows=after[1], of_rows=m, design_effect=by),
        aspect="increase", reason=None if n and m else "there are no rows",
    )  # fmt: skip
    return dataclasses.replace(found, reference_value=k_ref / n if n else None)


def _out_of_range(
    context: Context, before: ColumnProfile, after: ColumnProfile, ref: Ecdf, cur: Ecdf
) -> Finding:
    """The share of production outside the smallest and largest value of the reference."""
    n, m, of = ref.n, cur.n, design_effects(before, after)
    values = cur.values
    is_outside = (values < ref.values[0]) | (values > ref.values[-1])
    outside = int(cur.mass[is_outside].sum())
    # Only a cell that reaches across a limit can be wrong.
    first_past = int(np.searchsorted(values, ref.values[-1], side="right"))
    straddling = int(cur.mass[first_past]) - 1 if first_past < len(values) else 0
    found = _finding(
        context,
        "out_of_range_share",
        before.name,
        outside / m,
        evidence=Outside(
            hits=divided(outside, of.cur),
            n=divided(n, of.ref),
            rows=divided(m, of.cur),
            of_rows=m,
            design_effect=of.cur,
        ),
        reason=f"the reference spans {ref.min:,g} to {ref.max:,g}" if outside else None,
    )
    error = 0.0 if cur.is_exact else min(straddling, cur.uncertain) / m
    return dataclasses.replace(found, error=error, reference_value=0.0)


def _unseen(
    context: Context, before: ColumnProfile, after: ColumnProfile, ref: Counts, cur: Counts
) -> Finding:
    """The share of production rows whose category the reference never had."""
    column, (of_ref, of_cur, _) = before.name, design_effects(before, after)
    if not ref.is_exact:
        kept = f"the reference has more than the {len(ref.labels):,} categories that were kept"
        reason = f"{kept}, so unseen ones cannot be told: use --exact, or a larger labels_kept"
        return _finding(context, "unseen_share", column, None, reason=reason)
    both = align(ref, cur)
    unseen = int(both.cur[both.ref == 0].sum())
    names = both.labels.filter(both.ref == 0).to_list()
    shown = ", ".join(names[:3]) + (f" and {len(names) - 3:,} more" if len(names) > 3 else "")
    found = _finding(
        context,
        "unseen_share",
        column,
        unseen / cur.n,
        evidence=Unseen(
            pooled=np.maximum(1, np.rint(both.ref / of_ref + both.cur / of_cur)).astype(np.int64),
            hits=divided(unseen, of_cur),
            n=divided(ref.n, of_ref),
            rows=divided(cur.n, of_cur),
            of_rows=cur.n,
            design_effect=of_cur,
        ),
        reason=f"not in the reference: {shown}" if names else None,
    )
    # A category that production did not keep may be one that the reference has.
    return dataclasses.replace(found, error=cur.other / cur.n, reference_value=0.0)


def _constant(context: Context, column: str, ref: Ecdf | Counts, cur: Ecdf | Counts) -> Finding:
    """Whether production holds one single value where the reference had several.

    Few rows may be alike by chance, and a single row always is: it counts only when that is
    improbable.
    """
    was = len(ref.mass) == 1 and ref.is_exact
    now = len(cur.mass) == 1 and cur.is_exact
    if was or not now:
        return _finding(context, "constant", column, 0.0)
    n, m = ref.n, cur.n
    if all_of_one_value(pooled_with_constant(ref, cur), n, m) > _CHANCE:
        reason = f"production holds a single value, as {m:,} rows may by chance"
        return _finding(context, "constant", column, 0.0, reason=reason)
    return _finding(context, "constant", column, 1.0, reason="production holds a single value")


def _asked(context: Context, column: str | None, name: str) -> Thresholds | None:
    """The levels that the configuration sets for a check of a column."""
    return context.config.levels(column, name, _settings(context).thresholds)


def _settings(context: Context) -> DataQuality:
    return context.settings(DataQuality)


def _finding(
    context: Context,
    name: str,
    column: str | None,
    value: float | None,
    *,
    evidence: Evidence = _FACT,
    aspect: Aspect = "value",
    reason: str | None = None,
) -> Finding:
    settings, quantity = _settings(context), CHECKS[name]
    asked = _asked(context, column, name)
    return Finding(
        quantity,
        value,
        interval=evidence.interval if isinstance(evidence, Risen | New) else None,
        evidence=evidence,
        aspect=aspect,
        window=context.window,
        column=column,
        bound=quantity.bound("max") if asked is None else asked.bound(),
        gating=settings.gate == "any",
        reason=reason,
    )
