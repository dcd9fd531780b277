"""A package of somebody else's adds an application, a metric, a report format and a channel."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import textwrap
from pathlib import Path

import polars as pl
import pytest

ROOT = Path(__file__).parents[2]
FILES = {
    "pyproject.toml": """
        [build-system]
        requires = ["hatchling"]
        build-backend = "hatchling.build"

        [project]
        name = "mmon-plug"
        version = "1.0"

        [project.entry-points."mmon.applications"]
        row_parity = "mmon_plug.parity"

        [project.entry-points."mmon.metrics"]
        middle_gap = "mmon_plug.middle_gap"

        [project.entry-points."mmon.reports"]
        one_line = "mmon_plug.one_line"

        [project.entry-points."mmon.channels"]
        notebook = "mmon_plug.notebook"
        """,
    "mmon_plug/__init__.py": "",
    "mmon_plug/parity.py": '''
        import mmon

        class RowParity(mmon.Application):
            """Whether rows come in pairs."""

            def __init__(self, of: int = 2) -> None:
                self.of = of

            def do_tracking(self, context):
                rest = context.sample_profile.rows % self.of
                return mmon.Result("left_over", rest, detected=1, unit="count")
        ''',
    "mmon_plug/middle_gap.py": '''
        """How far the medians lie apart."""

        import dataclasses

        from mmon.metrics._ranked import Ranked
        from mmon.results import Score

        @dataclasses.dataclass(frozen=True)
        class Gap(Ranked):
            """The distance of both medians, in units of ``scale``.

            Measures
            --------
            How far the middle moved.
            """

            scale: float = 1.0

            def measure(self, ref, cur):
                return Score(abs(cur.quantile(0.5) - ref.quantile(0.5)) / self.scale, 0.0, 1e-9)

            def chance(self, value, ref, cur, m):
                return 1e-9
        ''',
    "mmon_plug/one_line.py": '''
        """The verdict in one line."""

        SUFFIXES = (".line",)

        def render(document):
            return f"{document.verdict}: {len(document.results)} results\\n"
        ''',
    "mmon_plug/notebook.py": '''
        """A notification as a line of a file."""

        from pathlib import Path
        from typing import Literal

        from mmon.config.destination import Channel

        class Notebook(Channel):
            """A line at the end of a file."""

            kind: Literal["notebook"]
            path: str
            """Where the file is."""

        Settings = Notebook

        def send(settings, message, carrier):
            carrier.attempts = 1
            with Path(settings.path).open("a") as file:
                file.write(message.title + "\\n")
            return "written"
        ''',
    "mmon.yaml": """
        reference: {path: before.parquet}
        production: {path: after.parquet}
        analyses:
          data_drift:
            metrics: [middle_gap]
            options: {middle_gap: {scale: 10.0}}
            thresholds: {middle_gap: {detected: 0.2}}
        applications:
          - {class: row_parity, args: {of: 7}}
        notifications:
          - {kind: notebook, path: told.txt}
        outputs: {json: report.json, html: report.html, reports: [report.line]}
        """,
}


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with the package in it, and a folder with data."""
    folder = tmp_path_factory.mktemp("plugin")
    for name, text in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(textwrap.dedent(text).lstrip())
    before = pl.DataFrame({"x": [float(i % 10) for i in range(1000)]})
    before.write_parquet(folder / "before.parquet")
    before.with_columns(pl.col("x") + 3).write_parquet(folder / "after.parquet")
    command = [sys.executable, "-m", "venv", "--without-pip", str(folder / "env")]
    subprocess.run(command, check=True)
    # What mmon itself needs is taken from here: to install it all would take minutes.
    (site,) = (folder / "env").glob("lib/python*/site-packages")
    (site / "here.pth").write_text(f"{ROOT}\n{sysconfig.get_path('purelib')}\n")
    options = ["--no-deps", "--no-index", "--no-build-isolation", "-q"]
    done = python(folder, "-m", "pip", "install", *options, str(folder))
    assert done.returncode == 0, done.stderr
    return folder


def python(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [str(folder / "env/bin/python"), *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_all_that_the_package_adds_works_in_a_run(installed: Path) -> None:
    valid = python(installed, "-m", "mmon", "validate", "mmon.yaml")
    assert (valid.returncode, valid.stderr) == (0, "")
    done = python(installed, "-m", "mmon", "run", "mmon.yaml")
    assert done.returncode == 1, done.stderr
    document = json.loads((installed / "report.json").read_text())
    found = {one["name"]: one for one in document["results"]}
    assert found["middle_gap"]["value"] == pytest.approx(0.3)
    assert (found["left_over"]["application"], found["left_over"]["value"]) == ("row-parity", 6)
    assert found["left_over"]["status"] == "detected"
    assert "left over" in (installed / "report.html").read_text()
    assert (installed / "report.line").read_text().startswith("breach: ")


@pytest.mark.slow
def test_what_the_package_adds_is_in_the_schema_and_explained(installed: Path) -> None:
    schema = python(installed, "-m", "mmon", "schema").stdout
    assert '"middle_gap"' in schema
    assert '"notebook"' in schema
    for name, told in (
        ("middle_gap", "How far the middle moved"),
        ("row_parity", "Whether rows come in pairs"),
    ):
        assert told in python(installed, "-m", "mmon", "explain", name).stdout
    assert "middle_gap" in python(installed, "-m", "mmon", "metrics").stdout


@pytest.mark.slow
def test_a_channel_of_the_package_takes_messages(installed: Path) -> None:
    text = textwrap.dedent("""
        from mmon.config_file import load
        from mmon.delivery.message import Message
        from mmon.delivery.sending import deliver

        (channel,) = load("mmon.yaml").notifications
        message = Message(None, None, "test", "a title", "a sentence", "low", "key", None)
        print(deliver(channel, message).outcome)
    """)
    done = python(installed, "-c", text)
    assert done.stdout == "sent\n", done.stderr
    assert "a title" in (installed / "told.txt").read_text()
