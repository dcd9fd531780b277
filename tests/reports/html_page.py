"""What the tests of the HTML report share: a reader of pages, and documents of a few results."""

from __future__ import annotations

import dataclasses
from html.parser import HTMLParser

from mmon.results import Column, ColumnKind, Document, Result, Segment, Status
from tests import quantities
from tests.reports.sample_document import sample_document


class Page(HTMLParser):
    """The elements, attributes and text of a page."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.text: list[str] = []
        self._is_code = False
        # A place where a word may be broken is no part of it.
        self.feed(source.replace("<wbr>", ""))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        self._is_code = tag in {"script", "style"}

    def handle_endtag(self, tag: str) -> None:
        self._is_code = False

    def handle_data(self, data: str) -> None:
        if not self._is_code and data.strip():
            self.text.append(data.strip())

    def position(self, text: str) -> int:
        """Where a text first stands; fails when it stands nowhere."""
        return next(i for i, found in enumerate(self.text) if text in found)


def drift(column: str, value: float | None, status: Status, **changes: object) -> Result:
    """One judged drift result."""
    plain = quantities.result(
        "ks",
        value,
        column=column,
        p_value=0.01,
        q_value=0.02,
        potential=0.1,
        detected=0.2,
        gating=True,
        status=status,
    )
    return dataclasses.replace(plain, **changes)  # type: ignore[arg-type]  # a test's shorthand


def document(*results: Result, **changes: object) -> Document:
    """A document of these results, without pictures."""
    names = dict.fromkeys(r.column for r in results if r.column is not None)
    plain = dataclasses.replace(
        sample_document(0),
        segments=[_segment(r.segment) for r in results if r.segment and " = " in r.segment],
        results=results,
        pictures=(),
        columns=[Column(name, ColumnKind.NUMERIC, "Float64") for name in names],
    )
    return quantities.with_rows(plain, **changes)


def _segment(name: str) -> Segment:
    column, _, value = name.partition(" = ")
    return Segment(name, column, value, value == "(other)")


def section(source: str, anchor: str) -> str:
    """The markup of one section."""
    start = source.index(f"<section id={anchor}>")
    return source[start : source.index("</section>", start)]


def words(source: str) -> str:
    return " ".join(Page(source).text)
