"""Steps of a window without any row where rows were expected, and the longest time without any.

A step counts as empty where rows were so surely expected that all steps of a window together are
empty by chance in one window of twenty at most. The steps are the shortest of the ladder in which
most rows are so surely expected.
"""

from __future__ import annotations

import dataclasses
import math

import numpy as np

from mmon.analyses.system_performance.rates import Noise, Rates
from mmon.analyses.system_performance.spans import Span
from mmon.profiles.activity.activity import Activity
from mmon.profiles.activity.steps import SECOND_US, coarser
from mmon.records.arrays import BoolArray, FloatArray

# Chance of any false gap in a window.
_CHANCE = 0.05
# The share of the expected rows that must lie in steps that could tell.
_MOST_ROWS = 0.9
_MOST_STEPS = 100_000


@dataclasses.dataclass(frozen=True, slots=True)
class Gaps:
    """Empty steps.

    Attributes
    ----------
    empty : int
        Steps without a row where rows were expected.
    told : int
        Steps in which rows were surely expected.
    step_us : int
        Length of a step.
    """

    empty: int
    told: int
    step_us: int


def find_gaps(activity: Activity, span: Span, rates: Rates, step_us: int | None) -> Gaps | None:
    """The empty steps of a window; None where no step could tell.

    Parameters
    ----------
    activity : Activity
        What came.
    span : Span
        Of the window, as far as it is over.
    rates : Rates
        What was expected.
    step_us : int or None
        Length of a step; None finds one that suits.
    """
    finest = max(activity.step_us, activity.resolution_us, rates.shortest_us, SECOND_US)
    step = _multiple(step_us or -(-span.length // _MOST_STEPS), finest)
    while step_us is None and math.exp(-rates.most(step)) > _CHANCE * step / span.length:
        if step > span.length:
            return None
        step = _multiple(coarser(step), finest)
    while step <= span.length:
        edges = span.start + np.arange(span.length // step + 1, dtype=np.int64) * step
        expected = rates.expected(edges)
        is_sure = _sure(expected, rates, step)
        is_enough = expected[is_sure].sum() >= _MOST_ROWS * expected.sum() > 0.0
        if is_enough or (step_us is not None and is_sure.any()):
            has_rows = np.zeros(len(expected), dtype=np.bool_)
            at = (activity.starts - span.start) // step
            has_rows[at[(at >= 0) & (at < len(expected))]] = True
            return Gaps(int((is_sure & ~has_rows).sum()), int(is_sure.sum()), step)
        if step_us is not None:
            break
        step = _multiple(coarser(step), finest)
    return None


def _sure(expected: FloatArray, rates: Rates, step_us: int) -> BoolArray:
    """In which steps rows are so surely expected that an empty one is hardly chance."""
    limit = _CHANCE / len(expected)
    is_sure = np.exp(-expected) <= limit
    if is_sure.any():
        # Noise takes longer to measure, and there is never less than this.
        is_sure &= _chance_of_none(expected, rates.noise(step_us)) <= limit
    return is_sure


def _multiple(length_us: int, step_us: int) -> int:
    """The shortest multiple of a step that is at least so long."""
    return max(1, -(-length_us // step_us)) * step_us


def _chance_of_none(expected: FloatArray, noise: Noise | None) -> FloatArray:
    """P(no row in a step): Poisson, or negative binomial of the noise's variance, if larger."""
    chance: FloatArray = np.exp(-expected)
    if noise is None:
        return chance
    if noise.ratio > 1.0:
        exponent = math.log(noise.ratio) / (noise.ratio - 1.0)
        chance = np.maximum(chance, np.exp(-expected * exponent))
    if noise.relative > 0.0:
        # What is left of the relative variance when a Poisson process's own is taken off.
        mean = noise.ratio / noise.relative
        excess = noise.relative - 1.0 / mean
        if excess > 0.0:
            chance = np.maximum(chance, np.exp(-np.log1p(excess * expected) / excess))
    return chance


def longest_gap_us(activity: Activity, span: Span) -> tuple[int, int]:
    """The longest time without a row, and by how much the true one may be longer.

    Parameters
    ----------
    activity : Activity
    span : Span
        Of the window, as far as it is over; its ends limit the first and the last gap.

    Returns
    -------
    (int, int)
        Microseconds; times are known by the steps that the activity keeps.
    """
    step = max(activity.step_us, activity.resolution_us)
    starts = activity.at(step).starts
    starts = starts[(starts + step > span.start) & (starts < span.end)]
    if not len(starts):
        return span.length, 0
    begins = np.append(starts, span.end)
    ends = np.append(span.start, starts + step)
    return max(0, int((begins - ends).max())), 2 * step
