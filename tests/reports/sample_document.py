"""Result documents of any number of columns and windows, for the tests of every report format.

The numbers are made up but hang together: counts are drawn from a seeded generator, and distances,
p-values, statuses and the verdict follow from the counts, so that a layout is seen as it will be.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
import random
from collections.abc import Sequence

from mmon.results import (
    Column,
    ColumnKind,
    Direction,
    Document,
    ExitStatus,
    Metric,
    Picture,
    Result,
    ResultKind,
    Source,
    Status,
    Verdict,
    Window,
)

REFERENCE_ROWS = 16_913
WINDOW_ROWS = 3_494
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
HOSTILE_NAMES = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }} {% raw %}",
    "a_very_long_name_without_any_break_" * 8,
    "عمر العميل بالسنوات",
    "\u202edesrever",
    "line one\nline two\ttab",
    "価格 💶 µ²",
    "",
    "' onmouseover='alert(1)",
)
_START = dt.datetime(2016, 10, 1, tzinfo=dt.UTC)
_OTHERS = {"psi": 2.1, "jensen_shannon": 0.9, "hellinger": 0.8, "l_infinity": 0.5}
_NUMERIC_ONLY = ("wasserstein", "cramer_von_mises", "anderson_darling", "energy", "cliffs_delta")


def sample_document(
    columns: int = 3, windows: int = 1, *, bins: int = 30, hostile: bool = False, seed: int = 0
) -> Document:
    """A document with ``columns`` tested columns and four more that cannot be tested.

    Parameters
    ----------
    columns, windows, bins : int
        How many tested columns, production windows, and bins of each picture.
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
        drift = (0.9, 0.35, 0.42, 0.0, 0.05, 0.02, 0.0, 0.04)[position % 8] * (
            1.0 if position < 8 else random_numbers.choice((0.0, 0.0, 0.1, 0.5, 1.6))
        )
        sides = [
            _sides(random_numbers, kind, bins, drift * (window + 1) / windows, hostile=hostile)
            for window in range(windows)
        ]
        column_results = [
            row
            for window, (_, labels, ref, cur, missing) in enumerate(sides)
            for row in _column_results(name, labels is None, window, ref, cur, missing)
        ]
        gate = "ks" if kind is not ColumnKind.CATEGORICAL else "total_variation"
        worst = max(
            (row for row in column_results if row.name == gate), key=lambda row: row.value or 0.0
        )
        results += column_results
        pictures.append(_picture(name, kind, worst.window, sides[worst.window]))
    results += _dataset_results(names, results, windows)
    return _document(names, results, pictures, windows)


def _names(hostile: bool) -> itertools.chain[str]:
    later = (f"feature_{number:03d}" for number in itertools.count(1))
    return itertools.chain(HOSTILE_NAMES if hostile else NAMES, later)


_Sides = tuple[
    tuple[float, ...] | None, tuple[str, ...] | None, tuple[int, ...], tuple[int, ...], int
]


def _sides(
    random_numbers: random.Random, kind: ColumnKind, bins: int, drift: float, *, hostile: bool
) -> _Sides:
    """Edges or labels, both sides' counts, and production's missing rows."""
    if kind is ColumnKind.CATEGORICAL:
        count = min(bins, 9)
        labels = tuple(f"{text[:40]}{i}" for i, text in zip(range(count), _labels(hostile)))
        weights = [1 / (i + 1.0) for i in range(count)]
        moved = [w * (1 - drift) + drift * weights[-1 - i] for i, w in enumerate(weights)]
        edges = None
    else:
        labels = None
        low, high = (1.4e15, 1.5e15) if kind is ColumnKind.DATETIME else (0.0, 737.0)
        edges = tuple(low + (high - low) * i / bins for i in range(bins + 1))
        middle, width = bins * random_numbers.uniform(0.2, 0.5), bins / 7
        weights = [math.exp(-(((i - middle) / width) ** 2) / 2) + 0.004 for i in range(bins)]
        moved = [
            math.exp(-(((i - middle - drift * width) / width) ** 2) / 2) + 0.004
            for i in range(bins)
        ]
    ref = _counts(random_numbers, weights, REFERENCE_ROWS)
    cur = _counts(random_numbers, moved, WINDOW_ROWS)
    return edges, labels, ref, cur, round(drift * 100)


