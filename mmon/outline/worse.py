"""The segments in which the model got worse than in all other rows, found by the analysis."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from mmon.outline import severity, units, wording
from mmon.results import Document, Metric, Result, ResultKind, Status

_TESTED = "segments_tested"
_PAIRED = "segments_paired_features"
_SAMPLED = ("segments_reference_sample_rows", "segments_production_sample_rows")


@dataclasses.dataclass(frozen=True, slots=True)
class Worse:
    """A segment in which the model got worse than in all other rows."""

    level: Status
    status: str
    segment: str
    reason: str
    q_value: str
    excess: str
    window: str


def is_worse_segment(result: Result) -> bool:
    """Whether a result names a segment that was found, rather than one that was configured."""
    return result.quantity.about == "segment" and result.kind is ResultKind.MODEL_PERFORMANCE


def is_found_segment(result: Result) -> bool:
    """Whether a result is about rows that were found, and not those of a configured segment."""
    is_found = result.kind in (ResultKind.MODEL_PERFORMANCE, ResultKind.CONCEPT_DRIFT)
    return result.quantity.about == "segment" and is_found


def worse_segments(document: Document) -> tuple[Worse, ...]:
    """Segments that were found to have got worse than the others, worst first, once each."""
    found: dict[str, Result] = {}
    for result in severity.deciding(document.results, document.windows):
        is_found = result.status not in (Status.NO_DETECTION, Status.INCONCLUSIVE)
        if is_worse_segment(result) and result.segment is not None and is_found:
            known = found.get(result.segment, result)
            found[result.segment] = max(known, result, key=severity.badness)
    several = len(document.windows) > 1
    return tuple(
        Worse(
            level=result.status,
            status=units.told_status(result),
            segment=result.segment or "",
            reason=result.reason or "",
            q_value=wording.probability(result.q_value),
            excess=units.value_word(result),
            window=f"{result.window + 1}" if several else "",
        )
        for result in sorted(found.values(), key=severity.by_size, reverse=True)
    )


def distinct(found: Sequence[Worse]) -> tuple[Worse, ...]:
    """Without those that are a part of a worse one, or hold it."""
    kept: list[tuple[frozenset[str], Worse]] = []
    for one in found:
        conditions = frozenset(one.segment.split(" and "))
        if not any(conditions <= other or conditions >= other for other, _ in kept):
            kept.append((conditions, one))
    return tuple(one for _, one in kept)


def segments_tested(document: Document, window: int) -> int | None:
    """How many segments of a window were tested for having got worse; None where nobody looked."""
    counts = {m.window: m.value or 0.0 for m in document.metrics if m.name == _TESTED}
    if counts:
        return int(counts.get(window, 0.0))
    return 0 if any(map(is_worse_segment, document.results)) else None


def is_told(metric: Metric) -> bool:
    """Whether a number is told among the segments that got worse."""
    return metric.name in (_TESTED, _PAIRED, *_SAMPLED)


def sample_words(document: Document) -> str:
    """Of which features pairs were tried, and in how many rows; empty where of all and in all."""
    told = {metric.name: wording.count(metric.value or 0.0) for metric in document.metrics}
    rows, said = [told[name] for name in _SAMPLED if name in told], ""
    if len(rows) == len(_SAMPLED):
        said = f" in a sample of {rows[0]} rows of the reference and {rows[1]} of production"
    if _PAIRED in told:
        return f"pairs of the {told[_PAIRED]} features that changed most{said}"
    return f"pairs of features{said}" if said else ""
