"""A small generated dataset with planted drift, its configuration and its reports."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from mmon import config_file, pipeline
from mmon.config_schema import schema_text
from mmon.errors import OutputError
from mmon.files import write_text
from mmon.reports import html, json

_SEED = 20240101
_REFERENCE_ROWS = 20_000
_DAYS = 28
_ROWS_A_DAY = 500
# From this day on production is not what the reference was.
_DRIFT_DAY = 21

_CONFIGURATION = """\
# yaml-language-server: $schema=./mmon.schema.json
# Written by `mmon demo`. Run it again with: mmon run {folder}/mmon.yaml
project: lending
endpoint: credit-risk
reference: {folder}/reference.parquet
production: {folder}/production.parquet
columns:
  id: request_id
  timestamp: event_time
windows: {{every: 1w, start: "2024-03-04"}}
analyses:
  data_drift:
    thresholds:
      ks: {{potential: 0.1, detected: 0.2}}
      total_variation: {{potential: 0.1, detected: 0.2}}
  data_quality: {{}}
outputs:
  json: {folder}/report.json
  html: {folder}/report.html
"""


def write(folder: Path) -> str:
    """Write the demo into a folder and run it.

    Returns
    -------
    str
        Five lines that say what to look at.

    Raises
    ------
    OutputError
        When the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        reference, production = _datasets()
        reference.write_parquet(folder / "reference.parquet")
        production.write_parquet(folder / "production.parquet")
    except OSError as error:
        raise OutputError(f"cannot write the demo into {folder}: {error.strerror}") from error
    text = _CONFIGURATION.format(folder=folder.as_posix())
    write_text(folder / "mmon.yaml", text)
    write_text(folder / "mmon.schema.json", schema_text())
    document = pipeline.run(config_file.parse(text, str(folder / "mmon.yaml")))
    write_text(folder / "report.json", json.render(document))
    write_text(folder / "report.html", html.render(document))
    return (
        f"{document.verdict.upper()}: {document.sentence}\n"
        f"  {folder}/report.html  open this in a browser: drift begins in the last of four weeks\n"
        f"  {folder}/report.json  the same for scripts: verdict, results, windows\n"
        f"  {folder}/mmon.yaml    the configuration; edit a threshold and run it again:\n"
        f"  mmon run {folder}/mmon.yaml  (exits 1: a breach is what fails a CI job)"
    )


def _datasets() -> tuple[pl.DataFrame, pl.DataFrame]:
    rng = np.random.default_rng(_SEED)
    reference = _applications(rng, _REFERENCE_ROWS, drift=np.zeros(_REFERENCE_ROWS, dtype=bool))
    rows = _DAYS * _ROWS_A_DAY
    day = np.repeat(np.arange(_DAYS), _ROWS_A_DAY)
    production = _applications(rng, rows, drift=day >= _DRIFT_DAY)
    seconds = np.sort(rng.integers(1, 86_400, size=(_DAYS, _ROWS_A_DAY)), axis=1).ravel()
    start = np.datetime64("2024-03-04T00:00:00", "us")
    times = start + (day * 86_400 + seconds).astype("timedelta64[s]")
    before = start - rng.integers(1, 90 * 86_400, _REFERENCE_ROWS).astype("timedelta64[s]")
    return (
        _stamped(reference, before.astype("datetime64[us]"), 0),
        _stamped(production, times.astype("datetime64[us]"), _REFERENCE_ROWS),
    )


def _stamped(frame: pl.DataFrame, times: np.ndarray, first_id: int) -> pl.DataFrame:
    ids = pl.int_range(first_id, first_id + frame.height, eager=True).alias("request_id")
    return frame.insert_column(0, ids).insert_column(1, pl.Series("event_time", times))


def _applications(rng: np.random.Generator, rows: int, drift: np.ndarray) -> pl.DataFrame:
    """Loan applications; where ``drift`` holds, incomes fall and a new channel appears."""
    income = rng.lognormal(10.3, 0.45, rows) * np.where(drift, 0.72, 1.0)
    amount = rng.gamma(2.0, 4_000.0, rows)
    channel = rng.choice(["web", "branch", "phone"], rows, p=[0.6, 0.3, 0.1])
    is_partner = drift & (rng.random(rows) < 0.3)
    channel = np.where(is_partner, "partner", channel)
    employment_years = rng.exponential(6.0, rows).round(1)
    is_missing = drift & (rng.random(rows) < 0.25)
    odds = -1.0 + amount / 20_000 - income / 40_000
    score = 1.0 / (1.0 + np.exp(-(odds + rng.normal(0.0, 0.5, rows))))
    return pl.DataFrame(
        {
            "income": income.round(2),
            "amount": amount.round(2),
            "age": rng.integers(18, 80, rows),
            "channel": channel,
            "employment_years": pl.Series(employment_years).set(pl.Series(is_missing), None),
            "region": rng.choice(["north", "south", "east", "west"], rows),
            "p_default": score.round(4),
        }
    )
