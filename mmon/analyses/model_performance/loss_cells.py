"""The losses of labelled rows in ascending cells, which the reference's decide."""

from __future__ import annotations

import dataclasses

import numpy as np

from mmon.chance.bins.table import Cuts, cut_side
from mmon.chance.sequential.cells import Cells, ends_of, of_rise, rising
from mmon.profiles.distributions.ecdf import Ecdf
from mmon.profiles.outcomes.class_scores import ClassScores
from mmon.profiles.outcomes.classification import ClassificationTables
from mmon.profiles.outcomes.loss_steps import LEAST, Loss, LossSteps
from mmon.profiles.outcomes.regression import RegressionTables
from mmon.profiles.table import Profile
from mmon.records.arrays import IntArray

# What 1 - (1 - p) loses of p is no difference.
_DECIMALS = 12


def cells_of(reference: Profile, losses: LossSteps) -> Cells | None:
    """The cells of the reference's losses; None where their distribution is not kept."""
    tables = reference.performance
    if losses.loss is Loss.ERROR_RATE:
        return of_rise(_right_and_wrong(losses))
    if isinstance(tables, RegressionTables):
        return rising(tables.absolute)
    if isinstance(tables, ClassificationTables) and tables.scores:
        return _of_scores(tables.scores[0])
    return None


def _of_scores(scores: ClassScores) -> Cells:
    """Cells of the logarithmic loss, whose mean a few very wrong scores can raise."""
    inside, outside = scores.inside, scores.outside
    away = np.concatenate([outside.values, 1.0 - inside.values]).round(_DECIMALS)
    mass = np.concatenate([outside.mass, inside.mass])
    at = ends_of(away, mass)
    losses = -np.log(np.clip(1.0 - away, LEAST, 1.0))
    places = np.searchsorted(at.at, away)
    sums, rows = np.bincount(places, losses * mass), np.bincount(places, mass)
    return dataclasses.replace(of_rise(_away(scores, at), sums / rows), cuts=at)


def counted(of: Cells, production: Profile, losses: LossSteps) -> IntArray:
    """(C,) labelled rows of a window by cell."""
    tables = production.performance
    if losses.loss is Loss.ERROR_RATE:
        return _right_and_wrong(losses)
    if isinstance(tables, RegressionTables):
        return of.count(tables.absolute)
    if not isinstance(tables, ClassificationTables) or not tables.scores or of.cuts is None:
        return np.zeros(len(of.reference), dtype=np.int64)
    return _away(tables.scores[0], of.cuts)


def _right_and_wrong(losses: LossSteps) -> IntArray:
    wrong = round(float(losses.sums.sum()))
    return np.array([losses.labelled - wrong, wrong])


def _away(scores: ClassScores, at: Cuts) -> IntArray:
    """Rows by how far the score is from what came true: as the logarithmic loss orders them."""
    mirrored = dataclasses.replace(at, at=1.0 - at.at[::-1], is_closed=~at.is_closed[::-1])
    return _rows(scores.outside, at) + _rows(scores.inside, mirrored)[::-1]


def _rows(side: Ecdf, at: Cuts) -> IntArray:
    return cut_side(side, at).mass if side.n else np.zeros(len(at.at) + 1, dtype=np.int64)
