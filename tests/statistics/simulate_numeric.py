"""Measured sizes of the numeric metrics' tests: how often they reject when nothing changed.

Run as a module, it prints the whole table: ``python -m tests.statistics.simulate_numeric 10000``.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import numpy as np

from mmon.metrics import load
from mmon.profiles.ecdf import Ecdf

METRICS = (
    "ks",
    "cramer_von_mises",
    "anderson_darling",
    "cliffs_delta",
    "mean_shift",
    "wasserstein",
    "energy",
)
SIZES = ((500, 100), (1000, 300), (10_000, 1_000))

_ZIPF = np.cumsum(1.0 / np.arange(1, 201)) / np.sum(1.0 / np.arange(1, 201))

SHAPES: dict[str, Callable[[np.random.Generator, int], np.ndarray]] = {
    "normal": lambda rng, n: rng.normal(size=n),
    "cauchy": lambda rng, n: rng.standard_cauchy(size=n),
    "t2": lambda rng, n: rng.standard_t(2, size=n),
    "lognormal(1.5)": lambda rng, n: rng.lognormal(sigma=1.5, size=n),
    "bernoulli(0.02)": lambda rng, n: (rng.random(n) < 0.02).astype(float),
    "poisson(1)": lambda rng, n: rng.poisson(1.0, n).astype(float),
    "90 % zeros": lambda rng, n: np.where(rng.random(n) < 0.9, 0.0, rng.lognormal(size=n)),
    "zipf(200)": lambda rng, n: np.searchsorted(_ZIPF, rng.random(n)) + 1.0,
}


def rejections(
    metrics: tuple[str, ...], shape: str, n: int, m: int, repetitions: int, level: float = 0.05
) -> dict[str, float]:
    """Share of repetitions in which each metric's p-value is at most ``level``."""
    rng = np.random.default_rng([list(SHAPES).index(shape), n, m])
    loaded = {name: load(name) for name in metrics}
    rejected = dict.fromkeys(metrics, 0)
    for _ in range(repetitions):
        ref, cur = Ecdf.of(SHAPES[shape](rng, n)), Ecdf.of(SHAPES[shape](rng, m))
        for name, metric in loaded.items():
            score = metric.score(ref, cur)
            # Where nothing can be measured (a constant reference) nothing is rejected.
            rejected[name] += score.p_value is not None and score.p_value <= level
    return {name: count / repetitions for name, count in rejected.items()}


def main() -> None:
    repetitions = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    sys.stdout.write(f"size at 0.05, {repetitions} repetitions\n")
    for shape in SHAPES:
        for n, m in SIZES:
            found = rejections(METRICS, shape, n, m, repetitions)
            cells = "  ".join(f"{name} {size:.4f}" for name, size in found.items())
            sys.stdout.write(f"{shape:16s} {n:6d} {m:5d}  {cells}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
