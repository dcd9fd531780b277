"""Model performance: are the predictions still as good as on the reference, and where not?"""

from __future__ import annotations

import functools
import inspect
import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from mmon.analyses.model_performance.beside import DIRECT as DIRECT
from mmon.analyses.model_performance.beside import estimate_error
from mmon.analyses.model_performance.beside import estimated as estimated
from mmon.analyses.model_performance.beside import reweighted as reweighted
from mmon.analyses.model_performance.sections import Costs, Estimates, PerformanceLevels
from mmon.config.fields import Flag, Integer, Names, Number, OpenShare, PositiveInt, Section
from mmon.config.levels import Losses, Thresholds
from mmon.results.quantity import Bound, Quantity, ResultKind, Unit, by_name

if TYPE_CHECKING:
    from mmon.analyses import Context, Findings
    from mmon.analyses.model_performance.tracked_loss import TrackedLoss
    from mmon.config.sections import Config
    from mmon.performance import Variant
    from mmon.verdict.finding import Finding

APPLICATION = "model-performance"
_KIND = ResultKind.MODEL_PERFORMANCE


class ModelPerformance(Section):
    """How good the predictions are, overall, per feature and per segment; needs a target."""

    metrics: Literal["all"] | Names = "all"
    """The metrics to compute: ``all`` of the task's, or only those named (`mmon metrics`)."""
    max_drop: Losses | None = Field(default=None, examples=[{"potential": 0.02, "detected": 0.05}])
    """How much worse than the reference the deciding metrics may be. Null: 0.02 and 0.05 for
    roc_auc and its like, a tenth and a fifth of the reference's value for losses. Deciding are the
    metrics named above; with ``all``, roc_auc (accuracy without scores, mae for a regression)."""
    thresholds: dict[str, PerformanceLevels] = Field(
        default={},
        examples=[
            {
                "recall": {"min": {"potential": 0.8, "detected": 0.7}},
                "brier_score": {"max": {"detected": 0.2}},
                "f1": {"max_drop": {"detected": 0.1}},
            }
        ],
    )
    """Levels by metric, on the value itself (min, max) or on how much worse than the reference it
    is (max_drop); a metric with levels takes part in the verdict."""
    options: dict[str, dict[str, Any]] = Field(
        default={}, examples=[{"pinball_loss": {"quantile": 0.9}}]
    )
    """Options by metric (`mmon explain NAME` lists them); they win over the keys below."""
    positive: str | Flag | Integer | None = Field(default=None, examples=["yes"])
    """The positive class of a binary task; 1 or true where it is not given."""
    decision_threshold: Number | None = Field(default=None, examples=[0.5])
    """From this score on a row counts as positive, where there is no prediction column. Null: 0.5
    of probabilities; of scores that are none, nothing is said of answers."""
    costs: Costs | None = None
    """For ``business_value``: what a row of each outcome is worth, in any unit."""
    top_k: tuple[PositiveInt, ...] = (2, 3)
    """For ``top_k_accuracy``: how many of the best-scored classes count as a hit."""
    quantile: OpenShare = 0.5
    """For ``pinball_loss``: the quantile that the model predicts."""
    bins: Annotated[Integer, Field(ge=2, le=30)] = 10
    """Into how many bins of equal mass a numeric feature is cut. Of the other features at least so
    many categories are told apart, and all that hold 1% of the reference, up to a hundred."""
    worse_segments: Losses = Field(
        default=Thresholds(potential=0.05), examples=[{"detected": 0.15}]
    )
    """How much more than all other rows a segment must have got worse to be named: in points of the
    error rate, or as a share of the reference's mean absolute error."""
    estimates: Estimates | None = Estimates()
    """What performance is to be expected where there are no labels yet; null leaves it out."""
    gate: Literal["any", "none"] = "any"
    """What makes a breach: any deciding metric, or nothing (only tell)."""

    def options_of(self, name: str) -> dict[str, Any]:
        """The options of a metric: those that have keys of their own, and those named for it."""
        own: dict[str, dict[str, Any]] = {
            "business_value": {} if self.costs is None else self.costs.model_dump(),
            "top_k_accuracy": {"k": self.top_k},
            "pinball_loss": {"quantile": self.quantile},
        }
        return {**own.get(name, {}), **self.options.get(name, {})}

    def levels(self, name: str) -> PerformanceLevels:
        """The levels that are set for a result."""
        return self.thresholds.get(name, PerformanceLevels())


