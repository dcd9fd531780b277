"""Each file in configs/integrations is what its program takes, and its commands run as is."""

from __future__ import annotations

import importlib.resources
import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
import types
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
import yaml
from junitparser import JUnitXml

from mmon import reports
from mmon.errors import ExitStatus
from tests.e2e.bad_files import sample
from tests.e2e.running import environment
from tests.reports.sample_document import sample_document
from tests.reports.sample_operations import operations_document
from tests.reports.sample_performance import binary_document, regression_document

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "configs" / "integrations"
CONFIGURATION = """
project: lending
endpoint: credit-risk
reference: ref.parquet
production: %s.parquet
columns: {timestamp: event_time}
windows: {every: 1d, start: "2024-01-01"}
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data of three days, and programs: ``mmon`` of this interpreter, and a ``pip`` that installs
    nothing."""
    folder = tmp_path_factory.mktemp("data")
    for name, seed, shift in (("ref", 1, 0.0), ("prod", 2, 0.0), ("shifted", 3, 2.0)):
        sample(3 * 1440, seed, shift=shift).write_parquet(folder / f"{name}.parquet")
    programs = folder / "bin"
    programs.mkdir()
    python = f'case "$*" in "-m pip "*) exit 0;; esac\nexec "{sys.executable}" "$@"'
    for name, body in (
        ("mmon", f'exec "{sys.executable}" -m mmon "$@"'), ("python", python), ("pip", "exit 0")
    ):  # fmt: skip
        (programs / name).write_text(f"#!/bin/sh\n{body}\n")
        (programs / name).chmod(0o755)
    return folder


@pytest.fixture
def place(data: Path, tmp_path: Path) -> Path:
    """A folder with a configuration whose production drifted."""
    for name in ("ref", "prod", "shifted"):
        (tmp_path / f"{name}.parquet").symlink_to(data / f"{name}.parquet")
    (tmp_path / "mmon.yaml").write_text(CONFIGURATION % "shifted")
    (tmp_path / ".mmon").mkdir()
    return tmp_path


def run(command: str, place: Path, data: Path, **variables: str) -> int:
    """The exit status of a command of a shell."""
    path = f"{data / 'bin'}{os.pathsep}{os.environ['PATH']}"
    ended = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", command], cwd=place, capture_output=True, check=False,
        env={**environment({"PATH": path}), **variables}, timeout=120,
    )  # fmt: skip
    return ended.returncode


def loaded(name: str) -> Any:
    return yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))


def vendored(name: str) -> Any:
    """A schema of the store of JSON schemas, as check-jsonschema has it."""
    folder = importlib.resources.files("check_jsonschema") / "builtin_schemas" / "vendor"
    return json.loads((folder / name).read_text(encoding="utf-8"))


def test_the_readme_links_each_of_them() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    linked = {link.rstrip("/") for link in re.findall(r"\(configs/integrations/([^)]+)\)", text)}
    assert linked == {path.name for path in FOLDER.iterdir()}


def test_the_action_is_one_of_github() -> None:
    action = loaded("github-action/action.yml")
    jsonschema.validate(action, vendored("github-actions.json"))
    text = (FOLDER / "github-action" / "action.yml").read_text(encoding="utf-8")
    assert {*re.findall(r"inputs\.([\w-]+)", text)} == {*action["inputs"]}
    # What is pasted into a script is run: values go through the environment.
    assert not any("${{" in step.get("run", "") for step in action["runs"]["steps"])


