"""Features by what they add to the change: which come first, what their bins say, how many fit."""

from __future__ import annotations

import dataclasses
import random

from mmon.reports.html.features import MOST_FEATURES, FeatureTable, features
from mmon.results import Document, Window
from mmon.results.charts import FeatureBin
from tests import quantities
from tests.reports.html_page import document
from tests.reports.sample_performance import feature_bins


def one_bin(
    column: str, label: str, mix: float | None, rate: float | None, **more: object
) -> FeatureBin:
    plain = FeatureBin(
        0, column, label, "error_rate", 200, 100, 0.5, 0.5, 0.1, 0.2, (0.08, 0.12), (0.15, 0.25),
        mix, rate,
    )  # fmt: skip
    return dataclasses.replace(plain, **more)  # type: ignore[arg-type]  # fields by name


def given_document(*bins: FeatureBin) -> Document:
    metrics = [
        quantities.metric(
            f"{metric}_{part}",
            sum(getattr(b, part) for b in bins if (b.column, b.metric) == (column, metric)),
            column=column,
        )
        for column, metric in dict.fromkeys((b.column, b.metric) for b in bins)
        for part in ("mix", "rate")
        if bins[0].mix is not None
    ]
    return document(bins=bins, metrics=metrics)


def only_table(given: Document) -> FeatureTable:
    (table,) = features(given, given)
    return table


def test_features_with_an_uneven_rate_or_a_large_mix_come_first() -> None:
    table = only_table(
        given_document(
            one_bin("even", "a", 0.0, 0.05),
            one_bin("even", "b", 0.0, 0.05),
            one_bin("moved", "a", 0.06, 0.02),
            one_bin("moved", "b", 0.0, 0.02),
            one_bin("broken", "a", 0.0, 0.1),
            one_bin("broken", "b", 0.0, 0.0),
        )
    )
    assert [row.name for row in table.rows] == ["moved", "broken", "even"]
    assert table.change == "+0.100"
    moved, broken, even = table.rows
    assert (moved.mix, moved.rate) == ("+0.060", "+0.040")
    assert (moved.mix_bar, moved.rate_bar) == ((0, 24), (24, 16))
    assert broken.most_in == "a: +0.100 in 50.0% of rows"
    assert (even.mix, even.mix_bar) == ("0", (0, 0))


def test_parts_of_opposite_sign_leave_the_middle_on_both_sides() -> None:
    table = only_table(given_document(one_bin("x", "a", -0.05, 0.1)))
    assert (table.rows[0].mix_bar, table.rows[0].rate_bar) == ((0, -20), (0, 40))


def test_a_bin_tells_both_sides_with_their_intervals() -> None:
    table = only_table(given_document(one_bin("x", "BR", 0.01, 0.02)))
    (told,) = table.rows[0].bins
    assert told.rows == ("200", "100")
    assert told.shares == ("50.0%", "50.0%")
    assert told.values == ("0.10", "0.20")
    assert told.intervals == ("[0.08, 0.12]", "[0.15, 0.25]")
    assert (told.mix, told.rate) == ("+0.0100", "+0.0200")


def test_bins_that_are_empty_on_both_sides_are_left_out() -> None:
    empty = one_bin("x", "(null)", 0.0, 0.0, reference_rows=0, production_rows=0)
    table = only_table(given_document(one_bin("x", "a", 0.0, 0.1), empty))
    assert [told.label for told in table.rows[0].bins] == ["a"]


def test_metrics_that_are_no_means_claim_no_sum_and_come_last() -> None:
    bins = [
        one_bin("x", "a", None, None, metric="roc_auc"),
        one_bin("x", "a", 0.0, 0.1),
    ]
    given = dataclasses.replace(given_document(bins[1]), bins=bins)
    found = features(given, given)
    assert [(t.metric, t.has_parts, t.change) for t in found] == [
        ("error_rate", True, "+0.100"),
        ("roc_auc", False, ""),
    ]
    assert found[1].rows[0].bins[0].mix == ""


def test_a_bin_without_a_value_on_one_side_is_a_dash() -> None:
    missing = one_bin("x", "a", 0.0, 0.1, reference_value=None, reference_interval=None)
    (told,) = only_table(given_document(missing)).rows[0].bins
    assert (told.values[0], told.intervals[0]) == ("–", "")
    assert told.whiskers is not None
    assert told.whiskers.reference is None


def test_what_a_page_has_no_room_for_is_counted() -> None:
    names = [f"f{i}" for i in range(MOST_FEATURES + 40)]
    bins, metrics = feature_bins(random.Random(0), names, ["error_rate"])
    table = only_table(document(bins=bins, metrics=metrics))
    assert (len(table.rows), table.left_out) == (MOST_FEATURES, 40)


def test_many_windows_share_the_room_of_a_page() -> None:
    names = [f"f{i}" for i in range(MOST_FEATURES)]
    bins, metrics = feature_bins(random.Random(0), names, ["error_rate"])
    windows = [dataclasses.replace(one, window=n) for n in range(40) for one in bins]
    whole = document(bins=windows, windows=[Window(n, 100) for n in range(40)])
    rows = []
    for window in (0, 39):
        (table,) = features(
            whole, document(bins=bins, metrics=metrics, windows=[Window(window, 100)])
        )
        assert len(table.rows) + table.left_out == MOST_FEATURES
        rows.append(len(table.rows) - table.unopened)
    # The page opens with the newest one.
    assert 0 < rows[0] < rows[1] < len(table.rows)


def test_the_bars_of_all_features_fill_their_cell() -> None:
    table = only_table(given_document(one_bin("x", "a", 0.1, 0.1), one_bin("y", "a", 0.0, 0.2)))
    assert [row.rate_bar for row in table.rows] == [(20, 20), (0, 40)]
    assert table.box == (-1, 42)


def test_without_bins_there_is_no_section() -> None:
    assert features(document(), document()) == ()
    empty = given_document(one_bin("x", "a", None, None, reference_rows=0, production_rows=0))
    assert features(empty, empty) == ()
