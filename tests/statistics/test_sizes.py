"""Every metric rejects at its nominal level without change, and more often with one."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection

import numpy as np
import pytest
from scipy import stats

from mmon.metrics import Distribution, load
from mmon.profiles.distributions.counts import Counts
from mmon.profiles.distributions.ecdf import Ecdf
from tests.metrics.test_binned import ORACLES
from tests.statistics.sequential import Claim, Draw, broken_claims

BINNED = tuple(ORACLES)
BY_RANK = ("ks", "cramer_von_mises", "anderson_darling", "cliffs_delta")
BY_DISTANCE = ("mean_shift", "wasserstein", "energy")
UNBINNED = (*BY_RANK, *BY_DISTANCE)
NUMERIC = (*UNBINNED, *BINNED)
SIZES = ((500, 100), (1000, 300), (10_000, 1_000))

_ZIPF = np.cumsum(1.0 / np.arange(1, 201)) / np.sum(1.0 / np.arange(1, 201))

Sample = Callable[[np.random.Generator, int], np.ndarray]
CONTINUOUS: dict[str, Sample] = {
    "normal": lambda rng, n: rng.normal(size=n),
    "cauchy": lambda rng, n: rng.standard_cauchy(size=n),
    "t2": lambda rng, n: rng.standard_t(2, size=n),
    "lognormal(1.5)": lambda rng, n: rng.lognormal(sigma=1.5, size=n),
}
DISCRETE: dict[str, Sample] = {
    "bernoulli(0.02)": lambda rng, n: (rng.random(n) < 0.02).astype(float),
    "poisson(1)": lambda rng, n: rng.poisson(1.0, n).astype(float),
    "zipf(200)": lambda rng, n: np.searchsorted(_ZIPF, rng.random(n)) + 1.0,
}
SHAPES = {
    **CONTINUOUS,
    **DISCRETE,
    "90 % zeros": lambda rng, n: np.where(rng.random(n) < 0.9, 0.0, rng.lognormal(size=n)),
}
LABELS = {
    **DISCRETE,
    "90 % zeros": lambda rng, n: np.where(rng.random(n) < 0.9, 0, rng.poisson(3, n)),
}

QUICK = Claim(0.055, 0.12), Claim(0.035, 0.01)
NOT_TOO_OFTEN, OFTEN_ENOUGH = Claim(0.055, 0.075), Claim(0.035, 0.025)
# Two values with twelve rows of the rarer one have few reachable p-values. A test of their ranks
# attains 0.0297, as `attainable` counts, and more only if it tossed a coin at the edge of its
# rejection region; the metrics that are not the difference of two shares attain less.
RARE = ("bernoulli(0.02)", 500, 100)
RARE_OFTEN_ENOUGH = {
    **dict.fromkeys(UNBINNED, Claim(0.029, 0.021)),
    **dict.fromkeys(
        ("general_drift", "hellinger", "jensen_shannon", "kullback_leibler", "psi"),
        Claim(0.02, 0.014),
    ),
}


def as_counts(values: np.ndarray) -> Counts:
    labels, rows = np.unique(values, return_counts=True)
    return Counts.from_mapping({f"{a:05g}": int(b) for a, b in zip(labels, rows, strict=True)})


def rejections(pair: Callable[[], tuple[Distribution, Distribution]]) -> Draw:
    """Whether the p-value of each metric asked is at most 0.05, for one pair a draw."""

    def draw(metrics: Collection[str]) -> dict[str, bool]:
        ref, cur = pair()
        p_values = {name: load(name).score(ref, cur).p_value for name in metrics}
        # Where nothing can be measured (a constant reference) nothing is rejected.
        return {name: p is not None and p <= 0.05 for name, p in p_values.items()}

    return draw


def without_change(
    summarise: Callable[[np.ndarray], Distribution], sample: Sample, n: int, m: int
) -> Draw:
    rng = np.random.default_rng([n, m])
    return rejections(lambda: (summarise(sample(rng, n)), summarise(sample(rng, m))))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("shape", "n", "m"),
    [("cauchy", 500, 100), ("poisson(1)", 500, 100), ("90 % zeros", 1000, 300)],
)
def test_sizes_are_nominal_in_a_quick_look(shape, n, m):
    claims = dict.fromkeys((*UNBINNED, "total_variation"), QUICK)
    assert not broken_claims(claims, without_change(Ecdf.of, SHAPES[shape], n, m))


@pytest.mark.slow
def test_the_size_of_the_default_gate_for_labels_is_nominal_in_a_quick_look():
    claims = {"total_variation": QUICK}
    assert not broken_claims(claims, without_change(as_counts, LABELS["zipf(200)"], 500, 100))


@pytest.mark.simulation
@pytest.mark.parametrize(("n", "m"), SIZES)
@pytest.mark.parametrize("shape", SHAPES)
def test_sizes_for_numbers_are_nominal(shape, n, m):
    # To a metric of ranks one continuous distribution is like another: the test below.
    names = BY_DISTANCE if shape in CONTINUOUS and shape != "normal" else NUMERIC
    least = RARE_OFTEN_ENOUGH if (shape, n, m) == RARE else {}
    claims = {name: [NOT_TOO_OFTEN, least.get(name, OFTEN_ENOUGH)] for name in names}
    assert not broken_claims(claims, without_change(Ecdf.of, SHAPES[shape], n, m))


@pytest.mark.simulation
@pytest.mark.parametrize(("n", "m"), SIZES)
@pytest.mark.parametrize("shape", LABELS)
def test_sizes_for_labels_are_nominal(shape, n, m):
    least = RARE_OFTEN_ENOUGH if (shape, n, m) == RARE else {}
    claims = {name: [NOT_TOO_OFTEN, least.get(name, OFTEN_ENOUGH)] for name in BINNED}
    assert not broken_claims(claims, without_change(as_counts, LABELS[shape], n, m))


@pytest.mark.parametrize("transform", [np.exp, np.cbrt, lambda x: x / (1 + abs(x))])
@pytest.mark.parametrize("name", [*BY_RANK, *BINNED])
def test_a_metric_of_ranks_does_not_know_the_scale(name, transform):
    rng = np.random.default_rng(4)
    for n, m in SIZES:
        ref, cur = rng.normal(size=n), rng.normal(size=m)
        plain = load(name).score(Ecdf.of(ref), Ecdf.of(cur))
        other = load(name).score(Ecdf.of(transform(ref)), Ecdf.of(transform(cur)))
        assert other.p_value == pytest.approx(plain.p_value, rel=1e-5)


def attainable(share: float, n: int, m: int, level: float) -> float:
    """Size of the exact conditional test of two Bernoulli samples, over the pooled count."""
    total = n + m
    pooled = np.arange(0, 8 * round(total * share) + 10)
    attained = 0.0
    for count, chance in zip(pooled, stats.binom(total, share).pmf(pooled), strict=True):
        in_cur = np.arange(max(0, count - n), min(m, count) + 1)
        law = stats.hypergeom(total, count, m).pmf(in_cur)
        gap = np.abs(in_cur / m - (count - in_cur) / n)
        p_values = np.array([law[gap >= one - 1e-12].sum() for one in gap])
        attained += chance * law[p_values <= level].sum()
    return float(attained)


@pytest.mark.slow
@pytest.mark.parametrize(("n", "m"), SIZES[:2])
def test_two_values_attain_what_an_exact_test_can(n, m):
    """The sizes are summed, not simulated: two-valued samples are few."""
    expected = attainable(0.02, n, m, 0.05)
    assert (0.029 if n == 500 else 0.035) < expected <= 0.05
    laws = [stats.binom(rows, 0.02) for rows in (n, m)]
    attained = dict.fromkeys(UNBINNED, 0.0)
    for ones in itertools.product(*(range(int(law.isf(1e-5)) + 1) for law in laws)):
        chance = np.prod([law.pmf(k) for law, k in zip(laws, ones, strict=True)])
        ref, cur = (Ecdf.of(np.arange(r) < k) for r, k in zip((n, m), ones, strict=True))
        for name, is_rejected in rejections(lambda ref=ref, cur=cur: (ref, cur))(attained).items():
            attained[name] += chance * is_rejected
    # All of them order two-valued samples alike: they are one test.
    assert list(attained.values()) == pytest.approx([expected] * len(attained), abs=1e-4)


def test_a_shift_of_a_fifth_of_a_deviation_is_found():
    rng = np.random.default_rng(1)
    # Welch's t has power 0.98 here, Kolmogorov-Smirnov's test 0.92.
    claims = dict.fromkeys(UNBINNED, (Claim(0.85, 0.75),))
    shifted = rejections(
        lambda: (Ecdf.of(rng.normal(size=2000)), Ecdf.of(rng.normal(size=500) + 0.2))
    )
    assert not broken_claims(claims, shifted)


@pytest.mark.parametrize("name", UNBINNED)
def test_many_rows_make_an_immaterial_shift_significant_but_not_large(name):
    rng = np.random.default_rng(2)
    ref, cur = rng.normal(size=200_000), rng.normal(size=200_000) + 0.005
    score = load(name).score(Ecdf.of(ref), Ecdf.of(cur))
    assert abs(score.value) < 0.02


@pytest.mark.slow
def test_compressed_summaries_keep_their_size():
    rng = np.random.default_rng(3)
    claims = dict.fromkeys(UNBINNED, QUICK[:1])
    compressed = rejections(
        lambda: tuple(Ecdf.of(rng.normal(size=rows), points=512) for rows in (6000, 3000))
    )
    assert not broken_claims(claims, compressed)
