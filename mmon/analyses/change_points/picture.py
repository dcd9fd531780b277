"""The loss over time, in cells wide enough for a line, with its changes and the level between."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from mmon.analyses.change_points import STEPS
from mmon.analyses.change_points.places import Places
from mmon.chance.change_points import ChangePoint, Stretch
from mmon.profiles.outcomes.loss_steps import ROW_US, LossSteps
from mmon.results.loss_picture import LossChange, LossLevel, LossPicture
from mmon.windows.timestamps import to_naive

_MOST_CELLS = 240
# So many rows a cell that its mean is more than noise, as far as there are enough.
_USUAL_ROWS, _FEWEST_CELLS = 100, 40


def picture(
    steps: LossSteps, reference: Stretch | None, found: Sequence[ChangePoint], places: Places
) -> LossPicture:
    """What is drawn of the losses of all windows."""
    first, past = int(steps.starts[0]), places.start(len(steps.starts))
    cells = min(_MOST_CELLS, max(_FEWEST_CELLS, steps.labelled // _USUAL_ROWS))
    # Each cell holds as many steps as any other.
    width = -(-(past - first) // places.apart_us // cells) * places.apart_us or places.apart_us
    cell = (steps.starts - first) // width
    size = int(cell[-1]) + 1
    rows, sums = (np.bincount(cell, one, size) for one in (steps.rows, steps.sums))
    starts = range(first, first + size * width, width)

    def place(step: int) -> float:
        return min((places.start(step) - first) / width, float(size))

    at = [0, *(one.at for one in found), len(steps.starts)]
    # The first stretch may hold the reference, too: the line is of what is drawn.
    totals = [np.concatenate([[0.0], np.cumsum(one)]) for one in (steps.rows, steps.sums)]
    levels = [
        LossLevel(place(a), place(b), float((total[b] - total[a]) / (count[b] - count[a])))
        for a, b in itertools.pairwise(at)
        for count, total in [totals]
        if b > a
    ]
    return LossPicture(
        loss=steps.loss.value,
        unit=STEPS[steps.loss].unit,
        is_timed=steps.is_timed,
        step_s=width / 1e6,
        starts=tuple(
            f"{to_naive(one).isoformat()}Z" if steps.is_timed else str(one // ROW_US)
            for one in starts
        ),
        rows=tuple(int(one) for one in rows),
        means=tuple(
            float(total / count) if count else None for total, count in zip(sums, rows, strict=True)
        ),
        reference=None if reference is None else reference.mean,
        levels=tuple(levels),
        changes=tuple(
            LossChange(place(one.at), place(one.earliest), place(one.latest)) for one in found
        ),
    )
