"""A regression's performance on both sides, ready to be drawn on bins that they share."""

from __future__ import annotations

import numpy as np

from mmon.profiles.distributions.ecdf import Ecdf
from mmon.profiles.merging import same
from mmon.profiles.outcomes.error_plane import Plane
from mmon.profiles.outcomes.regression import RegressionTables
from mmon.records.arrays import FloatArray
from mmon.results import Task
from mmon.results.charts import Curve, PerformancePicture, PerformanceSide

_BINS = 40
# Bins span these quantiles of each side's errors; what lies beyond falls into the outermost bins.
_CORE = (0.005, 0.995)
_LARGEST = float(np.finfo(np.float64).max)


def number_picture(
    ref: RegressionTables | None, cur: RegressionTables, window: int
) -> PerformancePicture:
    """What a report draws of a regression; ValueError when the sides have different grids."""
    shown = [side for side in (ref, cur) if side is not None and side.used]
    edges = _error_edges([side.error for side in shown])
    grids = [side.grid for side in shown if side.grid is not None]
    if any(not same(grid, grids[0]) for grid in grids):
        raise ValueError("sides on different grids cannot be drawn together")
    return PerformancePicture(
        window=window,
        segment=None,
        task=Task.REGRESSION.value,
        classes=(),
        error_edges=tuple(edges.tolist()),
        plane_edges=tuple(grids[0].edges.tolist()) if grids else (),
        reference=_side(ref, edges),
        production=_side(cur, edges),
    )


def _side(tables: RegressionTables | None, edges: FloatArray) -> PerformanceSide | None:
    if tables is None or not tables.labelled:
        return None
    if tables.plane is None:
        return PerformanceSide(rows=tables.rows, labelled=tables.labelled)
    return PerformanceSide(
        rows=tables.rows,
        labelled=tables.labelled,
        curves=(_predicted_actual(tables.plane),),
        errors=_binned(tables.error, edges),
        plane=tuple(map(tuple, tables.plane.rows.tolist())),
    )


def _error_edges(errors: list[Ecdf]) -> FloatArray:
    """(B + 1,) ascending finite edges; empty without any error."""
    if not errors:
        return np.empty(0)
    low = min(error.quantile(_CORE[0]) for error in errors)
    high = max(error.quantile(_CORE[1]) for error in errors)
    # Halved first: the range may be beyond the largest double.
    half = (high / 2 - low / 2) or max(0.5, abs(low) * 1e-9)
    middle = low / 2 + high / 2
    # Wide enough to hold two different edges.
    half = max(half, float(np.spacing(min(abs(middle), _LARGEST / 2))))
    with np.errstate(over="ignore"):
        edges = middle + half * np.linspace(-1.0, 1.0, _BINS + 1)
    # A range of a few denormal numbers has fewer edges.
    return np.unique(np.clip(edges, -_LARGEST, _LARGEST))


def _binned(errors: Ecdf, edges: FloatArray) -> tuple[int, ...]:
    """Rows in each bin (lo, hi], the outermost ones open; sums to n."""
    upto = np.append(0, errors.cumulative)[
        np.searchsorted(errors.values, edges[1:-1], side="right")
    ]
    return tuple(np.diff(upto, prepend=0, append=errors.n).tolist())


def _predicted_actual(plane: Plane) -> Curve:
    drawn = (plane.steps > 0) & np.isfinite(plane.predictions) & np.isfinite(plane.targets)
    return Curve(
        name="predicted_actual",
        label=None,
        x=tuple(plane.predictions[drawn].tolist()),
        y=tuple(plane.targets[drawn].tolist()),
        weights=tuple(plane.steps[drawn].tolist()),
    )
