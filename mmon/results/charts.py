"""What reports draw: numbers ready for a chart, so that a report computes no statistics."""

from __future__ import annotations

import dataclasses

from mmon.records import Count, Interval, Unbounded, ascends, require

_LONGEST_STEP_S = 1e13


@dataclasses.dataclass(frozen=True, slots=True)
class Picture:
    """One column's two distributions, ready to be drawn; production is that of ``window``.

    Of numbers and times every window has the same bins.

    Attributes
    ----------
    column : str
    window : int
    edges : tuple of float or None
        (B + 1,) ascending edges shared by both sides, for numeric and datetime columns, in the
        column's unit (datetimes: microseconds since 1970-01-01 UTC). Bins are (lo, hi], the first
        one closed. Integer-like columns with few values have one bin a value.
    labels : tuple of str or None
        (B,) categories, most frequent in the reference first: of many the commonest ones, and those
        that changed most; the last may be "(other)".
    reference, production : tuple of int
        (B,) rows in each bin or category.
    quantiles : tuple of (float, float or None, float or None)
        Rows ``(probability, reference, production)`` for numeric and datetime columns, else empty.
    reference_presence, production_presence : tuple of int
        Rows (present, null, nan, inf).
    """

    column: str
    window: Count
    edges: tuple[float, ...] | None
    labels: tuple[str, ...] | None
    reference: tuple[Count, ...]
    production: tuple[Count, ...]
    quantiles: tuple[tuple[float, float | None, float | None], ...]
    reference_presence: tuple[Count, Count, Count, Count]
    production_presence: tuple[Count, Count, Count, Count]

    def check(self) -> None:
        """Raise `MisfitError` when what was read back cannot be drawn."""
        require((self.edges is None) != (self.labels is None), "has not either edges or labels")
        bins = len(self.labels or ()) if self.edges is None else len(self.edges) - 1
        require(bins > 0, "has no bins")
        require(ascends(self.edges or ()), "has edges that do not ascend")
        for rows in (self.reference, self.production):
            require(len(rows) == bins, f"has {len(rows)} counts for {bins} bins")
        require(all(0 <= row[0] <= 1 for row in self.quantiles), "has quantiles outside 0 to 1")


@dataclasses.dataclass(frozen=True, slots=True)
class Curve:
    """A line of one side: at most about 200 points.

    Attributes
    ----------
    name : str
        ``roc`` (false positive rate, true positive rate), ``precision_recall`` (recall,
        precision), ``calibration`` (mean score, share of hits) or ``predicted_actual``
        (mean prediction, mean target).
    label : str or None
        The class it is about, where there are several.
    x, y : tuple of float
    weights : tuple of int
        Rows behind each point; empty where that says nothing.
    """

    name: str
    label: str | None
    x: tuple[Unbounded, ...]
    y: tuple[Unbounded, ...]
    weights: tuple[Count, ...] = ()

    def check(self) -> None:
        """Raise `MisfitError` when what was read back cannot be drawn."""
        require(len(self.x) == len(self.y), f"has {len(self.x)} x for {len(self.y)} y")
        require(len(self.weights) in (0, len(self.x)), "has weights of other points")


