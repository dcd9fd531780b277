"""The report's sections on the model, operations and segments, in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.browser.test_html_looks import CONTRAST

if TYPE_CHECKING:
    from playwright.sync_api import Page

    Open = Callable[..., Page]

pytestmark = pytest.mark.browser

NAMES = (
    "binary", "multiclass", "regression", "operations", "operations of a day", "segments",
)  # fmt: skip

COLLISIONS = """labels => {
  const boxes = labels.filter(l => l.checkVisibility()).map(l => l.getBoundingClientRect());
  return boxes.filter((a, i) => boxes.some((b, j) => j > i && a.top < b.bottom && b.top < a.bottom
    && a.left < b.right - 1 && b.left < a.right - 1)).length;
}"""


@pytest.mark.parametrize("width", [360, 480, 701, 931, 1181, 1280])
@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_wider_than_the_window(open_sections: Open, name: str, width: int) -> None:
    page = open_sections(name, width=width)
    for summary in page.locator(".ft:visible summary").all()[:3]:
        summary.click()
    assert page.evaluate("() => document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("width", [480, 1280])
@pytest.mark.parametrize("name", NAMES)
def test_labels_of_one_axis_do_not_run_into_each_other(
    open_sections: Open, name: str, width: int
) -> None:
    page = open_sections(name, width=width)
    page.evaluate("() => document.querySelectorAll('.more').forEach(x => { x.open = true })")
    axes = page.locator("section:not(#columns) .axis").all()
    assert axes
    for axis in axes:
        assert axis.locator("i").evaluate_all(COLLISIONS) == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", NAMES)
def test_all_text_has_enough_contrast(open_sections: Open, name: str, scheme: str) -> None:
    page = open_sections(name, scheme=scheme)
    page.evaluate("() => document.querySelectorAll('details').forEach(x => { x.open = true })")
    seen = page.evaluate(CONTRAST)
    assert len(seen) > 100
    assert [one for one in seen if one["ratio"] < one["needed"]] == []


@pytest.mark.parametrize("javascript", [True, False])
def test_a_metric_is_chosen_with_and_without_javascript(
    open_sections: Open, javascript: bool
) -> None:
    page = open_sections("binary", javascript=javascript)
    tables = page.locator("#features table.ft")
    assert tables.count() == 3
    assert [table.is_visible() for table in tables.all()] == [True, False, False]
    page.get_by_role("radio", name="roc_auc").check()
    assert [table.is_visible() for table in tables.all()] == [False, False, True]


@pytest.mark.parametrize("javascript", [True, False])
def test_a_feature_opens_to_its_bins(open_sections: Open, javascript: bool) -> None:
    page = open_sections("binary", javascript=javascript)
    body = page.locator("#features table.ft tbody").first
    assert not body.locator(".bt").is_visible()
    body.locator("summary").first.click()
    assert body.locator(".bt").is_visible()
    assert body.locator(".bt tbody tr").count() == 12


def test_a_click_anywhere_in_a_feature_s_row_opens_it(open_sections: Open) -> None:
    page = open_sections("binary")
    body = page.locator("#features table.ft > tbody").first
    body.locator("td").nth(0).click()
    assert body.locator(".bt").is_visible()


def numbers(page: Page, place: int) -> list[float]:
    cells = page.locator(f"#features .f0 .ft > tbody > tr:first-child > :nth-child({place})")
    return [float(text.replace("+", "")) for text in cells.all_inner_texts()]


def test_features_are_sorted_by_the_size_of_their_parts_and_by_name(open_sections: Open) -> None:
    page = open_sections("binary")
    table = page.locator("#features .f0 .ft")
    before = table.locator("summary").all_inner_texts()
    table.get_by_role("button", name="rate", exact=True).click()
    sizes = [abs(value) for value in numbers(page, 3)]
    assert sizes == sorted(sizes, reverse=True)
    head = table.locator("th", has=page.get_by_role("button", name="rate", exact=True)).first
    assert head.get_attribute("aria-sort") == "descending"
    table.get_by_role("button", name="rate", exact=True).click()
    assert [abs(value) for value in numbers(page, 3)] == sorted(sizes)
    table.get_by_role("button", name="Feature").click()
    names = [text.lower() for text in table.locator("summary").all_inner_texts()]
    assert names == sorted(names)
    assert sorted(names) == sorted(text.lower() for text in before)


def test_all_other_values_stay_last_however_segments_are_sorted(open_sections: Open) -> None:
    page = open_sections("segments")
    table = page.locator("#segments table").first
    for title in ("Segment", "Rows", "Rows", "Status"):
        table.get_by_role("button", name=title, exact=True).click()
        values = table.locator("tbody th").all_inner_texts()
        assert len(values) == 12
        assert values[-1] == "(other)"
    for first in ("C0", "C10"):
        table.get_by_role("button", name="Segment", exact=True).click()
        assert table.locator("tbody th").first.inner_text() == first


def test_pointing_at_a_step_reads_it(open_sections: Open) -> None:
    page = open_sections("operations of a day")
    steps = page.locator(".times .h li")
    assert steps.count() == 24
    steps.nth(3).hover()
    told = steps.nth(3).locator("b")
    assert told.is_visible()
    assert told.inner_text().startswith("2026-10-01 03:00: ")
    chart = page.locator(".times .tc svg").first.bounding_box()
    first, last = steps.first.bounding_box(), steps.last.bounding_box()
    assert chart is not None
    assert first is not None
    assert last is not None
    assert first["x"] == pytest.approx(chart["x"], abs=1)
    assert last["x"] + last["width"] == pytest.approx(chart["x"] + chart["width"], abs=1)


def test_squares_are_square_and_their_ends_meet_their_labels(open_sections: Open) -> None:
    page = open_sections("regression")
    for square in page.locator(".sq .pane svg").all():
        box = square.bounding_box()
        assert box is not None
        assert box["width"] == pytest.approx(box["height"], abs=1)
    for label in page.locator(".sq .ty").all():
        box = label.bounding_box()
        assert box is not None
        assert box["x"] >= 0


def test_a_confusion_matrix_of_many_classes_scrolls_in_its_own_box(open_sections: Open) -> None:
    page = open_sections("multiclass", width=480)
    box = page.locator(".cms .wide").first
    assert box.evaluate("box => box.scrollWidth > box.clientWidth")
    assert page.evaluate("() => document.documentElement.scrollWidth") == 480


def test_print_shows_the_chosen_metric_and_no_hover(open_sections: Open) -> None:
    page = open_sections("binary", scheme="dark")
    page.emulate_media(media="print")
    assert page.locator("#features table.ft:visible").count() == 1
    assert page.locator(".h:visible").count() == 0
    assert len(page.pdf(format="A4", print_background=False)) > 10_000
