"""How far a regression's predictions are from what came true, in a summary that merges."""

from __future__ import annotations

import dataclasses
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from mmon.profiles.distributions.ecdf import DEFAULT_POINTS, Ecdf
from mmon.profiles.merging import changed
from mmon.profiles.outcomes.error_moments import JointMoments, Moments
from mmon.profiles.outcomes.error_plane import Grid, Plane
from mmon.records import Count, require
from mmon.records.arrays import FloatArray

# Targets nearer to 0 count as this far from it in relative errors, as in scikit-learn.
_SMALLEST_DIVISOR = float(np.finfo(np.float64).eps)


@dataclasses.dataclass(frozen=True, slots=True)
class IntervalCounts:
    """How often prediction intervals held what came true.

    Attributes
    ----------
    rows : int
        Rows with a finite target and both ends of the interval; an end may be infinite.
    covered : int
        Rows of these with lower <= target <= upper.
    crossed : int
        Rows of these with lower > upper, which cover nothing.
    width : Moments
        Of upper - lower, over the rows where it is finite.
    """

    rows: Count
    covered: Count
    crossed: Count
    width: Moments

    def check(self) -> None:
        """Raise `MisfitError` when what was read back are no such counts."""
        is_part = self.covered + self.crossed <= self.rows and self.width.n <= self.rows
        require(is_part, "covers more rows than there are")

    @classmethod
    def of(cls, target: FloatArray, lower: FloatArray, upper: FloatArray) -> Self:
        """Count (n,) rows; NaN where a number is missing."""
        known = np.isfinite(target) & ~np.isnan(lower) & ~np.isnan(upper)
        if not known.all():
            target, lower, upper = target[known], lower[known], upper[known]
        with np.errstate(over="ignore", invalid="ignore"):
            width = upper - lower
        finite = np.isfinite(width)
        return cls(
            rows=len(target),
            covered=int(np.count_nonzero((lower <= target) & (target <= upper))),
            crossed=int(np.count_nonzero(lower > upper)),
            width=Moments.of(width if finite.all() else width[finite]),
        )


