"""A baseline file gives back the profile it was made from, or says why it cannot."""

from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest

from mmon.comparison.columns import plan_reference
from mmon.config.columns import Columns
from mmon.errors import BaselineError, OutputError
from mmon.profiles import baseline
from mmon.profiles.distributions.ecdf import Ecdf
from mmon.profiles.folding.build import WHOLE, profile_frame
from mmon.profiles.folding.growing import Limits
from mmon.profiles.kinds import settle
from mmon.profiles.table import Profile


@pytest.fixture
def profile() -> Profile:
    rng = np.random.default_rng(1)
    n = 3_000
    data = pl.DataFrame(
        {
            "x": rng.normal(size=n),
            "n": rng.integers(0, 2**40, n),
            "c": rng.choice(["a", "b", "日本"], n),
            "empty": pl.Series([None] * n, dtype=pl.Float64),
            "row": np.arange(n),
            "nested": [[1.0]] * n,
        }
    )
    plan = plan_reference(data.schema, Columns())
    found = profile_frame(data.lazy(), plan, source="train", limits=Limits(256, 100))
    return settle(found.profiles[WHOLE])


def test_a_saved_profile_is_read_back_exactly(profile, tmp_path):
    path = tmp_path / "ref.mmon"
    baseline.save(profile, path)
    read = baseline.load(path)
    assert (read.source, read.rows) == (profile.source, profile.rows)
    for one, other in zip(read.columns, profile.columns, strict=True):
        for field in ("name", "dtype", "kind", "reading", "presence", "is_tested", "reason"):
            assert getattr(one, field) == getattr(other, field)
        if isinstance(other.distribution, Ecdf):
            for field in ("values", "mass", "total", "moments"):
                left, right = getattr(one.distribution, field), getattr(other.distribution, field)
                np.testing.assert_array_equal(left, right)
                assert left.dtype == right.dtype
            assert one.distribution.uncertain == other.distribution.uncertain
        elif other.distribution is not None:
            assert one.distribution.labels.to_list() == other.distribution.labels.to_list()
            assert one.distribution.mass.tolist() == other.distribution.mass.tolist()
        else:
            assert one.distribution is None


def test_a_baseline_is_small_and_holds_no_rows(profile, tmp_path):
    path = tmp_path / "ref.mmon"
    baseline.save(profile, path)
    stored = pl.read_parquet(path)
    assert stored.height < 2_000
    assert "row" not in stored["label"].drop_nulls().to_list()


def test_the_same_profile_gives_the_same_bytes(profile, tmp_path):
    one, other = tmp_path / "one.mmon", tmp_path / "other.mmon"
    baseline.save(profile, one)
    baseline.save(profile, other)
    assert one.read_bytes() == other.read_bytes()


def with_header(saved: Profile, path, **changes) -> None:
    baseline.save(saved, path)
    header = json.loads(pl.read_parquet_metadata(path)["mmon.baseline"])
    header.update(changes)
    table = pl.read_parquet(path)
    table.write_parquet(path, metadata={"mmon.baseline": json.dumps(header)})


def test_a_newer_format_is_refused_with_what_to_do(profile, tmp_path):
    path = tmp_path / "ref.mmon"
    with_header(profile, path, format_version=99)
    with pytest.raises(BaselineError, match="format 99") as caught:
        baseline.load(path)
    assert "upgrade" in caught.value.hint


def test_a_damaged_header_is_refused(profile, tmp_path):
    path = tmp_path / "ref.mmon"
    with_header(profile, path, profile={"$type": "Profile", "source": "x"})
    with pytest.raises(BaselineError, match="damaged"):
        baseline.load(path)


def test_a_parquet_file_that_is_no_baseline_is_refused(tmp_path):
    path = tmp_path / "data.mmon"
    pl.DataFrame({"x": [1]}).write_parquet(path)
    with pytest.raises(BaselineError, match="not a baseline"):
        baseline.load(path)


@pytest.mark.parametrize("content", [b"", b"nonsense", b"PAR1 truncated"])
def test_what_is_not_parquet_is_refused(tmp_path, content):
    path = tmp_path / "ref.mmon"
    path.write_bytes(content)
    with pytest.raises(BaselineError, match=r"ref\.mmon"):
        baseline.load(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(BaselineError, match=r"nowhere\.mmon"):
        baseline.load(tmp_path / "nowhere.mmon")


def test_an_unwritable_place_is_an_output_error(profile, tmp_path):
    with pytest.raises(OutputError, match=r"ref\.mmon"):
        baseline.save(profile, tmp_path / "missing" / "ref.mmon")
    assert list(tmp_path.iterdir()) == []
