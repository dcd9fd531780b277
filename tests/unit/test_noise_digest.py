"""The noise of a reference is known again as long as all that it follows from is the same."""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import mmon
from mmon import discovery
from mmon.comparison import blocks
from mmon.comparison.reference import read_reference
from mmon.comparison.sides import Inputs
from mmon.config.data import Dataset
from mmon.config_file import validate
from mmon.profiles.block_noise import BlockNoise
from mmon.profiles.codec import to_bytes
from mmon.sources import open_counted, open_table

_DAYS, _ROWS = 16, 48
_FORMULA = {"name": "positive", "sql": "avg(x > 5)", "thresholds": {"max": {"detected": 0.9}}}


class Shelf:
    """What a history keeps: the newest noise, with its digest; and how often it was measured."""

    def __init__(self) -> None:
        self.kept: dict[str, BlockNoise] = {}
        self.measured = 0

    def __call__(self, digest: str, measure: Callable[[], BlockNoise]) -> BlockNoise:
        if digest not in self.kept:
            self.measured += 1
            self.kept = {digest: measure()}
        return self.kept[digest]


@pytest.fixture
def body(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Of a reference of daily files of text, each value as long as any other."""
    monkeypatch.chdir(tmp_path)
    Path("days").mkdir()
    rng = np.random.default_rng(4)
    for day in range(1, _DAYS + 1):
        rows = {
            "at": [f"2024-01-{day:02d}T{row // 2:02d}:{row % 2}5:00" for row in range(_ROWS)],
            "x": [f"{value:.6f}" for value in np.clip(rng.normal(5.0, 1.0, _ROWS), 1.0, 9.0)],
            "n": rng.integers(10, 60, _ROWS),
            "group": rng.choice(["a", "b"], _ROWS),
        }
        pl.DataFrame(rows).write_csv(f"days/2024-01-{day:02d}.csv")
    return {
        "reference": "days",
        "production": "days/2024-01-01.csv",
        "columns": {"timestamp": "at"},
        "segments": ["group"],
        "windows": {"every": "1d"},
        "applications": [_FORMULA],
    }


def noise(body: dict[str, Any], known: Shelf | None, inputs: Inputs | None = None) -> bytes:
    found = read_reference(validate(body), inputs or Inputs(), None, known).noise
    assert found is not None
    assert found.keys
    return to_bytes(found)


@pytest.mark.parametrize(
    "changed",
    [
        {"windows": {"every": "12h"}},
        {"windows": {"rows": 24}},
        {"windows": {"every": "1d", "timezone": "Asia/Tokyo"}},
        {"columns": {"timestamp": "at", "features": ["x"]}},
        {"columns": {"timestamp": "at", "categorical": ["n"]}},
        {"analyses": {"data_drift": {"metrics": ["ks"], "thresholds": {"ks": {"detected": 0.2}}}}},
        {"by_column": {"x": {"ks": {"detected": 0.3}}}},
        {"segments": {"columns": ["group"], "gate": True}},
        {"applications": [{**_FORMULA, "where": "n < 30"}]},
        {"points": 64},
    ],
    ids=str,
)
def test_another_configuration_has_it_measured_anew(body, changed) -> None:
    known = Shelf()
    noise(body, known)
    again = noise({**body, **changed}, known)
    assert known.measured == 2
    assert again == noise({**body, **changed}, None)


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"production": "days/2024-01-02.csv"},
        {"windows": {"every": "1d", "start": "2024-01-09", "judge": "last"}},
        {"outputs": {"json": "report.json"}, "report_url": "https://reports.example.com"},
        {"history": ".mmon/history.db"},
        {"alerts": ["data_drift"]},
    ],
    ids=str,
)
def test_what_changes_no_result_leaves_it_known(body, changed) -> None:
    known = Shelf()
    first = noise(body, known)
    assert noise({**body, **changed}, known) == first == noise({**body, **changed}, None)
    assert known.measured == 1


def test_a_file_of_the_same_size_and_time_has_it_measured_anew(body) -> None:
    known = Shelf()
    first = noise(body, known)
    path = Path("days/2024-01-03.csv")
    before = path.stat()
    values = pl.read_csv(path)["x"]
    path.write_text(path.read_text().replace(f",{values.min():.6f},", f",{9.5:.6f},"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    after = path.stat()
    assert (after.st_size, after.st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    again = noise(body, known)
    assert known.measured == 2
    assert again == noise(body, None)
    assert again != first


def test_the_digest_of_files_is_of_their_bytes_names_and_order(tmp_path: Path) -> None:
    def digest(*names: str) -> str | None:
        return open_counted(Dataset(path=tuple(str(tmp_path / name) for name in names))).digest()

    for name, text in {"a": "x\n1\n2\n", "b": "x\n2\n1\n", "k=1/c": "x\n1\n2\n"}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / f"{name}.csv").write_text(text)
    sets = ["a.csv"], ["b.csv"], ["k=1/c.csv"], ["a.csv", "b.csv"], ["b.csv", "a.csv"]
    found = [digest(*names) for names in sets]
    assert len({*found} - {None}) == len(sets)
    assert [digest(*names) for names in sets] == found
    assert open_table(pl.DataFrame({"x": [1]})).digest() is None


def test_a_file_of_another_name_has_it_measured_anew(body) -> None:
    known = Shelf()
    noise(body, known)
    Path("days/2024-01-09.csv").rename("days/2024-01-09b.csv")
    noise(body, known)
    assert known.measured == 2


def test_another_mmon_or_library_measures_anew(body, monkeypatch: pytest.MonkeyPatch) -> None:
    known = Shelf()
    noise(body, known)
    monkeypatch.setattr(mmon, "__version__", "99.0")
    noise(body, known)
    version = metadata.version
    monkeypatch.setattr(metadata, "version", lambda name: f"{version(name)}.post1")
    noise(body, known)
    monkeypatch.setattr(blocks, "MOST", 15)
    again = noise(body, known)
    assert known.measured == 4
    assert again == noise(body, None)


def test_it_is_measured_each_time_where_that_cannot_be_told(body, monkeypatch) -> None:
    known = Shelf()
    table = open_table(pl.concat(pl.read_csv(path) for path in sorted(Path("days").iterdir())))
    noise(body, known, Inputs(reference=table))
    monkeypatch.setattr(discovery, "has_added", lambda package: package == "mmon.metrics")
    noise(body, known)
    assert (known.measured, known.kept) == (0, {})
