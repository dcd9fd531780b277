"""Labelled rows of the reference, weighted towards the inputs that a window has."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mmon.analyses import Context
from mmon.models.density_ratio import FEWEST, density_ratio
from mmon.models.rows import rows_of
from mmon.performance import WeightedRows
from mmon.profiles.features.row_sample import SampledRows
from mmon.records.arrays import taken
from mmon.results import Task

# Production's rows beyond so many say little more of the ratio, and cost as much.
_MOST_ROWS = 10_000
# Fewer effective rows than this tell less of what scores mean than all rows tell, unweighted.
_LEAST_EFFECTIVE = 200.0


def towards_production(context: Context) -> WeightedRows | None:
    """The weighted rows; None where nothing is surely to be gained from them.

    That is where there are no rows or models, where the inputs did not surely move, and where too
    few rows of the reference are like those of production.
    """
    if context.samples is None or context.lacks_models is not None or not context.is_modelled:
        return None
    sides = (context.samples[0].labelled_rows(), context.samples[1].all_rows())
    names = inputs(context, *sides)
    if not _has_features(context, names) or min(map(len, sides)) < FEWEST:
        return None
    ref, cur = (one.frame[names] for one in sides)
    ratio = density_ratio(rows_of(ref, cur.head(_MOST_ROWS)))
    outcome = sides[0].outcome()
    is_moved = ratio.p_value <= context.config.alpha and ratio.effective >= _LEAST_EFFECTIVE
    if outcome is None or not is_moved:
        return None
    there = np.flatnonzero(ratio.weights > 0.0).astype(np.uint32)
    return WeightedRows(taken(outcome, there), ratio.weights[there], ratio.effective)


def inputs(context: Context, *sides: SampledRows) -> list[str]:
    """The features that all sides' rows have, and what the model said of the rows."""
    plan, tables = sides[0].plan, context.reference.features
    names = [] if tables is None else [one.binning.column for one in tables.tables]
    if plan is not None:
        said = (plan.prediction,) if plan.task is Task.REGRESSION else plan.scores
        names += [name for name in said if name is not None]
    every = [one.frame.schema for one in sides]
    return [
        name
        for name in dict.fromkeys(names)
        if len({schema.get(name) for schema in every}) == 1 and name in every[0]
    ]


def _has_features(context: Context, names: Sequence[str]) -> bool:
    """Whether some of the names are more than what the model said."""
    tables = context.reference.features
    return tables is not None and any(one.binning.column in names for one in tables.tables)
