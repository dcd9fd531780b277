"""Bins and contributions equal what polars' group_by and scikit-learn say of the raw rows."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest
from sklearn import metrics
from statsmodels.stats.proportion import proportion_confint

from mmon.profiles.features.tables import Layout
from mmon.results.charts import FeatureBin
from mmon.segments import contributions, feature_bins
from mmon.segments._bin_intervals import area_under_roc, student
from tests.segments.simulate import (
    REGRESSION,
    Side,
    bin_codes,
    binnings,
    classified,
    noise,
    regressed,
    tables,
)

CUTS = np.arange(1, 20) / 20
BINARY = Layout(CUTS, (2, 2, 20), ("log_loss", "brier_score"))


def binary(rng, count, moved):
    """A side of a binary task, and its rows: target, prediction, and the score's cell."""
    features = noise(rng, count, 4, moved=moved)
    score = rng.beta(2, 3, count)
    target = rng.random(count) < score**1.3
    cell = np.searchsorted(CUTS, score, side="left")
    prediction = cell >= 10
    code = (target * 2 + prediction) * 20 + cell
    losses = (-np.log(np.where(target, score, 1 - score)), (score - target) ** 2)
    side = Side(features, code, losses, (target != prediction).astype(float))
    frame = pl.DataFrame(
        {"target": target, "prediction": prediction, "cell": cell}
        | dict(zip(BINARY.losses, losses, strict=True))
    ).with_columns(error_rate=(pl.col("target") != pl.col("prediction")).cast(pl.Float64))
    return side, frame


def regression(rng, count, moved):
    features = noise(rng, count, 4, moved=moved)
    error = rng.normal(0.3, 2.0, count)
    frame = pl.DataFrame({"mae": np.abs(error), "mse": error**2, "bias": error})
    return regressed(features, error), frame


def both_sides(draw, layout, counts=(900, 700)):
    rng = np.random.default_rng(5)
    (ref, ref_frame), (cur, cur_frame) = draw(rng, counts[0], 0.0), draw(rng, counts[1], 0.6)
    plan = binnings(ref.features)
    found = feature_bins(tables(plan, layout, ref, rng), tables(plan, layout, cur, rng), window=3)
    frames = []
    for side, frame in ((ref, ref_frame), (cur, cur_frame)):
        codes = {one.column: bin_codes(one, side.features[one.column]) for one in plan}
        frames.append(frame.with_columns(**codes))
    return plan, found, frames


def one(found: list[FeatureBin], column: str, label: str, metric: str) -> FeatureBin:
    (match,) = (b for b in found if (b.column, b.label, b.metric) == (column, label, metric))
    return match


@pytest.mark.parametrize(
    ("draw", "layout", "means"),
    [
        (binary, BINARY, ("error_rate", "log_loss", "brier_score")),
        (regression, REGRESSION, ("mae", "mse", "bias")),
    ],
)
def test_means_shares_and_rows_are_those_of_a_group_by(draw, layout, means):
    plan, found, frames = both_sides(draw, layout)
    for binning in plan:
        for metric in means:
            for code, label in enumerate(binning.names()):
                bin_ = one(found, binning.column, label, metric)
                for side, frame in zip(("reference", "production"), frames, strict=True):
                    group = frame.filter(pl.col(binning.column) == code)
                    assert getattr(bin_, f"{side}_rows") == len(group)
                    share = getattr(bin_, f"{side}_share")
                    assert share == pytest.approx(len(group) / len(frame))
                    mean = group[metric].mean()
                    value = getattr(bin_, f"{side}_value")
                    assert value == (mean if mean is None else pytest.approx(mean, rel=1e-12))


@pytest.mark.parametrize(("draw", "layout"), [(binary, BINARY), (regression, REGRESSION)])
def test_contributions_sum_exactly_to_the_overall_change(draw, layout):
    _, found, (ref, cur) = both_sides(draw, layout)
    told = contributions(found)
    assert len(told) == 4 * 3
    for part in told:
        change = cur[part.metric].mean() - ref[part.metric].mean()
        assert part.change == pytest.approx(change, rel=1e-12)
        assert part.mix + part.rate == part.change


def test_contributions_sum_exactly_where_bins_are_empty_on_one_side():
    rng = np.random.default_rng(1)
    old = np.array(["a"] * 50 + ["b"] * 50, dtype=object)
    new = np.array(["b"] * 40 + ["c"] * 30 + [None] * 10, dtype=object)
    wrong = rng.random(100) < 0.2, rng.random(80) < 0.4
    plan = binnings({"letter": old})
    sides = [classified({"letter": x}, y) for x, y in ((old, wrong[0]), (new, wrong[1]))]
    layout = Layout(None, (2, 1), ())
    ref, cur = (tables(plan, layout, side, rng) for side in sides)
    found = feature_bins(ref, cur, window=0)
    assert [b.production_value is None for b in found] == [True, False, False, False]
    assert [b.reference_value is None for b in found] == [False, False, True, True]
    # A bin of one side only cannot have changed inside.
    assert [b.rate == 0 for b in found] == [True, False, True, True]
    (total,) = contributions(found)
    assert total.change == pytest.approx(wrong[1].mean() - wrong[0].mean(), rel=1e-12)
    # Production's new and missing labels were wrong more often than average: they cost.
    assert total.mix + total.rate == pytest.approx(total.change, rel=1e-12)


