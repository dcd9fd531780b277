"""`mmon explain` has a page for every name that a report shows."""

from __future__ import annotations

import pytest

from mmon.cli import lists
from mmon.comparison import assessment
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
