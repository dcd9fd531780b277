"""A real Chromium without a network, and the pages that are looked at in it."""

from __future__ import annotations

import functools
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mmon.reports import html
from tests.reports.sample_document import sample_document

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

Open = Callable[..., "Page"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, started once for all tests."""
    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium") or "/usr/bin/chromium"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=list(_ARGUMENTS))
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int, int, bool], Path]:
    """Writes the report of a sample document, once for each kind."""
    folder = tmp_path_factory.mktemp("reports")

    @functools.cache
    def write(columns: int, windows: int, hostile: bool) -> Path:
        path = folder / f"{columns}_{windows}_{hostile}.html"
        document = sample_document(columns, windows, hostile=hostile)
        path.write_text(html.render(document), encoding="utf-8")
        return path

    return write


@pytest.fixture
def open_report(
    browser: Browser, report: Callable[[int, int, bool], Path]
) -> Iterator[Callable[..., Page]]:
    """Opens a report offline; the test fails when the page asks for anything or complains."""
    contexts = []
    complaints: list[str] = []

    def open_page(
        columns: int = 24,
        windows: int = 1,
        *,
        hostile: bool = False,
        width: int = 1280,
        scheme: str = "light",
        javascript: bool = True,
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 800},
            color_scheme="dark" if scheme == "dark" else "light",
            java_script_enabled=javascript,
            offline=True,
        )
        context.set_default_timeout(5_000)
        contexts.append(context)
        page = context.new_page()
        address = report(columns, windows, hostile).as_uri()
        page.on("console", lambda message: complaints.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: complaints.append(f"error: {error}"))
        page.on("dialog", lambda dialog: complaints.append(f"dialog: {dialog.message}"))
        page.on(
            "request",
            lambda request: (
                None
                if request.url == address or request.url.startswith("data:")
                else complaints.append(f"request: {request.url}")
            ),
        )
        page.goto(address)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []
