"""Whether the model's performance takes part in the verdict."""

from __future__ import annotations

from mmon.analyses import Context
from mmon.analyses.model_performance import ModelPerformance


def is_gating(context: Context) -> bool:
    """Whether performance takes part in the verdict.

    A target and a prediction may be named for drift alone: without any label in production they ask
    for nothing, unless performance was asked for in so many words.
    """
    config, cur = context.config, context.production.performance
    asked = "model_performance" in config.analyses.model_fields_set or config.task is not None
    has_labels = cur is not None and cur.labelled > 0
    gates = context.settings(ModelPerformance).gate == "any"
    return gates and (has_labels or asked or config.labels is not None)
