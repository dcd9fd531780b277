"""Alerts and deliveries in reports: how long, how often, and near the top of the page."""

from __future__ import annotations

import dataclasses

import pytest

from mmon.outline import told
from mmon.reports import html
from mmon.results import Alarm, Delivery, Document
from tests.reports.html_page import Page
from tests.reports.sample_document import sample_document


def telling(attempts: int = 4) -> Document:
    document = sample_document(3, 4)
    first, last = document.windows[1], document.windows[3]
    failed = Delivery(
        *("team", "mail", "notification", "alert", "drift"),
        window=3,
        outcome="failed",
        attempts=attempts,
        detail="answered 503",
        at="2024-01-01T00:00:00Z",
    )
    ended = Alarm("drift", "high", "resolved", last.index, first.end, 2, "drift: income")
    return dataclasses.replace(document, alerts=[ended], deliveries=[failed])


def test_an_alert_that_ended_tells_from_when_to_when_it_was_active() -> None:
    document = telling()
    (line,) = told.alert_lines(document)
    since, until = ((one.end or "")[:10] for one in (document.windows[1], document.windows[3]))
    assert line.sentence == f"alert drift (high) over, active from {since} to {until}: income"
    # One that was reset by hand ended in no window.
    (by_hand,) = (dataclasses.replace(one, window=1) for one in document.alerts)
    (line,) = told.alert_lines(dataclasses.replace(document, alerts=[by_hand]))
    assert line.sentence == f"alert drift (high) over, active since {since}: income"


@pytest.mark.parametrize(("attempts", "words"), [(1, "failed"), (4, "failed after 4 attempts")])
def test_a_delivery_tells_how_often_was_tried(attempts: int, words: str) -> None:
    document = telling(attempts)
    (line,) = told.delivery_lines(document)
    assert line.sentence.startswith("notification team (mail), alert drift, window 4 (")
    assert line.sentence.endswith(f"): {words}: answered 503")
    source = html.render(document)
    assert f"<td class=n>{attempts}<td class=why>answered 503" in source


def test_what_was_told_stands_above_the_columns() -> None:
    source = html.render(telling())
    assert source.index("<section id=told>") < source.index("<section id=columns>")
    assert "Alerts and deliveries" in Page(source).text
