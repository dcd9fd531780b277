"""The strip of windows in a real browser: what it shows, and that the whole page follows."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mmon.reports import html
from mmon.results import Document
from tests.browser.test_html_looks import CONTRAST
from tests.reports.sample_operations import operations_document, segments_document
from tests.reports.sample_performance import binary_document

if TYPE_CHECKING:
    from playwright.sync_api import Page

    Open = Callable[..., Page]

pytestmark = pytest.mark.browser

SECTIONS = ("columns", "performance", "features", "operations", "segments", "data_quality")


def everything(windows: int = 3) -> Document:
    """A document with all sections in all windows."""
    whole = binary_document(8, windows)
    others = (operations_document(windows), segments_document(6, windows))
    bins = [
        dataclasses.replace(one, window=window, production_rows=one.production_rows + window)
        for window in range(windows)
        for one in whole.bins
    ]
    drawn = [dataclasses.replace(whole.performance[0], window=window) for window in range(windows)]
    return dataclasses.replace(
        whole,
        results=[*whole.results, *(r for other in others for r in other.results)],
        metrics=[*whole.metrics, *(m for other in others for m in other.metrics)],
        segments=others[1].segments,
        activity=others[0].activity,
        bins=bins,
        performance=drawn,
    )


@pytest.fixture
def open_windows(open_page: Open, tmp_path: Path) -> Open:
    """Opens the report of `everything`, with `open_page`'s options."""

    def open_one(**options: object) -> Page:
        path = tmp_path / "windows.html"
        path.write_text(html.render(everything()), encoding="utf-8")
        page = open_page(path, **options)
        if options.get("javascript", True):
            page.wait_for_selector("#strip:enabled")
        return page

    return open_one


def texts(page: Page) -> dict[str, str]:
    return {name: page.locator(f"#{name}").inner_text() for name in SECTIONS}


def test_a_click_in_the_strip_changes_every_section_and_back(open_windows: Open) -> None:
    page = open_windows()
    assert page.locator("#strip :checked").get_attribute("value") == "2"
    last = texts(page)
    page.locator("#strip label").first.click()
    first = texts(page)
    assert [name for name in SECTIONS if first[name] == last[name]] == []
    page.locator("#strip label").last.click()
    assert texts(page) == last


def test_arrow_keys_walk_through_the_windows(open_windows: Open) -> None:
    page = open_windows()
    last = texts(page)
    page.locator("#strip :checked").focus()
    page.keyboard.press("ArrowLeft")
    assert page.locator("#strip :checked").get_attribute("value") == "1"
    assert texts(page)["columns"] != last["columns"]
    page.keyboard.press("ArrowRight")
    assert texts(page) == last


def test_rows_stay_open_sorted_and_filtered_when_the_window_changes(open_windows: Open) -> None:
    page = open_windows()
    names = "#table > tbody:visible > tr:first-child > th"
    page.locator("#table > thead").get_by_role("button", name="Column", exact=True).click()
    page.locator("#table summary", has_text="lead_time").click()
    page.locator("#strip label").first.click()
    shown = [text.strip() for text in page.locator(names).all_inner_texts()]
    assert shown == sorted(shown)
    assert page.locator("#table .d:visible").count() == 1
    page.get_by_label("Name").fill("lead")
    page.locator("#strip label").last.click()
    assert [text.strip() for text in page.locator(names).all_inner_texts()] == ["lead_time"]


def test_a_status_is_told_by_shape_and_word_in_the_strip(open_windows: Open) -> None:
    page = open_windows()
    for label in page.locator("#strip label").all():
        assert label.locator("use").get_attribute("href") in {"#s1", "#s3", "#s4"}
        told = label.get_attribute("title") or ""
        assert any(word in told for word in ("no drift", "potential", "detected"))
        assert "rows" in told
    assert page.locator("#strip b").all_inner_texts() == ["worst"]


def test_without_javascript_the_page_shows_its_first_window(open_windows: Open) -> None:
    plain, lively = open_windows(javascript=False), open_windows()
    assert texts(plain)["performance"] == texts(lively)["performance"]
    assert plain.locator("#strip input").first.is_disabled()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_of_another_window_has_enough_contrast(open_windows: Open, scheme: str) -> None:
    page = open_windows(scheme=scheme)
    page.locator("#strip label").first.click()
    page.evaluate("() => document.querySelectorAll('details').forEach(x => { x.open = true })")
    seen = page.evaluate(CONTRAST)
    assert len(seen) > 1000
    assert [one for one in seen if one["ratio"] < one["needed"]] == []


def test_a_tile_leads_to_its_section_and_wide_screens_have_a_list_of_them(
    open_windows: Open,
) -> None:
    page = open_windows(width=1700)
    links = page.locator(".tiles a")
    assert [link.get_attribute("href") for link in links.all()] == [
        "#columns", "#data_quality", "#performance", "#operations",
    ]  # fmt: skip
    for link in links.all():
        assert page.locator(link.get_attribute("href") or "").is_visible()
    assert page.locator("#side").is_visible()
    assert "Model performance" in page.locator("#side a").all_inner_texts()
    page.set_viewport_size({"width": 1280, "height": 800})
    assert not page.locator("#side").is_visible()


@pytest.mark.parametrize("width", [360, 480, 1280])
@pytest.mark.parametrize("windows", [2, 14, 52])
def test_the_strip_fits(open_report: Open, width: int, windows: int) -> None:
    page = open_report(3, windows, width=width)
    assert page.evaluate("() => document.documentElement.scrollWidth") == width
    assert page.locator("#strip label").count() == windows


@pytest.mark.parametrize(("width", "rows"), [(1280, 1), (600, 2)])
def test_dates_stand_at_both_ends_of_one_row_of_windows_and_side_by_side_below_two(
    open_page: Open, tmp_path: Path, width: int, rows: int
) -> None:
    path = tmp_path / "strip.html"
    path.write_text(html.render(operations_document(40)), encoding="utf-8")
    page = open_page(path, width=width)
    cells, days = (page.locator(f"{one}").all() for one in ("#strip label", ".days span"))
    boxes = [[one.bounding_box() or {} for one in some] for some in (cells, days)]
    assert len({box["y"] for box in boxes[0]}) == rows
    (first, last), end = boxes[1], max(box["x"] + box["width"] for box in boxes[0])
    assert first["x"] == pytest.approx(boxes[0][0]["x"], abs=1)
    assert last["y"] == first["y"]
    reached = end if rows == 1 else first["x"] + first["width"] + last["width"]
    assert last["x"] + last["width"] == pytest.approx(reached, abs=8 if rows > 1 else 1)
