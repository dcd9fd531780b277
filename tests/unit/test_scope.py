"""What a run looks at is settled before rows are read, and is the same with a stored reference."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from mmon.comparison.extent import stored_reference
from mmon.comparison.reference import profile_reference
from mmon.config.sections import Config
from mmon.errors import ConfigError
from mmon.profiles import baseline
from mmon.profiles.table import Profile
from mmon.results import Status
from mmon.sources import Data
from tests.profiles import outcome_rows
from tests.profiles.outcome_rows import config, differences, document, parts, reference, rows

SIZE = 500


def stored(settings: Config, frame: pl.DataFrame, folder: Path) -> Profile:
    """The reference, from a baseline file."""
    baseline.save(reference(settings, frame), folder / "ref.mmon")
    return baseline.load(folder / "ref.mmon")


@pytest.fixture(autouse=True)
def _at_one_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1704326400")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("task", "exact"),
    [("binary", True), ("binary", False), ("multiclass", False), ("regression", False)],
)
def test_a_baseline_gives_the_document_that_the_data_give(
    task: str, exact: bool, tmp_path: Path
) -> None:
    settings = config(task, exact=exact, points=128, windows={"every": "6h"})
    before, after = rows(task, SIZE), rows(task, SIZE, seed=2)
    direct = parts(document(settings, before, after))
    again = parts(document(settings, stored(settings, before, tmp_path), after))
    assert differences(again, direct) == []
    assert len(direct["windows"]) == 2
    assert {one["segment"] for one in direct["results"]} >= {None, "country = br"}
    assert direct["bins"]
    assert direct["performance"]


@pytest.mark.slow
def test_a_run_without_segments_takes_no_notice_of_those_in_the_baseline(tmp_path: Path) -> None:
    before, after = rows("binary", SIZE), rows("binary", SIZE, seed=2)
    plain = config("binary", segments=None)
    with_segments = stored(config("binary"), before, tmp_path)
    found = parts(document(plain, with_segments, after))
    assert differences(found, parts(document(plain, before, after))) == []


@pytest.mark.slow
def test_columns_that_were_ignored_when_the_baseline_was_made_stay_ignored(tmp_path: Path) -> None:
    roles = {**config("binary").columns.model_dump(exclude_none=True), "ignore": ("city", "flag")}
    settings = config("binary", columns=roles)
    before, after = rows("binary", SIZE), rows("binary", SIZE, seed=2)
    direct = parts(document(settings, before, after))
    again = parts(document(settings, stored(settings, before, tmp_path), after))
    assert differences(again, direct) == []


def test_a_stored_feature_can_be_ignored_later(tmp_path: Path) -> None:
    profile = stored(config("binary"), rows("binary", SIZE), tmp_path)
    roles = {**config("binary").columns.model_dump(exclude_none=True), "ignore": ("city",)}
    found = stored_reference(config("binary", columns=roles), profile)
    assert found.features is not None
    assert profile.features is not None
    assert found.sample is not None
    names = [one.binning.column for one in found.features.tables]
    assert "city" in [one.binning.column for one in profile.features.tables]
    assert "city" not in names
    sampled = [column.name for column in found.sample.columns]
    assert "city" not in sampled
    assert {*names} < {*sampled}
    assert all(one.profile.column("city") is None for one in found.segments)


@pytest.mark.parametrize(
    ("task", "what"), [("binary", "pairs of features"), ("regression", "segments")]
)
@pytest.mark.parametrize("source", ["baseline", "data"])
def test_a_run_without_rows_says_what_rests_on_them(
    task: str, what: str, source: str, tmp_path: Path
) -> None:
    settings = config(task, segments=None, sample=0 if source == "data" else 100)
    before: Any = rows(task, SIZE)
    if source == "baseline":
        whole = profile_reference(settings, Data(before.lazy(), "reference"), rows_kept=0)
        baseline.save(whole, tmp_path / "ref.mmon")
        before = baseline.load(tmp_path / "ref.mmon")
    found = document(settings, before, rows(task, SIZE, seed=2)).results
    (told,) = [one for one in found if one.quantity.name == "worse_segment"]
    why = {
        "baseline": "the baseline holds no rows: make it with mmon baseline --sample N",
        "data": "sample is 0, so no rows are kept",
    }
    assert told.reason == f"{what} were not searched: {why[source]}"
    assert told.status is Status.IRRELEVANT
    assert not told.gating


def test_without_model_performance_stored_outcomes_are_left_alone(tmp_path: Path) -> None:
    profile = stored(config("binary"), rows("binary", SIZE), tmp_path)
    off = config("binary", analyses={"model_performance": None})
    found = stored_reference(off, profile)
    assert found.performance is None
    assert found.features is None


@pytest.mark.parametrize(
    ("task", "sections", "says"),
    [
        ("binary", {"segments": ["contry"]}, r"segments: the reference has no column 'contry'"),
        ("binary", {"segments": ["list"]}, r"segments: 'list' holds List values"),
        ("binary", {"analyses": {"model_performance": {"metrics": ["rmse"]}}}, r"for task: regr"),
        ("regression", {"analyses": {"model_performance": {"metrics": ["f1"]}}}, r"'f1' is for"),
        (
            "regression",
            {"analyses": {"model_performance": {"thresholds": {"accuracy": {}}}}},
            r"thresholds\.accuracy: 'accuracy' is for task: binary or multiclass",
        ),
        (
            "binary",
            {"analyses": {"model_performance": {"metrics": ["precision_macro"]}}},
            r"'precision_macro' is for task: multiclass, and this is binary",
        ),
        ("regression", {"analyses": {"model_performance": {"costs": {}}}}, r"costs are for"),
    ],
)
def test_what_the_reference_cannot_give_is_refused(
    task: str, sections: dict[str, Any], says: str
) -> None:
    frame = rows(task, 100).with_columns(list=pl.concat_list("rising"))
    with pytest.raises(ConfigError, match=says) as caught:
        reference(config(task, **sections), frame)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("name", "hint"),
    [("f1:z", "'f1:"), ("accuracy_macro", "'accuracy'"), ("top_7_accuracy", "'top_")],
)
def test_full_names_that_the_reference_does_not_have_are_refused(name: str, hint: str) -> None:
    settings = config("multiclass", analyses={"model_performance": {"metrics": [name]}})
    before, after = rows("multiclass", 200), rows("multiclass", 200, seed=2)
    with pytest.raises(ConfigError, match=f"there is no '{name}' in the reference") as caught:
        document(settings, before, after)
    assert hint in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            {"task": "multiclass", "columns": {"target": "y", "prediction": "yhat", "id": "id"}},
            r"task: multiclass is asked for and the reference was summarised for binary",
        ),
        ({"segments": ["city"]}, r"made without segments of 'city'"),
        ({"columns": {**outcome_rows.ROLES["binary"], "score": "rising"}}, r"score: 'rising' is a"),
        ({"analyses": {"model_performance": {"positive": 0}}}, r"positive: '0' is asked for"),
    ],
)
def test_a_baseline_made_for_something_else_is_refused(
    change: dict[str, Any], says: str, tmp_path: Path
) -> None:
    profile = stored(config("binary"), rows("binary", SIZE), tmp_path)
    settings = config(**{"task": "binary", **change})
    with pytest.raises(ConfigError, match=says) as caught:
        document(settings, profile, rows("binary", 200, seed=2))
    assert "baseline" in (caught.value.hint or "")
