"""Result documents with model performance: one for each task, with bins and segments."""

from __future__ import annotations

import dataclasses
import itertools
import math
import random
from collections.abc import Sequence

from mmon.results import Document, Metric, Result, ResultKind, Status
from mmon.results.charts import FeatureBin, PerformancePicture
from tests import quantities
from tests.reports import sample_outcomes as outcomes
from tests.reports.sample_document import sample_document

CLASSES = (
    "prepaid_card",
    "credit_reporting",
    "mortgage",
    "Übertragung zwischen eigenen Konten, auch im Ausland und in fremder Währung",
    "debt_collection",
    "価格の変化率",
    "student_loan",
    "<b>payday</b>",
    "vehicle_loan",
    "money_transfer",
    "virtual_currency",
    "other",
)
_REFERENCE_ROWS, _PRODUCTION_ROWS = 4_000, 3_000


def metric_results(
    name: str,
    reference: float,
    production: float,
    *,
    window: int = 0,
    half: float = 0.01,
    drop: tuple[float, float] | None = None,
    higher_is_better: bool = True,
    segment: str | None = None,
) -> list[Result]:
    """What the analysis says of one metric; with ``drop``, its thresholds, it is judged."""
    plain = quantities.result(
        name,
        production,
        kind=ResultKind.MODEL_PERFORMANCE,
        window=window,
        segment=segment,
        reference_value=reference,
        interval=(production - half, production + half),
        reference_interval=(reference - half * 0.8, reference + half * 0.8),
    )
    worse = reference - production if higher_is_better else production - reference
    is_bounded = name.partition(":")[0] not in ("log_loss", "mae", "rmse", "bias", "business_value")
    is_relative = not is_bounded or reference > 1
    value = worse / reference if is_relative else worse
    p_value = math.exp(-((worse / half) ** 2)) if worse > 0 else 1.0
    judged = dataclasses.replace(
        plain,
        aspect="drop",
        relative=is_relative,
        value=value,
        interval=None,
        p_value=p_value,
        q_value=min(1.0, 2 * p_value),
        potential=drop[0] if drop else None,
        detected=drop[1] if drop else None,
        gating=drop is not None,
        status=_status(value, p_value, drop),
    )
    return [plain, judged]


def _status(value: float, p_value: float, drop: tuple[float, float] | None) -> Status:
    if drop is None:
        return Status.IRRELEVANT
    if p_value > 0.05 or value < drop[0]:
        return Status.NO_DETECTION
    return Status.DETECTED if value >= drop[1] else Status.POTENTIAL_DETECTION


def check(name: str, value: float | None, *, window: int = 0, **fields: object) -> Result:
    """A result about labels or predictions."""
    fields = {"kind": ResultKind.MODEL_PERFORMANCE, **fields}
    return quantities.result(name, value, window=window, **fields)


def binary_document(features: int = 8, windows: int = 1, seed: int = 0) -> Document:
    """A binary task whose area under the curve falls, more from window to window."""
    random_numbers = random.Random(seed)
    before = outcomes.scored(random_numbers, _REFERENCE_ROWS, 1.6)
    results: list[Result] = []
    metrics: list[Metric] = []
    pictures = []
    for window in range(windows):
        skill = 1.6 - 0.5 * (window + 1) / windows
        after = outcomes.scored(random_numbers, _PRODUCTION_ROWS, skill)
        sides = [
            outcomes.binary_side(before, _REFERENCE_ROWS),
            outcomes.binary_side(after, round(_PRODUCTION_ROWS * 1.25)),
        ]
        pictures.append(
            PerformancePicture(window, None, "binary", ("no", "yes"), (), (), sides[0], sides[1])
        )
        areas = outcomes.area(before), outcomes.area(after)
        accuracy = [_accuracy(side.confusion or ()) for side in sides]
        for name, (ref, cur), drop, is_higher in (
            ("roc_auc", areas, (0.02, 0.05), True),
            ("accuracy", (accuracy[0], accuracy[1]), None, True),
            ("f1", (0.612, 0.5507), (0.02, 0.05), True),
            ("log_loss", (0.4213, 0.4907), (0.1, 0.2), False),
            ("business_value", (12.4, 10.9), None, True),
        ):
            half = 0.2 if name == "business_value" else 0.0123
            found = metric_results(
                name, ref, cur, window=window, half=half, drop=drop, higher_is_better=is_higher
            )
            results += found
        results += [
            check("label_coverage", 0.8, window=window, reference_value=1.0),
            check("labels_without_prediction", 12.0, window=window),
            check("conflicting_labels", 3.0, window=window, detected=1.0, gating=True,
                  status=Status.DETECTED, reason="3 ids have two labels: the last counts"),
        ]  # fmt: skip
    results += worse_segments()
    metrics.append(quantities.metric("segments_tested", 1_274.0))
    return _with(features, windows, results, metrics, pictures, random_numbers)


