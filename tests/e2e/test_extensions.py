"""A metric of either kind, an analysis, a format, a channel and an action are one new file each.

The files stand in a folder of their own, which is added to where the packages look for modules, as
if they had been put beside the others.
"""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import yaml

pytestmark = pytest.mark.slow

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
    "delivery/channels/pigeon.py": '''
        """A pigeon."""

        from typing import Literal

        from mmon.config.destination import Channel


        class Pigeon(Channel):
            """A pigeon that carries the title to a loft.

            Example
            -------
            notifications:
              - {kind: pigeon, loft: north}
            """

            kind: Literal["pigeon"]
            loft: str
            """Where it flies."""


        Settings = Pigeon


        def send(settings, message, carrier):
            carrier.attempt(f"to {settings.loft}: {message.title}", lambda: None)
            return f"flew {settings.loft}"
        ''',
    "delivery/actions/bell.py": '''
        """A bell."""

        from typing import Literal

        from mmon.config.destination import Action


        class Bell(Action):
            """A bell that rings."""

            kind: Literal["bell"]
            times: int = 3
            """How often."""


        Settings = Bell


        def send(settings, message, carrier):
            return "rang" * settings.times
        ''',
    "sources/readers/fixed_width.py": '''
        """Columns of twelve characters, with their names above them."""

        from pathlib import Path

        import polars as pl

        from mmon.sources.formats import Described, Format


        class FixedWidth(Format):
            TITLE = "fixed-width text"
            SUFFIXES = (".fwf",)

            def describe(self, part, dataset, fixed):
                lines = Path(part.uri).read_text().splitlines()
                head, *rows = [
                    [line[at : at + 12].strip() for at in range(0, len(line), 12)]
                    for line in lines
                ]
                frame = pl.DataFrame(rows, schema=head, orient="row").cast(pl.Float64).lazy()
                return Described(part, frame.collect_schema(), len(rows), lambda _: frame)

            def resembles(self, head):
                return b" " * 8 in head
        ''',
}
PACKAGES = (
    *("analyses", "delivery/actions", "delivery/channels", "metrics", "performance"),
    *("reports", "sources/readers"),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files, data of 100 and 101 rows, and a configuration that asks for all of them."""
    folder = tmp_path_factory.mktemp("extended")
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(textwrap.dedent(text))
    random = np.random.default_rng(0)
    for name, rows, moved in (("reference", 100, 0.0), ("production", 101, 5.0)):
        y = random.normal(0.0, 1.0, rows)
        frame = pl.DataFrame({"x": random.normal(moved, 1.0, rows), "y": y, "p": y + 0.5 + moved})
        frame.write_parquet(folder / f"{name}.parquet")
        lines = ["".join(f"{one:>12}" for one in frame.columns)]
        lines += ["".join(f"{value:12.5f}" for value in row) for row in frame.iter_rows()]
        (folder / f"{name}.fwf.gz").write_bytes(gzip.compress("\n".join(lines).encode()))
    body = {
        "reference": "reference.parquet",
        "production": "production.parquet",
        "columns": {"target": "y", "prediction": "p"},
        "task": "regression",
        "notifications": [{"kind": "pigeon", "loft": "north"}],
        "actions": [{"kind": "bell"}],
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
    body["reference"] = "reference.fwf.gz"
    body["production"] = {"path": "unnamed", "format": "fixed_width"}
    (folder / "fixed_width.yaml").write_text(yaml.safe_dump(body))
    (folder / "unnamed").write_bytes((folder / "production.fwf.gz").read_bytes())
    return folder


def extended(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command line of an mmon that has the files."""
    code = (
        "import importlib, pathlib, sys\n"
        f"for name in {PACKAGES!r}:\n"
        "    package = importlib.import_module('mmon.' + name.replace('/', '.'))\n"
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
    for name in ("mmon.yaml", "fixed_width.yaml"):
        assert extended(folder, "validate", name).stdout == f"{name} is valid\n"
    text = (folder / "mmon.yaml").read_text()
    wrong = text.replace("scale: 2.0", "scales: 2.0").replace("tolerance: 0.5", "tolerances: 0.5")
    wrong = wrong.replace("row_parity: {}", "row_parity: {thresholds: {rows_left: {detected: 1}}}")
    wrong = wrong.replace("loft: north", "lofts: north").replace("kind: bell", "kind: bells")
    wrong = wrong.replace("production: ", "production: {format: fixed_widths, path: ")
    (folder / "wrong.yaml").write_text(wrong.replace("production.parquet", "production.parquet}"))
    ended = extended(folder, "validate", "wrong.yaml")
    assert ended.returncode == 2
    for told in (
        "metric 'middle_gap' has no option 'scales'",
        "metric 'far_off' has no option 'tolerances'",
        "unknown metric 'rows_left'",
        "did you mean 'loft'?",
        "unknown kind 'bells'",
        "did you mean 'bell'?",
        "did you mean 'rows_left_over'?",
        "must be 'csv', 'fixed_width', 'ipc', 'ndjson', 'parquet' or 'tsv', not 'fixed_widths'",
        "did you mean 'fixed_width'?",
    ):
        assert told in ended.stderr


def test_each_stands_in_the_schema_and_has_a_page(folder: Path) -> None:
    schema = json.loads(extended(folder, "schema").stdout)
    sections = schema["definitions"]
    kinds = sections["Dataset"]["anyOf"][-1]["properties"]["format"]["anyOf"][0]["anyOf"][0]["enum"]
    assert kinds == ["csv", "fixed_width", "ipc", "ndjson", "parquet", "tsv"]
    extended(folder, "init", "commented.yaml")
    for told in (
        extended(folder, "compare", "--help").stdout,
        (folder / "commented.yaml").read_text(),
    ):
        assert "csv, fixed_width, ipc" in told
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
        ("pigeon", "A pigeon that carries the title to a loft."),
        ("bell", "times (3)"),
    ):
        assert told in extended(folder, "explain", name).stdout
    assert sections["Pigeon"]["properties"]["loft"]["description"] == "Where it flies."
    assert "kind: pigeon: A pigeon that carries" in (folder / "commented.yaml").read_text()
    ended = extended(folder, "notify", "--test", "mmon.yaml")
    assert ended.stdout == "pigeon: sent: flew north\n"


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


def test_a_file_format_is_read_by_name_by_option_and_by_look(folder: Path) -> None:
    ended = extended(
        folder, "run", "mmon.yaml", "--json", "result.json", "-q", "--set", "fast=true"
    )
    expected = {key: one["value"] for key, one in results(folder).items()}
    ended = extended(
        folder, "run", "fixed_width.yaml", "--json", "result.json", "-q", "--set", "fast=true"
    )
    assert ended.returncode == 1, ended.stderr
    found = {key: one["value"] for key, one in results(folder).items()}
    assert found == pytest.approx(expected, abs=1e-4)
    ended = extended(folder, "compare", "reference.fwf.gz", "unnamed")
    assert "x (total variation 0." in ended.stdout, ended.stderr
    ended = extended(folder, "compare", "reference.fwf.gz", "unnamed", "--format", "fixed")
    assert "'fixed_width'" in ended.stderr


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
