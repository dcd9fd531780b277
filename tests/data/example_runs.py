"""Runs of the example configurations on public data, and what scikit-learn says of their rows."""

from __future__ import annotations

import functools
from collections.abc import Iterator

import polars as pl
import pytest

import mmon
from mmon import config_file
from mmon.config.sections import Config
from mmon.results import Result
from tests.conftest import DATA, REPOSITORY
from tests.data import performance_oracle as oracle

EXAMPLES = ("hotel_booking", "credit_card", "car_price")
WINDOW_ROWS = 6_000
# Production changes at row 30,000.
CHANGED = range(5, 10)


@functools.cache
def example(name: str, exact: bool = False) -> Config:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MMON_DATA", str(DATA))
        config = config_file.load(REPOSITORY / "configs" / "examples" / f"{name}.yaml")
    return config.model_copy(update={"exact": exact})


@functools.cache
def sides(name: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    config = example(name)
    return tuple(pl.read_parquet(one.path) for one in (config.reference, config.production))


def run(config: Config) -> mmon.Report:
    """A run whose times are always the same."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCE_DATE_EPOCH", "1700000000")
        return mmon.run(config)


def report(name: str, exact: bool = False) -> mmon.Report:
    return _report(name, exact)


@functools.cache
def _report(name: str, exact: bool) -> mmon.Report:
    return run(example(name, exact))


def measured(found: mmon.Report) -> Iterator[Result]:
    """The results that are a metric of labelled rows: no drop, no estimate, not about labels."""
    for one in found.document.results:
        is_metric = one.aspect == "value" and not one.quantity.is_check
        is_metric = is_metric and one.quantity.estimates is None
        if one.application == "model-performance" and is_metric:
            yield one


def rows_of(name: str, side: str, window: int, segment: str | None) -> pl.DataFrame:
    ref, cur = sides(name)
    if side == "reference":
        frame = ref
    elif example(name).windows is None:
        frame = cur
    else:
        frame = cur[window * WINDOW_ROWS : (window + 1) * WINDOW_ROWS]
    if segment is None:
        return frame
    column, value = segment.split(" = ")
    return frame.filter(pl.col(column) == value)


@functools.cache
def expected(name: str, side: str, window: int, segment: str | None) -> dict[str, float]:
    """Every metric of some rows by scikit-learn."""
    config, frame = example(name), rows_of(name, side, window, segment)
    columns, settings = config.columns, config.analyses.model_performance
    target, prediction = frame[columns.target], frame[columns.prediction]
    if config.task == "regression":
        return oracle.regression(target.to_numpy(), prediction.to_numpy())
    if config.task == "multiclass":
        scores = {label: frame[score].to_numpy() for label, score in columns.scores.items()}
        return oracle.multiclass(target.to_list(), prediction.to_list(), scores)
    score = frame[columns.score].to_numpy()
    costs = settings.costs.model_dump()
    return oracle.binary(target.to_numpy(), prediction.to_numpy(), score, costs)
