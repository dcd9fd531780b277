"""Why the model got worse: other inputs, another meaning of the same ones, or new ones."""

from __future__ import annotations

import dataclasses

from mmon.analyses import Context, Run
from mmon.analyses.concept_drift import ConceptDrift
from mmon.analyses.concept_drift.estimated import Estimated
from mmon.analyses.concept_drift.labelled import LabelledRows, labelled_rows, modelled
from mmon.analyses.concept_drift.reasons import CHANGE_TOTAL, PARTS
from mmon.models.shared_inputs import FEWEST, REFITS, Split, Term, split_change, total_change
from mmon.results.quantity import Bound, Quantity
from mmon.verdict.finding import Finding


def findings(run: Run) -> list[Finding]:
    """The change and its parts, of the newest window and the worst one.

    The reason why not, once, where models cannot be fitted.
    """
    first = run.windows[-1]
    if first.config.columns.lacks is not None:
        return []
    if first.lacks_models is not None:
        return [_without(first, CHANGE_TOTAL, first.lacks_models)]
    return [one for context in modelled(run) for one in _of_window(context)]


def _of_window(context: Context) -> list[Finding]:
    reason, rows = context.lacks_rows, labelled_rows(context)
    if reason is None and rows is None:
        return []
    if rows is not None:
        reason = rows.too_few(FEWEST)
    if rows is None or reason is not None:
        return [_without(context, CHANGE_TOTAL, reason or "")]
    losses = rows.ref_loss, rows.cur_loss
    total = total_change(losses)
    if total.interval[0] <= 0.0 <= total.interval[1]:
        reason = f"{rows.told()}: chance may change it as much, so there is nothing to explain"
        return [_finding(context, rows, CHANGE_TOTAL, total, reason)]
    split = split_change(rows.rows, losses)
    return _told(context, rows, split)


def _told(context: Context, rows: LabelledRows, split: Split) -> list[Finding]:
    shared = f"the sides share {split.shared:.0%} of their inputs"
    total = _finding(context, rows, CHANGE_TOTAL, split.total, rows.told())
    if split.parts is None:
        reason = f"no overlap: {shared}, too little to compare them"
        return [total, *(_without(context, one, reason) for one in PARTS)]
    effective = " and ".join(f"{one:,.0f}" for one in split.effective)
    reason = f"{shared} (as {effective} rows of each tell); intervals by {REFITS} refits"
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
