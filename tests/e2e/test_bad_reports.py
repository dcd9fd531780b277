"""Reports that are asked for wrongly are told before any data is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.conftest import Mmon

# What is asked for, and what is said of it.
USAGE = [
    ("junitt=drift.xml", "unknown report format 'junitt' in 'junitt=drift.xml'", "'junit'?"),
    ("JUNIT=drift.xml", "unknown report format 'JUNIT'", "FORMAT is one of csv, github"),
    ("date=2024/drift.md", "unknown report format 'date'", "./date=2024/drift.md"),
    ("gl-code-quality-report", "does not tell its format", "write FORMAT=gl-code-quality"),
    ("gitlab=", "the path of the gitlab report is empty", "name a file"),
    ("drift.xml --report junit=other", "drift.xml and other are both to be the junit", "a copy"),
    ("drift.xml --report csv=drift.xml", "the junit and the csv report cannot both go to", "each"),
    ("junit=- --json -", "the json and the junit report cannot both go to standard", "each"),
    ("gitlab=nope.csv --format csv", "report would replace nope.csv, which is read", ""),
    ("junit=. ", "unexpected extra argument", ""),
]


@pytest.mark.parametrize(("asked", "told", "hint"), USAGE)
def test_a_report_that_cannot_be_is_wrong_usage(
    mmon: Mmon, folder: Path, asked: str, told: str, hint: str
) -> None:
    (folder / "nope.csv").write_text("kept\n")
    ended = mmon("compare nope.csv nope.csv --report", asked)
    assert ended.status == 2, ended.err
    assert told in ended.err
    assert hint in ended.err
    assert "Traceback" not in ended.err
    assert (folder / "nope.csv").read_text() == "kept\n"


@pytest.mark.parametrize("asked", ["junit=no/such/drift.xml", "openmetrics=.", "no/drift.prom"])
def test_a_place_that_cannot_be_written_is_a_failure(mmon: Mmon, folder: Path, asked: str) -> None:
    ended = mmon("compare nope.csv nope.csv --report", asked)
    assert ended.status == 3
    assert ended.err.startswith(f"mmon: cannot write {asked.rpartition('=')[2]}: ")


@pytest.mark.parametrize(
    ("reports", "told"),
    [
        ("[junitt=drift.xml]", "unknown report format 'junitt'"),
        ("['']", "must be the path of a file, not ''"),
        ("drift.xml", "must be a list, not 'drift.xml'"),
        ("[a.xml, b.xml]", "a.xml and b.xml are both to be the junit report"),
    ],
)
def test_configured_reports_are_checked_as_those_of_options_are(
    mmon: Mmon, folder: Path, reports: str, told: str
) -> None:
    (folder / "mmon.yaml").write_text(
        f"reference: a.csv\nproduction: b.csv\noutputs: {{reports: {reports}}}\n"
    )
    ended = mmon("validate mmon.yaml")
    assert ended.status == 2
    assert told in ended.err


def test_old_reports_of_every_format_are_gone_when_a_run_fails(mmon: Mmon, folder: Path) -> None:
    names = ("junit=a.xml", "openmetrics=a.prom", "gitlab=a.json")
    asked = " ".join(f"--report {name}" for name in names)
    assert mmon("compare ref.parquet prod.parquet -q", asked).status == 0
    assert mmon("compare ref.parquet gone.parquet -q", asked).status == 3
    assert not [*folder.glob("a.*")]


def test_a_format_is_explained_by_its_name(mmon: Mmon) -> None:
    for name, told in (
        ("junit", "schemas of Jenkins"),
        ("openmetrics", "textfile collector"),
        ("gitlab", "code quality"),
        ("github", "GITHUB_STEP_SUMMARY"),
        ("otlp", "mmon.model_monitoring.result"),
    ):
        assert told in mmon(f"explain {name}").out
