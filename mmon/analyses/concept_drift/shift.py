"""What the change of the relation of inputs and outcome costs, and where it changed."""

from __future__ import annotations

import dataclasses

import numpy as np

from mmon.analyses import Context
from mmon.analyses.concept_drift import ConceptDrift, label_selection
from mmon.analyses.concept_drift.estimated import Estimated
from mmon.analyses.concept_drift.labelled import LabelledRows
from mmon.analyses.concept_drift.shift_quantities import CHANGED_WHERE, CONCEPT_SHIFT, COSTS
from mmon.analyses.model_performance import RELATIVE_DROP, ModelPerformance
from mmon.chance.levels import beyond
from mmon.chance.proportions import Z
from mmon.models.concept_shift import FEWEST, Fitted, concept_shift, fit
from mmon.models.losses import Loss
from mmon.models.repeats import without_repeats
from mmon.models.where_shifted import Place, where_shifted
from mmon.profiles.outcomes.regression import RegressionTables
from mmon.results.quantity import Bound, Quantity
from mmon.verdict.evidence import Settled
from mmon.verdict.finding import Finding

_MOST_PLACES = 3
# What two classes are called where the column's name says what the positive one is.
_PLAIN = ("1", "true", "True", "yes", "Yes", "Y", "y")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Cost(Estimated):
    """A cost, which is no less than 0, so that an estimate below tells nothing."""

    def p_value(self) -> float:
        """Of "it is 0", one-sided."""
        return beyond(self.value, self.deviation)


def findings(context: Context, rows: LabelledRows | None) -> list[Finding]:
    """The cost in one window and the places where the relation changed; or why not."""
    reason = context.lacks_models or context.lacks_rows
    if reason is None and rows is None:
        has_features = context.reference.features is not None
        labelled = "one side has no rows with a label that can be used"
        reason = labelled if has_features else "no feature is in both sides' rows"
    if rows is not None:
        reason = rows.too_few(FEWEST) or _one_class(rows) or rows.shared.lacks
    if rows is None or reason is not None:
        return [
            Finding(_quantity(_loss(context, rows)), None, window=context.window, reason=reason)
        ]
    seen, targets, shared = without_repeats(rows.rows, rows.targets, rows.shared, least=FEWEST)
    fitted = fit(seen, targets, shared, _loss(context, rows))
    cost, doubt = _cost(context, rows, fitted), label_selection.doubt(context)
    if doubt is not None:
        return [dataclasses.replace(cost, doubt=doubt)]
    if rows.may_be_chance and not (cost.interval and cost.interval[0] > 0.0):
        return [cost]
    places = where_shifted(fitted, seen, alpha=context.config.alpha)[:_MOST_PLACES]
    return [cost, *(_place(context, rows, one) for one in places)]


def _one_class(rows: LabelledRows) -> str | None:
    """Why there is no relation to learn."""
    both = np.concatenate([rows.targets.ref, rows.targets.cur])
    if (both == both[0]).all():
        return "all labelled rows have the same outcome"
    return None


def _loss(context: Context, rows: LabelledRows | None) -> Loss:
    """The first metric that decides and is a mean over rows; else what other parts are told in."""
    asked = context.settings(ModelPerformance).metrics
    is_number = isinstance(context.reference.performance, RegressionTables)
    usual = Loss.ABSOLUTE if is_number else Loss.WRONG
    means = {} if rows is None else rows.ref_means
    known = [usual, *(one for one in Loss if means.get(one, 0.0) > 0.0)]
    named = (one for name in ([] if asked == "all" else asked) for one in known if one == name)
    return next(named, usual)


def _quantity(loss: Loss) -> Quantity:
    """The cost as a sentence tells it: in points of accuracy, or as a share of the loss."""
    if loss is Loss.WRONG:
        return CONCEPT_SHIFT
    return dataclasses.replace(CONCEPT_SHIFT, sentence=COSTS.format(f"its {loss}"))


def _cost(context: Context, rows: LabelledRows, fitted: Fitted) -> Finding:
    shift, loss = concept_shift(fitted), fitted.loss
    # Losses are told as drops of their metrics are: in shares of the reference's.
    unit = 1.0 if loss is Loss.WRONG else rows.ref_means[loss]
    value, deviation = shift.value / unit, shift.deviation / unit
    reason = f"{loss.words}, by learners of {shift.n:,} and {shift.m:,} labelled rows"
    is_relative = loss is not Loss.WRONG
    bound = _bound(context, is_relative=is_relative)
    return Finding(
        _quantity(loss),
        max(value, 0.0),
        interval=(max(value - Z * deviation, 0.0), max(value + Z * deviation, 0.0)),
        evidence=Cost(value=value, deviation=deviation, rows=shift.m),
        aspect="increase",
        relative=is_relative,
        window=context.window,
        bound=bound,
        gating=not bound.is_empty and context.settings(ConceptDrift).gate == "any",
        reason=reason,
    )


def _bound(context: Context, *, is_relative: bool) -> Bound:
    """Its levels; where it has none of its own, those of a drop, which are in the same unit."""
    settings, performance = context.settings(ConceptDrift), context.settings(ModelPerformance)
    asked = context.config.levels(None, CONCEPT_SHIFT.name, settings.thresholds)
    asked = performance.max_drop if asked is None else asked
    if asked is not None:
        return asked.bound()
    own = Bound("max", RELATIVE_DROP.potential, RELATIVE_DROP.detected)
    return own if is_relative else CONCEPT_SHIFT.bound("max")


def _place(context: Context, rows: LabelledRows, place: Place) -> Finding:
    change, half = place.after - place.before, Z * place.deviation
    p_value = place.p_value
    digits = _digits(place, is_number=rows.is_number)
    told = f"{_what(context, rows, place.code)} {place.before:{digits}} → {place.after:{digits}}"
    return Finding(
        CHANGED_WHERE,
        change,
        reference_value=place.before,
        interval=(change - half, change + half),
        evidence=Settled(p=p_value, q=p_value, rows=place.rows),
        aspect="increase",
        window=context.window,
        segment=place.rule,
        reason=f"{told}, {place.share:.0%} of the inputs that both sides have",
    )


def _what(context: Context, rows: LabelledRows, code: int) -> str:
    target = context.config.columns.target
    if rows.is_number:
        return f"mean {target}"
    name = rows.classes[code]
    return f"{target} rate" if name in _PLAIN else f"share of {target} = {name}"


def _digits(place: Place, *, is_number: bool) -> str:
    """How precisely both are written: two digits of what they differ by."""
    if not is_number:
        return ".2f" if abs(place.after - place.before) >= 0.01 else ".2g"
    return f",.{max(0, _places(abs(place.after - place.before)))}f"


def _places(size: float) -> int:
    return 1 - int(np.floor(np.log10(size))) if 0.0 < size < np.inf else 0
