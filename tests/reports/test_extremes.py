"""Whatever the values are, a run reaches its verdict, and every report of it can be made."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import polars as pl
import pytest

from mmon import config_file
from mmon.comparison import pipeline
from mmon.comparison.sides import Inputs
from mmon.reports import html, json, markdown, terminal
from mmon.results import Document
from mmon.sources import Data

# NumPy warns of an overflow; what comes of it must be shown.
pytestmark = [pytest.mark.filterwarnings("ignore::RuntimeWarning"), pytest.mark.slow]

ROWS = 240
_RNG = np.random.default_rng(7)
INFINITY, NAN = float("inf"), float("nan")

# Columns of numbers that arithmetic has trouble with.
NUMBERS: dict[str, list[Any]] = {
    "huge": [1.7e308, -1.7e308],
    "huge and usual": [1.7e308, 1.0, 2.0, 3.0],
    "denormal": [5e-324, 0.0, 1e-323, -5e-324],
    "all sizes": [5e-324, 1.7e308, 1.0, -1.0, 0.0],
    "near huge": [*(1e308 + _RNG.normal(size=20) * 1e300)],
    "tiny": [*(_RNG.normal(size=20) * 1e-310)],
    "infinite": [INFINITY],
    "infinite and usual": [INFINITY, 1.0, -INFINITY, 2.0],
    "no number": [NAN, None],
    "missing": [None],
    "rarely there": [1.0, *[None] * (ROWS - 1)],
    "constant": [3.0],
    "zeros": [0.0, -0.0],
    "usual": [*_RNG.normal(size=ROWS)],
}
NAMES = [
    "",
    " ",
    "\t",
    "\u202e",
    "<b>",
    "a|b",
    "a\nb",
    "\x1b[31m",
    "x.y",
    '"',
    "é" * 300,
]


def column(name: str) -> pl.Series:
    values = NUMBERS[name]
    return pl.Series((values * (ROWS // len(values) + 1))[:ROWS], dtype=pl.Float64)


def hours() -> pl.Series:
    start = dt.datetime(2024, 1, 1)
    return pl.Series([start + dt.timedelta(hours=i) for i in range(ROWS)])


def run(ref: pl.DataFrame, cur: pl.DataFrame, **settings: Any) -> Document:
    body = {"reference": "(in memory)", "production": "(in memory)", **settings}
    sides = Inputs(Data(ref.lazy(), "reference"), Data(cur.lazy(), "production"))
    return pipeline.run(config_file.validate(body), sides)


def show(document: Document) -> None:
    text = json.render(document)
    for one in (document, json.parse(text)):
        assert "</html>" in html.render(one)
        assert markdown.render(one)
        for width in (10, 100):
            assert terminal.render(one, width=width, color=False, unicode=False)


@pytest.mark.parametrize("name", NUMBERS)
def test_extreme_columns_can_be_compared_and_shown(name: str) -> None:
    others = [column(other).alias(other) for other in NUMBERS]
    ref = pl.DataFrame([column(name).alias(other) for other in NUMBERS])
    show(run(ref, pl.DataFrame(others)))
    show(run(pl.DataFrame(others), ref.head(1)))


@pytest.mark.parametrize("name", NUMBERS)
def test_extreme_outcomes_can_be_judged_and_shown(name: str) -> None:
    def side(truth: str, predicted: str) -> pl.DataFrame:
        return pl.DataFrame(
            [
                column(truth).alias("y"),
                column(predicted).alias("p"),
                column(name).alias("latency"),
                column(name).alias("x"),
                hours().alias("t"),
            ]
        )

    columns = {"target": "y", "prediction": "p", "latency": "latency", "timestamp": "t"}
    analyses: dict[str, Any] = {
        "data_drift": {}, "data_quality": {}, "model_performance": {}, "system_performance": {}
    }  # fmt: skip
    for pair in (
        (side(name, "usual"), side("usual", name)),
        (side("usual", "usual"), side(name, name)),
    ):
        settings = {"task": "regression", "analyses": analyses, "windows": {"every": "2d"}}
        show(run(*pair, columns=columns, **settings))


@pytest.mark.parametrize("scores", [[None], [0.5], [0.0, 1.0], [5e-324, 1.0], [None, 0.3]], ids=str)
@pytest.mark.parametrize("truths", [[None], [0], [1], [0, None, 1]], ids=str)
def test_outcomes_of_which_one_side_has_none_can_be_shown(
    scores: list[float | None], truths: list[int | None]
) -> None:
    def side(scores: list[Any], truths: list[Any]) -> pl.DataFrame:
        parts = [(scores * ROWS)[:ROWS], (truths * ROWS)[:ROWS]]
        return pl.DataFrame(
            [
                pl.Series("s", parts[0], dtype=pl.Float64),
                pl.Series("y", parts[1], dtype=pl.Int64),
                column("usual").alias("x"),
            ]
        )

    whole = side([0.1, 0.8, 0.4, 0.6], [0, 1])
    columns = {"target": "y", "score": "s"}
    for pair in (side(scores, [0, 1]), side([0.2, 0.7], truths)), (whole, side(scores, truths)):
        show(run(*pair, task="binary", columns=columns, analyses={"model_performance": {}}))


def test_odd_names_can_be_shown() -> None:
    frame = pl.DataFrame({name: column("usual") for name in ["", *NAMES]})
    show(run(frame, frame.with_columns(pl.all() + 3.0)))


def test_nothing_left_to_compare_can_be_shown() -> None:
    frame = pl.DataFrame(
        [column("usual").alias("x"), pl.Series("id", [f"{i:08x}" for i in range(ROWS)])]
    )
    show(run(frame, frame.rename({"x": "y"})))
    show(run(frame, frame.clear()))


@pytest.mark.parametrize("every", ["1h", "12h", "36h"])
def test_dates_can_be_cut_into_windows_shorter_than_a_day(every: str) -> None:
    """Of a reference of one date, too, as of a snapshot."""
    day = dt.date(2024, 1, 1)
    ref = pl.DataFrame({"x": [i % 10 for i in range(ROWS)], "t": [day] * ROWS})
    cur = pl.DataFrame(
        {"x": ref["x"], "t": [day + dt.timedelta(days=31 + i // 60) for i in range(ROWS)]}
    )
    analyses = {"data_drift": {}, "system_performance": {}}
    windows = {"every": every}
    for pair in (ref, cur), (cur, cur), (cur, ref):
        show(run(*pair, columns={"timestamp": "t"}, windows=windows, analyses=analyses))
