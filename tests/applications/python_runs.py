"""Runs of applications in Python over a small dataset, of which half is shifted."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl

import mmon
from mmon.analyses import names
from mmon.results import Document, Result

HEAD = """
import polars as pl
import mmon

def share(frame):
    return frame.select((pl.col("x") > 5).mean()).collect().item()
"""
REFERENCE = pl.DataFrame({"x": [i % 10 for i in range(1000)]})
SHIFTED = REFERENCE.with_columns(pl.col("x") + 3)
NONE = dict.fromkeys(names())


def run(*applications: dict[str, Any], **more: Any) -> Document:
    body = {"reference": REFERENCE, "production": SHIFTED, "analyses": NONE, **more}
    return mmon.run({**body, "applications": list(applications)}).document


def own(document: Document) -> list[Result]:
    return [one for one in document.results if one.application not in ("mmon", "data-quality")]


APP = """
class Large(mmon.Application):
    "How often x is large."

    def __init__(self, status=None, detected=None):
        self.given = {"status": status, "detected": detected}

    def do_tracking(self, context):
        before = share(context.reference_df)
        return [
            mmon.Result("large", share(context.sample_df), reference_value=before, **self.given),
            mmon.Metric("rows", context.sample_profile.rows, unit="count"),
        ]
"""


def timed(rows: int) -> pl.DataFrame:
    start = dt.datetime(2024, 1, 1)
    return pl.DataFrame(
        {
            "t": [start + dt.timedelta(hours=i) for i in range(rows)],
            "x": [i % 10 for i in range(rows)],
            "kind": [("a", "b", "c")[i % 3] for i in range(rows)],
            "y": [float(i % 7) for i in range(rows)],
        }
    )


def windows(place: str, tmp_path: Path, history: bool) -> dict[str, Any]:
    frame = timed(96)
    frame.write_parquet(tmp_path / "all.parquet")
    body = {
        "project": "p",
        "endpoint": "e",
        "reference": str(tmp_path / "all.parquet"),
        "production": str(tmp_path / "all.parquet"),
        "columns": {"timestamp": "t", "target": "y"},
        "windows": {"every": "1d"},
        "analyses": NONE,
        "applications": [{"class": place}],
    }
    return body | ({"history": str(tmp_path / "history.db")} if history else {})
