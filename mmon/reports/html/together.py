"""The section on what many columns show together."""

from __future__ import annotations

from typing import Any

from mmon.outline import severity, wording
from mmon.outline.rows import result_row
from mmon.outline.together import TITLE, together_results
from mmon.results import Document


def together(seen: Document) -> dict[str, Any] | None:
    """What the page shows of many columns together; None where nothing was looked at."""
    found = sorted(together_results(seen), key=severity.order, reverse=True)
    if not found:
        return None
    bad = sum(map(severity.needs_a_look, found))
    needs = "needs" if bad <= 1 else "need"
    results = wording.counted(len(found), "result")
    return {
        "title": TITLE,
        "sentence": f"{wording.count(bad) if bad else 'None'} of {results} {needs} a look.",
        "rows": [result_row(one) for one in found],
    }
