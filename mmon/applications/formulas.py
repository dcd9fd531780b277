"""Numbers of your own: formulas in the configuration, computed on both sides and judged.

An entry of ``applications`` has a name and a formula: ``sql: "avg(refund > 0)"``, or the same with
Polars, ``polars: "(pl.col('refund') > 0).mean()"``. It is computed of the reference and of each
window and segment of production, wherever profiles are: from baselines, histories and references
that roll, too. ``where`` leaves only rows of which it is true, and is written as the formula is.

A formula is arithmetic of aggregates, which are of expressions on single rows: avg, sum, count,
min, max, stddev and variance, and in SQL with ``filter (where …)``. They add up over batches, so
that the number is exact. What does not, as median, count(distinct …) and window functions, is
refused. Nulls are left out as in SQL; a value that is NaN or infinite leaves the number undefined,
with a reason. Whole numbers are computed in 64 bits, whatever their columns have, and of which rows
even these do not suffice is told. Numbers such as 0.5 are floats. Two things differ from what
databases do: ``x::int`` cuts the fraction off (2.7 becomes 2), where SQL rounds; write
``round(x)`` for that. And what is divided by 0 is infinite, not missing: ``where`` leaves it out.

Limits
------
``thresholds`` sets ``min`` and ``max`` on the number, ``max_drop`` and ``max_rise`` on how far it
is from the reference's, in its own unit. Without any it is told, with the p-value of a change.

Significance
------------
A smooth function of means varies by chance as its tangent does (the delta method), and is tested by
Student's t; how often something is true is tested exactly, as a share of the rows. Rows count as
those of its column that count least (`mmon explain effective_rows`), and where windows of the
reference tell what windows do by themselves it must be beyond that (`mmon explain
reference_blocks`). Totals, counts, smallest and largest values have no test, and say so: of them
the value alone decides.

Cannot see
----------
How rows of one segment depend on each other, and jumps: ``case when avg(x) > 1 …`` has no test.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator

from mmon.analyses import Analysis, Context, Findings
from mmon.applications.number_change import NumberChange, NumberFact
from mmon.chance.effective_rows import Effects, design_effects, divided
from mmon.chance.proportions import Z, wilson
from mmon.config.applications import Application
from mmon.config.sections import Config
from mmon.errors import ConfigError
from mmon.outline.units import about
from mmon.performance import Estimate
from mmon.profiles.formulas.formula import Formula, formula_of
from mmon.profiles.formulas.value import Number, number_of
from mmon.profiles.formulas.written import Way
from mmon.profiles.table import Profile
from mmon.results.quantity import Quantity, Unit
from mmon.verdict.finding import Finding, expanded

# A mean of so few rows that are all alike says nothing about how much others differ.
_FEW_ROWS = 30
_NAME = "applications"


def configured(config: Config) -> list[Analysis]:
    """What a configuration has formulas for, as an analysis; empty where it has none."""
    if not any(map(_text, config.applications)):
        return []
    return [Analysis(_NAME, _NAME, tuple, analyse, None, None)]


def formulas(config: Config) -> tuple[Formula, ...]:
    """All formulas of a configuration, each once."""
    found = (formula(one) for one in config.applications if _text(one) is not None)
    return tuple({one.key: one for one in found}.values())


def formula(application: Application) -> Formula:
    """The formula of an application that has one.

    `ConfigError` where it cannot be taken apart.
    """
    told = _text(application)
    if told is None:
        raise TypeError("only what is written as a formula has one")
    return _formula(*told, application.where)


def _text(application: Application) -> tuple[str, Way] | None:
    """How an application is written, and in which language; None where it is no formula."""
    if application.sql is not None:
        return application.sql, "sql"
    return None if application.polars is None else (application.polars, "polars")


@functools.lru_cache(maxsize=512)
def _formula(text: str, way: Way, where: str | None) -> Formula:
    return formula_of(text, where, way)


def check_reference(config: Config, reference: Profile) -> None:
    """See that every formula could be computed of the reference.

    `ConfigError` where one could not: of other columns, or of values that it is not for.
    """
    for one in config.applications:
        tally = None if _text(one) is None else reference.formulas.get(formula(one).key)
        if tally is not None and tally.trouble is not None:
            raise ConfigError(
                f"applications: {one.name!r} cannot be computed of the reference: {tally.trouble}",
                hint="correct its expression, or its where",
            )


def analyse(context: Context) -> Findings:
    """The number of each formula, and how far it moved where that is asked for."""
    return Findings(
        [
            finding
            for one in context.config.applications
            if _text(one) is not None
            for finding in _findings(context, one)
        ]
    )


def _findings(context: Context, one: Application) -> Iterator[Finding]:
    own, bounds = formula(one), one.thresholds.bounds()
    ref_tally = context.reference.formulas.get(own.key)
    before = number_of(own, ref_tally)
    if ref_tally is None:
        hint = "make the baseline, or the windows, again with this application"
        before = Number(None, reason=f"the reference was summarised without it: {hint}")
    after = number_of(own, context.production.formulas.get(own.key))
    effects = _effects(context, own)
    ref, cur = estimated(before, effects.ref), estimated(after, effects.cur)
    # Without levels it is only told, and whether it changed at all.
    evidence: NumberFact = NumberFact(ref=ref, cur=cur, rows=after.rows)
    if cur.variance is not None or cur.trials is not None:
        evidence = NumberChange(ref=ref, cur=cur, rows=after.rows, tells_change=not bounds)
    finding = Finding(
        _quantity(one, own, is_share=after.hits is not None or before.hits is not None),
        cur.value,
        interval=cur.interval,
        reference_value=ref.value,
        reference_interval=ref.interval,
        evidence=evidence,
        window=context.window,
        gating=bool(bounds),
        reason=_reason(after, cur, effects),
    )
    yield from expanded(finding, bounds) if bounds else (finding,)


def _quantity(one: Application, own: Formula, *, is_share: bool) -> Quantity:
    """What the number is: its text says how it is made, and its levels which side is worse."""
    limits = {bound.limit for bound in one.thresholds.bounds()}
    text, _ = _text(one) or ("", "")
    lower, higher = limits & {"min", "max_drop"}, limits & {"max", "max_rise"}
    return Quantity(
        one.name,
        one.kind,
        one.name,
        f"{text}, of rows with {one.where}" if one.where else text,
        unit=one.unit or (Unit.SHARE if is_share and own.is_mean else Unit.OWN),
        worse="lower" if lower and not higher else "higher" if higher and not lower else None,
    )


def _effects(context: Context, own: Formula) -> Effects:
    """By what rows count as fewer: as those of the column of the formula that count least."""
    found = Effects(1.0, 1.0)
    for name in own.columns:
        before, after = context.reference.column(name), context.production.column(name)
        if before is None or after is None:
            continue
        one = design_effects(before, after)
        why = one.why if max(one.ref, one.cur) > max(found.ref, found.cur) else found.why
        found = Effects(max(found.ref, one.ref), max(found.cur, one.cur), why)
    return found


def estimated(number: Number, effect: float) -> Estimate:
    """A number of as many independent rows as its own are worth."""
    value, rows = number.value, divided(number.rows, effect)
    if value is None or number.variance is None:
        return Estimate(value, rows=rows, reason=number.reason)
    if number.hits is not None:
        hits = min(rows, round(number.hits * rows / max(number.rows, 1)))
        return Estimate(value, wilson(value * rows, rows), rows=rows, trials=(hits, rows))
    variance = number.variance * effect
    if variance == 0.0 and rows < _FEW_ROWS:
        why = f"{rows:,} rows do not tell how much it varies"
        return Estimate(value, rows=rows, reason=why)
    half = Z * math.sqrt(variance)
    return Estimate(value, (value - half, value + half), variance, rows)


def _reason(after: Number, cur: Estimate, effects: Effects) -> str | None:
    if after.reason is not None or cur.reason is not None:
        return after.reason or cur.reason
    if cur.rows >= after.rows or not effects.why:
        return None
    return f"{effects.why}: {after.rows:,} count as about {about(cur.rows)}"
