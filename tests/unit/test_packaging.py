"""What a user installs holds everything, and what a contributor reads is true."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

import mmon

ROOT = Path(__file__).parents[2]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))

# As if no other make had started us.
OUTSIDE = {
    name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFL"))
}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    return Path(next(WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"])))


def test_the_wheel_holds_all_that_is_not_code(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        inside = set(archive.namelist())
    templates = [file for file in (ROOT / "templates").rglob("*") if file.is_file()]
    assert templates
    assert {f"mmon/{file.relative_to(ROOT)}" for file in templates} <= inside
    assert "mmon/py.typed" in inside
    assert any(name.endswith("licenses/LICENSE") for name in inside)
    assert not any(name.startswith("tests") for name in inside)


@pytest.mark.slow
def test_an_installed_wheel_finds_its_files(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    code = (
        "import mmon.config_file.template as c, mmon.reports.html as r\n"
        "print(r.templates(), len(c.template()), sep='\\n')"
    )
    # -P: the working directory is not searched, so that nothing comes from the checkout.
    shown = subprocess.run(
        [sys.executable, "-P", "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    assert shown[0] == str(tmp_path / "mmon/templates")
    assert int(shown[1]) > 1000


def test_the_wheel_carries_the_version_of_the_code(wheel: Path) -> None:
    assert wheel.name == f"mmon-{mmon.__version__}-py3-none-any.whl"


def test_make_alone_lists_every_target() -> None:
    shown = subprocess.run(
        ["make"], cwd=ROOT, env=OUTSIDE, capture_output=True, text=True, check=True
    ).stdout
    assert set(re.findall(r"^  make (\w+) ", shown, re.MULTILINE)) == TARGETS


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_every_make_target_a_text_names_exists(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    # In code only: "make sure" is no target.
    code = re.findall(r"^ *make.*$|`make[^`]*`", text, re.MULTILINE)
    named = {word for line in code for word in re.findall(r"\bmake (?:\w+=\S+ )?([a-z]+)", line)}
    assert named - TARGETS == set()


def test_every_marker_of_a_missing_service_is_explained() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    markers = {m.split(":")[0] for m in settings["tool"]["pytest"]["ini_options"]["markers"]}
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert {m for m in markers - {"slow"} if f"`{m}`" not in text} == set()


def test_the_changelog_knows_this_version_or_what_comes() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## \[(.+?)\]", text, re.MULTILINE)
    assert headings[0] in ("Unreleased", mmon.__version__)


def test_an_unusable_python_is_named_and_nothing_is_left_behind(tmp_path: Path) -> None:
    for name in ("Makefile", "pyproject.toml"):
        (tmp_path / name).write_text((ROOT / name).read_text(encoding="utf-8"), encoding="utf-8")
    run = subprocess.run(
        ["make", "setup", "PYTHON=/nowhere/python"],
        cwd=tmp_path,
        env=OUTSIDE,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode != 0
    assert "mmon needs Python 3.11 or newer" in run.stderr
    assert not (tmp_path / ".venv").exists()
