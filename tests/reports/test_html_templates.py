"""The templates are found wherever mmon runs from, and hold no code that a page cannot carry."""

from __future__ import annotations

from pathlib import Path

import pytest

from mmon.errors import MmonError
from mmon.reports import html
from tests.reports.sample_document import sample_document


def test_a_checkout_has_its_templates_at_the_top() -> None:
    assert html.templates() == Path(__file__).parents[2] / "templates"


def test_an_installed_package_has_its_own_templates(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = tmp_path / "mmon" / "templates"
    inside.mkdir(parents=True)
    (tmp_path / "templates").mkdir()
    monkeypatch.setattr(html, "_PACKAGE", tmp_path / "mmon")
    assert html.templates() == inside


def test_a_damaged_installation_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(html, "_PACKAGE", tmp_path / "mmon")
    with pytest.raises(MmonError, match="install mmon again"):
        html.templates()


def test_every_template_is_used() -> None:
    folder = html.templates()
    names = {path.name for path in folder.iterdir()}
    source = "".join(path.read_text(encoding="utf-8") for path in folder.iterdir())
    unused = {name for name in names if f'"{name}"' not in source}
    parts = {f"{name}.html" for name in html.PARTS}
    # What Python asks for.
    assert unused == {"report.html", "report.js", "row.html", "mail.html", *parts}


def test_values_with_line_breaks_and_spaces_keep_them() -> None:
    document = sample_document(1)
    page = html.render(document)
    assert "{\n  &#34;project&#34;: &#34;lending&#34;,\n  &#34;alpha&#34;: 0.05," in page
