"""The sampled rows of the features of both sides, and what is said of results that rest on them."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
import polars as pl

from mmon.analyses import Context
from mmon.analyses.multivariate_drift import MultivariateDrift
from mmon.profiles.distributions.reading import Reading
from mmon.profiles.table import ColumnProfile
from mmon.results import ColumnKind
from mmon.results.quantity import Bound, Quantity
from mmon.verdict.finding import Finding

_KINDS = (ColumnKind.NUMERIC, ColumnKind.CATEGORICAL)


@dataclasses.dataclass(frozen=True, slots=True)
class Compared:
    """Features of numbers and categories that both sides have; frames are None without rows."""

    names: tuple[str, ...]
    frames: tuple[pl.DataFrame, pl.DataFrame] | None


def compared_rows(context: Context) -> Compared:
    """Of the uniform sample of each side, in an order that says nothing of the rows."""
    outcome = context.config.columns.outcome
    names = tuple(
        ref.name
        for ref, cur in context.pairs()
        if cur is not None
        and ref.is_tested
        and cur.is_tested
        and ref.kind in _KINDS
        and ref.name not in outcome
        and _has_values(ref)
        and _has_values(cur)
    )
    if context.samples is None:
        return Compared(names, None)
    ref, cur = (side.all_rows().frame for side in context.samples)
    names = tuple(name for name in names if name in ref.columns and name in cur.columns)
    return Compared(names, (shuffled(ref, names), shuffled(cur, names)))


def content_columns(
    context: Context, *readings: Reading
) -> list[tuple[ColumnProfile, ColumnProfile]]:
    """The columns, of both sides, whose values are compared by what is in them, read so."""
    return [
        (ref, cur)
        for ref, cur in context.pairs()
        if cur is not None and ref.is_content and cur.is_content and ref.reading in readings
    ]


def _has_values(column: ColumnProfile) -> bool:
    return column.distribution is not None and column.distribution.n > 0


def shuffled(frame: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """Some columns, by name; the same rows come in the same order, wherever they were read from."""
    own = pl.DataFrame({name: frame.get_column(name) for name in names})
    if not own.width:
        return own
    order = np.argsort(own.hash_rows(seed=0).to_numpy(), kind="stable")
    return own[order[np.random.default_rng(0).permutation(own.height)]]


def untold(context: Context, quantity: Quantity, reason: str | None) -> Finding:
    """That something was not looked at, and why."""
    return Finding(quantity, None, window=context.window, reason=reason)


def bound_of(context: Context, quantity: Quantity) -> Bound:
    """The levels of a result of all columns together."""
    asked = context.settings(MultivariateDrift).thresholds.get(quantity.name)
    return quantity.bound("max") if asked is None else asked.bound()


def is_gating(context: Context, quantity: Quantity) -> bool:
    """Whether a result takes part in the verdict: only where it was given levels, as columns' own
    results tell much of the same."""
    settings = context.settings(MultivariateDrift)
    is_asked = quantity.name in settings.thresholds
    return settings.gate == "any" and is_asked and not bound_of(context, quantity).is_empty
