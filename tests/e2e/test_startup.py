"""What a command imports before it works: nothing heavy where a person only asks for help."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from tests.e2e.running import environment

# With all that is installed: what is left out could not be imported.
pytestmark = pytest.mark.models

HEAVY = {
    "sqlalchemy",
    "polars",
    "numpy",
    "scipy",
    "pydantic",
    "jinja2",
    "rich",
    "yaml",
    "pandas",
    "pyarrow",
}

_TELL = """
import json, sys
from mmon.cli.app import execute
status = execute(sys.argv[1:])
print(json.dumps([status, sorted(sys.modules)]), file=sys.stderr)
"""


def imported_by(code: str, *arguments: str) -> tuple[int, set[str]]:
    """The status that the code tells, and the modules loaded at its end."""
    ended = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    status, modules = json.loads(ended.stderr.splitlines()[-1])
    return status, set(modules)


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], []], ids=" ".join)
def test_help_and_version_import_nothing_heavy(arguments: list[str]) -> None:
    status, modules = imported_by(_TELL, *arguments)
    assert status == (0 if arguments else 2)
    assert "mmon.cli.app" in modules
    assert modules & HEAVY == set()


@pytest.mark.slow
@pytest.mark.parametrize("command", ["compare", "run", "validate", "init", "explain"])
def test_the_help_of_a_command_imports_nothing_that_computes(command: str) -> None:
    status, modules = imported_by(_TELL, command, "--help")
    assert status == 0
    assert modules & (HEAVY - {"pydantic"}) == set()
    assert "mmon.metrics" not in modules


def test_importing_mmon_imports_nothing_heavy() -> None:
    code = "import mmon, json, sys; print(json.dumps([0, sorted(sys.modules)]), file=sys.stderr)"
    _, modules = imported_by(code)
    assert "mmon" in modules
    assert modules & HEAVY == set()
    assert "mmon.api" not in modules


@pytest.mark.slow
def test_comparing_with_every_metric_and_report_imports_no_scipy_stats(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {"x": [i % 97 / 7 for i in range(2000)], "group": ["a", "b", "b", "c"] * 500}
    )
    frame.write_parquet(tmp_path / "ref.parquet")
    frame.with_columns(pl.col("x") + 3).write_parquet(tmp_path / "prod.parquet")
    outputs = [f"--{name}={tmp_path / name}" for name in ("json", "html", "md")]
    files = map(str, (tmp_path / "ref.parquet", tmp_path / "prod.parquet"))
    status, modules = imported_by(_TELL, "compare", *files, "--fast", *outputs)
    assert status == 1
    assert {"polars", "scipy.special"} <= modules
    assert modules & {"scipy.stats", "pandas", "sklearn", "statsmodels", "matplotlib"} == set()
    # Without a history nothing of a database.
    assert modules & {"sqlalchemy", "psycopg", "sqlite3"} == set()