@pytest.mark.slow
def test_the_steps_of_the_action_set_its_outputs(place: Path, data: Path) -> None:
    action = loaded("github-action/action.yml")
    values = {f"inputs.{name}": one["default"] for name, one in action["inputs"].items()}
    files = {name: str(place / name) for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    statuses = []
    for step in (one for one in action["runs"]["steps"] if "run" in one):
        given = {
            name: values[re.fullmatch(r"\$\{\{ (.*) \}\}", value)[1]]
            for name, value in step["env"].items()
        }
        statuses.append(run(step["run"], place, data, GITHUB_ACTIONS="true", **files, **given))
    assert statuses == [0, ExitStatus.BREACH]
    told = re.findall(r"^(\w+)<<", (place / "GITHUB_OUTPUT").read_text(), re.MULTILINE)
    assert {*action["outputs"]} <= {*told}
    assert "BREACH" in (place / "GITHUB_STEP_SUMMARY").read_text(encoding="utf-8")
    assert (place / action["inputs"]["report"]["default"]).exists()


@pytest.mark.slow
def test_the_job_of_gitlab_runs_and_leaves_its_artifacts(place: Path, data: Path) -> None:
    jobs = loaded("gitlab-ci.yml")
    jsonschema.validate(jobs, vendored("gitlab-ci.json"))
    ((_, job),) = jobs.items()
    assert job["allow_failure"]["exit_codes"] == [int(ExitStatus.INCONCLUSIVE)]
    assert run("\n".join(job["script"]), place, data) == ExitStatus.BREACH
    kept = job["artifacts"]
    assert all((place / path).exists() for path in kept["paths"])
    assert JUnitXml.fromfile(str(place / kept["reports"]["junit"])).failures > 0
    issues = json.loads((place / kept["reports"]["codequality"]).read_text(encoding="utf-8"))
    assert issues[0]["severity"] == "critical"


@pytest.mark.slow
def test_the_cronjob_is_one_of_kubernetes_and_runs(place: Path, data: Path) -> None:
    job = loaded("kubernetes-cronjob.yaml")
    kubernetes_validate.validate(job, "1.30", strict=True)
    template = job["spec"]["jobTemplate"]["spec"]
    (rule,) = template["podFailurePolicy"]["rules"]
    assert rule["onExitCodes"]["values"] == [ExitStatus.BREACH, ExitStatus.USAGE, 4]
    (container,) = template["template"]["spec"]["containers"]
    assert rule["onExitCodes"]["containerName"] == container["name"]
    mounts = {one["name"]: one["mountPath"] for one in container["volumeMounts"]}
    assert {*mounts} == {one["name"] for one in template["template"]["spec"]["volumes"]}
    words = [word.replace(mounts["config"], str(place)) for word in container["args"]]
    assert run(shlex.join(["mmon", *words]), place, data) == ExitStatus.BREACH


@pytest.mark.slow
def test_the_image_starts_mmon_with_extras_that_there_are(place: Path, data: Path) -> None:
    text = (FOLDER / "Dockerfile").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    steps = [(word, rest) for word, _, rest in (line.partition(" ") for line in lines)]
    assert steps[0][0] == "FROM"
    known = {"FROM", "COPY", "RUN", "USER", "WORKDIR", "ENTRYPOINT", "CMD"}
    assert {word for word, _ in steps} <= known
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (extras,) = re.findall(r"\.whl\)\[([\w,]+)\]", text)
    assert {*extras.split(",")} <= {*project["optional-dependencies"]}
    found = dict(steps)
    command = [*json.loads(found["ENTRYPOINT"]), *json.loads(found["CMD"])]
    assert run(shlex.join(command), place, data) == 0
    for _, script in (step for step in steps if step[0] == "RUN"):
        assert subprocess.run(["sh", "-n", "-c", script], check=False).returncode == 0


def unit(name: str, place: Path, data: Path) -> str:
    """A unit of systemd whose places are those of a test."""
    text = (FOLDER / "systemd" / name).read_text(encoding="utf-8")
    text = text.replace("/srv/model/.venv/bin/mmon", str(data / "bin" / "mmon"))
    text = text.replace("/var/lib/prometheus/node-exporter", str(place))
    return text.replace("/srv/model", str(place)).replace("User=mmon", "User=root")


@pytest.mark.systemd
@pytest.mark.slow
def test_systemd_has_nothing_to_say_of_its_units(place: Path, data: Path) -> None:
    names = ("mmon.service", "mmon.timer")
    for name in names:
        (place / name).write_text(unit(name, place, data))
    ended = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *(f"./{name}" for name in names)],
        cwd=place, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.slow
def test_the_service_of_systemd_runs(place: Path, data: Path) -> None:
    text = unit("mmon.service", place, data)
    (command,) = re.findall(r"^ExecStart=(.*)$", text, re.MULTILINE)
    assert run(command, place, data) == ExitStatus.BREACH
    assert "mmon_run_exit_status" in (place / "mmon.prom").read_text(encoding="utf-8")