Settings = ModelPerformance

_check = functools.partial(
    Quantity, APPLICATION, _KIND, unit=Unit.COUNT, worse="higher", is_check=True, is_evidence=False
)
_of_run = functools.partial(_check, about="run")

LABELS = by_name(
    (
        _check(
            "label_coverage",
            "share of production rows whose outcome is known",
            unit=Unit.SHARE,
            worse="lower",
        ),
        _of_run("labels_without_prediction", "labels whose id no production row has"),
        _of_run("conflicting_labels", "ids with labels that contradict each other"),
        _of_run("repeated_labels", "ids that occur more than once with one label"),
        _of_run("repeated_predictions", "ids with more than one prediction"),
    )
)
"""What joining delayed labels counts; it takes ``min`` and ``max``, and has no levels of its own.
All but the coverage is counted once for all windows."""

FAULTS = by_name(
    (
        _check("score_outside", "rows with a score outside [0, 1], left out of metrics of scores"),
        _check("unreadable_score", "rows whose score is no number, left out of metrics of scores"),
        _check("unknown_prediction", "rows with a prediction that is no class, left out"),
        _check("unknown_target", "rows with a target that is no class, taken as unlabelled"),
    )
)
"""Outcomes that are there and cannot be used."""

_fact = functools.partial(_check, unit=Unit.YES_NO)
ROLES = ("target", "prediction", "score", "lower", "upper")
"""Keys of the configuration's columns; they are the words for them, too."""
FACTS = by_name(
    (
        _fact("single_target", "whether all labelled rows have the same target"),
        _fact("constant_prediction", "whether the model gives every labelled row the same answer"),
        *(
            _fact(f"missing_{role}", f"whether production lacks the {role} that the reference has")
            for role in ROLES
        ),
    )
)

UNMEASURED = _of_run("unmeasured", "whether performance lacks a column", unit=Unit.YES_NO)

WORSE_SEGMENT = Quantity(
    APPLICATION,
    _KIND,
    "worse_segment",
    "how much more than all other rows a segment got worse",
    about="segment",
    unit=Unit.SHARE,
    worse="higher",
    is_check=True,
    is_evidence=False,
    bounds=(Bound("max", potential=0.05),),
    page="""How much more the model got worse in a segment than in all other rows.

Segments are bins of one feature, and in the twelve newest windows pairs of them. The value is in
points of the error rate, or a share of the reference's mean absolute error. Its p-value is
corrected for the number of segments that were tested; of pairs, those rows decide that did not
discover the segment.

The part of the rise that a report gives is that excess: by so much the whole would have risen less
had the segment done as all other rows did. What a bin of a feature contributes is another number:
it also holds the bin's part of what rose everywhere.""",
)
SEGMENTS_TESTED = _check("segments_tested", "segments that were looked at for having got worse")
PAIRED_FEATURES = _check(
    "segments_paired_features",
    "features of which pairs were tried, where there are very many: those that changed most",
)
SAMPLE_ROWS = tuple(
    _check(f"segments_{side}_sample_rows", f"rows of {whose} in which pairs of features were tried")
    for side, whose in (("reference", "the reference"), ("production", "production"))
)
WITHOUT_ID = (
    _of_run("labels_without_id", "labels that no prediction can be found for: they have no id"),
    _of_run("predictions_without_id", "production rows that no label can be found for"),
)

