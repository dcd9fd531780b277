"""Values are the same to the last bit, however many threads a library may use."""

from __future__ import annotations

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from mmon.metrics import load
from mmon.profiles.distributions import Ecdf


@pytest.mark.parametrize(
    "name", ["wasserstein", "energy", "cramer_von_mises", "anderson_darling", "cliffs_delta"]
)
def test_a_value_does_not_depend_on_threads(name: str) -> None:
    # More points than OpenBLAS leaves to one thread.
    rng = np.random.default_rng(1)
    ref, cur = (rng.normal(size=20_000) for _ in range(2))
    found = []
    for threads in (1, 2):
        with threadpool_limits(threads):
            found.append(
                load(name)
                .score(Ecdf.of(ref, points=None), Ecdf.of(cur, points=None), with_p_value=False)
                .value
            )
    assert found[0] == found[1]
