"""Results and told numbers by the names that the analyses declare."""

from __future__ import annotations

import dataclasses
import functools

from mmon import performance
from mmon.analyses import model_performance
from mmon.analyses.model_performance import parts_of_change
from mmon.comparison import assessment
from mmon.results import Document, Metric, Result, ResultKind
from mmon.results.quantity import Quantity


@functools.cache
def _declared() -> dict[tuple[ResultKind, str], Quantity]:
    return {(one.kind, one.name): one for one in assessment.quantities()}


def named(name: str, kind: ResultKind | None = None) -> Quantity:
    """The quantity of that name; one of its own kind where no analysis declares it."""
    if (kind, name) in _declared():
        return _declared()[kind, name]  # type: ignore[index]  # a kind, as it is known
    variant = performance.of_name(name)
    if variant is not None and kind in (None, ResultKind.MODEL_PERFORMANCE):
        return model_performance.quantity(*variant)
    base, _, part = name.rpartition("_")
    if part in ("mix", "rate") and base:
        return parts_of_change.contribution(base, part)  # type: ignore[arg-type]  # one of both
    kinds = [kind] if kind is not None else list(ResultKind)
    found = (_declared().get((one, name)) for one in kinds)
    known = next((one for one in found if one is not None), None)
    if known is not None:
        return known
    return Quantity("a-plugin", kind or ResultKind.MM_APP_ANOMALY, name, "a number of its own")


def result(name: str, value: float | None = None, **fields: object) -> Result:
    """A result of a declared quantity; ``kind`` tells apart what several analyses call so."""
    quantity = named(name, fields.pop("kind", None))  # type: ignore[arg-type]  # fields by name
    return Result(quantity, value=value, **fields)  # type: ignore[arg-type]  # fields by name


def metric(name: str, value: float | None, **fields: object) -> Metric:
    """A told number of a declared quantity."""
    quantity = named(name, fields.pop("kind", None))  # type: ignore[arg-type]  # fields by name
    return Metric(quantity, value, **fields)  # type: ignore[arg-type]  # fields by name


def quantities_of(document: Document) -> list[Quantity]:
    """What the numbers of a document are."""
    rows = (*document.results, *document.metrics)
    return list({one.quantity.key: one.quantity for one in rows}.values())


def with_rows(document: Document, **changes: object) -> Document:
    """A document with other parts, and the quantities of all its numbers."""
    changed = dataclasses.replace(document, **changes)  # type: ignore[arg-type]  # fields by name
    return dataclasses.replace(changed, quantities=quantities_of(changed))
