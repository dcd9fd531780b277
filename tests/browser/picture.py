"""Draws the picture of the README: the top of the demo's report, in Chromium."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from mmon.cli import demo
from tests.browser.conftest import ARGUMENTS

_PICTURE = Path(__file__).parents[2] / ".assets" / "report.png"
_WIDTH, _HEIGHT = 1280, 1220


def main() -> None:
    """Write the demo, open its report and keep what a reader sees first."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        demo.write(Path(folder) / "demo")
        program = shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=program, args=list(ARGUMENTS))
        page = browser.new_page(viewport={"width": _WIDTH, "height": _HEIGHT})
        page.goto((Path(folder) / "demo" / "report.html").as_uri())
        page.wait_for_selector("#strip:enabled")
        # Where the demo was written is nobody's business.
        page.locator(".facts small[title]").evaluate_all(
            "all => { for (const one of all) one.textContent = one.title.split('/').pop() }"
        )
        page.screenshot(path=_PICTURE)
        browser.close()


if __name__ == "__main__":
    main()