@dataclasses.dataclass(frozen=True, slots=True)
class PerformanceSide:
    """How the model did on one side.

    Attributes
    ----------
    rows, labelled : int
        Rows, and those of them with a label.
    curves : tuple of Curve
    confusion : tuple of tuple of int or None
        (C, C) rows by target class (down) and predicted class (across); classification only.
    errors : tuple of int
        (B,) rows in each bin of `PerformancePicture.error_edges`; regression only.
    plane : tuple of tuple of int
        (P, P) rows by target (down) and prediction (across) in the cells of
        `PerformancePicture.plane_edges`; regression only.
    """

    rows: Count
    labelled: Count
    curves: tuple[Curve, ...] = ()
    confusion: tuple[tuple[Count, ...], ...] | None = None
    errors: tuple[Count, ...] = ()
    plane: tuple[tuple[Count, ...], ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class PerformancePicture:
    """The model's performance on both sides, ready to be drawn.

    Attributes
    ----------
    window : int
    segment : str or None
    task : str
        ``binary``, ``multiclass`` or ``regression``.
    classes : tuple of str
        (C,); for ``binary`` (negative, positive).
    error_edges, plane_edges : tuple of float
        (B + 1,) edges of the errors (prediction - target), and (P + 1,) of targets and predictions.
    reference, production : PerformanceSide or None
        None where a side has no label.
    """

    window: Count
    segment: str | None
    task: str
    classes: tuple[str, ...]
    error_edges: tuple[float, ...]
    plane_edges: tuple[float, ...]
    reference: PerformanceSide | None
    production: PerformanceSide | None

    @property
    def sides(self) -> dict[str, PerformanceSide]:
        """The sides that have labels, by their names."""
        both = {"reference": self.reference, "production": self.production}
        return {name: side for name, side in both.items() if side is not None}

    def check(self) -> None:
        """Raise `MisfitError` when what was read back cannot be drawn."""
        edges = (self.error_edges, self.plane_edges)
        require(all(map(ascends, edges)), "has edges that do not ascend")
        bins, cells = (max(0, len(one) - 1) for one in edges)
        for side in self.sides.values():
            require(_is_square(side.confusion or (), len(self.classes)), "lacks confusions")
            require(len(side.errors) in (0, bins), "has errors in other bins")
            require(_is_square(side.plane, cells), "has a plane of other cells")


@dataclasses.dataclass(frozen=True, slots=True)
class MeaningPicture:
    """What outcome the rows of one score had on both sides, ready to be drawn.

    Attributes
    ----------
    window : int
    label : str or None
        The class that the score is of, where there are several.
    is_number : bool
        Whether the outcome is a number, and the score the prediction of it; else the outcome is a
        share of rows.
    scores : tuple of float
        (C,) mean score of production's rows in each cell, ascending.
    reference, production : tuple of float
        (C,) mean outcome at that score.
    reference_half, production_half : tuple of float
        (C,) half of its interval at 95 %.
    rows : tuple of int
        (C,) production's labelled rows.
    """

    window: Count
    label: str | None
    is_number: bool
    scores: tuple[float, ...]
    reference: tuple[float, ...]
    production: tuple[float, ...]
    reference_half: tuple[float, ...]
    production_half: tuple[float, ...]
    rows: tuple[Count, ...]

    def check(self) -> None:
        """Raise `MisfitError` when what was read back cannot be drawn."""
        lines = (self.reference, self.production, self.reference_half, self.production_half)
        for line in (*lines, self.rows):
            require(len(line) == len(self.scores), "has lines of other scores")


@dataclasses.dataclass(frozen=True, slots=True)
class FeatureBin:
    """One metric in one bin of one feature.

    Attributes
    ----------
    window : int
    column : str
    label : str
        The bin in words: ``> 310``, ``BR``, ``(other)``, ``(null)``.
    metric : str
        ``error_rate``, ``log_loss``, ``brier_score``, ``mae``, ``mse``, ``roc_auc``, ``f1`` …
    reference_rows, production_rows : int
        Labelled rows in the bin.
    reference_share, production_share : float
        Of the side's labelled rows, in [0, 1].
    reference_value, production_value : float or None
        The metric in the bin.
    reference_interval, production_interval : (float, float) or None
        At 95 %.
    mix, rate : float or None
        The bin's part of the overall change, because its share changed and because the model
        changed inside it; None for metrics that are not means over rows.
    """

    window: Count
    column: str
    label: str
    metric: str
    reference_rows: Count
    production_rows: Count
    reference_share: float
    production_share: float
    reference_value: float | None
    production_value: float | None
    reference_interval: Interval | None
    production_interval: Interval | None
    mix: float | None
    rate: float | None


@dataclasses.dataclass(frozen=True, slots=True)
class ActivityPicture:
    """What happened over time in one window, step by step, empty steps included.

    Attributes
    ----------
    window : int
    segment : str or None
    step_s : float
        Length of a step in seconds.
    starts : tuple of str
        (T,) ISO 8601 starts of the steps, in UTC.
    rows : tuple of int
        (T,) invocations.
    expected : tuple of float
        (T,) invocations that ``expected_rows``, else the reference's rate, makes expected; empty
        where unknown.
    errors : tuple of int
        (T,) failed invocations; empty without an error column.
    latency_p50, latency_p95, latency_p99 : tuple of (float or None)
        (T,) in the latency column's unit; None in empty steps; empty without a latency column.
    """

    window: Count
    segment: str | None
    step_s: float
    starts: tuple[str, ...]
    rows: tuple[Count, ...]
    expected: tuple[float, ...] = ()
    errors: tuple[Count, ...] = ()
    latency_p50: tuple[float | None, ...] = ()
    latency_p95: tuple[float | None, ...] = ()
    latency_p99: tuple[float | None, ...] = ()

    def check(self) -> None:
        """Raise `MisfitError` when what was read back cannot be drawn."""
        require(1 <= self.step_s < _LONGEST_STEP_S, "has steps of no such length")
        steps = len(self.starts)
        require(len(self.rows) == steps, f"has {len(self.rows)} counts for {steps} steps")
        latencies = (self.latency_p50, self.latency_p95, self.latency_p99)
        for line in (self.expected, self.errors, *latencies):
            require(len(line) in (0, steps), f"has {len(line)} numbers for {steps} steps")


def _is_square(rows: tuple[tuple[int, ...], ...], size: int) -> bool:
    """Whether there are so many rows of so many numbers, or none at all."""
    return not rows or {len(rows), *map(len, rows)} == {size}