def _labels(hostile: bool) -> itertools.chain[str]:
    plain = (f"channel {letter} " for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return itertools.chain(HOSTILE_NAMES if hostile else (), plain)


def _counts(
    random_numbers: random.Random, weights: Sequence[float], rows: int
) -> tuple[int, ...]:
    total = sum(weights)
    wobbly = [rows * w / total * random_numbers.uniform(0.97, 1.03) for w in weights]
    counts = [round(value) for value in wobbly]
    counts[counts.index(max(counts))] += rows - sum(counts)
    return tuple(counts)


def _column_results(
    name: str, is_ordered: bool, window: int, ref: Sequence[int], cur: Sequence[int], missing: int
) -> list[Result]:
    shares = [(r / sum(ref), c / sum(cur)) for r, c in zip(ref, cur, strict=True)]
    variation = sum(abs(c - r) for r, c in shares) / 2
    ordered = max(abs(c) for c in itertools.accumulate(c - r for r, c in shares))
    distance = ordered if is_ordered else variation
    effective = REFERENCE_ROWS * WINDOW_ROWS / (REFERENCE_ROWS + WINDOW_ROWS)
    p_value = min(1.0, 2 * math.exp(-2 * effective * distance**2))
    gate = "ks" if is_ordered else "total_variation"
    rows = [_judged(name, gate, window, distance, p_value, ResultKind.DATA_DRIFT)]
    others = {metric: distance * factor for metric, factor in _OTHERS.items()}
    if is_ordered:
        others |= dict.fromkeys(_NUMERIC_ONLY, distance * 1.3)
    rows += [
        Result("data-drift", ResultKind.DATA_DRIFT, metric, window, None, name, value, 2e-4, p_value=p)
        for metric, value in others.items()
        for p in (p_value if metric in _NUMERIC_ONLY else None,)
    ]
    share = missing / WINDOW_ROWS
    rows.append(
        _judged(name, "missing_share", window, share, min(1.0, 3.0**-missing), ResultKind.DATA_QUALITY)
    )
    return rows


def _judged(
    name: str | None, metric: str, window: int, value: float, p_value: float | None, kind: ResultKind,
    direction: Direction = "above",
) -> Result:
    significant = p_value is None or p_value < 0.01
    status = Status.NO_DETECTION
    if significant and value > 0.1:
        status = Status.DETECTED if value > 0.2 else Status.POTENTIAL_DETECTION
    return Result(
        application=kind.value.replace("_", "-"), kind=kind, name=metric, window=window, column=name,
        value=value, error=2e-4, p_value=p_value,
        q_value=None if p_value is None else min(1.0, p_value * 2),
        potential=0.1, detected=0.2, direction=direction, gating=True, status=status,
    )  # fmt: skip


def _dataset_results(
    names: Sequence[str], results: Sequence[Result], windows: int
) -> list[Result]:
    rows = []
    for window in range(windows):
        gating = [r for r in results if r.window == window and r.kind is ResultKind.DATA_DRIFT]
        drifted = len({r.column for r in gating if r.status is Status.DETECTED})
        rows.append(
            Result(
                "data-drift", ResultKind.DATA_DRIFT, "share_drifted", window,
                value=drifted / max(1, len(names)), status=Status.IRRELEVANT,
            )
        )  # fmt: skip
    if names:
        rows.append(
            Result(
                "data-drift", ResultKind.DATA_DRIFT, "ks", 0, None, "too_few", 0.14, 0.0,
                p_value=0.31, q_value=0.4, potential=0.1, detected=0.2, gating=True,
                status=Status.INCONCLUSIVE,
                reason="too few rows: a change of 0.2 needs at least 93 production rows, there are 41",
            )
        )  # fmt: skip
        rows.append(
            Result(
                "data-quality", ResultKind.DATA_QUALITY, "missing_column", 0, None, "vanished", 1.0,
                detected=1.0, gating=False, status=Status.POTENTIAL_DETECTION,
                reason="the column is in the reference and not in production",
            )
        )  # fmt: skip
    return rows


def _picture(name: str, kind: ColumnKind, window: int, sides: _Sides) -> Picture:
    edges, labels, ref, cur, missing = sides
    quantiles = ()
    if edges is not None:
        quantiles = tuple(
            (p, _quantile(edges, ref, p), _quantile(edges, cur, p))
            for p in (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
        )
    return Picture(
        name, window, edges, labels, ref, cur, quantiles,
        (REFERENCE_ROWS, 0, 0, 0), (WINDOW_ROWS, missing, 0, 2 if missing else 0),
    )  # fmt: skip


def _quantile(edges: Sequence[float], counts: Sequence[int], probability: float) -> float:
    seen = itertools.accumulate(counts)
    goal = probability * sum(counts)
    return next(edge for edge, rows in zip(edges[1:], seen, strict=True) if rows >= goal)


def _document(
    names: Sequence[str], results: list[Result], pictures: list[Picture], windows: int
) -> Document:
    worst = max((row.status for row in results), key=lambda status: status.severity, default=None)
    breached = worst is Status.DETECTED
    drifted = len({r.column for r in results if r.status is Status.DETECTED})
    kinds = dict(zip(names, itertools.cycle(KINDS)))
    columns = [Column(name, kind, "Float64") for name, kind in kinds.items()] + [
        Column("too_few", ColumnKind.NUMERIC, "Float64"),
        Column("vanished", ColumnKind.NUMERIC, "Int64", "missing from production"),
        Column("Index", ColumnKind.IDENTIFIER, "Int64", "every value is different"),
        Column("comment", ColumnKind.TEXT, "String", "free text: 91% of its values are different"),
        Column("basket", ColumnKind.UNSUPPORTED, "List(Int64)", "lists are not compared"),
        Column("timestamp", ColumnKind.DATETIME, "Datetime", "it is the time of the windows"),
    ]
    return Document(
        mmon_version="0.1.0", project="lending", endpoint="credit-risk", run_id="0f5c2a91",
        started_at="2026-11-23T15:00:00Z", finished_at="2026-11-23T15:00:01.250Z",
        config_digest="sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        verdict=Verdict.BREACH if breached else Verdict.PASS,
        exit_status=ExitStatus.BREACH if breached else ExitStatus.PASS,
        sentence=f"{drifted} of {len(names) + 1} columns drifted"
        if breached
        else f"none of {len(names) + 1} columns drifted",
        fail_on="detected",
        reference=Source("s3://models/credit-risk/train.parquet", REFERENCE_ROWS, 2e-4),
        production=Source("s3://logs/credit-risk/*.parquet", WINDOW_ROWS * windows, 2e-4),
        windows=[_window(index, windows, results) for index in range(windows)],
        results=results,
        metrics=[Metric("data-drift", "rows", float(WINDOW_ROWS), index) for index in range(windows)],
        columns=columns, pictures=pictures,
        configuration={"project": "lending", "alpha": 0.05, "reference": {"path": "train.parquet"}},
        versions={"python": "3.11.9", "polars": "2.1.0", "numpy": "2.3.0"},
    )  # fmt: skip


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
