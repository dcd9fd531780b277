"""The numbers of the newest window as OpenMetrics text, for Prometheus and what reads its format.

``--report drift.prom``, or ``--report openmetrics=FILE``. The file is replaced as a whole, so that
Node exporter's textfile collector (``--collector.textfile.directory``) reads no half of it. There
is one family a quantity, called after its analysis and its unit (``mmon_data_drift_psi``,
``mmon_data_quality_missing_share_ratio``), with the labels ``project``, ``endpoint``, ``column``,
``segment`` and ``class``; how far it dropped or rose is a family of its own. Of what is judged,
``mmon_result_status`` is MLRun's number (-1 irrelevant, 0 no detection, 1 potential detection,
2 detected; 0.5 is inconclusive) and ``mmon_result_level`` what it is judged by. Of the run there
are ``mmon_run_exit_status``, ``mmon_run_timestamp_seconds`` and so on.

Windows have no label: each would be a new time series. A file tells of the newest window that is
judged, and ``mmon_window_end_timestamp_seconds`` of when it was; ``--csv`` has all windows. What is
not known is not there. All families are gauges without times, which is what the textfile collector
takes besides OpenMetrics: it reads the older text format, to which ``# UNIT`` and ``# EOF`` are
comments, and refuses the types that are new.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
import re
from collections.abc import Iterator

from mmon.outline import summary
from mmon.outline.measures import OF_RUN
from mmon.outline.newest import STATUS_NUMBERS, newest, now
from mmon.results import Document, Metric, Result, Status
from mmon.results.quantity import Quantity, Unit
from mmon.texts.screen import safe

SUFFIXES = (".prom",)

_UNITS = {Unit.SHARE: "ratio", Unit.SECONDS: "seconds"}
_RESERVED = ("_total", "_sum", "_count", "_bucket", "_created", "_info")
_STATUS_HELP = "-1 irrelevant, 0 no detection, 0.5 inconclusive, 1 potential detection, 2 detected"

_Labels = dict[str, str | None]


@dataclasses.dataclass(frozen=True, slots=True)
class _Sample:
    family: str
    unit: str
    about: str
    labels: _Labels
    value: float | None


def render(document: Document) -> str:
    """The text, family by family; it ends with ``# EOF``."""
    families: dict[str, tuple[_Sample, dict[str, float]]] = {}
    place: _Labels = {"project": document.project, "endpoint": document.endpoint}
    for one in (*_of_run(document), *_of_window(document)):
        if one.value is not None and not math.isnan(one.value):
            first, values = families.setdefault(one.family, (one, {}))
            # Of the same labels there is one: the last, of the newest window.
            values[_labels({**place, **one.labels})] = one.value
    lines = []
    for name, (first, values) in families.items():
        lines += [f"# TYPE {name} gauge"]
        lines += [f"# UNIT {name} {first.unit}"] if first.unit else []
        lines += [f"# HELP {name} {_escaped(first.about)}"]
        lines += [f"{name}{labels} {_number(value)}" for labels, value in values.items()]
    return "\n".join([*lines, "# EOF"]) + "\n"


def _of_run(document: Document) -> Iterator[_Sample]:
    said = {"version": document.mmon_version, "fail_on": document.fail_on}
    yield _Sample("mmon_run_info", "", "how the run was made", {**said}, 1)
    told = "how the run ended: 0 pass, 1 breach, 4 inconclusive"
    yield _Sample("mmon_run_exit_status", "", told, {}, int(document.exit_status))
    end = _seconds(document.finished_at)
    yield _Sample("mmon_run_timestamp_seconds", "seconds", "when the run ended", {}, end)
    took = summary.duration_s(document)
    yield _Sample("mmon_run_duration_seconds", "seconds", "how long the run took", {}, took)
    window = newest(document)
    for side, rows in (
        ("reference", document.reference.rows),
        ("production", 0 if window is None else window.rows),
    ):
        yield _Sample(
            "mmon_rows", "", "rows of the reference, and of the window", {"side": side}, rows
        )
    if window is not None:
        for edge, moment in (("start", window.start), ("end", window.end)):
            name, about = f"mmon_window_{edge}_timestamp_seconds", f"{edge} of the window"
            yield _Sample(name, "seconds", about, {}, _seconds(moment))


def _of_window(document: Document) -> Iterator[_Sample]:
    for one in now(document):
        name, unit, labels = _family(one.quantity, one)
        labels = {"column": one.column, "segment": one.segment, **labels}
        yield _Sample(name, unit, one.quantity.meaning, labels, one.value)
        if isinstance(one, Result) and (one.gating or one.status is not Status.IRRELEVANT):
            yield from _judgement(one, labels)


def _judgement(one: Result, labels: _Labels) -> Iterator[_Sample]:
    what = {"application": one.application, "result": one.name, "kind": one.kind.value}
    what |= {"aspect": one.aspect}
    every = {**what, "column": labels["column"], "segment": labels["segment"]}
    yield _Sample("mmon_result_status", "", _STATUS_HELP, every, STATUS_NUMBERS[one.status])
    for level, value in (("potential", one.potential), ("detected", one.detected)):
        yield _Sample(
            "mmon_result_level", "", "what it is judged by", every | {"level": level}, value
        )


def _family(quantity: Quantity, one: Result | Metric) -> tuple[str, str, _Labels]:
    """The name of a family, its unit, and the labels that the name leaves out."""
    own = quantity.name
    if quantity.label is not None:
        own = own.removesuffix(f":{quantity.label}")
    name = own if quantity.application == OF_RUN else f"{quantity.application}_{own}"
    words = re.sub(r"\W", "_", name, flags=re.ASCII)
    # Two names may be one without their signs.
    lost = {"name": own} if words != name.replace("-", "_") else {}
    unit = _UNITS.get(quantity.unit, "")
    if isinstance(one, Result) and one.aspect != "value":
        words += f"_{one.aspect}"
        unit = "ratio" if one.relative else unit
    # Endings that mean something else: https://prometheus.io/docs/instrumenting/writing_exporters.
    words += "_value" if words.endswith(_RESERVED) else ""
    suffix = f"_{unit}" if unit and not words.endswith(f"_{unit}") else ""
    return f"mmon_{words}{suffix}", unit, {"class": quantity.label, **lost}


def _labels(labels: _Labels) -> str:
    told = [f'{name}="{_quoted(value)}"' for name, value in labels.items() if value is not None]
    return f"{{{','.join(told)}}}" if told else ""


def _quoted(text: str) -> str:
    return _escaped(text).replace('"', r"\"")


def _escaped(text: str) -> str:
    return safe(text, unicode=True).replace("\\", r"\\")


def _number(value: float) -> str:
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return repr(float(value)) if value != int(value) else str(int(value))


def _seconds(moment: str | None) -> float | None:
    try:
        return None if moment is None else dt.datetime.fromisoformat(moment).timestamp()
    except ValueError:
        return None