def test_a_change_of_shares_alone_is_all_mix():
    column = np.array(["a"] * 60 + ["b"] * 40, dtype=object)
    moved = np.array(["a"] * 20 + ["b"] * 80, dtype=object)
    wrong = np.array([True] * 6 + [False] * 54 + [True] * 20 + [False] * 20)
    moved_wrong = np.array([True] * 2 + [False] * 18 + [True] * 40 + [False] * 40)
    rng = np.random.default_rng(0)
    plan, layout = binnings({"x": column}), Layout(None, (2, 1), ())
    ref = tables(plan, layout, classified({"x": column}, wrong), rng)
    cur = tables(plan, layout, classified({"x": moved}, moved_wrong), rng)
    (total,) = contributions(feature_bins(ref, cur, window=0))
    assert total.rate == pytest.approx(0.0, abs=1e-15)
    assert total.mix == pytest.approx(0.42 - 0.26)


@pytest.mark.slow
def test_decisions_and_areas_are_scikit_learns():
    plan, found, frames = both_sides(binary, BINARY)
    oracles = {
        "precision": metrics.precision_score,
        "recall": metrics.recall_score,
        "f1": metrics.f1_score,
    }
    for binning in plan:
        for code, label in enumerate(binning.names()):
            for side, frame in zip(("reference", "production"), frames, strict=True):
                group = frame.filter(pl.col(binning.column) == code)
                target = group["target"].to_numpy()
                if len(set(target)) < 2 or not group["prediction"].any():
                    continue
                for name, oracle in oracles.items():
                    bin_ = one(found, binning.column, label, name)
                    value = getattr(bin_, f"{side}_value")
                    assert value == pytest.approx(oracle(target, group["prediction"].to_numpy()))
                    low, high = getattr(bin_, f"{side}_interval")
                    assert 0 <= low <= value <= high <= 1
                    assert bin_.mix is None
                    assert bin_.rate is None
                area = getattr(one(found, binning.column, label, "roc_auc"), f"{side}_value")
                cells = group["cell"].to_numpy()
                sides = [np.bincount(cells[target == code], minlength=64) for code in (0, 1)]
                # Rows of one cell are in an unknown order: too many of them leave no value.
                if sides[0] @ sides[1] / 2 / (sides[0].sum() * sides[1].sum()) > 0.05:
                    assert area is None
                    continue
                assert area == pytest.approx(metrics.roc_auc_score(target, cells))


def test_error_rates_have_wilsons_interval():
    _, found, _ = both_sides(binary, BINARY)
    for bin_ in found:
        if bin_.metric == "error_rate" and bin_.production_rows:
            wrong = round(bin_.production_value * bin_.production_rows)
            expected = proportion_confint(wrong, bin_.production_rows, method="wilson")
            assert bin_.production_interval == pytest.approx(expected, abs=1e-12)


def test_no_number_is_nan_and_empty_bins_have_none():
    _, found, _ = both_sides(binary, BINARY, counts=(60, 40))
    assert any(b.production_rows == 0 for b in found)
    for bin_ in found:
        for side in ("reference", "production"):
            value, interval = (getattr(bin_, f"{side}_{what}") for what in ("value", "interval"))
            assert value is None or math.isfinite(value)
            assert interval is None or all(map(math.isfinite, interval))
            if getattr(bin_, f"{side}_rows") == 0:
                assert value is None
                assert interval is None


def test_a_side_without_labels_leaves_the_other():
    rng = np.random.default_rng(2)
    side, _ = binary(rng, 300, 0.0)
    some = tables(binnings(side.features), BINARY, side, rng)
    assert feature_bins(None, None, window=0) == []
    only_ref, only_cur = feature_bins(some, None, window=0), feature_bins(None, some, window=0)
    assert {b.production_value for b in only_ref} == {None}
    assert {b.production_rows for b in only_ref} == {0}
    assert [b.reference_value for b in only_ref] == [b.production_value for b in only_cur]
    assert contributions(only_ref) == contributions(only_cur) == []


def test_other_bins_on_the_other_side_are_refused():
    rng = np.random.default_rng(2)
    sides = [regression(rng, 300, 0.0)[0] for _ in range(2)]
    plan = binnings(sides[0].features)
    fewer = [*plan[:-1], binnings({"f3": np.array([1.0, 2.0])})[0]]
    ref, cur = tables(plan, REGRESSION, sides[0], rng), tables(fewer, REGRESSION, sides[1], rng)
    with pytest.raises(ValueError, match="other bins"):
        feature_bins(ref, cur, window=0)


def test_student_intervals_cover_at_their_level():
    rng = np.random.default_rng(3)
    values = rng.normal(2.0, 3.0, (4_000, 12))
    rows = np.full(len(values), 12)
    low, high = student(values.sum(axis=1), (values**2).sum(axis=1), rows)
    assert 0.94 < ((low <= 2.0) & (high >= 2.0)).mean() < 0.96


@pytest.mark.parametrize("gap", [0.3, 1.2, 2.5])
@pytest.mark.parametrize(("n", "m"), [(30, 70), (400, 40)])
def test_area_intervals_cover_at_their_level(gap, n, m):
    rng = np.random.default_rng(4)
    truth = float(0.5 * (1 + math.erf(gap / 2)))
    negatives = rng.normal(size=(800, n))
    positives = rng.normal(gap, 1.0, (800, m))
    areas = np.array(
        [
            np.searchsorted(np.sort(x), y).sum() / (n * m)
            for x, y in zip(negatives, positives, strict=True)
        ]
    )
    low, high = area_under_roc(areas, np.full(800, n), np.full(800, m))
    assert 0.92 < ((low <= truth) & (high >= truth)).mean() < 0.985


def test_an_area_of_one_still_has_a_length():
    low, high = area_under_roc(np.array([1.0, 0.0, np.nan]), np.full(3, 20), np.full(3, 10))
    assert 0.7 < low[0] < 0.95
    assert high[0] == 1.0
    assert (low[1], high[1]) == pytest.approx((0.0, 1 - low[0]))
    assert np.isnan(low[2])
