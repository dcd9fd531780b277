"""Rows with every kind of feature and trouble, and comparisons of what was summarised of them."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mmon.comparison.pipeline import run
from mmon.comparison.reference import profile_reference
from mmon.comparison.sides import Inputs
from mmon.config.sections import Config
from mmon.profiles.features.tables import FeatureTable
from mmon.profiles.table import Profile
from mmon.results import Document
from mmon.sources import Data

FEATURES = ("number", "single", "count", "flag", "city", "rising")
ROLES: dict[str, dict[str, Any]] = {
    "binary": {"target": "y", "prediction": "yhat", "score": "p"},
    "multiclass": {"target": "y", "prediction": "yhat", "scores": {"a": "p_a", "b": "p_b"}},
    "regression": {"target": "y", "prediction": "yhat", "lower": "low", "upper": "high"},
}


def rows(task: str, size: int = 2_000, seed: int = 1) -> pl.DataFrame:
    """Rows in the order of time, a fifth of them without a label.

    ``rising`` grows with time, ``city`` meets new categories late, ``number`` has nulls, NaN and
    infinities.
    """
    rng = np.random.default_rng(seed)
    start = dt.datetime(2024, 1, 1, 0, 0, 30)
    place = np.arange(size)
    number = np.where(rng.random(size) < 0.03, np.nan, rng.lognormal(size=size))
    number[rng.random(size) < 0.02] = np.inf
    missing = rng.random((3, size))
    late = np.minimum(place * 12 // size, 9)
    frame = pl.DataFrame(
        {
            "id": [f"{seed}-{number}" for number in place],
            "at": [start + dt.timedelta(minutes=int(m)) for m in place],
            "number": pl.Series(number).set(pl.Series(missing[0] < 0.05), None),
            "single": pl.Series(rng.random(size).round(1), dtype=pl.Float32),
            "count": pl.Series(rng.poisson(3.0, size)).set(pl.Series(missing[1] < 0.05), None),
            "flag": rng.random(size) < 0.3,
            "city": [f"c{int(n)}" for n in rng.integers(0, late + 1)],
            "rising": place + rng.normal(0.0, 20.0, size),
            "country": pl.Series(rng.choice(["br", "de", "fr"], size, p=[0.6, 0.3, 0.1])),
            "ms": rng.lognormal(3.0, 0.5, size),
            "failed": rng.random(size) < 0.05,
        }
    )
    return frame.with_columns(_outcome(task, size, rng)).with_columns(
        y=pl.when(pl.Series(missing[2] >= 0.2)).then("y")
    )


def _outcome(task: str, size: int, rng: np.random.Generator) -> list[pl.Series]:
    if task == "regression":
        truth = rng.normal(100.0, 20.0, size)
        answer = truth + rng.normal(0.0, 5.0, size)
        columns = {"y": truth, "yhat": answer, "low": answer - 8.0, "high": answer + 8.0}
        return [pl.Series(name, values) for name, values in columns.items()]
    score = rng.random(size)
    score[7::500] = 1.5
    hits = rng.random(size) < score
    if task == "binary":
        return [
            pl.Series("y", hits * 1),
            pl.Series("yhat", (score > 0.5) * 1),
            pl.Series("p", score),
        ]
    names = np.array(["b", "a"])
    return [
        pl.Series("y", names[hits * 1]),
        pl.Series("yhat", names[(score > 0.5) * 1]),
        pl.Series("p_a", score),
        pl.Series("p_b", 1.0 - score),
    ]


def bins(frame: pl.DataFrame, one: FeatureTable) -> NDArray[np.int64]:
    """(n,) the bin of each row, found the plain way."""
    binning, values = one.binning, frame[one.binning.column]
    if binning.labels is not None:
        place = {label: index for index, label in enumerate(binning.labels)}
        other, null = len(place), len(place) + 1
        texts = values.cast(pl.String).to_list()
        return np.array([null if text is None else place.get(text, other) for text in texts])
    assert binning.edges is not None
    kind = np.float32 if values.dtype == pl.Float32 else np.float64
    numbers = values.cast(pl.Float64).fill_null(np.nan).to_numpy().astype(kind)
    found = np.searchsorted(binning.edges.astype(kind), numbers, side="left")
    return np.where(np.isfinite(numbers), found, binning.size - 1)


def config(task: str, **sections: Any) -> Config:
    """A configuration of every analysis that looks at outcomes and operations."""
    roles = {"id": "id", "timestamp": "at", "latency": "ms", "error": "failed", **ROLES[task]}
    body: dict[str, Any] = {
        "reference": "reference",
        "production": "production",
        "task": task,
        "exact": True,
        "columns": roles,
        "segments": ["country"],
        "analyses": {"data_drift": {"metrics": ["ks", "total_variation"]}},
    }
    return Config.model_validate({**body, **sections})


def reference(settings: Config, frame: pl.DataFrame) -> Profile:
    """The profile of a reference in memory."""
    return profile_reference(settings, Data(frame.lazy(), "reference"))


def document(settings: Config, ref: Profile | pl.DataFrame, cur: pl.DataFrame) -> Document:
    """A run over frames in memory."""
    before = ref if isinstance(ref, Profile) else Data(ref.lazy(), "reference")
    return run(settings, Inputs(before, Data(cur.lazy(), "production")))


def parts(found: Document) -> dict[str, Any]:
    """What a document says of the data."""
    names = ("verdict", "windows", "results", "metrics", "columns", "performance", "bins")
    body = found.to_dict()
    return {name: body[name] for name in (*names, "activity", "pictures")}


def unlike(one: Any, other: Any, path: str = "profile", rtol: float = 0.0) -> list[str]:
    """Where two parts of a profile differ, in value, type, dtype or shape.

    Fractions may differ by ``rtol`` of the largest of an array.
    """
    if type(one) is not type(other):
        return [f"{path}: {type(one)} is not {type(other)}"]
    if isinstance(one, np.ndarray):
        is_float = one.dtype.kind == "f"
        same = one.dtype == other.dtype and np.array_equal(one, other, equal_nan=is_float)
        if not same and rtol and is_float and one.shape == other.shape:
            same = np.allclose(one, other, rtol=rtol, atol=rtol * np.abs(one).max())
        return [] if same else [f"{path}: {one!r} is not {other!r}"]
    if dataclasses.is_dataclass(one):
        names = [field.name for field in dataclasses.fields(one)]
        pairs = [(f"{path}.{n}", getattr(one, n), getattr(other, n)) for n in names]
        return [found for at, a, b in pairs for found in unlike(a, b, at, rtol)]
    if isinstance(one, tuple) and len(one) == len(other):
        rows = enumerate(zip(one, other, strict=True))
        return [found for i, (a, b) in rows for found in unlike(a, b, f"{path}[{i}]", rtol)]
    close = isinstance(one, float) and math.isclose(one, other, rel_tol=rtol, abs_tol=rtol**2)
    close = close or (one.equals(other) if isinstance(one, pl.Series) else one == other)
    return [] if close else [f"{path}: {one!r} is not {other!r}"]


def differences(one: Any, other: Any, path: str = "") -> list[str]:
    """Where two JSON bodies differ by more than the rounding of a sum."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        return [d for key in one for d in differences(one[key], other[key], f"{path}.{key}")]
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = enumerate(zip(one, other, strict=True))
        return [d for i, (a, b) in pairs for d in differences(a, b, f"{path}[{i}]")]
    if isinstance(one, float) and isinstance(other, float):
        if math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9):
            return []
    elif one == other:
        return []
    return [f"{path}: {one!r} is not {other!r}"]
