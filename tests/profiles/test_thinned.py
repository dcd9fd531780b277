"""The same shape of fewer rows."""

from __future__ import annotations

import numpy as np
import pytest

from mmon.profiles.distributions.counts import Counts
from mmon.profiles.distributions.ecdf import Ecdf


@pytest.mark.parametrize("points", [None, 256])
@pytest.mark.parametrize("rows", [1, 7, 333, 4_999])
def test_fewer_rows_have_the_same_distribution_function(points, rows):
    values = np.random.default_rng(1).lognormal(size=5_000)
    whole = Ecdf.of(values, points=points)
    thin = whole.thinned(rows)
    thin.check()
    assert thin.n == rows
    at = np.quantile(values, np.linspace(0.0, 1.0, 50))
    assert np.abs(thin.cdf(at) - whole.cdf(at)).max() <= 0.5 / rows + whole.rank_error + 1e-9
    assert thin.mean == pytest.approx(whole.mean, abs=3 * values.std() / np.sqrt(rows))


def test_as_many_rows_or_more_are_the_same():
    whole = Ecdf.of(np.arange(10.0))
    assert whole.thinned(10) is whole
    counts = Counts.from_mapping({"a": 5, "b": 5})
    assert counts.thinned(11) is counts


def test_labels_keep_their_shares_and_what_was_not_kept():
    counts = Counts.from_mapping({f"{index:03d}": 10 * index for index in range(1, 101)})
    few = counts.compress(90).thinned(5_050)
    few.check()
    assert few.n == 5_050
    assert few.other == round(counts.compress(90).other / 10)
    assert Counts.from_mapping({"a": 60, "b": 40}).thinned(5).mass.tolist() == [3, 2]
