"""The section on the concept: what moved besides the features, and what means another outcome."""

from __future__ import annotations

from typing import Any

from mmon.outline import severity, wording
from mmon.outline.concept import concept_results, told
from mmon.outline.rows import result_row
from mmon.results import Document

_LISTED = 60


def concept(seen: Document) -> dict[str, Any] | None:
    """What the page shows of the concept in one window; None where nothing was looked at."""
    found = concept_results(seen)
    if not found:
        return None
    shown = told(found)
    bad = sum(map(severity.needs_a_look, found))
    needs = "needs" if bad <= 1 else "need"
    return {
        "sentence": f"{wording.count(bad) if bad else 'None'} of "
        f"{wording.counted(len(found), 'result')} {needs} a look.",
        "rows": [result_row(one) for one in shown[:_LISTED]],
        "left_out": max(0, len(shown) - _LISTED),
    }