def multiclass_document(
    classes: int = 12, features: int = 8, windows: int = 1, seed: int = 0
) -> Document:
    """Several classes, of which some got worse."""
    random_numbers = random.Random(seed)
    names = CLASSES[:classes]
    sides = [
        outcomes.multiclass_side(random_numbers, names, rows, skill)
        for rows, skill in ((_REFERENCE_ROWS, 0.9), (_PRODUCTION_ROWS, 0.74))
    ]
    results: list[Result] = []
    metrics: list[Metric] = []
    for window, (name, ref, cur) in itertools.product(
        range(windows),
        (
            ("f1_macro", 0.812, 0.701),
            ("accuracy", 0.871, 0.802),
            ("roc_auc_macro", 0.951, 0.913),
            ("top_2_accuracy", 0.942, 0.93),
        ),
    ):
        drop = (0.02, 0.05) if name == "f1_macro" else None
        found = metric_results(name, ref, cur, window=window, drop=drop)
        results = results + found
    for place, label in enumerate(names):
        for name in ("precision", "recall", "f1", "roc_auc"):
            ref = 0.95 - 0.02 * place
            cur = ref - random_numbers.uniform(0.0, 0.1)
            drop = (0.02, 0.08) if name == "f1" else None
            found = metric_results(f"{name}:{label}", ref, cur, half=0.02, drop=drop)
            results = results + found
    picture = PerformancePicture(0, None, "multiclass", names, (), (), sides[0], sides[1])
    metrics.append(quantities.metric("segments_tested", 310.0))
    return _with(features, windows, results, metrics, [picture], random_numbers)


def regression_document(features: int = 8, windows: int = 1, seed: int = 0) -> Document:
    """Prices that production overestimates."""
    results: list[Result] = []
    metrics: list[Metric] = []
    for window in range(windows):
        later = (window + 1) / windows
        for name, ref, cur, half, drop, is_higher in (
            ("mae", 1_912.4, 1_912.4 + 1_260 * later, 41.0, (0.1, 0.2), False),
            ("rmse", 3_021.0, 5_207.0, 130.0, None, False),
            ("r2", 0.917, 0.79, 0.012, (0.02, 0.05), True),
            ("mape", 0.097, 0.181, 0.003, None, False),
            ("bias", 14.1, 2_101.7, 60.0, None, False),
            ("max_error", 18_204.0, 39_120.5, 1.0, None, False),
        ):
            found = metric_results(
                name, ref, cur, window=window, half=half, drop=drop, higher_is_better=is_higher
            )
            if name == "max_error":
                found = [dataclasses.replace(found[0], interval=None, reference_interval=None)]
            results = results + found
    pictures = [outcomes.regression_picture(seed)]
    metrics.append(quantities.metric("segments_tested", 512.0))
    return _with(features, windows, results, metrics, pictures, random.Random(seed))