@dataclasses.dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class RegressionTables:
    """The labelled rows of a regression; an error is prediction - target.

    Attributes
    ----------
    rows, labelled : int
        Rows, and those of them with a target.
    unpredicted : int
        Labelled rows without a prediction.
    infinite : int
        Labelled rows whose target, prediction or error is infinite.
    error, absolute : Ecdf
        Distributions of the error and of its magnitude, over the used rows.
    bias, mae, mse : Moments
        Of the error, its magnitude and its square, over the used rows.
    over, under : Moments
        Of the error's positive and negative part, both as magnitudes, over the used rows.
    relative : Moments
        Of |error| / |target|, over the used rows whose target is not 0.
    symmetric : Moments
        Of |error| / ((|target| + |prediction|) / 2), in [0, 2]; 0 where both are 0.
    log_square : Moments
        Of the squared difference of log(1 + x), over the used rows where both are above -1.
    joint : JointMoments
        Of targets and squared errors, over the used rows.
    intervals : IntervalCounts or None
        None without prediction intervals.
    plane : Plane or None
        Used rows by target and prediction; None where no row is used, or the reference has none.
    """

    rows: Count
    labelled: Count
    unpredicted: Count
    infinite: Count
    error: Ecdf
    absolute: Ecdf
    bias: Moments
    mae: Moments
    mse: Moments
    over: Moments
    under: Moments
    relative: Moments
    symmetric: Moments
    log_square: Moments
    joint: JointMoments
    intervals: IntervalCounts | None
    plane: Plane | None

    def check(self) -> None:
        """Raise `MisfitError` when what was read back are no tables of a regression."""
        used = self.labelled - self.unpredicted - self.infinite
        require(0 <= used <= self.rows, "has more labelled rows than rows")
        require({self.error.n, self.absolute.n, self.joint.n} == {used}, "has errors of other rows")
        moments = (self.bias, self.mae, self.mse, self.over, self.under, self.relative)
        is_part = all(one.n <= used for one in (*moments, self.symmetric, self.log_square))
        require(is_part, "has moments of other rows")
        is_whole = self.plane is None or int(self.plane.steps.sum()) == used > 0
        require(is_whole, "has a plane of other rows")

    @classmethod
    def of(
        cls,
        target: NDArray[Any],
        prediction: NDArray[Any],
        lower: FloatArray | None = None,
        upper: FloatArray | None = None,
        *,
        points: int | None = DEFAULT_POINTS,
        grid: Grid | None = None,
    ) -> Self:
        """Summarise (n,) targets and predictions, and the ends of intervals; NaN where missing.

        The distributions keep about so many points, or all; ``grid`` has the cells that rows are
        counted in, those of the reference: tables that are merged or drawn together need the same.
        """
        target = target.astype(np.float64, copy=False)
        prediction = prediction.astype(np.float64, copy=False)
        rows = len(target)
        known = ~np.isnan(target)
        labelled = int(np.count_nonzero(known))
        unpredicted = int(np.count_nonzero(known & np.isnan(prediction)))
        with np.errstate(over="ignore", invalid="ignore"):
            error = prediction - target
        intervals = None
        if lower is not None and upper is not None:
            intervals = IntervalCounts.of(target, lower, upper)
        used = np.isfinite(error)
        if not used.all():
            target, prediction, error = target[used], prediction[used], error[used]
        distance, over = np.abs(error), np.maximum(error, 0.0)
        with np.errstate(over="ignore", under="ignore"):
            square = error * error
        return cls(
            rows=rows,
            labelled=labelled,
            unpredicted=unpredicted,
            infinite=labelled - unpredicted - len(target),
            error=Ecdf.of(error, points=points),
            absolute=Ecdf.of(distance, points=points),
            bias=Moments.of(error),
            mae=Moments.of(distance),
            mse=Moments.of(square),
            over=Moments.of(over),
            under=Moments.of(over - error),
            relative=Moments.of(_relative(target, distance)),
            symmetric=Moments.of(_symmetric(target, prediction, distance)),
            log_square=Moments.of(_log_square(target, prediction)),
            joint=JointMoments.of(target, square),
            intervals=intervals,
            plane=Plane.of(target, prediction, grid) if grid and len(target) else None,
        )

    def compress(self, points: int | None = DEFAULT_POINTS) -> Self:
        """Keep about ``points`` points of each distribution; everything else stays exact."""
        return changed(self, Ecdf, lambda one: one.compress(points))

    @property
    def used(self) -> int:
        """Rows with a finite target, prediction and error: what the metrics are computed from."""
        return self.bias.n

    @property
    def grid(self) -> Grid | None:
        """The cells that rows were counted in; None where no row is used."""
        return self.plane.grid if self.plane is not None else None


def _relative(target: FloatArray, distance: FloatArray) -> FloatArray:
    size = np.abs(target)
    if not size.all():
        kept = size > 0.0
        size, distance = size[kept], distance[kept]
    with np.errstate(over="ignore", under="ignore"):
        relative: FloatArray = distance / np.maximum(size, _SMALLEST_DIVISOR)
    return relative


def _symmetric(target: FloatArray, prediction: FloatArray, distance: FloatArray) -> FloatArray:
    with np.errstate(over="ignore", under="ignore"):
        size = np.abs(target) + np.abs(prediction)
        if not np.isfinite(size).all():
            size = np.abs(target / 4) + np.abs(prediction / 4)
            distance = distance / 4
        if not size.all():
            size[size == 0.0] = 1.0
        symmetric: FloatArray = distance / size
        symmetric *= 2.0
    return symmetric


def _log_square(target: FloatArray, prediction: FloatArray) -> FloatArray:
    kept = (target > -1.0) & (prediction > -1.0)
    if not kept.all():
        target, prediction = target[kept], prediction[kept]
    with np.errstate(under="ignore"):
        difference = np.log1p(prediction) - np.log1p(target)
        square: FloatArray = difference * difference
    return square
