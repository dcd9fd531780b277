"""What stands at the top of the HTML report: title, since when, and tiles."""

from __future__ import annotations

import dataclasses

import pytest

from mmon.reports import html
from mmon.results import Status, Verdict, Window
from tests import quantities
from tests.reports.html_page import Page, document, drift
from tests.reports.sample_performance import metric_results


@pytest.mark.parametrize(
    ("sentence", "shown"),
    [
        ("no drift in 3 columns", "no drift in 3 columns"),
        ("x is missing", "x is missing"),
        (f"mae rose 3 → 4; {'long ' * 30}", "mae rose 3 → 4"),
        (f"2 of 8 columns drifted: {'a' * 50}, {'b' * 50}", f"2 of 8 columns drifted: {'a' * 50}…"),
        ("n" * 200, "n" * 89 + "…"),
    ],
)
def test_a_title_is_short_and_names_stand_as_they_are(sentence: str, shown: str) -> None:
    source = html.render(document(sentence=sentence))
    assert f"<h1>{shown}</h1>" in source
    assert len(shown) <= 90
    assert (f"<p class=lead>{sentence.strip()}" in source) == (shown != sentence)


WEEKS = [
    Window(n, 100, f"2019-03-{4 + 7 * n:02}T00:00:00Z", f"2019-03-{11 + 7 * n:02}T00:00:00Z")
    for n in range(3)
]


@pytest.mark.parametrize(
    ("failing", "told"),
    [
        ((1, 2), "fails since 2019-03-11, ongoing"),
        ((0, 1, 2), "fails since 2019-03-04, ongoing"),
        ((0, 2), "fails since 2019-03-18, ongoing"),
        ((0,), "failed in 2019-03-04 to 2019-03-11; the newest window is not affected"),
        (
            (0, 1),
            "failed in 2 of 3 windows, the last 2019-03-11 to 2019-03-18; the newest window is not"
            " affected",
        ),
    ],
)
def test_a_breach_says_since_when_and_whether_it_goes_on(
    failing: tuple[int, ...], told: str
) -> None:
    results = [drift("a", 0.5, Status.DETECTED, window=window) for window in failing]
    given = document(*results, windows=WEEKS, verdict=Verdict.BREACH)
    assert f"<p class=since>{told}" in html.render(given)
    passed = dataclasses.replace(given, verdict=Verdict.PASS)
    assert "<p class=since>" not in html.render(passed)


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (Status.POTENTIAL_DETECTION, "may be affected"),
        (Status.INCONCLUSIVE, "has too little to tell"),
        (Status.NO_DETECTION, "is not affected"),
    ],
)
def test_of_the_newest_window_no_more_is_said_than_is_known(status: Status, told: str) -> None:
    results = [drift("a", 0.5, Status.DETECTED), drift("a", 0.15, status, window=2)]
    # Another column says nothing of what failed.
    results.append(drift("b", 0.15, Status.POTENTIAL_DETECTION, window=2))
    given = document(*results, windows=WEEKS, verdict=Verdict.BREACH)
    assert f"; the newest window {told}" in html.render(given)


def test_tiles_tell_the_window_by_sort_of_analysis_and_lead_to_their_sections() -> None:
    fell = metric_results("roc_auc", 0.873, 0.812, drop=(0.02, 0.05))
    whole = quantities.result(
        "general_drift", 0.9, detected=0.7, gating=True, status=Status.DETECTED
    )
    results = [
        drift("a", 0.5, Status.DETECTED),
        drift("b", 0.1, Status.INCONCLUSIVE, reason="too few rows"),
        drift("c", 0.15, Status.POTENTIAL_DETECTION),
        whole,
        *fell,
    ]
    source = html.render(document(*results))
    told = Page(source[source.index("<div id=p-now>") : source.index("<div id=p-windows>")])
    assert told.text == [
        *("Data", "detected", "1 of 3 columns drifted, 1 may have, 1 inconclusive", "a (ks 0.500)"),
        *("Quality", "not measured"),
        *("Model", "detected", "1 of 1 judged metric worse", "roc_auc fell 0.873 → 0.812"),
        *("Operations", "not measured"),
    ]
    links = [value for tag, name, value in told.attributes if (tag, name) == ("a", "href")]
    assert links == ["#columns", "#performance"]
