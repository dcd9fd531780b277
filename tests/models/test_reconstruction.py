"""Rows rebuilt from principal components, against the same steps by scikit-learn."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler

from mmon.models.reconstruction import Rebuilder


def rows(seed: int, count: int, *, slope: float = 0.9) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    x, e, z, w = rng.normal(size=(4, count))
    labels = rng.choice(np.array(["a", "b", "c", "d"]), count, p=[0.4, 0.3, 0.2, 0.1])
    frame = pl.DataFrame({"x": x, "y": slope * x + 0.3 * e, "z": z, "w": w + x, "c": labels})
    lost = pl.Series(rng.random(count) < 0.1)
    return frame.with_columns(
        z=pl.when(~lost).then("z"), c=pl.when(~lost.reverse()).then("c"), k=pl.lit(3.0)
    )


def by_hand(ref: pl.DataFrame, cur: pl.DataFrame) -> np.ndarray:
    """The steps of NannyML's calculator, by pandas and scikit-learn."""
    before, after = ref.to_pandas(), cur.to_pandas()
    most = before["c"].mode()[0]
    share = before["c"].fillna(most).value_counts(normalize=True)
    means = before.drop(columns="c").mean()
    for frame in (before, after):
        frame["c"] = frame["c"].fillna(most).map(share).fillna(0.0).astype(float)
        frame[means.index] = frame[means.index].fillna(means)
    scaler = StandardScaler().fit(before.to_numpy())
    pca = PCA(n_components=0.65, random_state=16).fit(scaler.transform(before.to_numpy()))
    scaled = scaler.transform(after.to_numpy())
    rebuilt = pca.inverse_transform(pca.transform(scaled))
    return np.linalg.norm(scaled - rebuilt, axis=1)


@pytest.mark.parametrize("slope", [0.9, -0.9])
def test_errors_are_those_of_scikit_learn(slope: float) -> None:
    ref, cur = rows(0, 800), rows(1, 300, slope=slope)
    cur = cur.with_columns(c=pl.when(pl.int_range(300) < 20).then(pl.lit("new")).otherwise("c"))
    found = Rebuilder.of(ref).errors(cur)
    assert found == pytest.approx(by_hand(ref, cur), abs=1e-9)
    assert Rebuilder.of(ref).errors(ref) == pytest.approx(by_hand(ref, ref), abs=1e-9)


def test_columns_without_values_and_infinite_values_are_no_error() -> None:
    ref = rows(2, 200).with_columns(
        none=pl.lit(None, pl.Float64),
        empty=pl.lit(None, pl.String),
        x=pl.when(pl.col("x") > 1.0).then(np.inf).otherwise("x"),
    )
    assert np.isfinite(Rebuilder.of(ref).errors(ref)).all()
    assert Rebuilder.of(ref.select("none", "empty", "k")).is_exact


def test_few_columns_are_rebuilt_without_error() -> None:
    ref = rows(3, 200)
    assert Rebuilder.of(ref.select("x", "z")).is_exact
    assert Rebuilder.of(ref.select("x", "z")).errors(ref) == pytest.approx(0.0, abs=1e-9)
    assert not Rebuilder.of(ref.select("x", "y", "z")).is_exact
