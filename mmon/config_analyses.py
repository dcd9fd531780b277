"""The analyses' part of the configuration: what is looked at, and what decides."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from mmon.config_fields import (
    Duration,
    Flag,
    Integer,
    Names,
    Number,
    OpenShare,
    PositiveInt,
    Section,
    Share,
    Weight,
)

# The results of the data_quality analysis that take thresholds.
DATA_QUALITY_CHECKS = (
    "missing_share",
    "unseen_share",
    "out_of_range_share",
    "unreadable_share",
    "infinite_share",
    "constant",
    "type_change",
    "missing_column",
    "new_column",
    "duplicate_share",
)

# What joining delayed labels counts; it takes ``min`` and ``max``.
LABEL_RESULTS = (
    "label_coverage",
    "labels_without_prediction",
    "conflicting_labels",
    "repeated_labels",
    "repeated_predictions",
)

# The results of the system_performance analysis that take levels.
SYSTEM_METRICS = (
    "invocations",
    "predictions_per_second",
    "avg_latency",
    "latency_p50",
    "latency_p95",
    "latency_p99",
    "error_count",
    "error_rate",
    "error_rate_increase",
    "freshness",
    "completeness",
    "gaps",
    "longest_gap",
    "late_rows",
    "duplicate_ids",
)


# The column that each of them needs.
SYSTEM_ROLES = {
    **dict.fromkeys(("avg_latency", "latency_p50", "latency_p95", "latency_p99"), "latency"),
    **dict.fromkeys(("error_count", "error_rate", "error_rate_increase"), "error"),
    "duplicate_ids": "id",
}


class Thresholds(Section):
    """Two levels of one result: where it may matter, and where it does.

    A level that is not set is never reached; with neither, the result is told but not judged.
    """

    potential: Number | None = None
    """From here on the change may matter."""
    detected: Number | None = None
    """From here on the change matters."""

    @model_validator(mode="after")
    def _ordered(self) -> Thresholds:
        if None not in (self.potential, self.detected) and self.potential > self.detected:  # type: ignore[operator]  # neither is None here
            raise ValueError(f"potential ({self.potential}) is above detected ({self.detected})")
        return self

    @property
    def is_empty(self) -> bool:
        """Whether there is no level at all."""
        return self.potential is None and self.detected is None


def _not_negative(levels: Thresholds) -> Thresholds:
    lowest = min((one for one in (levels.potential, levels.detected) if one is not None), default=0)
    if lowest < 0:
        raise ValueError(f"a level below 0 ({lowest:g}) would be a gain, not a loss")
    return levels


Losses = Annotated[Thresholds, AfterValidator(_not_negative)]
"""Levels of a change for the worse: a change for the better never reaches them."""


class Floors(Section):
    """Two levels from which values *below* matter: the worse one is the smaller."""

    potential: Number | None = None
    """Below this the value may matter."""
    detected: Number | None = None
    """Below this the value matters."""

    @model_validator(mode="after")
    def _ordered(self) -> Floors:
        if None not in (self.potential, self.detected) and self.potential < self.detected:  # type: ignore[operator]  # neither is None here
            raise ValueError(
                f"potential ({self.potential}) is below detected ({self.detected}): of a minimum "
                "the milder level is the higher one"
            )
        return self

    @property
    def is_empty(self) -> bool:
        """Whether there is no level at all."""
        return self.potential is None and self.detected is None


class DataDrift(Section):
    """Which drift metrics are computed, and which of them decide."""

    metrics: Literal["all"] | Names = "all"
    """The metrics to compute: ``all`` of them, or the ones named here (``mmon metrics``)."""
    thresholds: dict[str, Thresholds] = {}
    """Levels by metric. A metric with thresholds takes part in the verdict, on every column it is
    defined for but dates. Without thresholds of their own, ks does for numbers and total_variation
    for categories, at 0.1 and 0.2; ``{}`` takes one out."""
    p_values: Literal["deciding", "all"] = "deciding"
    """Whose p-values are computed: of the metrics that take part in the verdict, or of ``all``."""
    options: dict[str, dict[str, Any]] = {}
    """Options by metric (``mmon explain NAME`` lists them)."""
    gate: Literal["any", "share", "none"] = "any"
    """What makes a breach: any drifted column, a ``share`` of them, or nothing (only tell)."""
    share: Share = 0.3
    """With ``gate: share``: the share of drifted columns that makes a breach."""
    importance: dict[str, Weight] = {}
    """Weights of columns in the share of drifted columns, for instance feature importances; a
    column that is not named weighs 0."""


class DataQuality(Section):
    """Which data-quality checks are made, and which of them decide."""

    thresholds: dict[str, Thresholds] = {}
    """Levels by check, in the place of its own; ``{}`` takes the check out of the verdict."""
    duplicates: Flag = False
    """Look for repeated rows too; this costs memory for a hash of every row."""
    gate: Literal["any", "none"] = "any"
    """What makes a breach: any check that fails, or nothing (only tell)."""


class PerformanceLevels(Section):
    """Levels of one performance metric; ``max_drop`` compares with the reference."""

    min: Floors = Floors()
    """Levels that the value itself must not fall below."""
    max: Thresholds = Thresholds()
    """Levels that the value itself must not exceed."""
    max_drop: Losses | None = None
    """How much worse than the reference it may be: in the metric's own unit where it is bounded
    (roc_auc, f1), as a share of the reference's value where it is not (mae, log_loss). Null takes
    the section's ``max_drop`` where the metric takes part in the verdict."""


