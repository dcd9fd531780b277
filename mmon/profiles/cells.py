"""The cells in which rows are counted: decided by what a first pass over the reference summarised.

Bins of features, cells of scores, the grid of a regression, classes and the values of segments:
all that is counted in the same cells can be added up and compared, whatever rows came first.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from mmon.profiles.distributions.counts import Counts
from mmon.profiles.distributions.ecdf import Ecdf
from mmon.profiles.distributions.reading import Reading, is_comparable
from mmon.profiles.features.binning import binning_of
from mmon.profiles.features.tables import NULL, OTHER, REGRESSION_LOSSES, Binning, Layout
from mmon.profiles.merging import CellsError, same
from mmon.profiles.outcomes.class_codes import MOST_CLASSES, other_classes
from mmon.profiles.outcomes.class_scores import SCORE_CELLS
from mmon.profiles.outcomes.classification import MOST_SCORED
from mmon.profiles.outcomes.error_plane import Grid
from mmon.profiles.outcomes.outcome_reader import OutcomePlan, are_outside
from mmon.profiles.outcomes.outcomes import UNKNOWN
from mmon.profiles.outcomes.regression import RegressionTables
from mmon.profiles.plan import Plan
from mmon.profiles.recognition.spelling import has_text
from mmon.profiles.table import ColumnProfile, Profile
from mmon.records.arrays import IntArray
from mmon.results import ColumnKind, Task

# Equal shares of the rows, and smaller ones at both ends, where those of a rare class are.
_TAILS = [2.0**-power / 40 for power in (1, 2, 3, 4)]
_SCORE_SHARES = [*_TAILS, *(np.arange(1, 40) / 40), *(1 - share for share in _TAILS)]

MOST_OUTSIDE = 0.01
"""Beyond this share of scores outside [0, 1] they are meant to be no probabilities."""

Asked = tuple[str, Reading]
"""A column, and as what its values are summarised."""
Summaries = Mapping[Asked, Ecdf | Counts | None]


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """What production takes over from its reference, and a reference's second pass from the first.

    Attributes
    ----------
    layout : Layout or None
        Of the joint outcomes in bins of features; None without features or outcomes.
    binnings : mapping of str to Binning
        Feature to its bins.
    grid : Grid or None
        Of a regression's targets and predictions.
    segments : mapping of str to tuple of str
        The values of each segmenting column that are told apart.
    """

    layout: Layout | None = None
    binnings: Mapping[str, Binning] = dataclasses.field(default_factory=dict)
    grid: Grid | None = None
    segments: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)

    @classmethod
    def of(cls, profile: Profile) -> Cells:
        """The cells in which a profile's rows were counted."""
        features, tables = profile.features, profile.performance
        return cls(
            layout=None if features is None else features.layout,
            binnings={
                one.binning.column: one.binning
                for one in (() if features is None else features.tables)
            },
            grid=tables.grid if isinstance(tables, RegressionTables) else None,
            segments=profile.segment_values,
        )


def check_same_cells(reference: Profile, production: Profile) -> None:
    """See that two profiles can be compared; a side without rows, or a feature, lacks cells.

    Raises
    ------
    CellsError
        When their rows were counted in different cells.
    """
    ref, cur = Cells.of(reference), Cells.of(production)
    pairs: dict[str, tuple[object, object]] = {
        "score cells": (ref.layout, cur.layout),
        "grids of predictions": (ref.grid, cur.grid),
        "values of segments": (ref.segments, cur.segments),
    }
    for name, binning in cur.binnings.items():
        pairs[f"bins of {name!r}"] = (ref.binnings.get(name), binning)
    for place, (one, other) in pairs.items():
        if one and other and not same(one, other):
            raise CellsError(place)


def asked(
    plan: Plan, outcome: OutcomePlan | None, segments: Sequence[str]
) -> dict[Asked, ColumnProfile]:
    """What the cells are decided by, besides the features: how each is summarised."""
    wanted: list[Asked] = []
    for name in segments:
        column = plan.column(name)
        is_truth = column is not None and column.reading is Reading.TRUTH
        wanted.append((name, Reading.TRUTH if is_truth else Reading.LABEL))
    if outcome is not None:
        reading = Reading.NUMBER if outcome.task is Task.REGRESSION else Reading.LABEL
        wanted += [(n, reading) for n in (outcome.target, outcome.prediction) if n is not None]
    if outcome is not None:
        wanted += [(name, Reading.NUMBER) for name in outcome.scores]
    return {one: ColumnProfile(one[0], "", ColumnKind.CATEGORICAL, one[1]) for one in wanted}


def is_readable(dtype: pl.DataType, reading: Reading) -> bool:
    """Whether values of this dtype can be summarised so at all."""
    return is_comparable(dtype, reading) and (reading is Reading.NUMBER or has_text(dtype))


