"""Functions of means: how often a change is told where none is, and where one is; and coverage."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pytest

from mmon.applications.formulas import estimated
from mmon.applications.number_change import NumberChange
from mmon.profiles.formulas.formula import Formula, formula_of
from mmon.profiles.formulas.tally import Tally
from mmon.profiles.formulas.value import number_of
from mmon.records.arrays import FloatArray
from tests.statistics.sequential import Claim, Draw, broken_claims

pytestmark = pytest.mark.slow

SIMULATION = pytest.mark.simulation
SIZE = Claim(0.055, 0.07), Claim(0.035, 0.025)
QUICK = Claim(0.055, 0.13), Claim(0.035, 0.005)
FOUND = (Claim(0.8, 0.7),)
LEVEL = 0.05

# The formula, the rows of both sides, and by how much prices of production are scaled to be found.
CASES = {
    "mean": ("avg(a)", (600, 400), 1.27),
    "ratio": ("sum(a) / sum(b)", (600, 400), 1.27),
    "spread": ("stddev(b)", (1500, 1500), 1.1),
    "nulls": ("avg(c) / avg(b)", (1500, 1000), 1.2),
    "share": ("avg(a > 2)", (1500, 1000), 1.4),
    "product": ("avg(a) * avg(b) - avg(c)", (1500, 1500), 1.2),
}


def rows(rng: np.random.Generator, size: int, formula: Formula, scale: float) -> FloatArray:
    """Values of the inputs: exponential, normal and sometimes missing, which go together."""
    common = rng.normal(size=size)
    a = rng.exponential(1.0, size) * np.exp(0.3 * common) * scale
    b = 3.0 + common + 0.5 * rng.normal(size=size)
    c = np.where(rng.random(size) < 0.3, np.nan, a + b)
    columns = {"a": a, "b": b, "c": c}
    found = [columns[one.meta.root_names()[0]] for one in formula.inputs]
    values = [
        (column > 2).astype(float) if ">" in str(one) else column
        for column, one in zip(found, formula.inputs, strict=True)
    ]
    return np.stack(values, axis=1)


def p_value(rng: np.random.Generator, name: str, scale: float = 1.0) -> float:
    sql, (before, after), _ = CASES[name]
    formula = formula_of(sql, None, "sql")
    sides = [rows(rng, size, formula, factor) for size, factor in ((before, 1.0), (after, scale))]
    if name == "spread":
        sides[1] = sides[1] * scale
    ref, cur = (estimated(number_of(formula, Tally.of(formula, one)), 1.0) for one in sides)
    found = NumberChange(ref=ref, cur=cur, rows=after, tells_change=True).p_value()
    assert found is not None
    return found


def drawn(rng: np.random.Generator, *, is_changed: bool) -> Draw:
    def draw(names: Collection[str]) -> dict[str, list[float]]:
        return {
            name: [
                float(p_value(rng, name, CASES[name][2] if is_changed else 1.0) <= LEVEL)
                for _ in range(20)
            ]
            for name in names
        }

    return draw


def test_no_change_is_told_about_as_often_as_asked() -> None:
    draw = drawn(np.random.default_rng(7), is_changed=False)
    assert broken_claims(dict.fromkeys(("mean", "ratio"), QUICK), draw, most=400) == {}


@SIMULATION
def test_no_change_is_told_as_often_as_asked() -> None:
    draw = drawn(np.random.default_rng(1), is_changed=False)
    assert broken_claims(dict.fromkeys(CASES, SIZE), draw) == {}


@SIMULATION
def test_a_change_is_found() -> None:
    draw = drawn(np.random.default_rng(2), is_changed=True)
    assert broken_claims(dict.fromkeys(CASES, FOUND), draw) == {}