class Costs(Section):
    """What each outcome of a binary decision is worth; losses are negative."""

    true_positive: Number = 0.0
    """A positive case that was found."""
    false_positive: Number = 0.0
    """A negative case that was taken for a positive one."""
    false_negative: Number = 0.0
    """A positive case that was missed."""
    true_negative: Number = 0.0
    """A negative case that was left alone."""


class ModelPerformance(Section):
    """How good the predictions are, overall, per feature and per segment; needs a target."""

    metrics: Literal["all"] | Names = "all"
    """The metrics to compute: ``all`` of the task's, or the ones named here (``mmon metrics``)."""
    max_drop: Losses | None = None
    """How much worse than the reference the deciding metrics may be. Null: 0.02 and 0.05 for
    metrics that are bounded, a tenth and a fifth of the reference's value for the others. Deciding
    are the metrics named above; with ``all``, roc_auc (accuracy without scores, mae for a
    regression)."""
    thresholds: dict[str, PerformanceLevels] = {}
    """Levels by metric; a metric with levels takes part in the verdict."""
    positive: str | Flag | Integer | None = None
    """The positive class of a binary task; 1 or true where it is not given."""
    decision_threshold: Share = 0.5
    """From this score on a row counts as positive, where there is no prediction column."""
    costs: Costs | None = None
    """For ``business_value``: what a row of each outcome is worth, in any unit."""
    top_k: tuple[PositiveInt, ...] = (2, 3)
    """For ``top_k_accuracy``: how many of the best-scored classes count as a hit."""
    quantile: OpenShare = 0.5
    """For ``pinball_loss``: the quantile that the model predicts."""
    bins: Annotated[Integer, Field(ge=2, le=30)] = 10
    """Into how many bins of equal mass a numeric feature is cut, and how many categories of the
    others are told apart."""
    worse_segments: Losses = Thresholds(potential=0.05)
    """How much more than all other rows a segment must have got worse to be named: in points of the
    error rate, or as a share of the reference's mean absolute error."""
    gate: Literal["any", "none"] = "any"
    """What makes a breach: any deciding metric, or nothing (only tell)."""


class SystemLevels(Section):
    """Levels of one operational metric."""

    min: Floors = Floors()
    """Levels that the value itself must not fall below."""
    max: Thresholds = Thresholds()
    """Levels that the value itself must not exceed."""
    max_drop: Losses = Thresholds()
    """How far below the reference it may be, as a share of the reference's value."""
    max_rise: Losses = Thresholds()
    """How far above the reference it may be, as a share of the reference's value."""


class SystemPerformance(Section):
    """Did the expected data arrive, how fast was the model, and how often did it fail?"""

    thresholds: dict[str, SystemLevels] = {}
    """Levels by metric, in the place of its own; ``{}`` takes it out of the verdict."""
    expected_rows: PositiveInt | None = None
    """Rows that each window should have; null takes the reference's rate."""
    step: Duration | None = None
    """Length of the steps that gaps are counted in; null takes one that suits the data."""
    gate: Literal["any", "none"] = "any"
    """What makes a breach: any metric past its level, or nothing (only tell)."""


class Analyses(Section):
    """The analyses of a run; null switches one off."""

    data_drift: DataDrift | None = DataDrift()
    """Has the distribution of a column changed?"""
    data_quality: DataQuality | None = DataQuality()
    """Are values missing, unseen, out of range, of another type?"""
    model_performance: ModelPerformance | None = ModelPerformance()
    """How good are the predictions? Runs when ``columns`` has a target, and a prediction or
    score."""
    system_performance: SystemPerformance | None = SystemPerformance()
    """Did the expected data arrive, how fast, with how many errors?"""
