"""Whether the model's performance takes part in the verdict, and whether a run waits for it."""

from __future__ import annotations

from collections.abc import Iterable

from mmon.analyses import Context
from mmon.analyses.model_performance import ModelPerformance
from mmon.analyses.model_performance.outcome_faults import with_target
from mmon.config.sections import Config
from mmon.outline.waiting import MOST_LABELS
from mmon.profiles.table import Profile


def is_gating(context: Context) -> bool:
    """Whether performance takes part in the verdict.

    A target and a prediction may be named for drift alone: without any label in production they ask
    for nothing, unless performance was asked for in so many words.
    """
    cur = context.production.performance
    has_labels = cur is not None and cur.labelled > 0
    gates = context.settings(ModelPerformance).gate == "any"
    return gates and (has_labels or is_asked(context.config))


def is_asked(config: Config) -> bool:
    """Whether performance was asked for in so many words; a task, or a target, is no request."""
    return "model_performance" in config.analyses.model_fields_set or config.labels is not None


def may_wait(config: Config, windows: Iterable[Profile], *, comes_again: bool) -> bool:
    """Whether a run that is judged by these windows may pass before its labels are there.

    It may not where most rows of some window are labelled, nor where performance was asked for,
    unless a later run comes to these windows again when their labels have come.
    """
    if is_asked(config) and not (comes_again and config.labels is not None):
        return False
    return all(with_target(one) < MOST_LABELS * one.rows or not one.rows for one in windows)
