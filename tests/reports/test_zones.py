"""Windows that were cut by the clock of a zone are shown by it, with the zone's name."""

from __future__ import annotations

import datetime as dt
import re

import numpy as np
import polars as pl
import pytest

import mmon
from mmon.outline import facts, wording
from mmon.records import MisfitError
from mmon.results import Window

ZONE = "America/New_York"
NIGHT = dt.datetime(2024, 6, 3, 4, tzinfo=dt.UTC)  # midnight in New York


@pytest.fixture(scope="module")
def report() -> mmon.Report:
    rng = np.random.default_rng(0)
    at = pl.datetime_range(NIGHT, NIGHT + dt.timedelta(days=14), "10m", eager=True, closed="left")
    after = pl.DataFrame({"at": at, "x": rng.normal(2.0, size=len(at))})
    before = pl.DataFrame({"x": rng.normal(size=3_000)})
    windows = {"every": "1w", "timezone": ZONE}
    return mmon.compare(before, after, columns={"timestamp": "at"}, windows=windows)


def test_every_report_shows_windows_by_the_clock_of_their_zone(report: mmon.Report) -> None:
    whole = "2024-06-03 to 2024-06-17, America/New_York"
    assert ("Period", whole, "2 windows") in facts.facts(report.document)
    week = "2024-06-10 to 2024-06-17, America/New_York"
    html = re.sub(r"<[^>]*>", "", report.to_html())
    for text in (str(report), html):
        assert week in text or "2024-06-03 to 2024-06-10, America/New_York" in text
        assert "2024-06-03 04:00" not in text
        assert "2024-06-10 04:00" not in text
    markdown = report.to_markdown()
    assert "from (America/New\\_York)" in markdown or "from \\(America/New\\_York\\)" in markdown
    assert "| 2024-06-03 | 2024-06-10 |" in markdown
    assert ", America/New_York" in html.split("in steps of")[1][:40]


def test_the_document_has_utc_and_names_the_zone(report: mmon.Report) -> None:
    first = report.windows.row(0, named=True)
    assert (first["start"], first["timezone"]) == ("2024-06-03T04:00:00Z", ZONE)


def test_a_clock_that_is_turned_is_followed() -> None:
    told = Window(0, 1, "2024-11-03T04:00:00Z", "2024-11-04T05:00:00Z", timezone="America/New_York")
    assert wording.period(told) == "2024-11-03 to 2024-11-04, America/New_York"
    plain = Window(0, 1, "2024-11-03T04:00:00Z", "2024-11-04T05:00:00Z")
    assert wording.period(plain) == "2024-11-03 04:00 to 2024-11-04 05:00"


def test_a_zone_that_is_none_is_no_window() -> None:
    for name in ("Mars/Crater", "../../etc/passwd", ""):
        with pytest.raises(MisfitError):
            Window(0, 1, timezone=name).check()