def with_classes(plan: OutcomePlan, summaries: Summaries) -> OutcomePlan:
    """Where the outcomes stand, and the classes that all rows have.

    Raises
    ------
    ConfigError
        When it cannot be told which of two classes is the positive one, or the answers are of
        other classes than the target.
    """
    if plan.task is Task.REGRESSION:
        return plan
    codes = plan.codes()
    truths = _labels(plan.target, summaries)
    known, _ = codes.read(truths, is_target=True)
    if plan.prediction is not None:
        answers = _labels(plan.prediction, summaries)
        found, unknown = codes.read(answers, is_target=False)
        if len(truths) and plan.task is Task.BINARY:
            rows = _rows_of(answers, summaries)
            if rows[unknown].sum() > MOST_OUTSIDE * rows.sum():
                raise other_classes(truths, answers, unknown)
        elif 0 < len(truths) < MOST_CLASSES and len(answers) and not np.isin(found, known).any():
            raise other_classes(truths, answers, found != UNKNOWN)
    names = codes.names
    positive = names[1] or plan.positive if plan.task is Task.BINARY else plan.positive
    return dataclasses.replace(plan, classes=names, positive=positive)


def with_scores(plan: OutcomePlan, summaries: Summaries) -> OutcomePlan:
    """Where the outcomes stand, and whether the scores of all rows are probabilities.

    They are where all but `MOST_OUTSIDE` are in [0, 1].
    """
    scores = Ecdf.merge([_numbers(name, summaries) for name in plan.scores or ("",)])
    outside = int(scores.mass[are_outside(scores.values.astype(np.float64))].sum())
    if outside <= MOST_OUTSIDE * scores.n:
        return dataclasses.replace(plan, score_edges=())
    shares = np.arange(1, SCORE_CELLS) / SCORE_CELLS
    edges = np.unique([scores.quantile(share) for share in shares])
    return dataclasses.replace(plan, score_edges=tuple(edges.tolist()))


def decided(
    profile: Profile,
    summaries: Summaries,
    outcome: OutcomePlan | None,
    *,
    segments: Mapping[str, int],
    bins: int,
) -> Cells:
    """The cells of a reference: of its settled profile, and of what `asked` asks for.

    Of each segmenting column so many values are told apart, and a feature has so many bins.
    """
    values = {
        name: _most_frequent(
            summaries.get((name, Reading.TRUTH)) or summaries.get((name, Reading.LABEL)), most
        )
        for name, most in segments.items()
    }
    if outcome is None:
        return Cells(segments=values)
    features = [column for column in profile.columns if column.is_feature]
    return Cells(
        layout=_layout(outcome, summaries),
        binnings={column.name: binning_of(column, bins) for column in features},
        grid=_grid(outcome, summaries),
        segments=values,
    )


def _most_frequent(counts: Ecdf | Counts | None, most: int) -> tuple[str, ...]:
    if not isinstance(counts, Counts):
        return ()
    labels = counts.labels.gather(counts.by_rows).to_list()
    return tuple([label for label in labels if label not in (OTHER, NULL)][:most])


def _labels(name: str, summaries: Summaries) -> pl.Series:
    """The classes of a column, those with the most rows first; not too many."""
    labels = _most_frequent(summaries.get((name, Reading.LABEL)), MOST_CLASSES)
    return pl.Series(name, labels, dtype=pl.String)


def _rows_of(labels: pl.Series, summaries: Summaries) -> IntArray:
    """How many rows have each of a column's `_labels`."""
    counts = summaries.get((labels.name, Reading.LABEL))
    if not isinstance(counts, Counts):
        return np.zeros(len(labels), np.int64)
    places = {label: place for place, label in enumerate(counts.labels.to_list())}
    return counts.mass[[places[label] for label in labels.to_list()]]


def _numbers(name: str | None, summaries: Summaries) -> Ecdf:
    found = summaries.get((name or "", Reading.NUMBER))
    return found if isinstance(found, Ecdf) else Ecdf.empty()


def _layout(outcome: OutcomePlan, summaries: Summaries) -> Layout:
    if outcome.task is Task.REGRESSION:
        return Layout(None, (1,), REGRESSION_LOSSES)
    are_probabilities = bool(outcome.scores) and not outcome.score_edges
    losses = ("log_loss", "brier_score") if are_probabilities else ()
    if outcome.task is Task.MULTICLASS:
        return Layout(None, (2, min(len(outcome.classes), MOST_SCORED) + 1), losses)
    if not outcome.scores:
        return Layout(None, (2, 2, 1), losses)
    scores = _numbers(outcome.scores[0], summaries)
    edges = np.unique([scores.quantile(share) for share in _SCORE_SHARES] if scores.n else [])
    return Layout(edges, (2, 2, len(edges) + 1), losses)


def _grid(outcome: OutcomePlan, summaries: Summaries) -> Grid | None:
    if outcome.task is not Task.REGRESSION:
        return None
    target, prediction = (
        _numbers(name, summaries) for name in (outcome.target, outcome.prediction)
    )
    return Grid.of(target, prediction) if target.n and prediction.n else None
