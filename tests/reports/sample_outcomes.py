"""Made-up predictions and targets, and what a report draws of them, for sample documents."""

from __future__ import annotations

import bisect
import dataclasses
import math
import random
from collections.abc import Sequence

from mmon.results.charts import Curve, PerformancePicture, PerformanceSide

_POINTS = 100


@dataclasses.dataclass(frozen=True)
class Scored:
    """Rows of one class against the rest: score and truth, the largest scores first."""

    rows: tuple[tuple[float, bool], ...]

    @property
    def positives(self) -> int:
        return sum(truth for _, truth in self.rows)


def scored(random_numbers: random.Random, rows: int, skill: float, share: float = 0.3) -> Scored:
    """Scores whose two classes lie ``skill`` standard deviations apart."""
    drawn = []
    for _ in range(rows):
        truth = random_numbers.random() < share
        raw = random_numbers.gauss(skill if truth else 0.0, 1.0)
        drawn.append(
            (1 / (1 + math.exp(-1.6 * (raw - skill / 2) - math.log(share / (1 - share)))), truth)
        )
    return Scored(tuple(sorted(drawn, reverse=True)))


def area(sample: Scored) -> float:
    """The area under the ROC curve, where no two scores are equal."""
    above = below = 0
    for _, truth in sample.rows:
        if truth:
            above += 1
        else:
            below += above
    return below / (sample.positives * (len(sample.rows) - sample.positives))


def curves(sample: Scored, label: str | None = None) -> tuple[Curve, ...]:
    """The three curves of a classifier."""
    positives, negatives = sample.positives, len(sample.rows) - sample.positives
    step = max(1, len(sample.rows) // _POINTS)
    hits = found = 0
    roc, precision = [(0.0, 0.0)], []
    for at, (_, truth) in enumerate(sample.rows, start=1):
        hits += truth
        found = at - hits
        if at % step == 0 or at == len(sample.rows):
            roc.append((found / negatives, hits / positives))
            precision.append((hits / positives, hits / at))
    size = -(-len(sample.rows) // 10)
    groups = [sample.rows[i : i + size] for i in range(0, len(sample.rows), size)]
    calibration = [
        (sum(s for s, _ in group) / len(group), sum(t for _, t in group) / len(group))
        for group in reversed(groups)
    ]
    weights = tuple(len(group) for group in reversed(groups))
    return (
        _curve("roc", label, roc),
        _curve("precision_recall", label, precision),
        _curve("calibration", label, calibration, weights),
    )


def _curve(
    name: str,
    label: str | None,
    points: Sequence[tuple[float, float]],
    weights: tuple[int, ...] = (),
) -> Curve:
    return Curve(name, label, tuple(x for x, _ in points), tuple(y for _, y in points), weights)


def binary_side(sample: Scored, rows: int) -> PerformanceSide:
    """One side of a binary task, decided at 0.5."""
    cells = [[0, 0], [0, 0]]
    for score, truth in sample.rows:
        cells[truth][score >= 0.5] += 1
    matrix = tuple(tuple(line) for line in cells)
    return PerformanceSide(rows, len(sample.rows), curves(sample), matrix)


def multiclass_side(
    random_numbers: random.Random, classes: Sequence[str], rows: int, skill: float
) -> PerformanceSide:
    """One side of a task with several classes, the first ones the most frequent."""
    weights = [1 / (i + 1) for i in range(len(classes))]
    matrix = []
    for own, weight in enumerate(weights):
        of_class = max(4, round(rows * weight / sum(weights)))
        hits = round(of_class * min(0.97, skill * random_numbers.uniform(0.8, 1.1)))
        shares = [w * random_numbers.uniform(0.2, 1.8) for w in weights]
        shares[own] = 0.0
        line = [round((of_class - hits) * share / (sum(shares) or 1.0)) for share in shares]
        line[own] = hits
        matrix.append(tuple(line))
    drawn = tuple(
        curve
        for own, name in enumerate(classes)
        for curve in curves(scored(random_numbers, 600, skill * 2.4, 0.2 + 0.3 / (own + 1)), name)
    )
    labelled = sum(map(sum, matrix))
    return PerformanceSide(labelled + rows // 20, labelled, drawn, tuple(matrix))


def regression_picture(seed: int, window: int = 0) -> PerformancePicture:
    """Prices and their predictions, which production overestimates."""
    random_numbers = random.Random(seed)
    samples = [
        [_price(random_numbers, bias, noise) for _ in range(rows)]
        for bias, noise, rows in ((1.0, 0.12, 6000), (1.12, 0.2, 5000))
    ]
    edges = tuple(float(e) for e in range(-20_000, 20_001, 1_000))
    cells = tuple(float(e) for e in range(0, 60_001, 2_000))
    reference, production = (_regression_side(rows, edges, cells) for rows in samples)
    return PerformancePicture(window, None, "regression", (), edges, cells, reference, production)


def _price(random_numbers: random.Random, bias: float, noise: float) -> tuple[float, float]:
    target = min(59_999.0, math.exp(random_numbers.gauss(9.8, 0.5)))
    prediction = target * bias * math.exp(random_numbers.gauss(0.0, noise))
    return target, min(59_999.0, prediction)


def _regression_side(
    rows: Sequence[tuple[float, float]], edges: Sequence[float], cells: Sequence[float]
) -> PerformanceSide:
    errors = [0] * (len(edges) - 1)
    plane = [[0] * (len(cells) - 1) for _ in cells[1:]]
    by_prediction: dict[int, list[tuple[float, float]]] = {}
    for target, prediction in rows:
        errors[_place(edges, prediction - target)] += 1
        plane[_place(cells, target)][_place(cells, prediction)] += 1
        by_prediction.setdefault(_place(cells, prediction) // 3, []).append((target, prediction))
    groups = [by_prediction[key] for key in sorted(by_prediction)]
    curve = _curve(
        "predicted_actual",
        None,
        [(sum(p for _, p in g) / len(g), sum(t for t, _ in g) / len(g)) for g in groups],
        tuple(map(len, groups)),
    )
    return PerformanceSide(
        len(rows), len(rows), (curve,), None, tuple(errors), tuple(tuple(line) for line in plane)
    )


def _place(edges: Sequence[float], value: float) -> int:
    return min(max(bisect.bisect_left(edges, value) - 1, 0), len(edges) - 2)
