"""Every example configuration is valid, and tells how it is run."""

from __future__ import annotations

from pathlib import Path

import pytest

from mmon.errors import ExitStatus
from tests.e2e.running import process, shell

pytestmark = pytest.mark.slow

EXAMPLES = sorted((Path(__file__).parents[2] / "configs" / "examples").glob("*.yaml"))


def test_there_is_an_example_of_every_task():
    assert [path.stem for path in EXAMPLES] == ["car_price", "credit_card", "hotel_booking"]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_example_is_valid(path: Path):
    done = process("validate", path, env={"MMON_DATA": "data"})
    assert done.status == ExitStatus.PASS, done.err
    assert done.out == f"{path} is valid\n"


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_example_says_which_variable_it_needs_and_how_it_is_run(path: Path):
    text = path.read_text(encoding="utf-8")
    assert f"#   MMON_DATA=path/to/data mmon run configs/examples/{path.name}\n" in text
    done = shell(f"unset MMON_DATA; mmon validate {path}", cwd=path.parent)
    assert done.status == ExitStatus.USAGE
    assert "MMON_DATA" in done.err
