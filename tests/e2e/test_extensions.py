"""A drift metric, a performance metric, an analysis and a report format are one new file each.

The files stand in a folder of their own, which is added to where the packages look for modules, as
if they had been put beside the others.
"""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import yaml

FILES = {
    "metrics/middle_gap.py": '''
        """How far the medians lie apart."""

        import dataclasses

        from mmon.metrics._ranked import Ranked
        from mmon.results import Score


        @dataclasses.dataclass(frozen=True)
        class MiddleGap(Ranked):
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
    "performance/far_off.py": '''
        """Errors in units of what is tolerated."""

        import dataclasses

        from mmon.performance import Estimate
        from mmon.performance._error_estimates import OfErrors


        @dataclasses.dataclass(frozen=True)
        class FarOff(OfErrors):
            """The mean absolute error in units of ``tolerance``."""

            tolerance: float = 1.0

            def estimate(self, tables):
                return Estimate(
                    tables.mae.mean / self.tolerance, variance=1e-12, rows=tables.used
                )
        ''',
    "analyses/row_parity.py": '''
        """Row parity: are there as many rows as pairs make?"""

        from mmon.config.fields import Section
        from mmon.config.levels import Thresholds
        from mmon.results.quantity import Bound, Quantity, ResultKind, Unit

        APPLICATION = "row-parity"
        LEFT_OVER = Quantity(
            APPLICATION,
            ResultKind.MM_APP_ANOMALY,
            "rows_left_over",
            "rows that are left when all others are paired",
            unit=Unit.COUNT,
            worse="higher",
            bounds=(Bound("max", detected=1.0),),
        )


        class RowParity(Section):
            """Whether rows come in pairs."""

            thresholds: dict[str, Thresholds] = {}
            """Levels by result."""
            gate: str = "any"
            """What makes a breach."""


        Settings = RowParity


        def quantities():
            return (LEFT_OVER,)


        def analyse(context):
            from mmon.analyses import Findings
            from mmon.verdict.finding import Finding

            settings = context.settings(RowParity)
            asked = settings.thresholds.get("rows_left_over")
            found = Finding(
                LEFT_OVER,
                float(context.production.rows % 2),
                window=context.window,
                bound=LEFT_OVER.bound("max") if asked is None else asked.bound(),
                gating=True,
                reason=f"{context.production.rows:,} rows",
            )
            return Findings([found])
        ''',
    "reports/verdict_only.py": '''
        """The verdict alone."""

        SUFFIXES = (".verdict",)


        def render(document):
            return f"{document.verdict} {document.sentence}\\n"
        ''',
}
PACKAGES = ("analyses", "metrics", "performance", "reports")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The four files, data of 100 and 101 rows, and a configuration that asks for all of them."""
    folder = tmp_path_factory.mktemp("extended")
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(textwrap.dedent(text))
    random = np.random.default_rng(0)
    for name, rows, moved in (("reference", 100, 0.0), ("production", 101, 5.0)):
        y = random.normal(0.0, 1.0, rows)
        frame = pl.DataFrame({"x": random.normal(moved, 1.0, rows), "y": y, "p": y + 0.5 + moved})
        frame.write_parquet(folder / f"{name}.parquet")
    body = {
        "reference": "reference.parquet",
        "production": "production.parquet",
        "columns": {"target": "y", "prediction": "p"},
        "task": "regression",
        "analyses": {
            "data_drift": {
                "metrics": ["ks", "middle_gap"],
                "thresholds": {"middle_gap": {"detected": 2.0}},
                "options": {"middle_gap": {"scale": 2.0}},
            },
            "model_performance": {
                "metrics": ["far_off"],
                "options": {"far_off": {"tolerance": 0.5}},
            },
            "row_parity": {},
        },
    }
    (folder / "mmon.yaml").write_text(yaml.safe_dump(body))
    return folder


def extended(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command line of an mmon that has the four files."""
    code = (
        "import importlib, pathlib, sys\n"
        f"for name in {PACKAGES!r}:\n"
        "    package = importlib.import_module('mmon.' + name)\n"
        f"    package.__path__.append(str(pathlib.Path({str(folder)!r}) / name))\n"
        "from mmon.__main__ import main\n"
        "sys.exit(main())\n"
    )
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def results(folder: Path) -> dict[tuple[str, str, str | None], dict]:
    document = json.loads((folder / "result.json").read_text())
    return {(one["name"], one["aspect"], one["column"]): one for one in document["results"]}


def test_each_is_validated_and_takes_options(folder: Path) -> None:
    assert extended(folder, "validate", "mmon.yaml").stdout == "mmon.yaml is valid\n"
    text = (folder / "mmon.yaml").read_text()
    wrong = text.replace("scale: 2.0", "scales: 2.0").replace("tolerance: 0.5", "tolerances: 0.5")
    wrong = wrong.replace("row_parity: {}", "row_parity: {thresholds: {rows_left: {detected: 1}}}")
    (folder / "wrong.yaml").write_text(wrong)
    ended = extended(folder, "validate", "wrong.yaml")
    assert ended.returncode == 2
    for told in (
        "metric 'middle_gap' has no option 'scales'",
        "metric 'far_off' has no option 'tolerances'",
        "unknown metric 'rows_left'",
        "did you mean 'rows_left_over'?",
    ):
        assert told in ended.stderr


def test_each_stands_in_the_schema_and_has_a_page(folder: Path) -> None:
    schema = json.loads(extended(folder, "schema").stdout)
    sections = schema["definitions"]
    drift = sections["DataDrift"]["properties"]
    assert "middle_gap" in drift["thresholds"]["propertyNames"]["enum"]
    performance = sections["ModelPerformance"]["properties"]
    assert "far_off" in performance["options"]["propertyNames"]["enum"]
    parity = sections["RowParity"]["properties"]["thresholds"]
    assert parity["propertyNames"] == {"enum": ["rows_left_over"]}
    for name, told in (
        ("middle_gap", "How far the middle moved."),
        ("far_off", "The mean absolute error in units of"),
        ("rows_left_over", "rows that are left when all others are paired"),
    ):
        assert told in extended(folder, "explain", name).stdout


def test_each_decides_and_is_told_by_every_format(folder: Path) -> None:
    ended = extended(
        folder, "run", "mmon.yaml", "--json", "result.json", "--html", "result.html",
        "--md", "result.md", "--report", "result.verdict", "--report", "result.txt",
    )  # fmt: skip
    assert ended.returncode == 1, ended.stderr
    found = results(folder)
    assert found["middle_gap", "value", "x"]["status"] == "detected"
    assert found["middle_gap", "value", "x"]["value"] == pytest.approx(2.5, abs=0.2)
    assert found["far_off", "value", None]["reference_value"] == pytest.approx(1.0)
    assert found["far_off", "value", None]["value"] == pytest.approx(11.0)
    assert found["far_off", "drop", None]["status"] == "detected"
    assert found["rows_left_over", "value", None]["status"] == "detected"
    verdict = (folder / "result.verdict").read_text()
    assert verdict.startswith("breach ")
    for told in ("far_off rose 1 → 11", "x (middle gap"):
        assert told in verdict
    for name in ("result.html", "result.txt", "result.md"):
        text = (folder / name).read_text()
        for told in ("middle gap", "rows left over"):
            assert told in text, name


def test_a_result_is_drawn_without_the_extensions_that_made_it(folder: Path) -> None:
    if not (folder / "result.json").exists():
        extended(folder, "run", "mmon.yaml", "--json", "result.json", "-q")
    plain = subprocess.run(
        [sys.executable, "-m", "mmon", "report", "result.json", "--md", "again.md"],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert plain.returncode == 0, plain.stderr
    assert "rows left over" in plain.stdout
    assert "middle gap" in (folder / "again.md").read_text()
