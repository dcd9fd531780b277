"""What a run leaves in a step of GitHub Actions, read as the runner reads it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from mmon.cli.github import MOST_SUMMARY_BYTES
from tests.e2e.conftest import Mmon

BREACH = "compare ref.parquet shifted.parquet"
PASS = "compare ref.parquet prod.parquet"


@pytest.fixture
def step(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A step of a job, with what the runner gives it; its folder."""
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    for name in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT"):
        (folder / name).write_text("before=1\n" if name == "GITHUB_OUTPUT" else "# before\n")
        monkeypatch.setenv(name, str(folder / name))
    return folder


def outputs(step: Path) -> dict[str, str]:
    """The outputs as the runner reads them: `name=value`, or lines up to a mark."""
    found, lines = {}, iter((step / "GITHUB_OUTPUT").read_text(encoding="utf-8").splitlines())
    for line in lines:
        if block := re.fullmatch(r"(\w+)<<(.+)", line):
            value = []
            while (part := next(lines)) != block[2]:
                value.append(part)
            found[block[1]] = "\n".join(value)
        else:
            name, _, found_value = line.partition("=")
            found[name] = found_value
    return found


def test_a_step_gets_a_summary_outputs_and_annotations(mmon: Mmon, step: Path) -> None:
    ended = mmon(BREACH, "--json -")
    assert ended.status == 1
    # Standard output has what was asked for, and nothing else.
    document = json.loads(ended.out)
    summary = (step / "GITHUB_STEP_SUMMARY").read_text(encoding="utf-8")
    assert summary.startswith("# before\n### ❌ BREACH: mmon")
    found = outputs(step)
    assert found.pop("findings").isdecimal()
    assert found == {
        "before": "1", "verdict": "breach", "exit_status": "1", "sentence": document["sentence"],
        "project": "", "endpoint": "",
    }  # fmt: skip
    lines = ended.err.splitlines()
    assert lines[0].startswith("::error title=mmon BREACH::")
    assert 1 < len(lines) <= 10


def test_a_second_run_of_a_step_is_told_below_the_first(mmon: Mmon, step: Path) -> None:
    assert mmon(BREACH).status == 1
    assert mmon(PASS).status == 0
    summary = (step / "GITHUB_STEP_SUMMARY").read_text(encoding="utf-8")
    assert summary.index("BREACH") < summary.index("PASS")
    assert outputs(step)["verdict"] == "pass"


def test_a_summary_never_grows_beyond_what_github_takes(mmon: Mmon, step: Path) -> None:
    path = step / "GITHUB_STEP_SUMMARY"
    path.write_text("x" * (MOST_SUMMARY_BYTES - 400))
    assert mmon(PASS, "-q").status == 0
    assert path.read_text(encoding="utf-8").endswith("\n\nthe report has no room here\n")
    assert path.stat().st_size <= MOST_SUMMARY_BYTES
    path.write_text("x" * MOST_SUMMARY_BYTES)
    assert mmon(PASS, "-q").status == 0
    assert path.stat().st_size == MOST_SUMMARY_BYTES


@pytest.mark.parametrize("name", ["GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"])
def test_what_cannot_be_written_fails_a_pass_and_no_breach(
    mmon: Mmon, step: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    for place in (step, step / "no" / "file"):
        monkeypatch.setenv(name, str(place))
        ended = mmon(PASS, "-q")
        assert ended.status == 3
        assert ended.err.startswith(f"mmon: cannot write {place}, which {name} names: ")
        assert "unset GITHUB_ACTIONS" in ended.err
        assert mmon(BREACH, "-q").status == 1


def test_elsewhere_nothing_is_written(
    mmon: Mmon, step: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "false")
    assert mmon(BREACH, "-q").err == ""
    assert (step / "GITHUB_STEP_SUMMARY").read_text() == "# before\n"
    assert outputs(step) == {"before": "1"}


def test_a_run_without_a_verdict_is_annotated_with_why(mmon: Mmon, step: Path) -> None:
    ended = mmon("compare gone.csv ref.parquet")
    assert ended.status == 3
    first, *_, last = ended.err.splitlines()
    assert first.startswith("mmon: ")
    assert last == f"::error title=mmon::{first.removeprefix('mmon: ')}"
    assert outputs(step) == {"before": "1"}
