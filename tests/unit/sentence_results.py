"""Judged results of columns, of the model and of operations, for the tests of the sentence."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from mmon.outline.sentence import sentence
from mmon.results import Result, ResultKind, Status, Verdict, Window
from tests import quantities
from tests.reports.sample_document import sample_document

WINDOW = Window(index=0, rows=100)
MODEL, SYSTEM = ResultKind.MODEL_PERFORMANCE, ResultKind.SYSTEM_PERFORMANCE


def said(
    verdict: Verdict,
    results: Sequence[Result],
    windows: Sequence[Window] = (WINDOW,),
    fail_on: str = "detected",
) -> str:
    """The sentence of a document of these results."""
    parts = {"verdict": verdict, "results": results, "windows": windows, "fail_on": fail_on}
    return sentence(dataclasses.replace(sample_document(0), **parts))  # type: ignore[arg-type]  # fields by name


def result(column: str | None, value: float, status: Status, **fields) -> Result:
    name = fields.pop("name", "ks")
    return quantities.result(name, value, column=column, status=status, gating=True, **fields)


QUIET = [result(f"q{i}", 0.01, Status.NO_DETECTION) for i in range(3)]


def measured(name: str, value: float | None, **fields) -> Result:
    return quantities.result(name, value, **{"kind": MODEL, **fields})


def dropped(
    name: str, before: float, after: float, drop: float, status: Status, **fields
) -> list[Result]:
    """A metric of the model and the judged drop of it."""
    judged = {"status": status, "potential": 0.02, "detected": 0.05, "gating": True}
    return [
        measured(name, after, reference_value=before, interval=(after, after), **fields),
        measured(name, drop, aspect="drop", reference_value=before, **judged, **fields),
    ]


def worse(segment: str, value: float, **fields) -> Result:
    return measured(
        "worse_segment", value, aspect="increase", segment=segment,
        reason="error rate 0.09 → 0.38, 4.1% of rows", **fields,
    )  # fmt: skip
