"""Small sound datasets of every task, and runs of mmon on what is made of them."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from mmon.cli.app import execute

ROWS = 1_200
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

    def told(self) -> str:
        """The sentence, and every result with a value or a reason, a line each."""
        lines = [f"sentence: {self.document['sentence']}"]
        for one in self.document["results"]:
            where = f" [{one['segment']}]" if one["segment"] else ""
            what = one["name"] if one["aspect"] == "value" else f"{one['name']} {one['aspect']}"
            lines.append(f"{what}{where} = {one['value']}: {one['reason']}")
        return "\n".join(lines)


def same(frame: pl.DataFrame) -> pl.DataFrame:
    """The rows as they are."""
    return frame


def put(**columns: Any) -> Change:
    """Replaces columns by expressions, or by one value."""

    def change(frame: pl.DataFrame) -> pl.DataFrame:
        values = {k: v if isinstance(v, pl.Expr) else pl.lit(v) for k, v in columns.items()}
        return frame.with_columns(**values)

    return change


def lacking(*names: str) -> Change:
    """Removes columns."""
    return lambda frame: frame.drop(names)


def first(rows: int) -> Change:
    """Keeps the first rows."""
    return lambda frame: frame.head(rows)


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
    off = ("concept_drift", "data_drift", "data_quality", "system_performance")
    analyses = dict.fromkeys(off)
    body["analyses"] = analyses | settings.get("analyses", {})
    body |= {key: value for key, value in settings.items() if key not in ("columns", "analyses")}
    return body if task is None else {"task": task, **body}


def ran(folder: Path, capfd: pytest.CaptureFixture[str], *words: str) -> Ran:
    """Run a command inside this process, in a folder which is the current one."""
    capfd.readouterr()
    status = execute(list(words))
    out, err = capfd.readouterr()
    result = folder / "result.json"
    return Ran(status, out, err, json.loads(result.read_text()) if result.exists() else {})


PASS, BREACH, USAGE, FAILURE, INCONCLUSIVE = 0, 1, 2, 3, 4


@dataclasses.dataclass(frozen=True)
class Case:
    """One run.

    Attributes
    ----------
    name : str
    task : str or None
        None leaves it out of the configuration; the rows are then of a binary task.
    status : int
        The exit status it deserves.
    says : tuple of str
        Patterns: on stderr where the run ends there, else in the sentence and the results' reasons.
    settings : mapping
        What differs from the configuration of sound data.
    ref, cur : callable
        What is done to the rows of a side.
    """

    name: str
    task: str | None
    status: int
    says: tuple[str, ...]
    settings: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    ref: Change = same
    cur: Change = same


def refused(
    name: str,
    task: str | None,
    says: str,
    settings: Mapping[str, Any] | None = None,
    *,
    ref: Change = same,
    cur: Change = same,
) -> Case:
    """A configuration that does not fit the data, or itself."""
    return Case(name, task, USAGE, (says,), settings or {}, ref, cur)


def told(
    name: str,
    task: str | None,
    status: int,
    *says: str,
    settings: Mapping[str, Any] | None = None,
    ref: Change = same,
    cur: Change = same,
) -> Case:
    """A run that ends in a document which says what is wrong."""
    return Case(name, task, status, says, settings or {}, ref, cur)


def columns(**roles: Any) -> dict[str, Any]:
    return {"columns": roles}


def performance(**settings: Any) -> dict[str, Any]:
    return {"analyses": {"model_performance": settings}}


def operations(**settings: Any) -> dict[str, Any]:
    roles = {"latency": "latency", "error": "failed", "ignore": None}
    return {"columns": roles, "analyses": {"system_performance": settings}}


def run(case: Case, folder: Path, capfd: pytest.CaptureFixture[str]) -> Ran:
    make = MAKERS[case.task or "binary"]
    case.ref(make(seed=1)).write_parquet(folder / "ref.parquet")
    case.cur(make(seed=2)).write_parquet(folder / "prod.parquet")
    # JSON is YAML.
    body = configuration(case.task, case.settings)
    (folder / "run.yaml").write_text(json.dumps(body))
    return ran(folder, capfd, "run", "run.yaml")


def check(found: Ran, case: Case) -> None:
    assert found.status == case.status, found.err + found.out
    if not found.document:
        first_line, *others = found.err.splitlines()
        assert first_line.startswith("mmon: ")
        assert len(first_line) < 300
        assert all(line.startswith("  ") for line in others), found.err
        assert "internal error" not in found.err
    # Not a warning either.
    assert found.err == "" or not found.document, found.err
    said = found.told() if found.document else found.err
    for pattern in case.says:
        assert re.search(pattern, said), said
