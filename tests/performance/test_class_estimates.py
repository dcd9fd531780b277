"""What classification metrics say where they are undefined, compressed or nearly perfect."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from scipy.special import expit
from sklearn.metrics import average_precision_score, roc_auc_score
from statsmodels.stats.proportion import proportion_confint

from mmon.chance.skewed_means import LEVEL
from mmon.performance._precision_recall import precision_recall_area
from mmon.performance._ranking import Ranking
from mmon.performance.business_value import BusinessValue
from mmon.performance.top_k_accuracy import TopKAccuracy
from mmon.profiles.distributions.ecdf import Ecdf
from mmon.profiles.outcomes.classification import ClassificationTables
from mmon.results import Task
from tests.performance.class_samples import binary, estimates, multiclass


def reason(name: str, tables: ClassificationTables, full_name: str | None = None) -> str:
    found = estimates(name, tables)[full_name or name]
    assert found.value is None
    return found.reason or ""


@pytest.mark.parametrize(("hits", "rows"), [(0, 7), (7, 7), (1, 30), (450, 1000)])
def test_the_interval_of_a_share_is_wilsons_of_statsmodels(hits: int, rows: int) -> None:
    right = np.arange(rows) < hits
    (found,) = estimates("accuracy", ClassificationTables.of_rows(right * 0, ~right * 1)).values()
    theirs = proportion_confint(hits, rows, method="wilson")
    assert found.interval == pytest.approx(theirs, abs=1e-12)


def test_the_mean_of_symmetric_rows_has_students_interval() -> None:
    values = np.repeat([4.0, 6.0], 25)
    metric = BusinessValue(false_positive=4.0, true_positive=6.0)
    target = (values == 6.0) * 1
    found = metric.estimates(ClassificationTables.of_rows(target, target * 0 + 1))["business_value"]
    theirs = stats.t.interval(LEVEL, 49, loc=5.0, scale=values.std(ddof=1) / np.sqrt(50))
    assert found.interval == pytest.approx(theirs, rel=1e-6)
    assert found.variance == pytest.approx(values.var(ddof=1) / 50)


def test_the_interval_of_a_skewed_mean_reaches_further_on_the_long_side() -> None:
    target = (np.arange(100) < 8) * 1
    found = BusinessValue(true_positive=10.0).estimates(
        ClassificationTables.of_rows(target, target)
    )["business_value"]
    assert found.interval is not None
    assert found.value is not None
    assert found.interval[1] - found.value > 1.3 * (found.value - found.interval[0])


def test_the_variance_of_the_roc_area_is_that_of_delong() -> None:
    rng = np.random.default_rng(2)
    inside, outside = np.round(rng.normal(1, 1, 40), 1), np.round(rng.normal(0, 1, 90), 1)
    order = (inside[:, None] > outside) + 0.5 * (inside[:, None] == outside)
    expected = order.mean(axis=1).var(ddof=1) / 40 + order.mean(axis=0).var(ddof=1) / 90
    target, scores = np.repeat([1, 0], [40, 90]), expit(np.concatenate([inside, outside]))
    (area,) = estimates("roc_auc", ClassificationTables.of_rows(target, target, scores)).values()
    assert area.value == pytest.approx(order.mean(), rel=1e-12)
    assert area.variance == pytest.approx(expected, rel=1e-12)


def test_the_variance_of_average_precision_is_that_of_the_jackknife() -> None:
    rng = np.random.default_rng(3)
    target = rng.random(60) < 0.4
    score = np.round(rng.normal(size=60) + target, 1)
    without = np.array(
        [average_precision_score(np.delete(target, i), np.delete(score, i)) for i in range(60)]
    )
    area = precision_recall_area(Ranking.of(Ecdf.of(score[target]), Ecdf.of(score[~target])))
    assert area.variance == pytest.approx(59 / 60 * np.sum((without - without.mean()) ** 2))
    assert area.bias == pytest.approx(59 * (without.mean() - area.value))


@pytest.mark.parametrize("seed", range(30))
def test_the_error_of_average_precision_holds_after_merging(seed: int) -> None:
    rng = np.random.default_rng([4, seed])
    n = int(rng.integers(50, 3000))
    gap, prevalence = rng.choice([0.5, 1.0, 4.0]), rng.choice([0.05, 0.5])
    rows = binary(seed, n, gap=gap, prevalence=prevalence, digits=int(rng.integers(1, 6)))
    rows.target[:2] = 1, 0
    assert rows.scores is not None
    exact = average_precision_score(rows.target, rows.scores[:, 0])
    points = int(rng.choice([8, 32, 200]))
    parts = [rows.outcome(slice(0, n // 3)), rows.outcome(slice(n // 3, n))]
    merged = ClassificationTables.merge([ClassificationTables.of(part, points) for part in parts])
    (found,) = estimates("average_precision", merged.compress(points)).values()
    assert found.value is not None
    assert abs(found.value - exact) <= found.error + 1e-12
    assert found.error < 0.6


def test_a_fine_summary_has_a_small_error() -> None:
    rows = binary(5, n=50_000, gap=1.5)
    assert rows.scores is not None
    tables = rows.tables(4096)
    for name, oracle in (
        ("roc_auc", roc_auc_score),
        ("average_precision", average_precision_score),
    ):
        (found,) = estimates(name, tables).values()
        assert found.value == pytest.approx(oracle(rows.target, rows.scores[:, 0]), abs=6e-4)
        assert 0 < found.error < 2e-3


def test_undefined_values_say_what_is_missing() -> None:
    rows = binary(1)
    only_positive = ClassificationTables.of_rows([1, 1], [1, 0], [0.4, 0.6], classes=("no", "yes"))
    only_negative = ClassificationTables.of_rows([0, 0], [0, 0], [0.4, 0.6], classes=("no", "yes"))
    assert reason("roc_auc", only_positive) == "every row with scores is of class yes"
    assert reason("average_precision", only_negative) == "no row with scores is of class yes"
    assert reason("recall", only_negative) == "no row is of class yes"
    assert reason("specificity", only_positive) == "all rows are of class yes"
    assert reason("precision", only_negative) == "no row was predicted to be of class yes"
    assert reason("f1", only_negative) == "no row is of class yes, nor predicted to be"
    assert reason("balanced_accuracy", only_negative) == "all rows are of one class"
    unscored = ClassificationTables.of_rows(rows.target, rows.prediction)
    assert reason("log_loss", unscored) == "there are no scores"
    unknown = ClassificationTables.of_rows([-1, -1], [0, 1], [0.4, 0.6])
    assert reason("brier_score", unknown) == "no row has a target"
    assert reason("accuracy", unknown) == "no row has both a target and a prediction"
    lost = ClassificationTables.of_rows([0, 1], [0, 1], [np.nan, np.nan])
    assert reason("expected_calibration_error", lost) == "no row with a target has usable scores"
    assert "costs" in reason("business_value", rows.tables())


def test_a_constant_prediction_has_no_correlation_by_convention() -> None:
    (found,) = estimates(
        "matthews_corrcoef", ClassificationTables.of_rows([0, 1, 1], [1, 1, 1])
    ).values()
    assert found.value == 0.0
    assert "constant" in (found.reason or "")


def test_classes_without_rows_are_left_out_of_score_averages_and_named() -> None:
    rng = np.random.default_rng(6)
    target = rng.integers(0, 2, 200)
    scores = rng.dirichlet(np.ones(3), 200)
    tables = ClassificationTables.of_rows(target, target, scores, classes=("a", "b", "c"))
    found = estimates("roc_auc", tables)
    each = [roc_auc_score(target == code, scores[:, code]) for code in (0, 1)]
    assert found["roc_auc_macro"].value == pytest.approx(np.mean(each), rel=1e-12)
    assert found["roc_auc_macro"].reason == "over 2 of 3 classes, without c"
    assert found["roc_auc:c"].reason == "no row with scores is of class c"


def test_a_class_that_was_never_predicted_counts_as_zero_and_is_named() -> None:
    tables = ClassificationTables.of_rows([0, 1, 2], [0, 1, 1], classes=("a", "b", "c"))
    found = estimates("precision", tables)["precision_macro"]
    assert found.value == pytest.approx(0.5)
    assert found.reason is not None
    assert found.reason.endswith("counted as 0, being undefined: c")


@pytest.mark.parametrize(("said", "is_known"), [(9, False), (10, True)])
def test_an_average_over_classes_takes_ten_rows_of_each(said: int, is_known: bool) -> None:
    target = [0] * 60 + [1] * 40
    tables = ClassificationTables.of_rows(
        target, [0] * (100 - said) + [1] * said, task=Task.MULTICLASS
    )
    found = estimates("precision", tables)["precision_macro"]
    assert found.value == pytest.approx(np.mean([60 / (100 - said), 1.0]))
    assert (found.variance is not None, found.interval is not None) == (is_known, is_known)
    words = "class 1 has 9 predictions, and it takes 10 of each class"
    assert found.reason == (None if is_known else words)


def test_beyond_the_bound_on_score_curves_classes_are_named() -> None:
    rng = np.random.default_rng(7)
    classes = tuple(f"class {code:02d}" for code in range(25))
    target = rng.integers(0, 25, 400)
    scores = rng.dirichlet(np.ones(25), 400)
    tables = ClassificationTables.of_rows(target, target, scores, classes=classes)
    found = estimates("roc_auc", tables)
    assert "over 20 of 25 classes" in (found["roc_auc_macro"].reason or "")
    assert "only 20 classes" in (found["roc_auc:class 24"].reason or "")
    assert found["roc_auc_macro"].value is not None


@pytest.mark.parametrize("name", ["roc_auc", "average_precision", "recall", "f1", "accuracy"])
def test_a_perfect_sample_does_not_prove_a_perfect_model(name: str) -> None:
    target = np.repeat([0, 1], [60, 30])
    tables = ClassificationTables.of_rows(target, target, 0.2 + 0.6 * target)
    (found,) = estimates(name, tables).values()
    assert found.value == 1.0
    assert found.interval is not None
    assert 0.7 < found.interval[0] < 0.97
    assert found.interval[1] == 1.0


def test_the_calibration_error_of_a_calibrated_model_may_be_zero() -> None:
    (found,) = estimates("expected_calibration_error", binary(8, n=500).tables()).values()
    assert found.value is not None
    assert found.value > 0.01
    assert found.interval is not None
    assert found.interval[0] == 0.0


def test_noise_of_the_calibration_error_is_no_change() -> None:
    """A calibrated model's error differs between few and many rows, as the variance says."""
    alarms = 0
    many = estimates("expected_calibration_error", binary(1, n=20_000).tables()).popitem()[1]
    assert many.value is not None
    assert many.variance is not None
    for seed in range(40):
        few = estimates("expected_calibration_error", binary(seed, n=200).tables()).popitem()[1]
        assert few.value is not None
        assert few.variance is not None
        assert few.value > many.value
        alarms += few.value - many.value > stats.norm.isf((1 - LEVEL) / 2) * np.sqrt(
            few.variance + many.variance
        )
    # Two are expected of 40, at most.
    assert alarms <= 4


