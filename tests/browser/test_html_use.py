"""The HTML report in a real browser: what a reader clicks, types, points at and opens."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from mmon.texts.screen import safe_lines
from tests.reports.sample_columns import HOSTILE_NAMES

if TYPE_CHECKING:
    from playwright.sync_api import Page

    Open = Callable[..., Page]

pytestmark = pytest.mark.browser


def names(page: Page) -> list[str]:
    """The columns in the order and selection shown."""
    rows = page.locator("#table > tbody:visible > tr:first-child > th")
    return [text.strip() for text in rows.all_inner_texts()]


def cells(page: Page, place: int) -> list[str]:
    """The text of one column of the table, from the top."""
    return page.locator(
        f"#table > tbody:visible > tr:first-child > :nth-child({place})"
    ).all_inner_texts()


def head(page: Page, title: str) -> None:
    """Click the heading of a column."""
    page.locator("#table > thead").get_by_role("button", name=title, exact=True).click()


@pytest.mark.parametrize("hostile", [False, True])
@pytest.mark.parametrize("windows", [1, 12])
def test_a_report_asks_for_nothing_and_complains_of_nothing(
    open_report: Open, windows: int, hostile: bool
) -> None:
    page = open_report(24, windows, hostile=hostile)
    assert page.title() == "BREACH: lending / credit-risk"
    assert page.locator("h1").inner_text().endswith("columns drifted")
    assert len(names(page)) == 26


def test_markup_in_names_is_shown_as_text(open_report: Open) -> None:
    page = open_report(len(HOSTILE_NAMES), 2, hostile=True)
    assert page.locator("script").count() == 1
    assert page.locator("img").count() == 0
    shown = page.locator("#table summary bdi").evaluate_all("all => all.map(x => x.textContent)")
    assert set(shown) >= {safe_lines(name) or "(no name)" for name in HOSTILE_NAMES}
    page.get_by_role("button", name="Open all").click()
    assert "<script>alert(1)</script>" in page.locator(".cats").first.inner_text()


def test_columns_stand_worst_first(open_report: Open) -> None:
    statuses = cells(open_report(24), 1)
    order = ["detected", "potential", "inconclusive", "no drift"]
    assert [word.strip() for word in statuses] == sorted(
        (word.strip() for word in statuses), key=order.index
    )
    assert {word.strip() for word in statuses} == set(order)


def test_clicking_a_heading_sorts_and_clicking_again_reverses(open_report: Open) -> None:
    page = open_report(24)
    worst_first = names(page)
    head(page, "Column")
    assert names(page) == sorted(worst_first)
    assert page.locator("th[aria-sort]").all_inner_texts() == ["Column"]
    head(page, "Column")
    assert names(page) == sorted(worst_first, reverse=True)
    head(page, "Status")
    assert names(page) == worst_first


def test_values_sort_as_numbers_and_empty_cells_come_last(open_report: Open) -> None:
    page = open_report(24)
    head(page, "Value")
    shown = [text for text in cells(page, 6) if text not in {"yes", "no"}]
    assert [float(text) for text in shown] == sorted(map(float, shown), reverse=True)
    head(page, "q")
    shown = [text.removeprefix("< ") for text in cells(page, 8)]
    filled = [text for text in shown if text]
    assert shown == filled + [""] * (len(shown) - len(filled))
    assert [float(text) for text in filled] == sorted(map(float, filled))


def test_the_largest_change_of_missing_values_sorts_first(open_report: Open) -> None:
    page = open_report(24)
    head(page, "Missing")
    after = [float(t.split("→")[-1].strip(" %<")) for t in cells(page, 9) if t]
    assert after[0] > 0
    assert after == sorted(after, reverse=True)


def test_a_name_is_found_while_it_is_typed(open_report: Open) -> None:
    page = open_report(24)
    page.get_by_label("Name").fill("LEAD")
    assert names(page) == ["lead_time"]
    assert page.locator("output").inner_text() == "1 of 26 columns"
    page.get_by_label("Name").fill("no such column")
    assert names(page) == []
    assert page.locator("#none").is_visible()
    page.get_by_label("Name").fill("")
    assert len(names(page)) == 26
    assert page.locator("output").inner_text() == ""
    assert not page.locator("#none").is_visible()


def test_status_and_kind_narrow_each_other(open_report: Open) -> None:
    page = open_report(24)
    page.get_by_label("detected").check()
    assert {text.strip() for text in cells(page, 1)} == {"detected"}
    page.get_by_label("no drift").check()
    assert {text.strip() for text in cells(page, 1)} == {"detected", "no drift"}
    page.get_by_label("categorical").check()
    assert set(cells(page, 3)) == {"categorical"}
    page.get_by_label("detected").uncheck()
    assert {text.strip() for text in cells(page, 1)} == {"no drift"}


@pytest.mark.parametrize("javascript", [True, False])
def test_a_row_opens_and_closes_by_mouse_and_by_keyboard(
    open_report: Open, javascript: bool
) -> None:
    page = open_report(24, javascript=javascript)
    row = page.locator("#table > tbody").first
    summary, detail = row.locator("summary"), row.locator(".d")
    assert not detail.is_visible()
    summary.click()
    assert detail.is_visible()
    summary.click()
    assert not detail.is_visible()
    for key in ("Enter", "Space"):
        summary.press(key)
        assert detail.is_visible()
        summary.press(key)
        assert not detail.is_visible()


def test_a_click_anywhere_in_a_row_opens_it(open_report: Open) -> None:
    page = open_report(24)
    row = page.locator("#table > tbody").first
    row.locator("td").nth(1).click()
    assert row.locator(".d").is_visible()
    row.locator(".d .ms").click()
    assert row.locator(".d").is_visible()


def test_all_rows_open_and_close_at_once(open_report: Open) -> None:
    page = open_report(3)
    page.get_by_role("button", name="Open all").click()
    assert page.locator("#table .d:visible").count() == 5
    page.get_by_role("button", name="Close all").click()
    assert page.locator("#table .d:visible").count() == 0


def test_sorting_keeps_a_row_and_what_it_opened_together(open_report: Open) -> None:
    page = open_report(24)
    page.locator("summary", has_text="lead_time").click()
    head(page, "Column")
    row = page.locator("#table > tbody", has=page.locator("summary", has_text="lead_time"))
    assert row.locator(".d").is_visible()
    assert page.locator("#table .d:visible").count() == 1


def test_pointing_at_a_bin_reads_its_counts(open_report: Open) -> None:
    page = open_report(3)
    row = page.locator("#table > tbody", has=page.locator("summary", has_text="lead_time"))
    row.locator("summary").click()
    bins = row.locator(".big .h li")
    assert bins.count() == 30
    assert not bins.nth(9).locator("b").is_visible()
    bins.nth(9).hover()
    text = bins.nth(9).locator("b")
    assert text.is_visible()
    assert text.inner_text().count("→") == 1
    box, frame = text.bounding_box(), row.locator(".plot").first.bounding_box()
    assert box is not None
    assert frame is not None
    assert box["x"] >= frame["x"] - 1
    assert box["x"] + box["width"] <= frame["x"] + frame["width"] + 1


def test_the_large_chart_shows_the_shapes_of_the_small_one(open_report: Open) -> None:
    page = open_report(3)
    row = page.locator("#table > tbody", has=page.locator("summary", has_text="lead_time"))
    row.locator("summary").click()
    sizes = [
        row.locator(f"{place} path.p, {place} use").first.evaluate(
            "shape => { const b = shape.getBoundingClientRect(); return [b.width, b.height] }"
        )
        for place in ("tr:first-child .c", ".up .c")
    ]
    assert sizes[0][0] > 80
    assert sizes[1][0] > 2 * sizes[0][0]
    assert sizes[1][1] > 4 * sizes[0][1]


def test_without_javascript_everything_can_be_read(open_report: Open) -> None:
    page = open_report(24, 12, javascript=False)
    assert not page.locator("#filters").is_visible()
    assert page.locator("#table > tbody").count() == 26
    page.locator("#table summary").first.click()
    detail = page.locator("#table .d").first
    assert "Quantile" in detail.inner_text()
    assert "total variation" in page.locator("#table").inner_text()
    for anchor in ("windows", "inconclusive", "data_quality", "untested", "run"):
        assert page.locator(f"#{anchor}").is_visible()
    configuration = page.locator("#run details")
    assert not configuration.locator("pre").is_visible()
    configuration.locator("summary").click()
    assert '"alpha": 0.05' in page.locator("pre").inner_text()
