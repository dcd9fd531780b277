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
from tests.reports.sample_operations import operations_document, segments_document
from tests.reports.sample_performance import (
    binary_document,
    multiclass_document,
    regression_document,
)

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

Open = Callable[..., "Page"]

SECTIONS = {
    "binary": lambda: binary_document(60, 12),
    "multiclass": lambda: multiclass_document(12, 3),
    "regression": lambda: regression_document(3),
    "operations": lambda: operations_document(12),
    "operations of a day": lambda: operations_document(1, 24),
    "segments": lambda: segments_document(12, 3),
}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, started once for all tests."""
    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium") or "/usr/bin/chromium"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=list(ARGUMENTS))
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
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens a file offline; the test fails when the page asks for anything or complains."""
    contexts = []
    complaints: list[str] = []

    def open_file(
        path: Path, *, width: int = 1280, scheme: str = "light", javascript: bool = True
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
        address = path.as_uri()
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

    yield open_file
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def open_report(
    open_page: Callable[..., Page], report: Callable[[int, int, bool], Path]
) -> Callable[..., Page]:
    """Opens the report of a sample document, with `open_page`'s options."""

    def open_sample(
        columns: int = 24,
        windows: int = 1,
        *,
        hostile: bool = False,
        width: int = 1280,
        scheme: str = "light",
        javascript: bool = True,
    ) -> Page:
        path = report(columns, windows, hostile)
        return open_page(path, width=width, scheme=scheme, javascript=javascript)

    return open_sample


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Writes the report of a document with sections of its own, once for each name."""
    folder = tmp_path_factory.mktemp("sections")

    @functools.cache
    def write(name: str) -> Path:
        path = folder / f"{name}.html"
        path.write_text(html.render(SECTIONS[name]()), encoding="utf-8")
        return path

    return write


@pytest.fixture
def open_sections(
    open_page: Callable[..., Page], written: Callable[[str], Path]
) -> Callable[..., Page]:
    """Opens one of `SECTIONS`, with `open_page`'s options."""

    def open_one(
        name: str, *, width: int = 1280, scheme: str = "light", javascript: bool = True
    ) -> Page:
        return open_page(written(name), width=width, scheme=scheme, javascript=javascript)

    return open_one