def worse_segments() -> list[Result]:
    """Two segments in which the model got worse than elsewhere."""
    return [
        check(
            "worse_segment",
            value,
            aspect="increase",
            segment=segment,
            interval=(value - 0.03, value + 0.04),
            q_value=q_value,
            potential=0.05,
            status=Status.POTENTIAL_DETECTION,
            reason=reason,
        )
        for segment, value, q_value, reason in (
            ("deposit = Non Refund", 0.0871, 0.0031,
             "error rate 0.021 → 0.109, 12.2% of rows, explains 21% of the rise"),
            ("country = BR and amount > 310", 0.29, 2.1e-9,
             "error rate 0.09 → 0.38, 4.1% of rows, explains 38% of the rise"),
        )
    ]  # fmt: skip


def feature_bins(
    random_numbers: random.Random, names: Sequence[str], metrics: Sequence[str], bins: int = 12
) -> tuple[list[FeatureBin], list[Metric]]:
    """Bins of every feature and metric; mix and rate add up to one change for every feature."""
    rows: list[FeatureBin] = []
    told: list[Metric] = []
    for metric, name in itertools.product(metrics, names):
        is_mean = metric not in ("roc_auc", "f1")
        weights = [[random_numbers.uniform(0.5, 2) for _ in range(bins)] for _ in range(2)]
        shares = [[w / sum(side) for w in side] for side in weights]
        before = [random_numbers.uniform(0.05, 0.2) for _ in range(bins)]
        after = [v + random_numbers.uniform(-0.01, 0.05) for v in before]
        mean = sum(v * s for v, s in zip(before, shares[0], strict=True))
        scale = 0.0213 / (sum(v * s for v, s in zip(after, shares[1], strict=True)) - mean)
        own = []
        for i in range(bins):
            mix = (shares[1][i] - shares[0][i]) * before[i] * scale
            rate = shares[1][i] * (after[i] - before[i]) * scale
            label = f"{i * 10} to {i * 10 + 10}" if i < bins - 1 else "(null)"
            half = 0.03 / math.sqrt(shares[0][i] * bins)
            own.append(
                FeatureBin(
                    0, name, label, metric,
                    round(shares[0][i] * _REFERENCE_ROWS), round(shares[1][i] * _PRODUCTION_ROWS),
                    shares[0][i], shares[1][i], before[i], after[i],
                    (before[i] - half, before[i] + half), (after[i] - half, after[i] + half),
                    mix if is_mean else None, rate if is_mean else None,
                )
            )  # fmt: skip
        rows += own
        if is_mean:
            told += [
                quantities.metric(
                    f"{metric}_{part}",
                    sum(getattr(b, part) for b in own),
                    column=name,
                )
                for part in ("mix", "rate")
            ]
    return rows, told


def _accuracy(matrix: Sequence[Sequence[int]]) -> float:
    return sum(line[i] for i, line in enumerate(matrix)) / sum(map(sum, matrix))


def _with(
    features: int,
    windows: int,
    results: Sequence[Result],
    metrics: Sequence[Metric],
    pictures: Sequence[PerformancePicture],
    random_numbers: random.Random,
) -> Document:
    plain = sample_document(features, windows)
    names = [column.name for column in plain.columns[:features]]
    task = pictures[0].task
    told = ("mae", "mse") if task == "regression" else ("error_rate", "log_loss", "roc_auc")
    bins, parts = feature_bins(random_numbers, names, told)
    last = windows - 1  # what the page opens with
    bins = [dataclasses.replace(one, window=last) for one in bins]
    metrics = [dataclasses.replace(one, window=last) for one in (*metrics, *parts)]
    results = [
        dataclasses.replace(one, window=last) if one.quantity.about == "segment" else one
        for one in results
    ]
    return quantities.with_rows(
        plain,
        results=[*plain.results, *results],
        metrics=[*plain.metrics, *metrics],
        performance=pictures,
        bins=bins,
    )
