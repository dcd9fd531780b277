"""Changes of pairs of columns: sizes where nothing changed, and how often a change is found."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from mmon.analyses.multivariate_drift.correlation import Moved
from mmon.chance.associations import table_change
from mmon.chance.pair_changes import PairChanges, of_correlations, of_tables
from mmon.chance.ranks.correlations import Correlations, rank_correlations
from tests.statistics.sequential import Claim, broken_claims

Numbers = NDArray[np.float64]

SIMULATION = pytest.mark.simulation
SIZE = (Claim(0.055, 0.07), Claim(0.04, 0.025))
SIZES = [(500, 500), (2000, 300), (20_000, 1000)]
# Pairs of columns that know nothing of each other: as many tests at once.
SIDE_BY_SIDE = 10


def related(correlation: float, x: Numbers, e: Numbers) -> Numbers:
    return correlation * x + np.sqrt(1.0 - correlation**2) * e


Draw = Callable[[np.random.Generator, int], tuple[Numbers, Numbers]]


def normal(correlation: float) -> Draw:
    def draw(rng: np.random.Generator, rows: int) -> tuple[Numbers, Numbers]:
        x, e = rng.normal(size=(2, rows))
        return x, related(correlation, x, e)

    return draw


def heavy(rng: np.random.Generator, rows: int) -> tuple[Numbers, Numbers]:
    x, y, common = rng.standard_cauchy((3, rows))
    return x + common, y + common


def one_spread(rng: np.random.Generator, rows: int) -> tuple[Numbers, Numbers]:
    spread = np.exp(rng.normal(size=rows))
    x, y = rng.normal(size=(2, rows)) * spread
    return x, y


def ties(rng: np.random.Generator, rows: int) -> tuple[Numbers, Numbers]:
    x, y, common = rng.poisson(0.5, (3, rows)).astype(np.float64)
    return x + common, y + common


def yes_or_no(rng: np.random.Generator, rows: int) -> tuple[Numbers, Numbers]:
    x, e = rng.normal(size=(2, rows))
    return (x > 0.0) * 1.0, (related(0.8, x, e) > 1.0) * 1.0


def gaps(rng: np.random.Generator, rows: int) -> tuple[Numbers, Numbers]:
    x, y = normal(0.5)(rng, rows)
    is_lost = rng.random((2, rows)) < 0.3
    return np.where(is_lost[0], np.nan, x), np.where(is_lost[1], np.nan, y)


DRAWS: dict[str, Draw] = {
    "independent": normal(0.0),
    "0.5": normal(0.5),
    "0.8": normal(0.8),
    "heavy tails": heavy,
    "one spread": one_spread,
    "ties": ties,
    "yes or no": yes_or_no,
    "missing": gaps,
}


def correlations(draw: Draw, rng: np.random.Generator, rows: int, pairs: int) -> Correlations:
    """Of so many pairs side by side, which know nothing of each other."""
    columns = [one for _ in range(pairs) for one in draw(rng, rows)]
    return rank_correlations(np.column_stack(columns))


def of_neighbours(ref: Correlations, cur: Correlations) -> PairChanges:
    """The changes of the columns that were drawn together."""
    at = np.arange(0, len(ref.value), 2)
    at = at, at + 1
    return of_correlations(ref.value[at], cur.value[at], (ref.variance[at], cur.variance[at]))


@pytest.mark.parametrize(
    ("kind", "n", "m", "claims"),
    [
        *((kind, 300, 150, (Claim(0.055, 0.25),)) for kind in DRAWS),
        *(
            pytest.param(kind, n, m, SIZE, marks=SIMULATION)
            for kind in DRAWS
            for n, m in SIZES
            # Of so many rows only what has little in common.
            if n < 20_000 or kind in ("independent", "0.8", "heavy tails", "ties")
        ),
    ],
)
def test_correlations_that_did_not_change_change_at_the_rate_of_chance(kind, n, m, claims):
    rng = np.random.default_rng([n, m])

    def draw(_):
        pairs = SIDE_BY_SIDE if n < 20_000 else 4
        sides = (correlations(DRAWS[kind], rng, rows, pairs) for rows in (n, m))
        return {"size": of_neighbours(*sides).p_values <= 0.05}

    assert not broken_claims({"size": claims}, draw)


def together(r: int, c: int, strength: float) -> Numbers:
    """Shares of cells whose rows go, by ``strength``, with one column each; margins uneven."""
    down, across = (np.arange(k, 0, -1.0) + 1.0 for k in (r, c))
    apart = np.outer(down / down.sum(), across / across.sum())
    tied = np.zeros((r, c))
    tied[np.arange(max(r, c)) % r, np.arange(max(r, c)) % c] = 1.0 / max(r, c)
    return (1.0 - strength) * apart + strength * tied


def table(rng: np.random.Generator, rows: int, share: Numbers) -> Numbers:
    return rng.multinomial(rows, share.ravel()).reshape(share.shape).astype(np.float64)


@pytest.mark.parametrize(
    ("n", "m", "claims"),
    [
        (800, 500, (Claim(0.055, 0.25),)),
        *(pytest.param(n, m, SIZE, marks=SIMULATION) for n, m in SIZES),
    ],
)
@pytest.mark.parametrize("strength", [0.0, 0.4])
@pytest.mark.parametrize(("r", "c"), [(2, 2), (3, 5), (5, 6)])
def test_tables_that_did_not_change_change_at_the_rate_of_chance(r, c, strength, n, m, claims):
    rng, share = np.random.default_rng([r, c, n, m]), together(r, c, strength)

    def draw(_):
        told = (table_change(table(rng, n, share), table(rng, m, share)) for _ in range(50))
        return {"size": of_tables([one for one in told if one is not None]).p_values <= 0.05}

    assert not broken_claims({"size": claims}, draw)


ALARM = (Claim(0.055, 0.07), Claim(0.035, 0.015))


@pytest.mark.parametrize("claims", [pytest.param(ALARM, marks=SIMULATION)])
def test_of_many_pairs_any_is_found_at_the_rate_of_chance_and_the_value_is_small(claims):
    rng, first = np.random.default_rng(11), np.triu_indices(20, k=1)

    def draw(_):
        ref, cur = (correlations(normal(0.0), rng, rows, 10) for rows in (1500, 700))
        # Neighbours are as independent as all others.
        told = of_correlations(
            ref.value[first], cur.value[first], (ref.variance[first], cur.variance[first])
        )
        return {"alarm": told.p_value <= 0.05, "value": told.change.max()}

    assert not broken_claims({"alarm": claims, "value": (Claim(0.04, 0.05),)}, draw)


@pytest.mark.parametrize("kind", ["numbers", "categories"])
@SIMULATION
def test_a_change_at_its_level_is_rarely_beyond_it_and_twice_of_it_is_found(kind):
    rng = np.random.default_rng(12)

    def changes(size: float, rows: int) -> PairChanges:
        if kind == "numbers":
            # Spearman's correlation of a normal one.
            normals = 2.0 * np.sin(np.pi / 6.0 * size)
            before = correlations(normal(0.0), rng, rows, SIDE_BY_SIDE)
            return of_neighbours(before, correlations(normal(normals), rng, rows, SIDE_BY_SIDE))
        apart, same = np.full((3, 3), 1.0 / 9.0), np.eye(3) / 3.0
        shares = apart, (1.0 - size) * apart + size * same
        tables = [[table(rng, rows, one) for one in shares] for _ in range(SIDE_BY_SIDE)]
        return of_tables([one for one in (table_change(*two) for two in tables) if one])

    def alone(told: PairChanges) -> list[PairChanges]:
        fields = ("ref", "cur", "size", "squared", "unit", "freedom", "variances", "p_values")
        return [
            PairChanges(*(getattr(told, name)[..., at : at + 1] for name in fields))
            for at in range(len(told))
        ]

    def draw(_):
        at_level, twice = (alone(changes(size, 400)) for size in (0.3, 0.6))
        evidence = [Moved(rows=400, changes=one) for one in twice]
        return {
            "beyond": [one.p_value_against(0.3) <= 0.05 for one in at_level],
            "below": [Moved(rows=400, changes=one).is_below(0.3) for one in at_level],
            "covered": [_holds(one.interval(), 0.3) for one in at_level],
            "found": [
                one.changes.p_value_against(0.3) <= 0.05
                if one.is_found(0.3, 0.05, None)
                else np.nan
                for one in evidence
            ],
        }

    claims = {
        "beyond": (Claim(0.055, 0.08),),
        "below": (Claim(0.04, 0.06),),
        "covered": (Claim(0.94, 0.92),),
        "found": (Claim(0.8, 0.75),),
    }
    assert not broken_claims(claims, draw)


def _holds(interval: tuple[float, float], value: float) -> bool:
    return interval[0] <= value <= interval[1]
