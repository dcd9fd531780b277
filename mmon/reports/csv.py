"""The results as CSV, one a line, for spreadsheets and other programs."""

from __future__ import annotations

import csv
import io
from typing import Any

from mmon.reports import _flat
from mmon.results import Document
from mmon.texts.screen import safe

SUFFIXES = (".csv",)
_FORMULA = ("=", "+", "-", "@")


def render(document: Document) -> str:
    """All results with the names of the columns before them; what is not known is empty."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(_flat.types()), lineterminator="\n")
    writer.writeheader()
    writer.writerows(
        {name: cell(value) for name, value in row.items()} for row in _flat.rows(document)
    )
    return text.getvalue()


def cell(value: Any) -> Any:
    """A value; of texts nothing acts, in a terminal or as a formula of a spreadsheet."""
    if not isinstance(value, str):
        return value
    text = safe(value, unicode=True)
    return f"'{text}" if text.startswith(_FORMULA) else text
