"""Small datasets with times, latencies and errors, and runs over them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import polars as pl

from mmon.comparison.pipeline import run
from mmon.comparison.sides import Inputs
from mmon.config.sections import Config
from mmon.results import Document, Result, ResultKind
from mmon.sources import Data

MONDAY = dt.datetime(2024, 1, 1)
ROLES = {"id": "id", "timestamp": "at", "latency": "ms", "error": "failed"}


def requests(
    days: float,
    rows: int,
    *,
    start: dt.datetime = MONDAY,
    error_rate: float = 0.02,
    slower: float = 1.0,
    seed: int = 0,
) -> pl.DataFrame:
    """Rows at random times over so many days."""
    rng = np.random.default_rng(seed)
    offsets = np.sort(rng.random(rows) * days * 86_400e6).astype(np.int64)
    return pl.DataFrame(
        {
            "id": np.arange(rows) + 1_000_000 * seed,
            "at": pl.Series(offsets).cast(pl.Duration("us")) + start,
            "feature": rng.normal(size=rows),
            "ms": rng.lognormal(3, 0.5, rows) * slower,
            "failed": rng.random(rows) < error_rate,
        }
    )


def document(
    reference: pl.DataFrame,
    production: pl.DataFrame,
    system: dict[str, Any] | None = None,
    **sections: Any,
) -> Document:
    """A run over frames in memory, with operational performance alone."""
    there = [name for name in ROLES if ROLES[name] in production.columns + reference.columns]
    body = {
        "reference": "reference",
        "production": "production",
        "columns": {name: ROLES[name] for name in there},
        "analyses": {
            "concept_drift": None,
            "data_drift": None,
            "data_quality": None,
            "system_performance": system or {},
        },
        **sections,
    }
    inputs = Inputs(Data(reference.lazy(), "reference"), Data(production.lazy(), "production"))
    return run(Config.model_validate(body), inputs)


def results(
    reference: pl.DataFrame,
    production: pl.DataFrame,
    system: dict[str, Any] | None = None,
    **sections: Any,
) -> dict[str, Result]:
    """The results of the first window by name, its changes as ``invocations drop``."""
    found = document(reference, production, system, **sections).results
    return {
        f"{one.name} {one.aspect}" if one.aspect in ("drop", "rise") else one.name: one
        for one in found
        if one.kind is ResultKind.SYSTEM_PERFORMANCE and one.window == 0 and one.segment is None
    }
