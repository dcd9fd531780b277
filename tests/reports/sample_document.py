"""Result documents of any number of columns and windows, for the tests of every report format.

The numbers are made up but hang together: counts are drawn from a seeded generator, and distances,
p-values, statuses and the verdict follow from the counts, so that a layout is seen as it will be.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import random
from collections.abc import Sequence

from mmon.errors import ExitStatus
from mmon.results import (
    Column,
    ColumnKind,
    Document,
    Result,
    Source,
    Status,
    Verdict,
    Window,
)
from mmon.results.charts import Picture
from tests import quantities
from tests.reports.sample_columns import (
    HOSTILE_NAMES,
    REFERENCE_ROWS,
    WINDOW_ROWS,
    column_results,
    picture,
    sides,
)

__all__ = ["HOSTILE_NAMES", "REFERENCE_ROWS", "WINDOW_ROWS", "sample_document"]

NAMES = ("lead_time", "agent", "adr", "children", "country", "booked_at", "arrival_week", "deposit")
KINDS = (
    ColumnKind.NUMERIC,
    ColumnKind.CATEGORICAL,
    ColumnKind.NUMERIC,
    ColumnKind.NUMERIC,
    ColumnKind.CATEGORICAL,
    ColumnKind.DATETIME,
    ColumnKind.NUMERIC,
    ColumnKind.CATEGORICAL,
)
_DTYPES = {
    ColumnKind.NUMERIC: "Float64",
    ColumnKind.CATEGORICAL: "String",
    ColumnKind.DATETIME: "Datetime",
}
_START = dt.datetime(2016, 10, 1, tzinfo=dt.UTC)
_DRIFTS = (0.9, 0.35, 0.42, 0.0, 0.05, 0.02, 0.0, 0.04)


def sample_document(
    columns: int = 3, windows: int = 1, *, bins: int = 30, hostile: bool = False, seed: int = 0
) -> Document:
    """A document with ``columns`` columns that have distributions, and six more that have none.

    Of the six, one has too few rows, one is missing from production, and four cannot be tested.

    Parameters
    ----------
    columns, windows, bins : int
        How many columns with distributions, production windows, and bins of each picture.
    hostile : bool
        Name columns and labels after markup, and after text that breaks layouts.
    seed : int
        The same arguments always give the same document.
    """
    random_numbers = random.Random(seed)
    names = list(itertools.islice(_names(hostile), columns))
    results: list[Result] = []
    pictures: list[Picture] = []
    for position, name in enumerate(names):
        kind = KINDS[position % len(KINDS)]
        drift = _DRIFTS[position % len(_DRIFTS)]
        if position >= len(_DRIFTS):
            drift *= random_numbers.choice((0.0, 0.0, 0.1, 0.5, 1.6))
        of_windows = [
            sides(random_numbers, kind, bins, drift * (window + 1) / windows, hostile=hostile)
            for window in range(windows)
        ]
        own = [
            row
            for window, side in enumerate(of_windows)
            for row in column_results(name, window, side)
        ]
        results += own
        pictures += [picture(name, window, side) for window, side in enumerate(of_windows)]
    results += _further_results(names, results, windows)
    return _document(names, results, pictures, windows)


def _names(hostile: bool) -> itertools.chain[str]:
    later = (f"feature_{number:03d}" for number in itertools.count(1))
    return itertools.chain(HOSTILE_NAMES if hostile else NAMES, later)


def _further_results(names: Sequence[str], results: Sequence[Result], windows: int) -> list[Result]:
    """The dataset as a whole, a column with too few rows, and one that production does not have."""
    vanished = quantities.result(
        "missing_column",
        window=windows - 1,
        column="vanished",
        value=1.0,
        potential=1.0,
        gating=True,
        status=Status.POTENTIAL_DETECTION,
        reason="production does not have this column",
    )
    too_few = quantities.result(
        "ks",
        window=windows - 1,
        column="too_few",
        value=0.14,
        p_value=0.31,
        q_value=0.4,
        potential=0.1,
        detected=0.2,
        gating=True,
        status=Status.INCONCLUSIVE,
        reason="a value of 0.2 could not be significant with 41 production rows: it takes about 93",
    )
    rows = [vanished, too_few]
    for window in range(windows):
        hit = {r.column for r in results if r.window == window and r.status is Status.DETECTED}
        rows.append(
            quantities.result(
                "share_drifted",
                window=window,
                value=len(hit) / max(1, len(names)),
                reason=f"{len(names)} columns judged",
            )
        )
    return rows


def _document(
    names: Sequence[str], results: list[Result], pictures: list[Picture], windows: int
) -> Document:
    drifted = len({r.column for r in results if r.status is Status.DETECTED})
    kinds = dict(zip(names, itertools.cycle(KINDS), strict=False))
    columns = [
        *(Column(name, kind, _DTYPES[kind]) for name, kind in kinds.items()),
        Column("too_few", ColumnKind.NUMERIC, "Float64"),
        Column("vanished", ColumnKind.NUMERIC, "Int64", "missing from production"),
        Column("Index", ColumnKind.IDENTIFIER, "Int64", "every value is different"),
        Column("comment", ColumnKind.TEXT, "String", "free text: 91% of its values are different"),
        Column("basket", ColumnKind.UNSUPPORTED, "List(Int64)", "lists are not compared"),
        Column("timestamp", ColumnKind.DATETIME, "Datetime", "time"),
    ]
    made = Document(
        quantities=(),
        segments=(),
        mmon_version="0.1.0",
        project="lending",
        endpoint="credit-risk",
        run_id="0f5c2a91",
        started_at="2026-11-23T15:00:00Z",
        finished_at="2026-11-23T15:00:01.250Z",
        config_digest="sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        verdict=Verdict.BREACH if drifted else Verdict.PASS,
        exit_status=ExitStatus.BREACH if drifted else ExitStatus.PASS,
        sentence=f"{drifted or 'none'} of {len(names) + 1} columns drifted",
        fail_on="detected",
        reference=Source("s3://models/credit-risk/train.parquet", REFERENCE_ROWS, 2e-4),
        production=Source("s3://logs/credit-risk/*.parquet", WINDOW_ROWS * windows, 2e-4),
        windows=[_window(index, windows, results) for index in range(windows)],
        results=results,
        metrics=[quantities.metric("rows", float(WINDOW_ROWS), window=i) for i in range(windows)],
        columns=columns,
        pictures=pictures,
        performance=(),
        bins=(),
        activity=(),
        configuration={"project": "lending", "alpha": 0.05, "reference": {"path": "a.parquet"}},
        versions={"python": "3.11.9", "polars": "2.1.0", "numpy": "2.3.0"},
    )
    return dataclasses.replace(made, quantities=quantities.quantities_of(made))


def _window(index: int, windows: int, results: Sequence[Result]) -> Window:
    statuses = [row.status for row in results if row.window == index]
    status = max(statuses, key=lambda status: status.severity, default=Status.NO_DETECTION)
    start = _START + dt.timedelta(days=30 * index)
    end = start + dt.timedelta(days=30)
    return Window(
        index=index,
        rows=WINDOW_ROWS,
        start=start.isoformat() if windows > 1 else None,
        end=end.isoformat() if windows > 1 else None,
        status=status,
        rank_error=2e-4,
    )
