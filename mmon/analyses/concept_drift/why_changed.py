"""Why the model got worse: other inputs, another meaning of the same ones, or new ones."""

from __future__ import annotations

import dataclasses

from mmon.analyses import Context
from mmon.analyses.concept_drift import ConceptDrift, label_selection
from mmon.analyses.concept_drift.estimated import Estimated
from mmon.analyses.concept_drift.labelled import LabelledRows
from mmon.analyses.concept_drift.reasons import CHANGE_TOTAL, PARTS
from mmon.models.shared_inputs import FEWEST, REFITS, Split, Term, split_change
from mmon.results.quantity import Bound, Quantity
from mmon.verdict.finding import Finding


def findings(context: Context, rows: LabelledRows | None) -> list[Finding]:
    """The change and its parts in one window; the reason why not, once."""
    if context.lacks_models is not None:
        return [_without(context, CHANGE_TOTAL, context.lacks_models)]
    reason = context.lacks_rows
    if reason is None and rows is None:
        return []
    if rows is not None:
        reason = rows.too_few(FEWEST)
    if rows is None or reason is not None:
        return [_without(context, CHANGE_TOTAL, reason or "")]
    doubt = label_selection.doubt(context)
    if doubt is not None:
        return _in_doubt(context, doubt)
    if rows.may_be_chance:
        reason = f"{rows.told()}: chance may change it as much, so there is nothing to explain"
        return [_finding(context, rows, CHANGE_TOTAL, rows.change, reason)]
    losses = rows.ref_loss, rows.cur_loss
    return _told(context, rows, split_change(rows.rows, losses, rows.shared))


def _in_doubt(context: Context, doubt: str) -> list[Finding]:
    """No change and no parts of it; those that decide are not left out."""
    total, *parts = (_without(context, one, doubt) for one in (CHANGE_TOTAL, *PARTS))
    return [total, *(one for one in parts if one.gating)]


def _told(context: Context, rows: LabelledRows, split: Split) -> list[Finding]:
    total, shared = _finding(context, rows, CHANGE_TOTAL, split.total, rows.told()), rows.shared
    if split.parts is None:
        return [total, *(_without(context, one, shared.lacks or "") for one in PARTS)]
    effective = " and ".join(f"{one:,.0f}" for one in shared.effective)
    reason = (
        f"the sides share {shared.share:.0%} of their inputs (as {effective} rows of each tell)"
    )
    reason += f"; intervals by {REFITS} refits"
    terms = zip(PARTS, split.parts, strict=True)
    return [total, *(_finding(context, rows, what, one, reason) for what, one in terms)]


def _finding(
    context: Context, rows: LabelledRows, quantity: Quantity, term: Term, reason: str
) -> Finding:
    unit = rows.unit
    value, deviation = term.value / unit, term.deviation / unit
    evidence = Estimated(value=value, deviation=deviation, rows=len(rows.cur_loss))
    low, high = (end / unit for end in term.interval)
    return dataclasses.replace(
        _without(context, quantity, reason),
        value=value,
        relative=rows.is_number,
        interval=(low, high),
        evidence=evidence,
    )


def _without(context: Context, quantity: Quantity, reason: str) -> Finding:
    """A finding without a value, with the levels that were set for it."""
    settings = context.settings(ConceptDrift)
    asked = context.config.levels(None, quantity.name, settings.thresholds)
    bound = Bound("max") if asked is None else asked.bound()
    return Finding(
        quantity,
        None,
        aspect="increase",
        window=context.window,
        bound=bound,
        gating=not bound.is_empty and settings.gate == "any",
        reason=reason,
    )
