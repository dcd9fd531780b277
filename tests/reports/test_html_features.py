"""Performance by feature and the segments that got worse, in the HTML report."""

from __future__ import annotations

import dataclasses
import random
import re
import time

from mmon.reports import html
from tests.reports.html_page import document, section, words
from tests.reports.sample_performance import (
    binary_document,
    feature_bins,
    metric_results,
    multiclass_document,
    regression_document,
)


def test_features_open_to_their_bins_and_metrics_can_be_chosen() -> None:
    source = section(html.render(binary_document(4)), "features")
    assert re.findall(r"id=fm(\d)( checked)?>(\w+)", source) == [
        ("0", " checked", "error_rate"),
        ("1", "", "log_loss"),
        ("2", "", "roc_auc"),
    ]
    assert source.count("<details>") == 4 * 3
    assert source.count("<td><bdi>0 to 10</bdi>") == 4 * 3
    assert "error_rate changed by +0.0213." in source
    assert "roc_auc is no mean over rows" in source


def test_one_metric_needs_no_choice() -> None:
    sample = regression_document(2)
    bins = [one for one in sample.bins if one.metric == "mae"]
    source = section(html.render(dataclasses.replace(sample, bins=bins)), "features")
    assert "type=radio" not in source
    assert "mae changed by" in source


def test_segments_that_got_worse_are_told_in_words() -> None:
    text = words(section(html.render(binary_document(1)), "worse"))
    assert "of 1,274 tested; the worst first" in text
    first, second = text.index("country = BR and amount > 310"), text.index("deposit = Non Refund")
    assert first < second
    assert ": error rate 0.09 → 0.38, 4.1% of rows" in text


def test_when_nothing_got_worse_that_is_said_with_how_many_were_tested() -> None:
    text = words(section(html.render(multiclass_document(3, 1)), "worse"))
    assert "In none of 310 segments did errors surely rise more than in all other rows." in text
    results = metric_results("roc_auc", 0.9, 0.9)
    assert "<section id=worse>" not in html.render(document(*results))


def test_fifty_features_with_four_metrics_stay_small_and_quick() -> None:
    names = [f"feature_with_a_usual_name_{i:02}" for i in range(50)]
    metrics = ["error_rate", "log_loss", "brier_score", "roc_auc"]
    bins, parts = feature_bins(random.Random(0), names, metrics, bins=12)
    bins = [dataclasses.replace(one, window=11) for one in bins]
    parts = [dataclasses.replace(one, window=11) for one in parts]
    sample = binary_document(50, 12)
    sample = dataclasses.replace(sample, bins=bins, metrics=[*sample.metrics, *parts])
    start = time.process_time()
    page = html.render(sample)
    assert time.process_time() - start < 6.0
    assert len(page.encode()) < 2_000_000
    # Beside other windows, whose features travel packed, there is less room than on a page of one.
    assert page.count("<td><bdi>0 to 10</bdi>") == 10 + 3 * 3
    assert page.count("The JSON result has the bins of the last 10 features above too.") == 1
    assert page.count("The JSON result has the other 30 features too.") == 3
    assert page.count("The JSON result has the other 47 features too.") == 1


def test_of_many_bins_those_that_stand_out_are_shown() -> None:
    bins, parts = feature_bins(random.Random(0), ["region"], ["error_rate"], bins=60)
    given = document(*metric_results("error_rate", 0.1, 0.2), bins=bins, metrics=parts)
    page = html.render(given)
    assert section(page, "features").count("<tr><td><bdi>") == 16
    assert "The JSON result has the other 44 bins too, which stand out less." in page


def test_many_metrics_of_many_features_are_cut_and_counted() -> None:
    names = [f"f{i}" for i in range(300)]
    metrics = [f"metric_{i}" for i in range(8)]
    bins, parts = feature_bins(random.Random(0), names, metrics, bins=12)
    page = html.render(dataclasses.replace(document(), bins=bins, metrics=parts))
    assert "<section id=features>" not in page  # no metric of the model stands behind them
    results = metric_results("roc_auc", 0.9, 0.8)
    page = html.render(document(*results, bins=bins, metrics=parts))
    assert len(page.encode()) < 2_000_000
    assert page.count("The JSON result has the other 240 features too.") == 8
