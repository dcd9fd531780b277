"""Bad and odd segments and operations: each says what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from tests.e2e.bad_outcomes import (
    BREACH,
    FAILURE,
    INCONCLUSIVE,
    PASS,
    Case,
    check,
    columns,
    first,
    lacking,
    operations,
    put,
    refused,
    run,
    same,
    told,
)

pytestmark = pytest.mark.slow

x, y = pl.col("x"), pl.col("y")
NO_NUMBER, NO_TEXT = pl.lit(None, dtype=pl.Float64), pl.lit(None, dtype=pl.String)
SAME = "roc_auc drop = 0.0083"

SEGMENTS = [
    refused(
        "no such segment",
        "binary",
        r"segments: .*no column 'contry'\n.*'country'",
        {"segments": ["contry"]},
    ),
    refused(
        "segments of lists",
        "binary",
        r"segments: 'country' holds List values",
        {"segments": ["country"]},
        ref=put(country=pl.concat_list("x")),
    ),
    told(
        "a segment each",
        "binary",
        PASS,
        r"label_coverage \[x = \(other\)\] = 1.0: 1,200 of",
        settings={"segments": ["x"]},
    ),
    told(
        "nothing in it",
        "binary",
        PASS,
        r"roc_auc drop \[country = \(null\)\]",
        settings={"segments": ["country"]},
        ref=put(country=NO_TEXT),
        cur=put(country=NO_TEXT),
    ),
    told(
        "lost segments",
        "binary",
        PASS,
        r"missing_segment \[country = de\]",
        settings={"segments": ["country"]},
        cur=lacking("country"),
    ),
    told(
        "lists in production",
        "binary",
        PASS,
        r"new_segment \[country = \(other\)\]",
        settings={"segments": ["country"]},
        cur=put(country=pl.concat_list("x")),
    ),
    told(
        "unicode",
        "binary",
        PASS,
        r"roc_auc drop \[country = größe 🙂\]",
        r"\[country = a = b\]",
        r"\[country = \(null\)\]",
        settings={"segments": ["country"]},
        **dict.fromkeys(
            ("ref", "cur"),
            put(
                country=pl.col("country").replace_strict(
                    {"br": "größe 🙂", "de": "a = b", "fr": ""}
                )
            ),
        ),
    ),
    told(
        "a new value",
        "binary",
        PASS,
        r"new_segment \[country = \(other\)\] = 630\.0: .*\(630 rows\): xx",
        settings={"segments": ["country"]},
        cur=put(country=pl.when(x > 0.0).then(pl.lit("xx")).otherwise("country")),
    ),
]

OPERATIONS = [
    refused(
        "latency nowhere", "binary", r"latency: neither dataset .*'lag'", columns(latency="lag")
    ),
    told(
        "latency of text",
        "binary",
        PASS,
        r"avg_latency = None: production has no numbers in 'latency'",
        settings=operations(),
        cur=put(latency="slow"),
    ),
    told(
        "latency of nothing",
        "binary",
        PASS,
        r"avg_latency = None: production has no numbers",
        settings=operations(),
        cur=put(latency=NO_NUMBER),
    ),
    told(
        "negative latency",
        "binary",
        PASS,
        r"1,200 of 1,200 values of 'latency' are negative",
        settings=operations(),
        cur=put(latency=-pl.col("latency")),
    ),
    told(
        "errors of text",
        "binary",
        BREACH,
        r"1,200 of 1,200 rows failed",
        settings=operations(),
        cur=put(failed="boom"),
    ),
    told(
        "errors of nothing",
        "binary",
        PASS,
        r"error_rate = None: of no row is it known",
        settings=operations(),
        cur=put(failed=pl.lit(None, dtype=pl.Boolean)),
    ),
    told(
        "nothing arrived",
        "binary",
        BREACH,
        r"completeness = 0.0: 0 of 1,000 rows",
        settings=operations(expected_rows=1000),
        cur=first(0),
    ),
    told(
        "one id", "binary", PASS, r"duplicate_ids = 1199", settings=operations(), cur=put(id="same")
    ),
    told(
        "no times",
        "binary",
        PASS,
        r"freshness = None: there are no times",
        settings=operations(),
        cur=put(at=pl.lit(None, dtype=pl.Datetime("us"))),
    ),
    *(
        told(
            f"no window, {name}",
            "binary",
            INCONCLUSIVE,
            r"sentence: no production row falls into any window",
            r"windows = None: no production row",
            settings={"windows": windows},
            cur=change,
        )
        for name, windows, change in (
            ("later", {"every": "1h", "start": "2025-01-01"}, same),
            ("no times", {"every": "1d"}, put(at=pl.lit(None, dtype=pl.Datetime("us")))),
            ("no rows", {"every": "1d"}, first(0)),
            ("no rows to count", {"rows": 100}, first(0)),
        )
    ),
    told(
        "no window and no gate",
        "binary",
        INCONCLUSIVE,
        r"sentence: no production row falls into any window",
        settings={
            "windows": {"every": "1h", "start": "2025-01-01"},
            **{"analyses": {"model_performance": {"gate": "none"}}},
        },
    ),
    Case(
        "times of text",
        "binary",
        FAILURE,
        (r"column 'at' holds 'soon', which is not a timestamp",),
        operations(),
        same,
        put(at=pl.lit("soon")),
    ),
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("case", SEGMENTS + OPERATIONS, ids=lambda case: case.name)
def test_segments_and_operations_end_in_their_status_and_say_why(
    case: Case, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    check(run(case, folder, capfd), case)