ERROR_RATE = Quantity(
    APPLICATION,
    _KIND,
    "error_rate",
    "share of labelled rows with a wrong answer, told by the bins of a feature",
    unit=Unit.SHARE,
    worse="higher",
)

DROP = Bound("max_drop", potential=0.02, detected=0.05)
"""Of a metric that is best at 1, in its unit: 0.05 of roc_auc is what a good feature is worth."""
RELATIVE_DROP = Bound("max_drop", potential=0.1, detected=0.2)
"""Of a loss, as a share of the reference's value."""


_REFERENCE = """

Reference
---------
Rows that the model was not trained on. On those of its training it looks better than it is, so that
production looks worse although nothing changed."""


@functools.cache
def quantity(name: str, variant: Variant) -> Quantity:
    """One of a performance metric's values."""
    from mmon import performance

    metric = performance.metric_class(name)
    page = inspect.getdoc(metric) or ""
    of = "" if variant.label is None else f" of {variant.label}"
    return Quantity(
        APPLICATION,
        _KIND,
        variant.of(name),
        page.split("\n", maxsplit=1)[0].rstrip("."),
        title=performance.Variant(variant.average, None, variant.k).of(name) + of,
        worse={"higher": "lower", "lower": "higher", "zero": None}[metric.better],
        bounds=(RELATIVE_DROP if metric.is_relative() else DROP,),
        role="target",
        metric=name,
        label=variant.label,
        is_main=variant.label is None and variant.average not in {"micro", "weighted"},
        page=page + _REFERENCE,
    )


def quantities() -> Iterator[Quantity]:
    """Every metric, what is checked of labels and answers, and what is told of segments."""
    from mmon import performance
    from mmon.analyses.model_performance.lasting_loss import LASTING_LOSS
    from mmon.analyses.model_performance.parts_of_change import MEANS, contribution

    plain = {name: quantity(name, performance.PLAIN) for name in performance.names()}
    yield from plain.values()
    kinds = ((own, performance.metric_class(name)) for name, own in plain.items())
    for own, kind in kinds:
        if own.name in DIRECT or performance.is_estimable(kind):
            yield from (estimated(own), estimate_error(own), reweighted(own))
    yield from itertools.chain(LABELS.values(), FAULTS.values(), FACTS.values(), WITHOUT_ID)
    yield from (LASTING_LOSS, UNMEASURED, WORSE_SEGMENT, SEGMENTS_TESTED, PAIRED_FEATURES)
    yield from (*SAMPLE_ROWS, ERROR_RATE)
    yield from (contribution(name, part) for name in MEANS for part in ("mix", "rate"))


def reads_rows(config: Config) -> bool:
    """Whether segments are searched by pairs of features: where performance is measured."""
    return config.columns.lacks is None


def analyse(context: Context) -> Findings:
    """Every metric of the task on both sides, the judged drops, and where they come from."""
    from mmon.analyses import Findings

    if context.production.performance is None:
        return Findings(_unmeasured(context))
    # Forty metrics: only who measures performance waits for them.
    from mmon.analyses.model_performance.metrics import assess

    return assess(context, context.production.performance)


def advance(context: Context, state: TrackedLoss | None) -> tuple[Findings, TrackedLoss]:
    """What adds up over windows: a small rise of the loss that lasts."""
    from mmon.analyses.model_performance import tracked_loss

    return tracked_loss.track(context, state)


def state_type() -> type:
    """What is known of the losses after some windows."""
    from mmon.analyses.model_performance.tracked_loss import TrackedLoss

    return TrackedLoss


def _unmeasured(context: Context) -> list[Finding]:
    """That a target alone, or answers alone, measure no performance: told once a run."""
    from mmon.verdict.finding import Finding

    roles = context.config.columns
    is_named = any(getattr(roles, role) for role in (*ROLES, "scores"))
    if roles.lacks is None or not is_named or context.window or context.segment is not None:
        return []
    reason = f"performance is not measured without columns.{roles.lacks}"
    return [Finding(UNMEASURED, 1.0, reason=reason)]
