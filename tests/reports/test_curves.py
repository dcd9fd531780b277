"""Curves, heat maps and confusion matrices are where the numbers say."""

from __future__ import annotations

import dataclasses
import re

import pytest

from mmon.reports.html.curves import SIZE, curve_groups
from mmon.reports.html.matrices import confusions, heat_maps
from mmon.results.charts import Curve, PerformancePicture, PerformanceSide
from tests.reports.sample_performance import multiclass_document


def picture(
    reference: PerformanceSide | None, production: PerformanceSide | None, **more: object
) -> PerformancePicture:
    plain = PerformancePicture(0, None, "binary", ("no", "yes"), (), (), reference, production)
    return dataclasses.replace(plain, **more)  # type: ignore[arg-type]  # fields by name


def side(*curves: Curve, **more: object) -> PerformanceSide:
    return dataclasses.replace(PerformanceSide(10, 10, curves), **more)  # type: ignore[arg-type]  # fields by name


def corners(path: str) -> list[tuple[int, int]]:
    """The points of path data in absolute coordinates."""
    head, _, tail = path.partition("l")
    x, y = (int(part) for part in head.removeprefix("M").split(","))
    points = [(x, y)]
    steps = [int(number) for number in re.findall(r"-?\d+", tail)]
    for dx, dy in zip(steps[::2], steps[1::2], strict=True):
        points.append((points[-1][0] + dx, points[-1][1] + dy))
    return points


def test_a_curve_runs_through_its_points() -> None:
    curve = Curve("roc", None, (0.0, 0.0, 0.25, 1.0), (0.0, 0.5, 0.75, 1.0))
    (group,) = curve_groups(picture(side(curve), None))
    plot = group.plots[0]
    assert corners(plot.reference) == [(0, SIZE), (0, 120), (60, 60), (SIZE, 0)]
    assert plot.production == ""
    assert plot.base == f"M0,{SIZE}L{SIZE},0"
    assert group.is_single


def test_points_that_fall_together_are_drawn_once() -> None:
    curve = Curve("roc", None, (0.0, 0.0001, 0.0002, 1.0), (0.0, 0.0001, 0.0, 1.0))
    (group,) = curve_groups(picture(side(curve), None))
    assert corners(group.plots[0].reference) == [(0, SIZE), (SIZE, 0)]


def test_points_that_are_no_numbers_are_left_out() -> None:
    curve = Curve("calibration", None, (0.1, float("nan"), 0.5), (0.2, 0.3, 0.5), (3, 0, 4))
    (group,) = curve_groups(picture(None, side(curve)))
    assert corners(group.plots[0].production) == [(24, 192), (120, 120)]
    assert group.plots[0].production_dots == ()


def test_a_point_of_the_calibration_says_what_it_is() -> None:
    curve = Curve("calibration", None, (0.1, 0.5), (0.2, 0.45), (300, 1_400))
    (group,) = curve_groups(picture(None, side(curve)))
    assert group.plots[0].production_dots == (
        ("M24,192h0", "0.100: 0.200 (300 rows)"),
        ("M120,132h0", "0.500: 0.450 (1,400 rows)"),
    )


def test_each_class_has_its_own_square_in_the_order_of_the_document() -> None:
    document = multiclass_document(3, 1)
    groups = curve_groups(document.performance[0])
    assert [group.title for group in groups] == ["ROC", "Precision and recall", "Calibration"]
    assert [plot.label for plot in groups[0].plots] == list(document.performance[0].classes)
    assert not groups[0].is_single


def test_classes_that_a_page_has_no_room_for_are_counted() -> None:
    curves = [Curve("roc", f"c{i}", (0.0, 1.0), (0.0, 1.0)) for i in range(30)]
    (group,) = curve_groups(picture(side(*curves), None))
    assert (len(group.plots), group.left_out) == (24, 6)


def test_a_plane_is_shaded_by_shares_with_targets_growing_upwards() -> None:
    ref = side(plane=((4, 0), (0, 36)))
    cur = side(plane=((0, 0), (100, 0)))
    maps = heat_maps(picture(ref, cur, task="regression", plane_edges=(0.0, 5.0, 10.0)))
    reference, production = maps
    # A tenth of the fullest cell's share is a third of its root: level 2 of 6.
    assert dict(reference.shades) == {2: "M0,1h1v1h-1z", 6: "M1,0h1v1h-1z"}
    assert dict(production.shades) == {6: "M0,0h1v1h-1z"}


def test_neighbours_of_one_shade_are_one_rectangle() -> None:
    ref = side(plane=((5, 5, 5), (0, 0, 0), (5, 5, 0)))
    (drawn,) = heat_maps(picture(ref, None, plane_edges=(0.0, 1.0, 2.0, 3.0)))
    assert drawn.shades == ((6, "M0,0h2v1h-2zM0,2h3v1h-3z"),)


def test_the_mean_target_is_drawn_in_cells_of_any_width() -> None:
    curve = Curve("predicted_actual", None, (5.0, 60.0), (5.0, 10.0))
    ref = side(curve, plane=((1, 0), (0, 1)))
    (drawn,) = heat_maps(picture(ref, None, plane_edges=(0.0, 10.0, 110.0)))
    assert drawn.mean == "M0.5,1.5L1.5,1"
    assert [text for _, text in drawn.ticks] == ["0", "10", "110"]


def test_a_side_without_a_plane_is_left_out() -> None:
    assert heat_maps(picture(None, side(), plane_edges=(0.0, 1.0))) == ()


def test_a_confusion_matrix_tells_rows_and_their_share_of_the_true_class() -> None:
    ref = side(confusion=((90, 10), (1, 1_999)))
    drawn = confusions(picture(ref, None))
    assert drawn is not None
    (matrix,) = drawn.sides
    assert [(c.rows, c.share, c.shade) for c in matrix.lines[0][1]] == [
        ("90", "90.0%", 90),
        ("10", "10.0%", 10),
    ]
    # Rounding never makes a cell full that is not.
    assert [(c.rows, c.share) for c in matrix.lines[1][1]] == [("1", "<0.1%"), ("1,999", ">99.9%")]


def test_a_class_without_rows_has_no_shares() -> None:
    drawn = confusions(picture(None, side(confusion=((0, 0), (3, 1)))))
    assert drawn is not None
    assert [(c.rows, c.share, c.shade) for c in drawn.sides[0].lines[0][1]] == [("0", "", 0)] * 2


@pytest.mark.parametrize(("classes", "is_wide"), [(6, False), (12, True)])
def test_many_classes_stand_one_matrix_above_the_other(classes: int, is_wide: bool) -> None:
    drawn = confusions(multiclass_document(classes, 1).performance[0])
    assert drawn is not None
    assert drawn.is_wide is is_wide
    assert confusions(picture(None, None)) is None
