"""The numbers of a run as OpenTelemetry gauges, sent over OTLP/HTTP where ``outputs.otlp`` says.

Of the newest window that is judged there are three gauges, with the attributes by which MLRun
exports the same: ``project``, ``endpoint.name``, ``app.name``, ``function.name`` and, of a result,
``result.name``, ``result.kind`` and ``result.status``, of a told number ``metric.name``; beside
them ``column``, ``segment`` and ``result.aspect`` (what of the quantity it is: the value, a drop).

mmon.model_monitoring.result
    The value of a result.
mmon.model_monitoring.result.status
    Of what is judged: -1 irrelevant, 0 no detection, 0.5 inconclusive, 1 potential, 2 detected.
mmon.model_monitoring.metric
    A number that is only told, such as ``rows``; and the ``exit_status`` of the run.

Attempts, certificates, compression and further headers are OpenTelemetry's own
(``OTEL_EXPORTER_OTLP_HEADERS``, ``…_CERTIFICATE``, ``…_COMPRESSION``). A collector that takes
nothing fails the run (exit status 3), unless it is a breach.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mmon.config.fields import seconds
from mmon.errors import ConfigError, MissingExtraError, OutputError
from mmon.outline.newest import STATUS_NUMBERS, now
from mmon.results import Document, Result, Status
from mmon.texts.redaction import masked

if TYPE_CHECKING:
    from opentelemetry.sdk.metrics.export import Metric, MetricsData, NumberDataPoint

    from mmon.config.telemetry import Telemetry

_VARIABLES = ("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_LOGGER = "opentelemetry.exporter.otlp.proto.http.metric_exporter"
_NAME = "mmon.model_monitoring"

_Attributes = dict[str, str]


def check(settings: Telemetry) -> None:
    """See that numbers could be sent, before the work of which they are the result.

    `MissingExtraError` where OpenTelemetry is not installed, `ConfigError` where nothing says where
    to send them.
    """
    try:
        import opentelemetry.exporter.otlp.proto.http.metric_exporter
        import opentelemetry.sdk.metrics  # noqa: F401
    except ImportError:
        what = "outputs.otlp needs OpenTelemetry, which is not installed"
        raise MissingExtraError(what, hint='pip install "mmon[otel]"') from None
    if settings.endpoint is None and not any(map(os.environ.get, _VARIABLES)):
        raise ConfigError(
            "outputs.otlp does not say where the collector is",
            hint=f"set outputs.otlp.endpoint, or {_VARIABLES[1]}",
        )


def send(document: Document, settings: Telemetry) -> None:
    """Send the numbers of a document; `OutputError` where the collector does not take them."""
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
    from opentelemetry.sdk.metrics.export import MetricExportResult

    with _heard() as said:
        exporter = OTLPMetricExporter(
            endpoint=_whole(settings.endpoint),
            headers=dict(settings.headers) or None,
            timeout=seconds(settings.timeout),
        )
        result = exporter.export(_data(document))
        exporter.shutdown()
    if result is not MetricExportResult.SUCCESS:
        where = masked(settings.endpoint or next(filter(None, map(os.environ.get, _VARIABLES)), ""))
        why = masked("; ".join(dict.fromkeys(said)) or "no reason is known").splitlines()[0]
        hint = "check outputs.otlp, and that a collector listens there for OTLP over HTTP"
        raise OutputError(f"the numbers could not be sent to {where}: {why}", hint=hint)


def _whole(endpoint: str | None) -> str | None:
    """The address with its path; None leaves it to OpenTelemetry's variables."""
    if endpoint is None or urlsplit(endpoint).path.strip("/"):
        return endpoint
    return f"{endpoint.rstrip('/')}/v1/metrics"


@contextlib.contextmanager
def _heard() -> Iterator[list[str]]:
    """What the exporter logs, which says why it failed, and does not reach the screen."""
    said: list[str] = []
    listener = logging.Handler()
    listener.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]
    logger = logging.getLogger(_LOGGER)
    before = logger.propagate
    logger.addHandler(listener)
    logger.propagate = False
    try:
        yield said
    finally:
        logger.removeHandler(listener)
        logger.propagate = before


def _data(document: Document) -> MetricsData:
    from opentelemetry.sdk.metrics.export import MetricsData, ResourceMetrics, ScopeMetrics
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.util.instrumentation import InstrumentationScope

    version = document.mmon_version
    resource = Resource({"service.name": "mmon", "service.version": version})
    scope = ScopeMetrics(InstrumentationScope("mmon", version), _gauges(document), "")
    return MetricsData([ResourceMetrics(resource, [scope], "")])


def _gauges(document: Document) -> list[Metric]:
    from opentelemetry.sdk.metrics.export import Gauge, Metric, NumberDataPoint

    at = int(dt.datetime.fromisoformat(document.finished_at).timestamp() * 1e6) * 1000
    common = {"function.name": "mmon"}
    common |= {"project": document.project} if document.project else {}
    common |= {"endpoint.name": document.endpoint} if document.endpoint else {}
    found: dict[str, list[NumberDataPoint]] = {}
    for name, attributes, value in _points(document):
        point = NumberDataPoint({**common, **attributes}, 0, at, value)
        found.setdefault(name, []).append(point)
    about = {"result": "value of a result", "result.status": "-1 irrelevant to 2 detected"}
    return [
        Metric(f"{_NAME}.{name}", about.get(name, "a told number"), "", Gauge(points))
        for name, points in found.items()
    ]


def _points(document: Document) -> Iterator[tuple[str, _Attributes, float]]:
    yield "metric", {"app.name": "mmon", "metric.name": "exit_status"}, int(document.exit_status)
    for one in now(document):
        place = {"column": one.column, "segment": one.segment}
        told = {"app.name": one.application}
        told |= {key: value for key, value in place.items() if value is not None}
        if not isinstance(one, Result):
            if one.value is not None:
                yield "metric", {**told, "metric.name": one.name}, float(one.value)
            continue
        told |= {"result.name": one.name, "result.kind": one.kind.value}
        told |= {"result.aspect": one.aspect}
        if one.value is not None:
            yield "result", {**told, "result.status": one.status.value}, float(one.value)
        if one.gating or one.status is not Status.IRRELEVANT:
            yield "result.status", told, STATUS_NUMBERS[one.status]
