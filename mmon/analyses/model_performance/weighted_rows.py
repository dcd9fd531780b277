"""Labelled rows of the reference, weighted towards the inputs that a window has."""

from __future__ import annotations

import numpy as np
import polars as pl

from mmon.analyses import Context
from mmon.models.density_ratio import FEWEST, density_ratio
from mmon.models.rows import rows_of
from mmon.performance import WeightedRows
from mmon.profiles.features.row_sample import SampledRows
from mmon.records.arrays import taken

# To fit classifiers takes a second a window: of more windows the newest ones are looked at.
_WINDOWS = 4
# Production's rows beyond so many say little more of the ratio, and cost as much.
_MOST_ROWS = 10_000
# Fewer effective rows than this tell less of what scores mean than all rows tell, unweighted.
_LEAST_EFFECTIVE = 200.0


def towards_production(context: Context) -> WeightedRows | None:
    """The weighted rows; None where nothing is surely to be gained from them.

    That is where there are no rows or models, where the inputs did not surely move, and where too
    few rows of the reference are like those of production.
    """
    if context.samples is None or context.lacks_models is not None or context.later >= _WINDOWS:
        return None
    sides = (context.samples[0].labelled_rows(), context.samples[1].all_rows())
    names = _features(context, *sides)
    if not names or min(map(len, sides)) < FEWEST:
        return None
    ref, cur = (one.frame[names] for one in sides)
    ratio = density_ratio(rows_of(ref, cur.head(_MOST_ROWS)))
    outcome = sides[0].outcome()
    is_moved = ratio.p_value <= context.config.alpha and ratio.effective >= _LEAST_EFFECTIVE
    if outcome is None or not is_moved:
        return None
    there = np.flatnonzero(ratio.weights > 0.0).astype(np.uint32)
    return WeightedRows(taken(outcome, there), ratio.weights[there], ratio.effective)


def _features(context: Context, *sides: SampledRows) -> list[str]:
    """What scores may mean another thing by, and the scores; none where there are no features."""
    tables = context.reference.features
    names = [] if tables is None else [one.binning.column for one in tables.tables]
    every = [one.frame.columns for one in sides]
    names = [name for name in names if all(name in columns for columns in every)]
    plan = sides[0].plan
    scores = [
        name
        for name in (() if plan is None or not names else plan.scores)
        if name not in names
        and all(name in one.frame.columns for one in sides)
        and sides[0].frame.schema[name] == sides[1].frame.schema[name] == pl.Float64
    ]
    return [*names, *scores]
