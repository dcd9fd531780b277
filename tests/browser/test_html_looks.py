"""The HTML report in a real browser: contrast, widths, shapes and print."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.reports.sample_columns import HOSTILE_NAMES

if TYPE_CHECKING:
    from playwright.sync_api import Page

    Open = Callable[..., Page]

pytestmark = pytest.mark.browser

CONTRAST = """() => {
  const rgba = text => {
    const parts = text.match(/[\\d.]+/g).map(Number);
    const scaled = text.startsWith("color(srgb") ? parts.map((x, i) => i < 3 ? x * 255 : x) : parts;
    return scaled.length === 3 ? [...scaled, 1] : scaled;
  };
  const over = (top, under) => top.slice(0, 3).map((x, i) => x * top[3] + under[i] * (1 - top[3]));
  const light = rgb => {
    const [r, g, b] = rgb.map(x => x / 255).map(
      x => x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = element => {
    if (!element) return [255, 255, 255];
    const colour = rgba(getComputedStyle(element).backgroundColor);
    return colour[3] === 1 ? colour.slice(0, 3) : over(colour, behind(element.parentElement));
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const seen = [];
  while (walker.nextNode()) {
    const node = walker.currentNode, element = node.parentElement;
    if (!node.data.trim() || ["SCRIPT", "STYLE"].includes(element.tagName)) continue;
    if (!element.checkVisibility({visibilityProperty: true})) continue;
    const style = getComputedStyle(element), back = behind(element);
    const [a, b] = [light(over(rgba(style.color), back)), light(back)].sort((x, y) => y - x);
    const size = parseFloat(style.fontSize), bold = style.fontWeight >= 700;
    const needed = size >= 24 || (bold && size >= 18.66) ? 3 : 4.5;
    seen.push({text: node.data.trim(), ratio: (a + 0.05) / (b + 0.05), needed});
  }
  return seen;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [480, 1280])
def test_all_text_has_enough_contrast(open_report: Open, scheme: str, width: int) -> None:
    page = open_report(24, 12, scheme=scheme, width=width)
    page.get_by_role("button", name="Open all").click()
    page.evaluate("() => document.querySelectorAll('details').forEach(x => { x.open = true })")
    seen = page.evaluate(CONTRAST)
    assert len(seen) > 2000
    assert [one for one in seen if one["ratio"] < one["needed"]] == []
    dark = page.evaluate("() => getComputedStyle(document.body).backgroundColor")
    assert (dark == "rgb(255, 255, 255)") == (scheme == "light")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_marks_and_lines_of_charts_have_enough_contrast(open_report: Open, scheme: str) -> None:
    # WCAG 1.4.11 asks 3:1 of graphics; Okabe and Ito's orange reaches it on dark only, so on light
    # it never stands alone: production is an outline, the reference an area, and all is written.
    page = open_report(24, 12, scheme=scheme)
    ratios = page.evaluate(
        """() => {
      const light = text => { const [r, g, b] = text.match(/[\\d.]+/g).map(Number).map(
        x => x / 255).map(x => x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
      const back = light(getComputedStyle(document.body).backgroundColor);
      const ratio = (selector, property) => {
        const one = light(getComputedStyle(document.querySelector(selector))[property]);
        return (Math.max(one, back) + 0.05) / (Math.min(one, back) + 0.05); };
      return [ratio(".r", "stroke"), ratio(".k4", "color"), ratio(".k3", "color"),
              ratio(".k2", "color"), ratio(".k1", "color"), ratio(".m .l", "stroke")]; }"""
    )
    assert min(ratios) >= 3


@pytest.mark.parametrize("width", [480, 1280])
@pytest.mark.parametrize(("columns", "windows"), [(3, 1), (60, 12), (300, 1)])
def test_nothing_is_wider_than_the_window(
    open_report: Open, width: int, columns: int, windows: int
) -> None:
    page = open_report(columns, windows, width=width)
    for summary in page.locator("#table summary").all()[:8]:
        summary.click()
    assert page.evaluate("() => document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("windows", [1, 12])
@pytest.mark.parametrize("width", [360, 480, 701, 931, 1181, 1280])
def test_names_have_room_at_every_width(open_report: Open, width: int, windows: int) -> None:
    page = open_report(24, windows, width=width)
    assert page.evaluate("() => document.documentElement.scrollWidth") == width
    room = page.locator("#table > tbody > tr:first-child > th").evaluate_all(
        "cells => Math.min(...cells.map(cell => cell.clientWidth))"
    )
    assert room >= 120


@pytest.mark.parametrize("windows", [1, 12])
@pytest.mark.parametrize("width", [931, 1181, 1280])
def test_shares_of_missing_values_are_whole(open_report: Open, width: int, windows: int) -> None:
    page = open_report(24, windows, width=width)
    cut = page.locator("#table > tbody > tr:first-child > td:nth-child(9)").evaluate_all(
        """cells => cells.filter(cell => {
            cell.textContent = '12.9% → 13.47%'
            return cell.scrollWidth > cell.clientWidth || cell.offsetHeight > 42
        }).length"""
    )
    assert cut == 0


@pytest.mark.parametrize("width", [480, 1280])
def test_hostile_names_do_not_break_the_layout(open_report: Open, width: int) -> None:
    page = open_report(len(HOSTILE_NAMES), 3, hostile=True, width=width)
    page.get_by_role("button", name="Open all").click()
    assert page.evaluate("() => document.documentElement.scrollWidth") == width
    heights = page.locator("#table > tbody > tr:first-child").evaluate_all(
        "rows => rows.map(row => row.offsetHeight)"
    )
    assert max(heights) - min(heights) <= 1


def test_the_page_is_at_most_1200_pixels_wide(open_report: Open) -> None:
    page = open_report(3, width=2000)
    box = page.locator("main").bounding_box()
    assert box is not None
    assert box["width"] == 1200


def test_figures_have_one_width(open_report: Open) -> None:
    page = open_report(3)
    assert "tabular-nums" in page.evaluate(
        "() => getComputedStyle(document.body).fontVariantNumeric"
    )


def test_a_status_is_told_by_shape_and_word_as_well_as_colour(open_report: Open) -> None:
    page = open_report(24)
    rows = page.locator("#table > tbody > tr:first-child > td:first-child").evaluate_all(
        """cells => cells.map(cell => [cell.innerText.trim(),
          cell.querySelector("use").getAttribute("href"), getComputedStyle(cell).color])"""
    )
    by_word = {word: (shape, colour) for word, shape, colour in rows}
    assert len(by_word) == 4
    assert len({shape for shape, _ in by_word.values()}) == 4
    assert len({colour for _, colour in by_word.values()}) == 4
    drawn = page.evaluate(
        "() => [...document.querySelectorAll('symbol')].map(symbol => symbol.innerHTML)"
    )
    assert len(set(drawn)) == len(drawn) == 6


def test_the_worst_window_is_named(open_report: Open) -> None:
    page = open_report(24, 12)
    assert "window 12" in page.locator("#windows p").first.inner_text()
    assert page.locator(".multiples figure").count() > 4


def test_print_shows_open_rows_and_no_controls(open_report: Open) -> None:
    page = open_report(24, 1, scheme="dark")
    page.locator("#table summary").first.click()
    page.emulate_media(media="print")
    assert not page.locator("#filters").is_visible()
    assert page.locator("#table .d:visible").count() == 1
    assert page.evaluate("() => getComputedStyle(document.body).backgroundColor") == (
        "rgb(255, 255, 255)"
    )
    assert len(page.pdf(format="A4", print_background=False)) > 10_000