def airflow(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The DAG's tasks, as plain functions; what it imports of Airflow stands here in its place."""
    tasks: dict[str, Any] = {}

    class Placed:
        def __rshift__(self, other: object) -> object:
            return other

    def kept(function: Any) -> Any:
        tasks[function.__name__] = function
        return Placed

    def dag(**_of_dag: object) -> Any:
        return lambda function: function

    def task(function: Any) -> Any:
        return kept(function)

    task.branch = lambda **_of_task: kept  # type: ignore[attr-defined]
    sdk, errors = types.ModuleType("airflow.sdk"), types.ModuleType("airflow.exceptions")
    sdk.dag, sdk.task = dag, task  # type: ignore[attr-defined]
    for name in ("AirflowException", "AirflowFailException", "AirflowSkipException"):
        setattr(errors, name, type(name, (Exception,), {}))
    for name, module in (("sdk", sdk), ("exceptions", errors)):
        monkeypatch.setitem(sys.modules, f"airflow.{name}", module)
    text = (FOLDER / "airflow" / "drift.py").read_text(encoding="utf-8")
    exec(compile(text, "drift.py", "exec"), {"__name__": "drift"})
    return tasks


@pytest.mark.slow
@pytest.mark.parametrize(
    ("configuration", "then"),
    [
        (CONFIGURATION % "shifted", "retrain"),
        (CONFIGURATION % "prod", "keep"),
        (CONFIGURATION % "gone", "AirflowException"),
        ("nonsense: 1", "AirflowFailException"),
    ],
)
def test_the_task_of_airflow_retrains_on_a_breach_alone(
    place: Path, data: Path, monkeypatch: pytest.MonkeyPatch, configuration: str, then: str
) -> None:
    (place / "mmon.yaml").write_text(configuration)
    monkeypatch.setenv("MMON_HOME", str(place))
    monkeypatch.setenv("PATH", f"{data / 'bin'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    tasks = airflow(monkeypatch)
    assert {*tasks} == {"judge", "retrain", "keep"}
    if then in tasks:
        assert tasks["judge"]() == then
    else:
        with pytest.raises(Exception, match=r".+") as caught:
            tasks["judge"]()
        assert type(caught.value).__name__ == then


def families() -> set[str]:
    """Every family that the OpenMetrics report may have."""
    documents = (
        sample_document(5, 2), binary_document(3, 2), regression_document(3),
        operations_document(),
    )  # fmt: skip
    texts = [str(reports.render("openmetrics", document)) for document in documents]
    return {name for text in texts for name in re.findall(r"^# TYPE (\w+)", text, re.MULTILINE)}


def expressions() -> list[str]:
    rules = [
        one["expr"] for group in loaded("prometheus-rules.yml")["groups"] for one in group["rules"]
    ]
    panels = json.loads((FOLDER / "grafana-dashboard.json").read_text(encoding="utf-8"))["panels"]
    return rules + [target["expr"] for panel in panels for target in panel["targets"]]


def test_rules_and_dashboard_ask_for_what_is_written() -> None:
    known = families()
    for expression in expressions():
        plain = re.sub(r'"[^"]*"', "", expression)
        assert {*re.findall(r"\bmmon_\w+", plain)} <= known, expression
        for pattern in re.findall(r'__name__=~"([^"]+)"', expression):
            assert any(re.fullmatch(pattern, name) for name in known), expression


@pytest.mark.prometheus
def test_prometheus_takes_the_rules_and_the_expressions(tmp_path: Path) -> None:
    checks = [{"record": f"a:{n}", "expr": one} for n, one in enumerate(expressions())]
    (tmp_path / "all.yml").write_text(yaml.safe_dump({"groups": [{"name": "a", "rules": checks}]}))
    for path in (FOLDER / "prometheus-rules.yml", tmp_path / "all.yml"):
        ended = subprocess.run(
            ["promtool", "check", "rules", str(path)], capture_output=True, text=True, check=False
        )
        assert ended.returncode == 0, ended.stderr


@pytest.mark.prometheus
def test_the_rules_fire_when_they_should(tmp_path: Path) -> None:
    place = '{project="p",endpoint="e"}'
    series = {
        f"mmon_run_exit_status{place}": "0x10 1x200",
        # The last run ended at hour 0 and, after hour 10, its file is gone.
        f"mmon_run_timestamp_seconds{place}": "0x10",
    }

    def at(hours: int, *names: str) -> list[dict[str, Any]]:
        every = ("ModelDrifted", "DriftUnknown", "DriftRunMissing")
        labels = {"ModelDrifted": "critical"}
        return [
            {
                "eval_time": f"{hours}h",
                "alertname": name,
                "exp_alerts": [{
                    "exp_labels": {
                        "project": "p", "endpoint": "e", "severity": labels.get(name, "warning"),
                    },
                    "exp_annotations": annotations(name),
                }] if name in names else [],
            }
            for name in every
        ]  # fmt: skip

    def annotations(name: str) -> dict[str, str]:
        (rule,) = (
            one
            for group in loaded("prometheus-rules.yml")["groups"]
            for one in group["rules"]
            if one["alert"] == name
        )
        return {
            key: text.replace("{{ $labels.project }}", "p").replace("{{ $labels.endpoint }}", "e")
            for key, text in rule["annotations"].items()
        }

    test = {
        "rule_files": [str(FOLDER / "prometheus-rules.yml")],
        "evaluation_interval": "1h",
        "tests": [
            {
                "interval": "1h",
                "input_series": [
                    {"series": name, "values": values} for name, values in series.items()
                ],
                "alert_rule_test": [
                    *at(5),
                    *at(20, "ModelDrifted"),
                    *at(60, "ModelDrifted", "DriftRunMissing"),
                ],
            }
        ],
    }
    (tmp_path / "test.yml").write_text(yaml.safe_dump(test))
    ended = subprocess.run(
        ["promtool", "test", "rules", str(tmp_path / "test.yml")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_the_dashboard_has_its_panels_side_by_side() -> None:
    board = json.loads((FOLDER / "grafana-dashboard.json").read_text(encoding="utf-8"))
    taken: set[tuple[int, int]] = set()
    for panel in board["panels"]:
        at = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(at["x"], at["x"] + at["w"])
            for y in range(at["y"], at["y"] + at["h"])
        }
        assert at["x"] + at["w"] <= 24
        assert not cells & taken
        taken |= cells
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])
    variables = {one["name"] for one in board["templating"]["list"]}
    assert {*re.findall(r"\$\{?(\w+)", json.dumps(board))} <= variables
