"""Small sales with a time, a country and refunds, and runs with numbers of one's own over them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import polars as pl

from mmon import analyses
from mmon.comparison.pipeline import run
from mmon.comparison.sides import Inputs
from mmon.config.sections import Config
from mmon.profiles.table import Profile
from mmon.results import Document, Result
from mmon.sources import Data

MONDAY = dt.datetime(2024, 1, 1)
NO_ANALYSES = dict.fromkeys(analyses.names())


def sales(rows: int, days: float = 3, *, seed: int = 0, refunds: float = 0.04) -> pl.DataFrame:
    """Sales at random times over so many days, a tenth of them without a price."""
    rng = np.random.default_rng(seed)
    offsets = np.sort(rng.random(rows) * days * 86_400e6).astype(np.int64)
    return pl.DataFrame(
        {
            "at": pl.Series(offsets).cast(pl.Duration("us")) + MONDAY,
            "country": rng.choice(["AT", "BE", "CH"], rows),
            "price": pl.Series(rng.exponential(20.0, rows)).scatter(
                np.flatnonzero(rng.random(rows) < 0.1), None
            ),
            "refund": np.where(rng.random(rows) < refunds, rng.exponential(5.0, rows), 0.0),
            "items": rng.integers(1, 9, rows),
        }
    )


def document(
    reference: pl.DataFrame | Profile,
    production: pl.DataFrame,
    applications: list[dict[str, Any]],
    **sections: Any,
) -> Document:
    """A run over frames in memory, with these applications alone."""
    body = {
        "reference": "reference",
        "production": "production",
        "analyses": NO_ANALYSES,
        "applications": applications,
        **sections,
    }
    before = (
        Data(reference.lazy(), "reference") if isinstance(reference, pl.DataFrame) else reference
    )
    return run(Config.model_validate(body), Inputs(before, Data(production.lazy(), "production")))


def one(
    reference: pl.DataFrame | Profile,
    production: pl.DataFrame,
    sql: str,
    **keys: Any,
) -> list[Result]:
    """The results of one number of all rows, which is called mine."""
    found = document(reference, production, [{**keys, "name": "mine", "sql": sql}])
    return [result for result in found.results if result.application == "mine"]
