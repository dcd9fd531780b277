"""Numbers of one's own have a section in every report, and are no drift of columns."""

from __future__ import annotations

import pytest

from mmon.outline.parts import applications_part
from mmon.reports import html, markdown, terminal
from mmon.results import Document
from tests.applications.number_runs import document, sales
from tests.reports.sample_document import sample_document


@pytest.fixture(scope="module")
def told() -> Document:
    return document(
        sales(900),
        sales(900, seed=1, refunds=0.2),
        [
            {
                "name": "refund_rate",
                "sql": "avg(refund > 0)",
                "thresholds": {"max": {"detected": 0.1}, "max_rise": {"detected": 0.05}},
            },
            {"name": "mean_price", "sql": "avg(price)"},
        ],
        columns={"timestamp": "at"},
        windows={"every": "1d"},
    )


def test_the_sentence_names_the_number_and_its_level(told: Document) -> None:
    assert told.sentence.startswith("refund rate ")
    assert "(limit 10%)" in told.sentence
    assert "column" not in told.sentence


def test_every_report_has_a_section_of_them(told: Document) -> None:
    plain, page, text = (one.render(told) for one in (terminal, html, markdown))
    assert "   applications in window" in plain
    assert "<section id=applications><h2>Applications</h2>" in page
    assert "**Applications**" in text
    for report in (plain, text):
        assert "refund rate" in report
        assert "mean price" in report
        assert "all columns" not in report


def test_what_is_judged_comes_first(told: Document) -> None:
    part = applications_part(told)
    assert part is not None
    assert [line.row.name for line in part.lines] == ["refund rate", "mean price"]
    assert "at most" in part.lines[0].row.limits


def test_reports_without_applications_have_no_such_section() -> None:
    assert applications_part(sample_document(5)) is None
    assert "id=applications" not in html.render(sample_document(5))
