"""What installed packages add by entry points is found beside what mmon has."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mmon import discovery, metrics, reports
from mmon.errors import ConfigError

METRIC = '''
"""How far the medians lie apart."""

import dataclasses

from mmon.metrics._ranked import Ranked


@dataclasses.dataclass(frozen=True)
class Gap(Ranked):
    """The distance of both medians."""

    def measure(self, ref, cur):
        raise NotImplementedError

    def chance(self, value, ref, cur, m):
        raise NotImplementedError
'''


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder on the path, in which entry points of a package stand."""
    info = tmp_path / "plug-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: plug\nVersion: 1.0\n")
    monkeypatch.syspath_prepend(tmp_path)
    _forget()
    yield tmp_path
    for name in [one for one in sys.modules if one.partition("_")[0] == "plug"]:
        del sys.modules[name]
    monkeypatch.undo()
    _forget()


def _forget() -> None:
    for cached in (discovery.names_in, discovery.module, discovery._added):
        cached.cache_clear()


def _add(folder: Path, group: str, line: str) -> None:
    (folder / "plug-1.0.dist-info" / "entry_points.txt").write_text(f"[{group}]\n{line}\n")


def test_a_metric_of_an_installed_package_has_the_name_of_its_entry_point(installed: Path) -> None:
    _add(installed, "mmon.metrics", "middle_gap = plug_gap")
    (installed / "plug_gap.py").write_text(METRIC)
    assert "middle_gap" in metrics.names()
    assert metrics.metric_class("middle_gap").name == "middle_gap"
    assert metrics.load("middle_gap") == metrics.metric_class("middle_gap")()


def test_names_of_installed_packages_are_known_without_importing_them(installed: Path) -> None:
    _add(installed, "mmon.reports", "loud = plug_loud")
    (installed / "plug_loud.py").write_text("raise RuntimeError('imported')")
    assert "loud" in reports.names()
    assert "plug_loud" not in sys.modules


def test_a_package_that_cannot_be_imported_is_named_when_it_is_used(installed: Path) -> None:
    _add(installed, "mmon.metrics", "broken = plug_broken")
    (installed / "plug_broken.py").write_text("import no_such_library")
    with pytest.raises(ConfigError, match="'broken' of the package plug cannot be imported: "):
        metrics.load("broken")


def test_nothing_that_mmon_has_is_replaced(installed: Path) -> None:
    _add(installed, "mmon.metrics", "ks = plug_gap")
    with pytest.raises(ConfigError, match="package plug adds 'ks' to"):
        metrics.names()


def test_a_module_without_a_metric_is_told(installed: Path) -> None:
    _add(installed, "mmon.metrics", "empty = plug_empty")
    (installed / "plug_empty.py").write_text("")
    with pytest.raises(ConfigError, match="plug_empty holds 0 classes that derive from Metric"):
        metrics.load("empty")
