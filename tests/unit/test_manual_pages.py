"""`mmon explain` has a page for every name that a report shows."""

from __future__ import annotations

import re

import pytest

from mmon.alerts import pages as alerts
from mmon.cli import lists
from mmon.comparison import assessment
from mmon.config.text import read
from mmon.config_file import validate
from mmon.errors import ConfigError
from tests.reports.sample_document import sample_document
from tests.reports.sample_operations import operations_document
from tests.reports.sample_performance import (
    binary_document,
    multiclass_document,
    regression_document,
)


def test_every_declared_name_has_a_page_with_its_meaning_and_what_reports_make_of_it() -> None:
    for quantity in assessment.quantities():
        page = lists.manual(quantity.name)
        assert quantity.meaning.split()[0].lower() in page.lower()
        assert f"{quantity.application}, one number a {quantity.about}" in page


@pytest.mark.parametrize(
    "document",
    [
        sample_document(5),
        operations_document(),
        binary_document(2),
        multiclass_document(3),
        regression_document(2),
    ],
)
def test_every_name_of_a_document_has_a_page(document) -> None:
    for quantity in document.quantities:
        assert lists.manual(quantity.name)


def test_names_are_unique_within_an_application() -> None:
    keys = [quantity.key for quantity in assessment.quantities()]
    assert len(keys) == len(set(keys))


def test_a_name_that_two_analyses_have_gets_both_pages() -> None:
    page = lists.manual("error_rate")
    assert "model-performance, one number a" in page
    assert "system-performance, one number a" in page


def test_an_unknown_name_has_a_near_one_for_a_hint() -> None:
    with pytest.raises(ConfigError, match="unknown name 'mising_share'") as caught:
        lists.manual("mising_share")
    assert caught.value.hint == "did you mean 'missing_share'?"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("data-drift-detected", "A result of the kind data_drift with the status detected"),
        ("concept_drift_suspected", "with the status potential_detection"),
        ("mm-app-failed", "An application of your own failed"),
        ("performance_dropped", "Waits for a metric of the model's performance"),
        ("run-failed", "ended before it had a verdict"),
        ("alerts", "criteria.period (null)"),
    ],
)
def test_alerts_and_what_they_wait_for_have_pages(name: str, words: str) -> None:
    assert words in lists.manual(name)


def test_the_page_of_alerts_lists_all_events_and_ready_made_ones() -> None:
    page = lists.manual("alerts")
    for name in alerts.names():
        assert f"\n{name}: " in page
        assert name in lists.explained()
        assert name in lists.manual(name)


def test_the_list_of_names_tells_of_formats_channels_actions_and_events() -> None:
    listed = lists.of_names(width=None)
    for name, words in (
        ("junit", "The results as JUnit XML"),
        ("slack", "a kind of notifications: A message in a channel of Slack"),
        ("jenkins", "a kind of actions: A build of a job of Jenkins"),
        ("run-failed", "an event that an alert waits for: A run ended before it had a verdict"),
        ("from-evidently", "From Evidently to mmon"),
    ):
        assert re.search(rf"^{name} +{re.escape(words)}", listed, re.MULTILINE), name


def test_what_pages_of_alerts_show_is_valid() -> None:
    for name in ("alerts", *alerts.names()):
        for page in alerts.pages(name):
            for example in page.split("::\n\n")[1:]:
                body = read(example.partition("\n\n")[0], {}).body
                period = {"windows": {"every": "1d"}, "history": "h.db"}
                assert validate(
                    {"reference": "a.csv", "production": "b.csv", **period, **body}
                ).alerts


def test_drift_metrics_say_that_their_p_values_take_rows_for_independent() -> None:
    assert "takes rows for independent" in lists.manual("ks")
    assert "effective_rows" in lists.manual("total_variation")
