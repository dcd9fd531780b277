"""Numbers go to a collector of OpenTelemetry, decoded here by its own protocol buffers."""

from __future__ import annotations

import dataclasses
import gzip
import socket
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
)

from tests.e2e.conftest import Mmon

pytestmark = pytest.mark.slow

SECRET = "c0llector-Passw0rd"
CONFIGURATION = """
project: lending
endpoint: credit-risk
reference: ref.parquet
production: %s.parquet
outputs:
  otlp: {endpoint: "%s", headers: {Authorization: "Bearer ${COLLECTOR_TOKEN}"}, timeout: 3s}
"""


@dataclasses.dataclass
class Collector:
    """What came, and what is answered."""

    address: str = ""
    statuses: list[int] = dataclasses.field(default_factory=list)
    paths: list[str] = dataclasses.field(default_factory=list)
    headers: list[dict[str, str]] = dataclasses.field(default_factory=list)
    requests: list[ExportMetricsServiceRequest] = dataclasses.field(default_factory=list)

    def points(self, name: str) -> list[tuple[dict[str, str], float]]:
        (request,) = self.requests[-1:]
        return [
            (
                {one.key: one.value.string_value for one in point.attributes},
                point.as_double or point.as_int,
            )
            for resource in request.resource_metrics
            for scope in resource.scope_metrics
            for metric in scope.metrics
            if metric.name == name
            for point in metric.gauge.data_points
        ]


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    """A collector on the loopback interface; nothing in the environment names another."""
    for name in ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLLECTOR_TOKEN", SECRET)
    seen = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            seen.paths.append(self.path)
            seen.headers.append({name.lower(): value for name, value in self.headers.items()})
            seen.requests.append(ExportMetricsServiceRequest.FromString(body))
            self.send_response(seen.statuses.pop(0) if seen.statuses else 200)
            self.send_header("Content-Type", "application/x-protobuf")
            self.end_headers()
            self.wfile.write(ExportMetricsServiceResponse().SerializeToString())

        def log_message(self, *_: object) -> None:
            """The screen is that of the tests."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        seen.address = f"http://127.0.0.1:{server.server_port}"
        yield seen
        server.shutdown()
        thread.join()


def configured(folder: Path, address: str, production: str = "shifted") -> str:
    (folder / "mmon.yaml").write_text(CONFIGURATION % (production, address))
    return "run mmon.yaml -q --json result.json"


def test_results_are_gauges_with_the_attributes_of_mlrun(
    mmon: Mmon, folder: Path, collector: Collector
) -> None:
    assert mmon(configured(folder, collector.address)).status == 1
    assert collector.paths == ["/v1/metrics"]
    assert collector.headers[0]["authorization"] == f"Bearer {SECRET}"
    place = {"project": "lending", "endpoint.name": "credit-risk", "function.name": "mmon"}
    drifts = [
        (attributes, value)
        for attributes, value in collector.points("mmon.model_monitoring.result")
        if attributes["result.name"] == "total_variation" and attributes["column"] == "x"
    ]
    ((attributes, value),) = drifts
    assert attributes == {
        **place, "app.name": "data-drift", "column": "x", "result.name": "total_variation",
        "result.kind": "data_drift", "result.aspect": "value", "result.status": "detected",
    }  # fmt: skip
    assert value > 0.2
    statuses = collector.points("mmon.model_monitoring.result.status")
    assert max(value for _, value in statuses) == 2.0
    told = collector.points("mmon.model_monitoring.metric")
    assert ({**place, "app.name": "mmon", "metric.name": "exit_status"}, 1.0) in told
    text = (folder / "result.json").read_text()
    assert SECRET not in text


def test_an_address_of_the_environment_is_taken_where_it_is_asked_for(
    mmon: Mmon, folder: Path, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.address)
    assert mmon("compare ref.parquet prod.parquet -q").status == 0
    assert collector.paths == []
    command = configured(folder, "")
    text = (folder / "mmon.yaml").read_text().replace('endpoint: ""', "endpoint: null")
    (folder / "mmon.yaml").write_text(text)
    assert mmon(command).status == 1
    assert collector.paths == ["/v1/metrics"]


def test_a_collector_that_is_busy_is_asked_again(
    mmon: Mmon, folder: Path, collector: Collector
) -> None:
    collector.statuses = [503]
    assert mmon(configured(folder, collector.address, "prod")).status == 0
    assert len(collector.paths) == 2


@pytest.mark.parametrize("status", [401, 400, 500])
def test_a_collector_that_refuses_fails_a_pass_and_no_breach(
    mmon: Mmon, folder: Path, collector: Collector, status: int
) -> None:
    collector.statuses = [status]
    ended = mmon(configured(folder, collector.address, "prod"))
    assert ended.status == 3
    assert ended.err.startswith(f"mmon: the numbers could not be sent to {collector.address}: ")
    assert str(status) in ended.err
    assert SECRET not in ended.err
    collector.statuses = [status]
    assert mmon(configured(folder, collector.address)).status == 1


def test_nobody_who_listens_fails_a_pass(mmon: Mmon, folder: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = configured(folder, f"http://user:{SECRET}@127.0.0.1:{port}/v1/metrics", "prod")
    (folder / "mmon.yaml").write_text(
        (folder / "mmon.yaml").read_text().replace("${COLLECTOR_TOKEN}", "x").replace("3s", "1s")
    )
    ended = mmon(command)
    assert ended.status == 3
    assert "could not be sent to http://***@127.0.0.1" in ended.err
    assert SECRET not in ended.err + (folder / "result.json").read_text()


def test_where_nothing_says_where_to_send_it_no_data_is_read(
    mmon: Mmon, folder: Path, collector: Collector
) -> None:
    (folder / "mmon.yaml").write_text(
        "reference: nope.csv\nproduction: nope.csv\noutputs: {otlp: {}}\n"
    )
    for command in ("run mmon.yaml", "validate mmon.yaml"):
        ended = mmon(command)
        assert ended.status == 2
        assert ended.err.startswith("mmon: outputs.otlp does not say where the collector is\n")
    assert collector.paths == []


def test_without_opentelemetry_it_says_what_to_install(
    mmon: Mmon, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.metric_exporter", None)
    monkeypatch.setenv("COLLECTOR_TOKEN", SECRET)
    ended = mmon(configured(folder, "http://127.0.0.1:9"))
    assert ended.status == 2
    assert 'pip install "mmon[otel]"' in ended.err


@pytest.mark.parametrize(
    ("otlp", "told"),
    [
        ("localhost:4318", "must begin with http:// or https://"),
        ("{endpoint: 'http://localhost:4318', timeout: 10}", "must be a length of time such as"),
        ("{endpiont: 'http://localhost:4318'}", "did you mean 'endpoint'?"),
        ('{endpoint: "http://h", headers: {X: "a\\nb"}}', "header 'X' has more than one line"),
    ],
)
def test_bad_settings_are_told_with_their_key(
    mmon: Mmon, folder: Path, otlp: str, told: str
) -> None:
    text = f"reference: a.csv\nproduction: b.csv\noutputs: {{otlp: {otlp}}}\n"
    (folder / "mmon.yaml").write_text(text)
    ended = mmon("validate mmon.yaml")
    assert ended.status == 2
    assert "outputs.otlp" in ended.err
    assert told in ended.err
