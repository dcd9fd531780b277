"""How well a classifier tells the values of one column of both sides apart, by what is in them."""

from __future__ import annotations

import dataclasses

import polars as pl

from mmon.analyses import Context
from mmon.analyses.multivariate_drift import MultivariateDrift
from mmon.analyses.multivariate_drift.compared import content_columns, shuffled
from mmon.analyses.multivariate_drift.measured_content import CONTENT_CLASSIFIER
from mmon.analyses.multivariate_drift.told_apart import Apart
from mmon.profiles.distributions.reading import Reading
from mmon.profiles.table import ColumnProfile
from mmon.verdict.finding import Finding

_NAME = "values"


def findings(context: Context) -> list[Finding]:
    """One finding for each column of vectors or of texts that both sides have."""
    columns = content_columns(context, Reading.VECTOR, Reading.TEXT)
    return [_finding(context, ref) for ref, _ in columns]


def _finding(context: Context, column: ColumnProfile) -> Finding:
    from mmon.models.discriminant import vectors_apart
    from mmon.models.parted import FEWEST
    from mmon.models.texts import texts_apart

    name, is_text = column.name, column.reading is Reading.TEXT
    settings, quantity = context.settings(MultivariateDrift), CONTENT_CLASSIFIER
    asked = context.config.levels(name, quantity.name, settings.thresholds)
    bound = quantity.bound("max") if asked is None else asked.bound()
    finding = Finding(
        quantity,
        None,
        window=context.window,
        column=name,
        reference_value=quantity.harmless,
    )
    lacks = context.lacks_models or context.lacks_rows
    if lacks is not None or context.samples is None:
        return dataclasses.replace(finding, reason=lacks)
    frames = [side.all_rows().frame for side in context.samples]
    if any(name not in frame.columns for frame in frames):
        return dataclasses.replace(finding, reason="the baseline's rows lack this column")
    # Under a name that is no pattern.
    sides = (pl.DataFrame({_NAME: frame.get_column(name)}) for frame in frames)
    ref, cur = (shuffled(side, [_NAME]).get_column(_NAME).drop_nulls() for side in sides)
    gating = settings.gate == "any" and asked is not None and not bound.is_empty
    finding = dataclasses.replace(finding, bound=bound, gating=gating)
    if min(len(ref), len(cur)) < FEWEST:
        few = f"{len(cur):,} production" if len(cur) < FEWEST else f"{len(ref):,} reference"
        why = f"{few} rows are too few to fit a classifier: it takes {FEWEST}"
        return dataclasses.replace(finding, reason=why)
    told = (
        texts_apart(ref.to_list(), cur.to_list())
        if is_text
        else vectors_apart(ref.to_numpy(), cur.to_numpy())
    )
    return dataclasses.replace(
        finding,
        value=max(told.area.value, quantity.harmless),
        interval=told.area.interval(),
        evidence=Apart(rows=told.m, reference_rows=told.n, fewest=FEWEST, area=told.area),
        reason=f"of {told.n:,} reference and {told.m:,} production rows",
    )
