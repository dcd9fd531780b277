"""The bins of numbers that trees are given: those that scikit-learn would find itself."""

from __future__ import annotations

import numpy as np
import pytest

from mmon.models.rows import edges_of, in_bins


@pytest.mark.parametrize("rows", [2, 40, 255, 256, 5_000])
def test_bins_are_of_equal_mass_and_tell_few_values_apart(rows: int) -> None:
    values = np.random.default_rng(rows).permutation(np.arange(rows) ** 2.0)
    bins = in_bins(values, edges_of(values))
    counts = np.unique(bins, return_counts=True)[1]
    assert np.all(np.diff(bins[np.argsort(values)]) >= 0)
    if rows <= 255:
        assert counts.tolist() == [1] * rows
    else:
        assert len(counts) >= 250
        assert counts.max() <= 2 * rows / 250


def test_few_values_have_the_edges_of_scikit_learn() -> None:
    from sklearn.ensemble._hist_gradient_boosting import binning

    values = np.array([3.0, 1.0, np.nan, 1.0, 7.5, 3.0])
    mine = edges_of(values)
    theirs = binning._find_binning_thresholds(values, max_bins=255)
    assert mine.tolist() == theirs.tolist() == [2.0, 5.25]


@pytest.mark.parametrize("values", [[], [np.nan], [4.0, 4.0], [-3.4e38, 3.4e38, np.nan]])
def test_columns_of_little_have_few_bins(values: list[float]) -> None:
    column = np.array(values, dtype=np.float64)
    bins = in_bins(column, edges_of(column))
    assert np.array_equal(np.isnan(bins), np.isnan(column))
    assert len(np.unique(bins[~np.isnan(bins)])) == len(np.unique(column[~np.isnan(column)]))
