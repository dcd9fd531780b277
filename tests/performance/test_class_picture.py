"""What reports draw of a classifier."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from sklearn import metrics as sk
from sklearn.calibration import calibration_curve

from mmon.performance._class_picture import class_picture
from mmon.profiles.outcomes.classification import ClassificationTables
from mmon.results.charts import Curve, PerformanceSide
from tests.performance.class_samples import binary, multiclass


def curve(side: PerformanceSide | None, name: str, label: str | None = None) -> Curve:
    assert side is not None
    (found,) = (one for one in side.curves if (one.name, one.label) == (name, label))
    return found


def test_a_short_curve_is_that_of_scikit_learn() -> None:
    rows = binary(1, n=120)
    assert rows.scores is not None
    picture = class_picture(None, rows.tables(), 3)
    assert (picture.window, picture.task) == (3, "binary")
    assert picture.reference is None
    score = rows.scores[:, 0]
    roc = curve(picture.production, "roc")
    false_rate, true_rate, _ = sk.roc_curve(rows.target, score, drop_intermediate=False)
    assert np.allclose(roc.x, false_rate)
    assert np.allclose(roc.y, true_rate)
    line = curve(picture.production, "precision_recall")
    precision, recall, _ = sk.precision_recall_curve(rows.target, score)
    assert np.allclose(line.x, recall[-2::-1])
    assert np.allclose(line.y, precision[-2::-1])
    calibration = curve(picture.production, "calibration")
    share, mean = calibration_curve(rows.target, score, n_bins=10)
    assert np.allclose(calibration.x, mean)
    assert np.allclose(calibration.y, share)
    assert sum(calibration.weights) == 120


def test_a_long_curve_has_few_points_and_nearly_the_same_area() -> None:
    rows = binary(2, n=20_000)
    tables = rows.tables(4096)
    picture = class_picture(tables, tables, 0)
    for name in ("roc", "precision_recall"):
        line = curve(picture.production, name)
        assert 100 < len(line.x) <= 200
        assert line.x[-1] == 1.0
    roc = curve(picture.production, "roc")
    assert roc.x[0] == roc.y[0] == 0.0
    assert rows.scores is not None
    exact = sk.roc_auc_score(rows.target, rows.scores[:, 0])
    assert np.trapezoid(roc.y, roc.x) == pytest.approx(exact, abs=1e-3)


def test_confusion_matrices_share_one_list_of_classes() -> None:
    ref, cur = multiclass(1, classes=3), multiclass(2, classes=4)
    picture = class_picture(ref.tables(), cur.tables(), 0)
    assert picture.classes == cur.classes
    assert picture.reference is not None
    assert picture.production is not None
    assert picture.reference.confusion is not None
    assert picture.reference.confusion[3] == (0, 0, 0, 0)
    assert np.array_equal(picture.production.confusion, cur.tables().confusion)
    assert (picture.production.rows, picture.production.labelled) == (400, 400)


def test_the_most_frequent_classes_are_drawn_on_both_sides() -> None:
    rng = np.random.default_rng(1)
    classes = tuple("abcdefgh")
    target = np.repeat(np.arange(8), np.arange(10, 90, 10))
    scores = rng.dirichlet(np.ones(8), len(target))
    one = ClassificationTables.of_rows(target, target, scores, classes=classes)
    few = ClassificationTables.of_rows([0, 1], [0, 1], scores[:2], classes=classes)
    picture = class_picture(one, few, 0)
    assert picture.reference is not None
    drawn = [line.label for line in picture.reference.curves if line.name == "roc"]
    assert drawn == ["h", "g", "f", "e", "d", "c"]
    assert picture.production is not None
    assert {line.label for line in picture.production.curves} == set(drawn)
    # Classes without a row have no curve of hits.
    assert {line.name for line in picture.production.curves} == {"calibration"}


def test_a_side_without_labels_is_not_drawn() -> None:
    known = binary(1)
    unknown = dataclasses.replace(known, target=np.full(len(known.target), -1, dtype=np.int16))
    picture = class_picture(unknown.tables(), known.tables(), 0)
    assert picture.reference is None
    assert picture.production is not None


def test_the_negative_class_takes_its_name_from_the_side_that_knows_it() -> None:
    known = binary(1)
    unknown = dataclasses.replace(known, classes=("", "yes"))
    picture = class_picture(unknown.tables(), known.tables(), 0)
    assert picture.classes == ("no", "yes")


def test_decisions_without_scores_have_no_curves() -> None:
    tables = ClassificationTables.of_rows([0, 1, 1], [0, 1, 0])
    picture = class_picture(None, tables, 0)
    assert picture.production is not None
    assert picture.production.curves == ()
    assert picture.production.confusion == ((1, 0), (1, 1))
