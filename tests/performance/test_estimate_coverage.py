"""Estimates without labels are near what the labels show, and their intervals hold it."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Collection

import numpy as np
import pytest

from mmon import performance
from mmon.performance import PLAIN
from tests.performance.without_labels import NAMES, binary_world, tables_of
from tests.statistics.sequential import Claim, broken_claims

pytestmark = pytest.mark.slow

HELD_OUT, WINDOW, SHIFT = 50_000, 5_000, 0.7
WANTED = Claim(0.93, 0.91), Claim(0.97, 0.985)
# The best-scored rows, on which it rests, are where chances are learnt from the fewest labels.
KNOWN = {"average_precision": (Claim(0.88, 0.85), WANTED[1])}
NEAR = ("roc_auc", "accuracy", "balanced_accuracy", "brier_score")
"""What the labels of a window tell to 0.005 themselves; their own noise is 0.004 of it."""


def errors(seed: int, slope: float, names: Collection[str]) -> dict[str, tuple[float, bool]]:
    """How far an estimate under covariate shift is from what the labels show, and whether told."""
    rng = np.random.default_rng(seed)
    ref = tables_of(*binary_world(rng, HELD_OUT, slope=slope))
    score, target = binary_world(rng, WINDOW, SHIFT, slope=slope)
    told = performance.without_labels(ref, tables_of(score, target, is_labelled=False))
    realised, found = tables_of(score, target), {}
    for name in names:
        metric = performance.load(name)
        one, truth = told(metric)[PLAIN], metric.by_variant(realised)[PLAIN].value
        assert one.value is not None
        assert one.interval is not None
        assert truth is not None
        found[name] = abs(one.value - truth), one.interval[0] <= truth <= one.interval[1]
    return found


def broken(slope: float, claims: tuple[Claim, Claim], most: int) -> dict[str, str]:
    """Metrics whose intervals do not hold the realised value as often as claimed."""
    seeds, far = itertools.count(), defaultdict[str, list[float]](list)

    def draw(names: Collection[str]) -> dict[str, float]:
        found = errors(next(seeds), slope, names)
        for name, (error, _) in found.items():
            far[name].append(error)
        return {name: float(is_held) for name, (_, is_held) in found.items()}

    found = broken_claims({name: KNOWN.get(name, claims) for name in NAMES}, draw, most=most)
    means = {name: float(np.mean(far[name])) for name in NEAR}
    return found | {name: f"is off by {mean:.4f}" for name, mean in means.items() if mean > 0.005}


@pytest.mark.parametrize("slope", [1.0, 0.6])
def test_estimates_are_near_what_labels_show(slope: float) -> None:
    found = [errors(seed, slope, NEAR) for seed in range(12)]
    assert np.mean([far for one in found for far, _ in one.values()]) <= 0.005
    assert np.mean([is_held for one in found for _, is_held in one.values()]) >= 0.85


@pytest.mark.simulation
@pytest.mark.parametrize("slope", [1.0, 0.6])
def test_intervals_of_estimates_hold_what_labels_show(slope: float) -> None:
    assert not broken(slope, WANTED, 2_000)
