"""Small sound datasets of every task, and runs of mmon on what is made of them."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from mmon.cli import _run

ROWS = 1_200
SIDES = {"binary": ("score", "scores"), "multiclass": ("scores",), "regression": ()}
Change = Callable[[pl.DataFrame], pl.DataFrame]


def binary(rows: int = ROWS, seed: int = 1) -> pl.DataFrame:
    """Rows of a useful binary model: integer target and prediction, a calibrated score."""
    rng = np.random.default_rng(seed)
    score = rng.beta(0.8, 0.8, rows)
    return _context(rows, rng).with_columns(
        y=pl.Series((rng.random(rows) < score).astype(np.int64)),
        yhat=pl.Series((score >= 0.5).astype(np.int64)),
        p=score,
    )


def multiclass(rows: int = ROWS, seed: int = 1) -> pl.DataFrame:
    """Rows of a useful model of the classes a, b and c, with a score for each."""
    rng = np.random.default_rng(seed)
    scores = rng.dirichlet([0.7, 0.7, 0.7], rows)
    drawn = (rng.random(rows)[:, None] > np.cumsum(scores, axis=1)).sum(axis=1).clip(0, 2)
    names = np.array(["a", "b", "c"])
    return _context(rows, rng).with_columns(
        y=pl.Series(names[drawn]),
        yhat=pl.Series(names[scores.argmax(axis=1)]),
        **{f"p_{name}": scores[:, index] for index, name in enumerate(names)},
    )


def regression(rows: int = ROWS, seed: int = 1) -> pl.DataFrame:
    """Rows of a useful regression with a prediction interval."""
    rng = np.random.default_rng(seed)
    truth = rng.normal(100.0, 20.0, rows)
    answer = truth + rng.normal(0.0, 5.0, rows)
    return _context(rows, rng).with_columns(y=truth, yhat=answer, low=answer - 10, high=answer + 10)


def _context(rows: int, rng: np.random.Generator) -> pl.DataFrame:
    start = np.datetime64("2024-01-01T00:00:30", "us")
    return pl.DataFrame(
        {
            "id": [f"r{number}" for number in range(rows)],
            "at": start + np.arange(rows).astype("timedelta64[m]"),
            "x": rng.normal(size=rows),
            "country": rng.choice(["br", "de", "fr"], rows),
            "latency": rng.lognormal(3.0, 0.4, rows),
            "failed": rng.random(rows) < 0.02,
        }
    )


MAKERS = {"binary": binary, "multiclass": multiclass, "regression": regression}
COLUMNS: Mapping[str, dict[str, Any]] = {
    "binary": {"target": "y", "prediction": "yhat", "score": "p"},
    "multiclass": {
        "target": "y",
        "prediction": "yhat",
        "scores": {"a": "p_a", "b": "p_b", "c": "p_c"},
    },
    "regression": {"target": "y", "prediction": "yhat", "lower": "low", "upper": "high"},
}


@dataclasses.dataclass(frozen=True)
class Ran:
    """How a run ended.

    Attributes
    ----------
    status : int
        The exit status.
    out, err : str
    document : dict
        The result; empty where none was written.
    """

    status: int
    out: str
    err: str
    document: dict[str, Any]

    def results(self, name: str) -> list[dict[str, Any]]:
        """The results of that name."""
        return [one for one in self.document.get("results", []) if one["name"] == name]

    def result(self, name: str) -> dict[str, Any]:
        """The result of that name that is about all rows of the first window."""
        return next(one for one in self.results(name) if one["segment"] is None)

    def told(self) -> str:
        """Everything that was said, to be searched."""
        reasons = [
            f"{one['name']}: {one['reason']}"
            for one in self.document.get("results", [])
            if one["reason"]
        ]
        return "\n".join([self.err, self.document.get("sentence", ""), *reasons])


def without(*names: str) -> dict[str, None]:
    """Columns of the configuration that are to be left out."""
    return dict.fromkeys(names)


def configuration(task: str | None, settings: Mapping[str, Any]) -> dict[str, Any]:
    """A configuration of a task; ``settings`` replace its parts, None removes a column."""
    columns = {"ignore": ["latency", "failed"], "id": "id", "timestamp": "at"}
    columns |= COLUMNS[task or "binary"]
    columns |= settings.get("columns", {})
    body: dict[str, Any] = {
        "reference": "ref.parquet",
        "production": "prod.parquet",
        "columns": {key: value for key, value in columns.items() if value is not None},
        "outputs": {"json": "result.json"},
    }
    analyses = {"data_drift": None, "data_quality": None, "system_performance": None}
    body["analyses"] = analyses | settings.get("analyses", {})
    body |= {key: value for key, value in settings.items() if key not in ("columns", "analyses")}
    return body if task is None else {"task": task, **body}


def run(
    folder: Path,
    capfd: pytest.CaptureFixture[str],
    body: Mapping[str, Any],
    ref: pl.DataFrame,
    cur: pl.DataFrame,
    *options: str,
) -> Ran:
    """Write both sides and the configuration to a folder, which is the current one, and run."""
    ref.write_parquet(folder / "ref.parquet")
    cur.write_parquet(folder / "prod.parquet")
    # JSON is YAML.
    (folder / "run.yaml").write_text(json.dumps(body))
    return ran(folder, capfd, "run", "run.yaml", *options)


def ran(folder: Path, capfd: pytest.CaptureFixture[str], *words: str) -> Ran:
    """Run a command inside this process."""
    capfd.readouterr()
    status = _run(list(words))
    out, err = capfd.readouterr()
    result = folder / "result.json"
    return Ran(status, out, err, json.loads(result.read_text()) if result.exists() else {})
