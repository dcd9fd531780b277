"""Where the applications of tests stand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.applications.python_runs import HEAD


@pytest.fixture
def at(tmp_path: Path) -> Callable[..., str]:
    """Writes a module, and says where it is."""

    def written(text: str, name: str = "own") -> str:
        path = tmp_path / f"{name}.py"
        path.write_text(HEAD + text)
        return str(path)

    return written