def test_a_wrong_calibration_is_not_called_noise() -> None:
    rows = binary(9, n=2000)
    assert rows.scores is not None
    odds = np.log(rows.scores / (1 - rows.scores))
    tables = ClassificationTables.of_rows(rows.target, rows.prediction, 1 / (1 + np.exp(-3 * odds)))
    (found,) = estimates("expected_calibration_error", tables).values()
    assert found.interval is not None
    assert found.interval[0] > 0.1


def test_top_k_always_tells_the_one_that_decides() -> None:
    tables = multiclass(1, classes=5).tables()
    assert list(TopKAccuracy(3).estimates(tables)) == ["top_2_accuracy", "top_3_accuracy"]
    assert TopKAccuracy.main in TopKAccuracy(4).estimates(tables)
    with pytest.raises(ValueError, match="at least 1"):
        TopKAccuracy((0, 2))


def test_a_business_value_without_a_loss_yet_may_hold_one() -> None:
    target = np.zeros(100, dtype=int)
    found = BusinessValue(false_positive=-50.0, true_positive=10.0).estimates(
        ClassificationTables.of_rows(target, target)
    )["business_value"]
    assert found.value == 0.0
    assert found.interval is not None
    assert found.interval[0] < -1.0


def test_the_covariance_of_classes_makes_averages_less_sure_than_independence() -> None:
    """With two classes whose scores mirror each other, the average knows no more than either."""
    rows = binary(10, n=2000)
    assert rows.scores is not None
    both = np.column_stack([1 - rows.scores[:, 0], rows.scores[:, 0], np.zeros(2000)])
    tables = ClassificationTables.of_rows(
        rows.target, rows.prediction, both, classes=("a", "b", "c")
    )
    found = estimates("roc_auc", tables)
    assert found["roc_auc:a"].value == pytest.approx(found["roc_auc:b"].value)
    assert found["roc_auc_macro"].variance == pytest.approx(found["roc_auc:a"].variance, rel=0.01)
