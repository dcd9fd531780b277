"""The OpenMetrics report, as the parsers of Prometheus read it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import socket
import subprocess
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse
from prometheus_client.parser import text_string_to_metric_families as parse_classic

from mmon import reports
from mmon.results import Document, Status
from tests import quantities
from tests.reports.sample_document import HOSTILE_NAMES, sample_document
from tests.reports.sample_operations import operations_document, segments_document
from tests.reports.sample_performance import binary_document, multiclass_document

DOCUMENTS = {
    "columns": sample_document(8, 3),
    "hostile": sample_document(9, 2, hostile=True),
    "nothing": dataclasses.replace(sample_document(0), results=(), windows=(), metrics=()),
    "model": binary_document(3, 2),
    "classes": multiclass_document(4),
    "operations": operations_document(),
    "segments": segments_document(windows=2),
}
PLACE = {"project": "lending", "endpoint": "credit-risk"}


def text(document: Document) -> str:
    return str(reports.render("openmetrics", document))


def values(document: Document, family: str, **labels: str) -> list[float]:
    found = {one.name: one.samples for one in parse(text(document))}
    return [one.value for one in found[family] if {**PLACE, **labels}.items() <= one.labels.items()]


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
def test_both_parsers_of_prometheus_read_the_same(document: Document) -> None:
    shown = text(document)
    assert shown.endswith("\n# EOF\n")
    modern, classic = (
        {
            (one.name, tuple(sorted(one.labels.items())), one.value)
            for family in read(shown)
            for one in family.samples
        }
        for read in (parse, parse_classic)
    )
    assert modern == classic
    assert len(modern) == sum(not line.startswith("#") for line in shown.splitlines())


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
def test_a_family_is_a_gauge_with_its_unit_in_its_name(document: Document) -> None:
    for family in parse(text(document)):
        assert family.type == "gauge"
        assert family.documentation
        assert not family.unit or family.name.endswith(f"_{family.unit}")
        assert not family.name.endswith(("_total", "_sum", "_count", "_bucket", "_created"))


@pytest.mark.prometheus
@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
def test_promtool_has_nothing_to_say(document: Document) -> None:
    ended = subprocess.run(
        ["promtool", "check", "metrics"], input=text(document), capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.prometheus
@pytest.mark.slow
def test_the_textfile_collector_of_node_exporter_hands_all_of_it_on(tmp_path: Path) -> None:
    for name, document in DOCUMENTS.items():
        other = dataclasses.replace(document, endpoint=name)
        (tmp_path / f"{name}.prom").write_text(text(other), encoding="utf-8")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    own = ("--collector.disable-defaults", "--collector.textfile", "--web.disable-exporter-metrics")
    command = ["prometheus-node-exporter", f"--web.listen-address={address}", *own]
    command.append(f"--collector.textfile.directory={tmp_path}")
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as exporter:
        try:
            told = scraped(f"http://{address}/metrics")
        finally:
            exporter.terminate()
    assert "node_textfile_scrape_error 0\n" in told
    for document in DOCUMENTS.values():
        for family in parse(text(document)):
            assert f"# TYPE {family.name} gauge\n" in told


def scraped(address: str) -> str:
    for _ in range(100):
        try:
            with urllib.request.urlopen(address, timeout=10) as answer:
                found: str = answer.read().decode()
                return found
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(address)


def test_the_newest_window_is_told_and_no_other() -> None:
    document = sample_document(3, 4)
    newest = {
        one.column: one.value
        for one in document.results
        if (one.window, one.name, one.gating) == (3, "ks", True)
    }
    for column, value in newest.items():
        assert values(document, "mmon_data_drift_ks", column=str(column)) == [value]
    (end,) = values(document, "mmon_window_end_timestamp_seconds")
    assert end == dt.datetime.fromisoformat(str(document.windows[-1].end)).timestamp()


def test_labels_that_wait_are_no_missing_values() -> None:
    shares = [
        quantities.result(
            "missing_share", value, column=column, aspect="increase", gating=True, status=status
        )
        for column, value, status in (
            ("defaulted", 1.0, Status.IRRELEVANT),
            ("income", 0.25, Status.NO_DETECTION),
            ("notes", 0.5, Status.IRRELEVANT),
        )
    ]
    coverage = quantities.result("label_coverage", 0.0)
    document = quantities.with_rows(
        sample_document(0),
        results=[*shares, coverage],
        configuration={"columns": {"target": "defaulted"}},
    )
    # What has no level is told as well.
    assert values(document, "mmon_data_quality_missing_share_increase_ratio") == [0.25, 0.5]
    assert values(document, "mmon_model_performance_label_coverage_ratio") == [0.0]


def test_a_status_is_a_number_of_mlrun() -> None:
    document = sample_document(3)
    status: Mapping[str, float] = {
        column: values(document, "mmon_result_status", column=column, aspect="value")[0]
        for column in ("lead_time", "agent", "too_few")
    }
    assert status == {"lead_time": 2, "agent": 1, "too_few": 0.5}
    levels = values(document, "mmon_result_level", column="lead_time", result="ks")
    assert levels == [0.1, 0.2]
    assert values(document, "mmon_run_exit_status") == [1]


def test_hostile_names_are_labels_like_any() -> None:
    found = {one.name: one for one in parse(text(DOCUMENTS["hostile"]))}
    columns = {one.labels.get("column") for one in found["mmon_result_status"].samples}
    assert HOSTILE_NAMES[0] in columns
    assert "line one\\nline two\\ttab" in columns


def test_a_quantity_of_a_class_has_it_as_a_label() -> None:
    found = {one.name: one for one in parse(text(DOCUMENTS["classes"]))}
    classes = {
        one.labels["class"]
        for family in found.values()
        for one in family.samples
        if "class" in one.labels
    }
    assert classes
    assert not any(":" in name for name in found)


def test_names_that_are_one_without_their_signs_stay_apart() -> None:
    one = quantities.result("ks", column="x", value=0.1)
    twins = [
        dataclasses.replace(one, quantity=dataclasses.replace(one.quantity, name=name), value=value)
        for name, value in (("a.b", 1.0), ("a_b", 2.0))
    ]
    document = dataclasses.replace(sample_document(0), results=twins)
    assert sorted(values(document, "mmon_data_drift_a_b")) == [1.0, 2.0]


def test_what_is_told_of_the_run_has_the_name_of_mmon_once() -> None:
    told = quantities.result("reference_blocks", value=60.0)
    document = dataclasses.replace(sample_document(0), results=[told])
    assert values(document, "mmon_reference_blocks") == [60.0]
