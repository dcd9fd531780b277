"""Identifiers and free text are recognised from their values; everything else is left alone."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from mmon.comparison.columns import plan_reference
from mmon.config.columns import Columns
from mmon.engine import local
from mmon.profiles.folding.build import WHOLE, profile_frame
from mmon.profiles.folding.growing import Limits
from mmon.profiles.kinds import settle
from mmon.profiles.table import ColumnProfile
from mmon.results import ColumnKind

RNG = np.random.default_rng(0)
N = 400
LIMITS = Limits(4096, 10_000)
WORDS = np.array(
    [
        "the",
        "loan",
        "was",
        "paid",
        "late",
        "again",
        "because",
        "income",
        "fell",
        "in",
        "that",
        "long",
        "winter",
    ]
)


def settled(name: str, values, declared=frozenset(), limits=LIMITS) -> ColumnProfile:
    data = pl.DataFrame({name: values})
    plan = plan_reference(data.schema, Columns())
    found = profile_frame(data.lazy(), plan, source="t", limits=limits)
    (column,) = settle(found.profiles[WHOLE], declared).columns
    return column


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("row", np.arange(N)),
        ("anything", RNG.permutation(N) + 1_000_000),
        ("customer_id", RNG.choice(10**9, N, replace=False)),
        ("customerId", RNG.choice(10**9, N, replace=False)),
        ("Index", RNG.choice(10**6, N, replace=False)),
        ("key", [f"{i:032x}" for i in range(N)]),
    ],
)
def test_identifiers_are_recognised_and_not_tested(name, values):
    column = settled(name, values)
    assert column.kind is ColumnKind.IDENTIFIER
    assert not column.is_tested
    assert column.distribution is None
    assert "different" in column.reason


@pytest.mark.parametrize(
    ("name", "values"),
    [
        # All different, as amounts often are, but neither dense nor named like an identifier.
        ("income_cents", RNG.choice(10**8, N, replace=False)),
        ("user_id", RNG.integers(0, 50, N)),
        ("x", RNG.normal(size=N)),
        ("age", RNG.integers(18, 80, N)),
        ("paid", RNG.integers(0, 2, N)),
        ("id", np.arange(20)),
    ],
)
def test_numbers_that_only_look_like_identifiers_are_tested(name, values):
    column = settled(name, values)
    assert column.is_tested
    assert column.kind is ColumnKind.NUMERIC


def test_free_text_is_recognised_by_many_values_of_several_words():
    texts = [" ".join(RNG.choice(WORDS, 8)) for _ in range(N)]
    column = settled("comment", texts)
    assert column.kind is ColumnKind.TEXT
    assert "free text" in column.reason


def test_many_categories_are_still_categories():
    column = settled("city", [f"city {i}" for i in RNG.integers(0, N // 3, N)])
    assert column.kind is ColumnKind.CATEGORICAL
    assert column.is_tested


def test_identifiers_are_recognised_beyond_the_cap_of_labels():
    column = settled("token", [f"t{i}" for i in range(5_000)], limits=Limits(64, 100))
    assert column.kind is ColumnKind.IDENTIFIER


def test_identifiers_are_recognised_in_many_batches_beyond_the_cap(monkeypatch):
    monkeypatch.setattr(local, "_BATCH_ROWS", (500, 500))
    tokens = pl.Series(range(30_000)).cast(pl.String).shuffle(seed=1)
    column = settled("token", "t" + tokens, limits=Limits(64, 20))
    assert column.kind is ColumnKind.IDENTIFIER
    repeated = pl.Series(np.repeat(np.arange(10_000), 3)).cast(pl.String).shuffle(seed=1)
    column = settled("visitor", "t" + repeated, limits=Limits(64, 20))
    assert column.kind is ColumnKind.CATEGORICAL


def test_what_the_user_declared_stays_as_declared():
    assert settled("row", np.arange(N), declared=frozenset({"row"})).is_tested
