"""Rows that are there several times, as where data was joined or appended twice."""

from __future__ import annotations

import dataclasses

import numpy as np

from mmon.models.learners import Targets
from mmon.models.rows import Rows
from mmon.models.shared_inputs import Shared
from mmon.records.arrays import FloatArray, IntArray

# A column that differs in nearly all different rows tells that equal ones are the same row again;
# where all columns have few values, rows are equal by chance, and each counts.
_TELLS_APART = 0.9


def without_repeats(
    rows: Rows, targets: Targets, shared: Shared, *, least: int
) -> tuple[Rows, Targets, Shared]:
    """Each different row once, weighing as much as all its repeats.

    A learner knows the repeats of what it learnt from: judged by them it is too good, and each of
    them would count as news. Where fewer than ``least`` rows differ they are equal by chance.
    """
    ref, often = _different(rows.ref, targets.ref, least)
    cur, times = _different(rows.cur, targets.cur, least)
    return (
        dataclasses.replace(rows, ref=rows.ref[ref], cur=rows.cur[cur]),
        dataclasses.replace(targets, ref=targets.ref[ref], cur=targets.cur[cur]),
        Shared(shared.ref[ref] * often, shared.cur[cur] * times),
    )


def _different(rows: FloatArray, targets: FloatArray, least: int) -> tuple[IntArray, IntArray]:
    """(d,) where each different row first is, in order, and how often it is there."""
    every = np.nan_to_num(np.column_stack([rows, targets]), nan=-np.inf, neginf=-np.inf)
    values = max((len(np.unique(column)) for column in every.T), default=0)
    if least <= values < len(rows):
        _, first, often = np.unique(every, axis=0, return_index=True, return_counts=True)
        if values >= _TELLS_APART * len(first):
            order = np.argsort(first)
            return first[order], often[order]
    return np.arange(len(rows)), np.ones(len(rows), dtype=np.int64)
