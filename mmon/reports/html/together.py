"""The section on what many columns show together."""

from __future__ import annotations

from typing import Any

from mmon.outline import severity, wording
from mmon.outline.rows import result_row
from mmon.outline.together import TITLE, together_results
from mmon.results import Document
from mmon.results.pair_picture import PairPicture


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
        "pairs": [_pair(one) for one in seen.pairs],
    }


def _pair(one: PairPicture) -> dict[str, str]:
    return {
        "first": one.first,
        "second": one.second,
        "measure": one.measure,
        "reference": f"{one.reference:.2f}",
        "production": f"{one.production:.2f}",
        "change": f"{one.change:.2f}",
        "q_value": wording.probability(one.q_value),
    }
