"""Everything the README tells its reader to type works as it says."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
import yaml

from mmon.cli import demo
from mmon.config_file import parse
from mmon.errors import ExitStatus

# Its commands share a folder, in the order of the text.
pytestmark = [pytest.mark.models, pytest.mark.slow, pytest.mark.xdist_group("readme")]

REPOSITORY = Path(__file__).parents[2]
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, flags=re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the demo in it, where ``mmon`` and ``python`` are this interpreter's."""
    place = tmp_path_factory.mktemp("readme")
    here = Path.cwd()
    os.chdir(place)
    try:
        demo.write(Path("demo"))
    finally:
        os.chdir(here)
    programs = place / "bin"
    programs.mkdir()
    for name, call in (("mmon", "-m mmon"), ("python", "")):
        (programs / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {call} "$@"\n')
        (programs / name).chmod(0o755)
    return place


def shell(command: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    path = f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env={**os.environ, "PATH": path, "PYTHONPATH": str(REPOSITORY), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


COMMANDS = [
    line.split("  #")[0].strip()
    for block in blocks("bash")
    for line in block.replace("\\\n", "").splitlines()
    if line.startswith("mmon")
]


def test_the_numbers_of_ones_own_are_computed(folder):
    (text,) = (block for block in blocks("yaml") if "decline_rate" in block)
    sides = "reference: demo/held_out.parquet\nproduction: demo/production.parquet\nfast: true\n"
    (folder / "own.yaml").write_text(sides + text, encoding="utf-8")
    shell("mmon run own.yaml --json own.json --quiet", folder)
    found = json.loads((folder / "own.json").read_text())["results"]
    told = {one["application"]: one["reason"] for one in found if one["value"] is not None}
    assert told["decline_rate"] is told["lent_per_income"] is None


def test_who_is_told_and_the_alerts_are_a_configuration():
    own = [one for one in blocks("yaml") if one.startswith(("notifications:", "alerts:"))]
    assert len(own) == 2
    sides = "reference: a.csv\nproduction: b.csv\nhistory: h.db\nwindows: {every: 1d}\n"
    secrets = {"SLACK_WEBHOOK_URL": "https://hooks.example.com/a", "GITHUB_TOKEN": "a-token"}
    found = parse(sides + "\n".join(own), environment=secrets)
    assert [alert.name for alert in found.alerts] == ["data_drift", "worse_for_days"]


def test_the_configuration_of_a_model_runs(folder):
    (text,) = (block for block in blocks("yaml") if block.startswith("task:"))
    labels = pl.read_parquet(
        folder / "demo" / "production.parquet", columns=["request_id", "defaulted"]
    )
    labels.write_parquet(folder / "labels.parquet")
    bare = pl.read_parquet(folder / "demo" / "production.parquet").drop("defaulted")
    bare.write_parquet(folder / "bare.parquet")
    sides = "reference: demo/held_out.parquet\nproduction: bare.parquet\n"
    (folder / "model.yaml").write_text(sides + text.replace("# labels", "labels"), encoding="utf-8")
    done = shell("mmon run model.yaml --json model.json --quiet", folder)
    assert done.returncode == ExitStatus.BREACH, done.stderr
    found = json.loads((folder / "model.json").read_text())["results"]
    names = {(result["name"], result["aspect"]) for result in found}
    expected = {("roc_auc", "drop"), ("recall", "value"), ("completeness", "value")}
    assert {*expected, ("worse_segment", "increase")} <= names


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_works(command, folder):
    if command.startswith("mmon validate"):
        shell("mmon init mmon.yaml --force", folder)
    if "reference.mmon demo" in command:
        shell("mmon baseline demo/held_out.parquet -o reference.mmon", folder)
    if command.startswith("mmon app"):
        shutil.rmtree(folder / "apps", ignore_errors=True)
    if command.startswith("mmon app test"):
        shell("mmon app new refund-rate", folder)
    if command.startswith("mmon init"):
        (folder / "mmon.yaml").unlink(missing_ok=True)
    done = shell(command, folder)
    # The demo's drift is a breach; everything else must simply work.
    is_breach = command == "mmon run demo/mmon.yaml" or "--every 1w" in command
    is_breach = is_breach or "judge=last" in command
    assert done.returncode == (ExitStatus.BREACH if is_breach else ExitStatus.PASS), done.stderr
    assert not done.stderr.startswith("mmon: ")


def test_the_make_targets_exist():
    for block in blocks("bash"):
        for target in re.findall(r"^make (\w+)", block, flags=re.MULTILINE):
            done = subprocess.run(
                ["make", "--dry-run", target], cwd=REPOSITORY, capture_output=True, check=False
            )
            assert done.returncode == 0, target


def ci_steps() -> list[str]:
    (block,) = (one for one in blocks("yaml") if one.startswith("name:"))
    (job,) = yaml.safe_load(block)["jobs"].values()
    return [step["run"] for step in job["steps"] if "run" in step]


def gate(folder: Path, production: str) -> tuple[int, Path]:
    """Run the CI example's steps as a runner does; its status, and the job's summary."""
    place = folder / production
    place.mkdir(exist_ok=True)
    shell(f"mmon baseline demo/held_out.parquet -o {production}/reference.mmon", folder)
    # A scheduled job compares what came since it last ran: here the last week.
    rows = pl.read_parquet(folder / "demo" / f"{production}.parquet").sort("event_time")
    rows.tail(3_500).write_parquet(place / "production.parquet")
    (place / "mmon.yaml").write_text(
        "reference: reference.mmon\nproduction: production.parquet\n"
        "columns: {timestamp: event_time}\nwindows: {every: 1d}\n"
    )
    install, compare = ci_steps()
    assert install == "pip install ./mmon-*.whl"
    summary = place / "job_summary.md"
    step = {"GITHUB_ACTIONS": "true", "GITHUB_OUTPUT": str(place / "outputs")}
    done = shell(f"cd {production} && {compare}", folder, GITHUB_STEP_SUMMARY=str(summary), **step)
    return done.returncode, summary


def test_the_ci_job_fails_on_drift_and_shows_why(folder):
    status, summary = gate(folder, "production")
    assert status == ExitStatus.BREACH
    assert "income" in summary.read_text(encoding="utf-8")
    assert (folder / "production" / "report.html").exists()


def test_the_ci_job_passes_without_drift(folder):
    status, summary = gate(folder, "held_out")
    assert status == ExitStatus.PASS
    assert "PASS" in summary.read_text(encoding="utf-8")


@pytest.mark.parametrize(("production", "retrained"), [("production", True), ("held_out", False)])
def test_the_cron_line_retrains_on_a_breach_alone(folder, production, retrained):
    (block,) = blocks("cron")
    command = block.split(maxsplit=5)[5]
    model = folder / f"srv_{production}"
    model.mkdir()
    (model / "mmon.yaml").write_text(
        f"reference: {folder}/demo/held_out.parquet\n"
        f"production: {folder}/demo/{production}.parquet\n"
        "columns: {timestamp: event_time}\nwindows: {every: 1w}\n"
    )
    (model / "retrain.sh").write_text("#!/bin/sh\ntouch retrained\n")
    (model / "retrain.sh").chmod(0o755)
    (model / ".venv").mkdir()
    (model / ".venv" / "bin").symlink_to(folder / "bin")
    done = shell(command.replace("/srv/model", str(model)), folder)
    assert done.returncode == (ExitStatus.BREACH if retrained else ExitStatus.PASS), done.stderr
    assert (model / "retrained").exists() is retrained
    assert (model / ".mmon" / "history.db").exists()


def test_the_python_example_runs(folder):
    (block,) = blocks("python")
    done = shell(f"python - <<'END'\n{block}\nassert report.verdict == 'breach'\nEND", folder)
    assert done.returncode == 0, done.stderr


def test_the_table_of_exit_statuses_is_complete():
    told = {int(number) for number in re.findall(r"^\| (\d+) \|", README, flags=re.MULTILINE)}
    assert told == {int(status) for status in ExitStatus}


def test_every_link_to_a_file_leads_somewhere():
    for target in re.findall(r"\]\((?!https?://)([^)#]+)\)", README):
        assert (REPOSITORY / target).exists(), target
