"""A small generated dataset with planted drift, its configuration and its reports."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import polars as pl

from mmon import api, config_file, files
from mmon.config_file.schema import schema_text
from mmon.errors import ConfigError, OutputError

_SEED = 20240101
_REFERENCE_ROWS = 20_000
_DAYS = 28
_ROWS_A_DAY = 800
# From this day on production is not what the reference was.
_DRIFT_DAY = 21

_MARK = "# Written by `mmon demo`."
_CONFIGURATION = f"""\
# yaml-language-server: $schema=./mmon.schema.json
{_MARK} Run it again with: mmon run CONFIG
# The reference is rows that the model was not trained on.
project: lending
endpoint: credit-risk
reference: REFERENCE
production: PRODUCTION
columns:
  id: request_id
  timestamp: event_time
  target: defaulted
  score: p_default
  latency: latency_ms
  error: failed
task: binary
segments: [region]
windows: {{every: 1w, start: "2024-03-04"}}
analyses:
  data_drift:
    thresholds:
      total_variation: {{potential: 0.1, detected: 0.2}}
  data_quality: {{}}
  model_performance:
    max_drop: {{potential: 0.02, detected: 0.05}}
  system_performance: {{}}
outputs:
  json: JSON
  html: HTML
"""
_FILES = {
    "REFERENCE": "held_out.parquet",
    "PRODUCTION": "production.parquet",
    "CONFIG": "mmon.yaml",
    "JSON": "report.json",
    "HTML": "report.html",
    "SCHEMA": "mmon.schema.json",
}


def write(folder: Path) -> str:
    """Write the demo into a folder and run it; five lines say what to look at.

    `ConfigError` where the folder holds files of these names that are not of a demo, `OutputError`
    where it cannot be written.
    """
    paths = {key: folder / name for key, name in _FILES.items()}
    _prepare(folder, paths)
    for key, frame in zip(("REFERENCE", "PRODUCTION"), datasets(), strict=True):
        with files.replacing(paths[key]) as temporary:
            frame.write_parquet(temporary)
    text = _configuration(paths)
    files.write(paths["CONFIG"], text)
    files.write(paths["SCHEMA"], schema_text())
    report = api.run(config_file.parse(text, str(paths["CONFIG"])))
    report.to_json(paths["JSON"])
    report.to_html(paths["HTML"])
    return (
        f"{report.verdict.upper()}: {report.document.sentence}\n"
        f"  {paths['HTML']}  open this in a browser: drift begins in the last of four weeks\n"
        f"  {paths['JSON']}  the same for scripts: verdict, results, windows\n"
        f"  {paths['CONFIG']}    the configuration; edit a threshold and run it again:\n"
        f"  mmon run {shlex.quote(str(paths['CONFIG']))}  "
        "(exits 1: a breach is what fails a CI job)"
    )


def _prepare(folder: Path, paths: Mapping[str, Path]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        taken = [path for path in paths.values() if path.exists()]
        known = paths["CONFIG"]
        is_demo = known.is_file() and _MARK.encode() in known.read_bytes()
        if taken and not is_demo:
            raise ConfigError(f"{taken[0]} exists and is not of a demo", hint="name another folder")
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise OutputError(
            f"cannot write the demo into {folder}: {why}", hint="name another folder"
        ) from error


def _configuration(paths: Mapping[str, Path]) -> str:
    text = _CONFIGURATION
    for key, path in paths.items():
        written = path.as_posix()
        if not re.fullmatch(r"[\w./-]+", written):
            # A JSON text is a YAML text; a dollar sign would begin a variable.
            written = json.dumps(written.replace("$", "$$"))
        text = text.replace(f" {key}\n", f" {written}\n")
    return text


def datasets() -> tuple[pl.DataFrame, pl.DataFrame]:
    """The demo's reference and its production, the same every time."""
    rng = np.random.default_rng(_SEED)
    reference = _applications(rng, _REFERENCE_ROWS, drift=np.zeros(_REFERENCE_ROWS, dtype=bool))
    rows = _DAYS * _ROWS_A_DAY
    day = np.repeat(np.arange(_DAYS), _ROWS_A_DAY)
    production = _applications(rng, rows, drift=day >= _DRIFT_DAY)
    seconds = np.sort(rng.integers(1, 86_400, size=(_DAYS, _ROWS_A_DAY)), axis=1).ravel()
    start = np.datetime64("2024-03-04T00:00:00", "us")
    times = start + (day * 86_400 + seconds).astype("timedelta64[s]")
    before = start - rng.integers(
        1, _REFERENCE_ROWS // _ROWS_A_DAY * 86_400, _REFERENCE_ROWS
    ).astype("timedelta64[s]")
    return (
        _stamped(reference, before.astype("datetime64[us]"), 0),
        _stamped(production, times.astype("datetime64[us]"), _REFERENCE_ROWS),
    )


def _stamped(frame: pl.DataFrame, times: np.ndarray, first_id: int) -> pl.DataFrame:
    ids = pl.int_range(first_id, first_id + frame.height, eager=True).alias("request_id")
    return frame.insert_column(0, ids).insert_column(1, pl.Series("event_time", times))


def _applications(rng: np.random.Generator, rows: int, drift: np.ndarray) -> pl.DataFrame:
    """Loan applications. Where ``drift`` holds the feed of the north is broken: incomes are
    somebody else's, in another currency, and years of employment are often missing, so that the
    model judges as it never did; and the service gets slower and fails more often."""
    income = rng.lognormal(10.3, 0.45, rows)
    amount = rng.gamma(2.0, 4_000.0, rows)
    channel = rng.choice(["web", "branch", "phone"], rows, p=[0.6, 0.3, 0.1])
    employment_years = rng.exponential(6.0, rows).round(1)
    region = rng.choice(["north", "south", "east", "west"], rows)
    is_broken = drift & (region == "north")
    is_missing = is_broken & (rng.random(rows) < 0.6)
    recorded = np.where(is_broken, 0.2 * rng.permutation(income), income)
    noise = rng.normal(0.0, 0.2, rows)

    def odds(income: np.ndarray) -> np.ndarray:
        return np.exp(2.0 * (0.1 + amount / 20_000 - income / 25_000 + noise))

    score, truth = (one / (1.0 + one) for one in (odds(recorded), odds(income)))
    return pl.DataFrame(
        {
            "income": recorded.round(2),
            "amount": amount.round(2),
            "age": rng.integers(18, 80, rows),
            "channel": channel,
            "employment_years": pl.Series(employment_years).set(pl.Series(is_missing), None),
            "region": region,
            "p_default": score.round(4),
            "defaulted": (rng.random(rows) < truth).astype(np.int8),
            "latency_ms": rng.lognormal(3.4, 0.35, rows).round(1) * np.where(drift, 1.3, 1.0),
            "failed": rng.random(rows) < np.where(drift, 0.02, 0.004),
        }
    )
