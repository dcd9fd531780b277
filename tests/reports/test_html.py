"""The HTML report as a file: one page, small, quick, safe, the same every time."""

from __future__ import annotations

import dataclasses
import html as markup
import math
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mmon import reports
from mmon.reports import html, json
from mmon.results import (
    Alarm,
    Column,
    ColumnKind,
    Delivery,
    Document,
    Status,
    Verdict,
    Window,
)
from mmon.texts.screen import safe_lines
from tests import quantities
from tests.reports.html_page import Page, document, drift
from tests.reports.sample_columns import HOSTILE_NAMES
from tests.reports.sample_document import sample_document


def test_html_is_a_format_that_discovery_finds() -> None:
    assert "html" in reports.names()
    assert reports.render("html", sample_document()).startswith("<!doctype html>")


@pytest.mark.parametrize("windows", [1, 3])
def test_the_same_document_gives_the_same_bytes(windows: int) -> None:
    once, again = (html.render(sample_document(12, windows, hostile=True)) for _ in range(2))
    assert once == again
    restored = Document.from_dict(sample_document(12, windows, hostile=True).to_dict())
    assert html.render(restored) == once


@pytest.mark.slow
@pytest.mark.parametrize(
    ("columns", "windows", "budget"),
    [(60, 1, 500_000), (60, 4, 500_000), (60, 52, 2_000_000), (300, 1, 2_000_000)],
)
def test_a_page_is_small_and_quickly_made(columns: int, windows: int, budget: int) -> None:
    given = sample_document(columns, windows)
    html.render(sample_document(1))
    start = time.process_time()
    page = html.render(given)
    assert time.process_time() - start < 2.0 + 0.005 * columns * windows
    assert len(page.encode()) < budget
    assert page.count("<summary title=") == columns + 2


@pytest.mark.slow
def test_a_thousand_windows_stay_within_the_budget() -> None:
    windows = [Window(index, 100) for index in range(1000)]
    results = [
        drift(f"column {n}", 0.001 * i, Status.INCONCLUSIVE, window=i, reason="too few rows")
        for n in range(20)
        for i in range(1000)
    ]
    page = html.render(document(*results, windows=windows))
    assert len(page.encode()) < 500_000
    assert "the JSON result has the other 936 too" in page


def test_a_page_refers_to_nothing_outside_itself() -> None:
    source = html.render(sample_document(24, 3))
    page = Page(source)
    references = [
        value
        for _, name, value in page.attributes
        if name in {"src", "href", "srcset", "action", "data", "poster", "xlink:href"}
    ]
    assert references
    assert all(value.startswith(("#", "data:,")) for value in references)
    assert "url(" not in source
    assert "@import" not in source
    assert not {"iframe", "object", "embed", "img"} & set(page.tags)


def test_every_reference_inside_the_page_has_its_target() -> None:
    page = Page(html.render(sample_document(24, 3)))
    ids = [value for _, name, value in page.attributes if name == "id"]
    used = {value[1:] for _, name, value in page.attributes if name == "href" and value[0] == "#"}
    assert len(ids) == len(set(ids))
    assert used <= set(ids)


def test_hostile_names_and_labels_stay_text() -> None:
    page = Page(html.render(sample_document(len(HOSTILE_NAMES), 2, hostile=True)))
    assert page.tags.count("script") == 1
    assert "img" not in page.tags
    assert not [name for _, name, _ in page.attributes if name.startswith("on")]
    text = "\n".join(page.text)
    for name in filter(str.strip, HOSTILE_NAMES):
        assert safe_lines(name) in text
    assert "{{ 7 * 7 }} {% raw %}" in page.text


def test_the_whole_document_is_escaped() -> None:
    bad = "</script><script>alert(1)</script>"
    given = dataclasses.replace(
        document(drift(bad, 0.3, Status.DETECTED, reason=bad, quantity=quantities.named(bad))),
        project=bad,
        endpoint=bad,
        sentence=bad,
        run_id=bad,
        configuration={bad: bad},
        versions={bad: bad},
        errors=[bad],
        alerts=[Alarm(bad, "high", "active", 0, None, 1, bad)],
        deliveries=[
            Delivery(
                name=bad,
                kind=bad,
                what="action",
                reason=bad,
                alert=bad,
                window=0,
                outcome="failed",
                attempts=2,
                detail=bad,
                at="2024-01-01T00:00:00Z",
            )
        ],
        metrics=[quantities.metric(bad, 1.0, column=bad)],
        columns=[Column(bad, ColumnKind.TEXT, bad, bad)],
    )
    source = html.render(given)
    assert Page(source).tags.count("script") == 1
    assert bad not in source
    assert source.count(markup.escape(bad)) > 10


def test_only_the_page_s_own_script_may_run() -> None:
    page = Page(html.render(sample_document()))
    contents = [value for _, name, value in page.attributes if name == "content"]
    (policy,) = (value for value in contents if value.startswith("default-src 'none';"))
    assert re.search(r"script-src 'sha256-[A-Za-z0-9+/]{43}='", policy)


@pytest.mark.parametrize("verdict", list(Verdict))
def test_a_document_without_columns_or_windows_is_still_a_page(verdict: Verdict) -> None:
    empty = dataclasses.replace(
        sample_document(0),
        verdict=verdict,
        results=(),
        columns=(),
        windows=(),
        metrics=(),
        pictures=(),
        versions={},
        configuration={},
        project=None,
        endpoint=None,
        started_at="",
        finished_at="",
    )
    text = Page(html.render(empty)).text
    assert verdict.value.upper() in text
    assert "No column could be tested." in text


def test_undefined_numbers_are_dashes_and_never_nan() -> None:
    results = [
        drift("a", None, Status.INCONCLUSIVE, p_value=None, q_value=None, reason="no rows"),
        drift("b", math.nan, Status.NO_DETECTION, error=math.inf),
        drift("c", math.inf, Status.DETECTED, potential=None, detected=None),
    ]
    text = Page(html.render(document(*results))).text
    assert not {"nan", "inf", "-inf", "None", "∞"} & set(text)
    assert "no rows" in text


def test_rendering_needs_neither_polars_nor_numpy_nor_scipy() -> None:
    code = (
        "import sys\n"
        "from mmon.reports import html, json\n"
        "assert 'jinja2' not in sys.modules\n"
        "html.render(json.parse(sys.stdin.read()))\n"
        "print(sorted({'polars', 'numpy', 'scipy', 'pydantic'} & set(sys.modules)))"
    )
    root = Path(__file__).parents[2]
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=root,
        input=json.render(sample_document(3)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.stderr == ""
    assert run.stdout.strip() == "[]"
