"""Judged results of columns, of the model and of operations, for the tests of the sentence."""

from __future__ import annotations

from mmon.results import Result, ResultKind, Status, Window

WINDOW = Window(index=0, rows=100)
MODEL, SYSTEM = ResultKind.MODEL_PERFORMANCE, ResultKind.SYSTEM_PERFORMANCE


def result(column: str | None, value: float, status: Status, **fields) -> Result:
    fields.setdefault("kind", ResultKind.DATA_DRIFT)
    fields.setdefault("name", "ks")
    return Result(
        application="data-drift", column=column, value=value, status=status, gating=True, **fields
    )


QUIET = [result(f"q{i}", 0.01, Status.NO_DETECTION) for i in range(3)]


def measured(name: str, value: float | None, **fields) -> Result:
    fields.setdefault("kind", MODEL)
    return Result(
        application=fields["kind"].value.replace("_", "-"), name=name, value=value, **fields
    )


def dropped(
    name: str, before: float, after: float, drop: float, status: Status, **fields
) -> list[Result]:
    """A metric of the model and the judged drop of it."""
    judged = {"status": status, "potential": 0.02, "detected": 0.05, "gating": True}
    return [
        measured(name, after, reference_value=before, interval=(after, after), **fields),
        measured(f"{name}_drop", drop, reference_value=before, **judged, **fields),
    ]


def worse(segment: str, value: float, **fields) -> Result:
    return measured(
        "worse_segment", value, segment=segment, reason="error rate 0.09 → 0.38, 4.1% of rows",
        **fields,
    )  # fmt: skip
