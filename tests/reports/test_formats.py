"""What holds for every report format, found by discovery."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
import unicodedata
from typing import Any

import pytest

from mmon import reports
from mmon.config.outputs import Outputs
from mmon.errors import ConfigError
from mmon.files import encoded
from mmon.results import Document
from tests.reports.sample_document import sample_document
from tests.reports.sample_operations import operations_document, segments_document
from tests.reports.sample_performance import (
    binary_document,
    multiclass_document,
    regression_document,
)

NAMES = reports.names()
# Some have the results alone, for programs.
LISTS = ("csv", "parquet", "openmetrics", "gitlab", "github")
TEXTS = [name for name in NAMES if name not in LISTS]
# An escape sequence, a control of eight bits, a turned direction, no width, the end of a line.
HOSTILE = "\x1b[31m\x9b31m\x00\x07\r\n\t\u202e\u2066\u200e\u200b\ufeff\u2028\u0085\U000e0041" + (
    "\"'><img src=x onerror=alert(1)>"
)
MEANINGS = frozenset(
    ("application", "direction", "end", "finished_at", "kind", "name", "start", "started_at")
) | {"about", "aspect", "limit", "status", "task", "timezone", "unit", "verdict", "worse"}
SECTIONS = {
    "binary": binary_document(3, 2),
    "multiclass": multiclass_document(4),
    "regression": regression_document(3),
    "operations": operations_document(),
    "segments": segments_document(windows=2),
}


def test_formats_are_found_by_discovery() -> None:
    assert {"html", "json", "markdown", "terminal"} <= set(NAMES)
    assert not any(name.startswith("_") for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_format_explains_why_it_exists(name: str) -> None:
    assert importlib.import_module(f"mmon.reports.{name}").__doc__


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize(("columns", "windows"), [(0, 1), (1, 1), (5, 1), (5, 7)])
def test_every_format_shows_every_document(name: str, columns: int, windows: int) -> None:
    document = sample_document(columns, windows, hostile=True)
    text = str(reports.render(name, document))
    assert "lending" in text
    assert document.sentence in text.lower()
    assert document.verdict.value in text.lower()


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("document", SECTIONS.values(), ids=SECTIONS)
def test_every_format_shows_every_section(name: str, document: Document) -> None:
    text = str(reports.render(name, document))
    assert document.sentence in text.lower()
    assert text == reports.render(name, Document.from_dict(document.to_dict()))


@pytest.mark.parametrize("name", NAMES)
def test_the_same_document_gives_the_same_bytes(name: str) -> None:
    document = sample_document(6, 3)
    assert reports.render(name, document) == reports.render(name, sample_document(6, 3))


@pytest.mark.parametrize("name", [name for name in NAMES if name != "parquet"])
def test_every_text_can_be_written_as_utf8(name: str) -> None:
    assert encoded(reports.render(name, sample_document(12, hostile=True))).decode("utf-8")


@pytest.mark.parametrize("name", [name for name in NAMES if name != "parquet"])
@pytest.mark.parametrize("document", [sample_document(6, 3), *SECTIONS.values()])
def test_no_format_hands_on_what_would_act(name: str, document: Document) -> None:
    text = str(reports.render(name, Document.from_dict(hostile(document.to_dict()))))
    acting = {char for char in text if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp")}
    assert acting <= {"\n"}
    if name in ("html", "markdown"):
        # Whatever stands in quotes or tags of ours, a tag of theirs never begins.
        assert "<img" not in text
    if name == "json":
        assert json.loads(text) == hostile(document.to_dict())


def hostile(value: Any, key: str = "") -> Any:
    """A document in whose texts, but for those that mean something to mmon, stands trouble."""
    if isinstance(value, dict):
        return {name: hostile(item, name) for name, item in value.items()}
    if isinstance(value, list):
        return [hostile(item, key) for item in value]
    return value + HOSTILE if isinstance(value, str) and key not in MEANINGS else value


def test_every_output_of_the_configuration_is_a_format() -> None:
    keys = {field.alias or name for name, field in Outputs.model_fields.items()}
    assert keys - {"reports", "otlp"} <= set(NAMES)


def test_an_unknown_format_is_refused_with_a_guess() -> None:
    with pytest.raises(ConfigError, match="unknown report format 'markdwn'") as caught:
        reports.render("markdwn", sample_document(1))
    assert caught.value.hint == "did you mean 'markdown'?"


@pytest.mark.parametrize("name", NAMES)
def test_importing_a_format_is_cheap(name: str) -> None:
    heavy = ("rich", "jinja2", "numpy", "polars", "scipy", "pydantic", "yaml")
    code = f"import sys, mmon.reports.{name}; print([m for m in {heavy} if m in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("path", "name"),
    [("a.html", "html"), ("b/report.HTM", "html"), ("c.md", "markdown"), ("d.json", "json"),
     ("e.txt", "terminal"), ("f.csv", "csv"), ("g.parquet", "parquet"), ("h.xml", "junit"),
     ("i.prom", "openmetrics")],
)  # fmt: skip
def test_a_file_s_name_tells_the_format_of_its_report(path: str, name: str) -> None:
    assert reports.format_of(path) == name


def test_a_name_that_tells_no_format_is_refused_with_those_that_do() -> None:
    with pytest.raises(ConfigError, match="does not tell its format") as caught:
        reports.format_of("report.pdf")
    assert ".html" in (caught.value.hint or "")


def test_a_format_may_be_named_before_the_file() -> None:
    assert reports.asked("json=out/result.txt") == ("json", "out/result.txt")
    assert reports.asked("report.md") == ("markdown", "report.md")
    assert reports.asked("csv=-") == ("csv", "-")
    # A folder of a dated dataset is no format, and can be told from one.
    assert reports.asked("./date=2024-01-31/report.md") == (
        "markdown", "./date=2024-01-31/report.md",
    )  # fmt: skip


def test_a_format_that_is_named_and_unknown_is_refused_with_a_guess() -> None:
    with pytest.raises(ConfigError, match="unknown report format 'parquett'") as caught:
        reports.asked("parquett=table.json")
    assert caught.value.hint == "did you mean 'parquet'?"
    with pytest.raises(ConfigError, match="unknown report format 'date'") as caught:
        reports.asked("date=2024-01-31/report.md")
    assert "./date=2024-01-31/report.md" in (caught.value.hint or "")


def test_every_format_has_a_manual_page() -> None:
    assert all(reports.page(name) for name in NAMES)
