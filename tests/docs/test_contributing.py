"""The map in CONTRIBUTING.md is that of the code."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def test_every_place_that_is_named_exists() -> None:
    named = re.findall(r"`((?:mmon|tests|templates)/[\w./]*)`", TEXT)
    assert named
    missing = [place for place in named if not (ROOT / place.replace("NAME.py", "")).exists()]
    assert missing == []


def test_the_map_shows_the_layers_in_their_order() -> None:
    layers = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    order = [name for line in layers["contracts"][0]["layers"] for name in line.split(" | ")]
    drawn = re.findall(
        r"mmon/(\w+)  ", TEXT[TEXT.index("```\nmmon/cli") : TEXT.index("A module imports")]
    )
    assert drawn[0] == "cli"
    folders = {path.name for path in (ROOT / "mmon").iterdir() if path.is_dir()}
    assert set(drawn) <= folders & set(order)
    # Both ends of the way: what asks stands above what it is answered by.
    assert order.index("cli") < order.index("comparison") < order.index("sources")
    assert order.index("analyses") < order.index("verdict") < order.index("profiles")
    assert order.index("reports") < order.index("outline") < order.index("results")


def test_the_top_level_is_short() -> None:
    entries = {path.name for path in (ROOT / "mmon").iterdir()} - {"__pycache__"}
    assert len(entries) <= 32
