"""Rows of two sides whose relation to the outcome is known, and changed as asked."""

from __future__ import annotations

import numpy as np
import polars as pl

from mmon.models.concept_shift import Fitted, fit
from mmon.models.learners import Targets
from mmon.models.losses import Loss
from mmon.models.rows import Rows, rows_of
from mmon.models.shared_inputs import shared_inputs

REGIONS = np.array(["north", "south", "east", "west"])
BOUND = 31_000.0
PLANTED = 0.37
"""What is added to a default rate of 0.07 in the north below the bound."""


def smooth(
    rng: np.random.Generator, n: int, m: int, *, moved: float = 0.0, change: float = 0.0
) -> tuple[Rows, Targets]:
    """Two inputs that an outcome depends on, of which both ``moved``, and one that it does not.

    By ``change`` the log-odds rise where the third one is large.
    """

    def outcome(x: np.ndarray, by: float) -> np.ndarray:
        odds = 1.5 * x[:, 0] + np.sin(2.0 * x[:, 1]) + by * (x[:, 2] > 0.5)
        return (rng.random(len(x)) < 1.0 / (1.0 + np.exp(-odds))).astype(np.float64)

    ref = rng.normal(size=(n, 3))
    cur = rng.normal(size=(m, 3)) + np.array([moved, moved, 0.0])
    rows = Rows(ref, cur, np.zeros(3, bool), ("a", "b", "c"))
    return rows, Targets(outcome(ref, 0.0), outcome(cur, change), 2)


def loans(
    rng: np.random.Generator, rows: int, *, planted: float = PLANTED
) -> tuple[pl.DataFrame, np.ndarray]:
    """Loans and who defaulted: more often in one region below one income."""
    frame = pl.DataFrame(
        {
            "region": REGIONS[rng.integers(0, len(REGIONS), rows)],
            "income": rng.lognormal(10.5, 0.5, rows),
            "age": rng.integers(18, 80, rows).astype(np.float64),
            "debt": rng.normal(size=rows),
        }
    )
    is_there = (frame["region"] == "north") & (frame["income"] < BOUND)
    risk = 0.07 + planted * is_there.to_numpy()
    return frame, (rng.random(rows) < risk).astype(np.float64)


def learnt(rows: Rows, targets: Targets, loss: Loss | None = None) -> Fitted:
    usual = Loss.WRONG if targets.classes else Loss.ABSOLUTE
    return fit(rows, targets, shared_inputs(rows), loss or usual)


def of_loans(rng: np.random.Generator, rows: int) -> tuple[Rows, Targets]:
    """Both sides, with the change planted in production."""
    (ref, before), (cur, after) = loans(rng, rows, planted=0.0), loans(rng, rows)
    return rows_of(ref, cur), Targets(before, after, 2)
