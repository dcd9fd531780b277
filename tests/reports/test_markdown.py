"""The Markdown report: short, folded, and safe whatever columns are called."""

from __future__ import annotations

import dataclasses
import re

import pytest
from markdown_it import MarkdownIt

from mmon.errors import ExitStatus
from mmon.reports.markdown import MOST_ROWS, render
from mmon.results import Column, ColumnKind, Verdict
from tests.reports.sample_document import HOSTILE_NAMES, sample_document

# GitHub shows raw HTML, so that what we do not escape must be seen here.
GITHUB = MarkdownIt("commonmark", {"html": True}).enable("table").enable("strikethrough")


def page(text: str) -> str:
    return GITHUB.render(text)


def table_of(text: str) -> list[str]:
    """The cells of the first table's first column but one: the names of columns."""
    rows = re.findall(r"<tr>(.*?)</tr>", page(text).split("</table>")[0], re.DOTALL)
    return [re.findall(r"<t[hd].*?>(.*?)</t[hd]>", row, re.DOTALL)[1] for row in rows]


def test_the_verdict_is_the_heading_and_the_sentence_follows() -> None:
    lines = render(sample_document(3)).splitlines()
    assert lines[0] == "### ❌ BREACH: lending / credit-risk"
    assert lines[2] == "1 of 4 columns drifted"


@pytest.mark.parametrize(
    ("verdict", "sign"),
    [(Verdict.PASS, "✅"), (Verdict.BREACH, "❌"), (Verdict.INCONCLUSIVE, "❔")],
)
def test_each_verdict_has_its_word_and_sign(verdict: Verdict, sign: str) -> None:
    document = dataclasses.replace(sample_document(1), verdict=verdict)
    assert render(document).startswith(f"### {sign} {verdict.value.upper()}: ")


def test_the_worst_columns_stand_in_a_table_worst_first() -> None:
    names = table_of(render(sample_document(3)))
    assert names[:2] == ["column", "<code>lead_time</code>"]
    assert set(names[2:]) == {
        f"<code>{name}</code>" for name in ("agent", "adr", "too_few", "vanished")
    }


def test_a_long_table_is_cut_and_the_rest_is_folded() -> None:
    text = render(sample_document(200, seed=1))
    assert len(table_of(text)) == 1 + MOST_ROWS
    (more,) = re.findall(r"^(\d+) more with something to say", text, re.MULTILINE)
    folded = text.split("<summary>Every column with something to say</summary>")[1]
    rows = folded.split("</details>")[0].count("\n| ")
    assert rows == 2 + min(100, MOST_ROWS + int(more))


def test_details_are_folded_and_every_fold_is_closed() -> None:
    text = render(sample_document(12, 3))
    titles = re.findall(r"<summary>(.*?)</summary>", text)
    assert titles == ["Windows", "Inconclusive, and why", "Not tested", "How the run was made"]
    assert text.count("<details>") == text.count("</details>") == len(titles)
    # Markdown in a fold is only read as such after a blank line.
    assert text.count("</summary>\n\n") == len(titles)


def test_a_single_window_needs_no_table_of_windows() -> None:
    text = render(sample_document(3, 1))
    assert "<summary>Windows</summary>" not in text
    assert "| window |" not in text


def test_no_name_becomes_markup() -> None:
    text = render(sample_document(len(HOSTILE_NAMES), hostile=True))
    shown = page(text)
    tags = set(re.findall(r"<(/?[a-zA-Z!][^\s>/]*)", shown))
    ours = {"h3", "p", "table", "thead", "tbody", "tr", "th", "td", "code", "ul", "li", "em"}
    ours |= {"details", "summary"}
    assert {tag.strip("/") for tag in tags} <= ours


@pytest.mark.parametrize(
    "name",
    [
        "a|b",
        "a\\|b",
        "a\\\\|`b`|",
        "a`b",
        "``",
        "`a",
        "a`",
        " padded ",
        "a\nb",
        "<details>",
        "</details>",
        "<!--",
        "**bold**",
        "$x$",
        "[link](https://x.example)",
        "价格",
    ],
)
def test_every_name_stays_in_its_cell_as_it_is(name: str) -> None:
    sample = sample_document(1)
    rows = [dataclasses.replace(row, column=name) for row in sample.results if row.value]
    document = dataclasses.replace(
        sample,
        results=rows,
        columns=[
            Column(name, ColumnKind.NUMERIC, "Float64"),
            Column(name + "2", ColumnKind.TEXT, ""),
        ],
    )
    names = table_of(render(document))
    plain = (
        name.replace("\n", "\\n").replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    )
    assert names == ["column", f"<code>{plain}</code>"]


@pytest.mark.parametrize(
    "sentence",
    [
        "a|b <script>alert(1)</script> **bold** _x_ `code`",
        "@maintainers look at #1 and https://x.example",
        "![x](https://x.example/y.png) <!-- hidden",
        "www.x.example drifted, WWW.x.example too",
        "ask me@x.example about owner/repo#12 and GH-12, :tada: and $x^2$",
        "1. a list",
        "- a list",
        "    a line of code",
        "=== a heading",
        "# a heading",
        "> a quotation",
    ],
)
def test_sentences_are_text_that_calls_nobody_and_links_nowhere(sentence: str) -> None:
    text = render(dataclasses.replace(sample_document(1), sentence=sentence))
    assert "$" not in text  # the beginning of a formula
    shown = page(text).split("<table>")[0]
    assert "<script" not in shown
    assert "<a " not in shown
    assert "<img" not in shown
    assert "<strong>" not in shown
    assert "@maintainers" not in shown
    # What GitHub looks for in the text that it shows, between one tag or comment and the next.
    calls = r"www\.\w|@\w|#[0-9]|GH-[0-9]|:\w+:|https?://\w"
    assert not re.search(calls, shown, re.IGNORECASE)
    assert not re.search("<(li|pre|h1|blockquote)>", shown)
    visible = re.sub(r"<[^>]*>", "", shown.replace("<!-- -->", ""))
    for entity, char in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        visible = visible.replace(entity, char)
    assert sentence.strip() in visible


def test_errors_and_the_exit_status_are_told() -> None:
    document = dataclasses.replace(
        sample_document(1), errors=["age: not read"], exit_status=ExitStatus.FAILURE
    )
    text = render(document)
    assert "**Error:** age: not read" in text
    assert "exit status 3" in text


@pytest.mark.slow
def test_a_comment_on_a_pull_request_is_never_too_long() -> None:
    assert len(render(sample_document(400, 12, hostile=True))) < 65_536


def test_a_document_without_columns_is_still_a_report() -> None:
    text = render(sample_document(0))
    assert text.startswith("### ✅ PASS")
    assert "<summary>How the run was made</summary>" in text
