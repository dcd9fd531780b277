"""The segments in which the model got worse than in all other rows, found by the analysis."""

from __future__ import annotations

import dataclasses

from mmon.reports import _measure_rows as written
from mmon.reports import _measures as measures
from mmon.reports import _severity as severity
from mmon.reports import _units as units
from mmon.reports import _wording as wording
from mmon.results import Document, Result, Status

_TESTED = "segments_tested"
_SAMPLED = ("segments_reference_sample_rows", "segments_production_sample_rows")


@dataclasses.dataclass(frozen=True, slots=True)
class Worse:
    """A segment in which the model got worse than in all other rows."""

    severity: int
    status: str
    segment: str
    reason: str
    q_value: str
    excess: str
    window: str


def worse_segments(document: Document) -> tuple[Worse, ...]:
    """Segments that were found to have got worse than the others, worst first, once each."""
    found: dict[str, Result] = {}
    for result in document.results:
        is_found = result.status not in (Status.NO_DETECTION, Status.INCONCLUSIVE)
        if result.name == measures.WORSE_SEGMENT and result.segment is not None and is_found:
            known = found.get(result.segment, result)
            found[result.segment] = max(known, result, key=severity.badness)
    several = len(document.windows) > 1
    return tuple(
        Worse(
            severity=result.status.severity,
            status=written.status_word(result),
            segment=result.segment or "",
            reason=(result.reason or "").removeprefix(f"{result.segment}: "),
            q_value=wording.probability(result.q_value),
            excess=_excess(result),
            window=f"{result.window + 1}" if several else "",
        )
        for result in sorted(found.values(), key=_rank, reverse=True)
    )


def _rank(result: Result) -> tuple[int, float]:
    return result.status.severity, abs(result.value or 0.0)


def _excess(result: Result) -> str:
    value = wording.number(result.value)
    if result.interval is None:
        return value
    decimals = units.places([result.interval], [result.value or 0.0])
    low, high = (units.figure(end, decimals) for end in result.interval)
    return f"{units.figure(result.value, decimals)} [{low}, {high}]"


def segments_tested(document: Document) -> int | None:
    """How many segments were tested for having got worse; None where nobody looked."""
    counts = [m.value for m in document.metrics if m.name == _TESTED and m.value is not None]
    if counts:
        return int(max(counts))
    return 0 if any(r.name == measures.WORSE_SEGMENT for r in document.results) else None


def is_told(name: str) -> bool:
    """Whether a number is told among the segments that got worse."""
    return name == _TESTED or name in _SAMPLED


def sample_words(document: Document) -> str:
    """That pairs of features were looked for in a sample of rows; empty where in all of them."""
    rows = {metric.name: metric.value for metric in document.metrics if metric.name in _SAMPLED}
    if len(rows) < len(_SAMPLED):
        return ""
    ref, cur = (wording.count(rows[name] or 0.0) for name in _SAMPLED)
    return f"pairs of features in a sample of {ref} rows of the reference and {cur} of production"
