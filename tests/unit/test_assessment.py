"""Windows and segments in one pass are what each would be alone, whatever batches and order."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterator
from typing import Any

import polars as pl
import pytest
from scipy.stats import false_discovery_control

from mmon.engine import local
from mmon.profiles.table import Profile
from mmon.results import Document, Result
from tests.profiles import outcome_rows
from tests.profiles.outcome_rows import config, differences, document, parts, reference

pytestmark = pytest.mark.slow

TASKS = ["binary", "multiclass", "regression"]
SIZE = 500
WINDOWS = {"every": "6h"}
# These follow from where the windows end, not from the rows alone.
TIMED = "system-performance"


def rows(task: str, size: int, seed: int = 1) -> pl.DataFrame:
    """Rows none of which is like the one before it, which is measured of some of them."""
    found = outcome_rows.rows(task, size, seed).drop("rising")
    return found.with_columns(pl.col("city").shuffle(seed=seed))


@pytest.fixture(autouse=True, scope="module")
def _at_one_time() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCE_DATE_EPOCH", "1704326400")
        yield


@functools.cache
def whole(task: str) -> Document:
    """Two windows of every task, with segments."""
    return document(config(task, windows=WINDOWS), before(task), rows(task, SIZE, seed=2))


@functools.cache
def before(task: str) -> Profile:
    """The reference of them all."""
    return reference(config(task, windows=WINDOWS), rows(task, SIZE))


@pytest.mark.parametrize("task", TASKS)
def test_the_document_does_not_depend_on_the_batches_of_production(
    task: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = parts(whole(task))
    assert len(expected["windows"]) == 2
    assert expected["bins"]
    assert expected["activity"]
    monkeypatch.setattr(local, "_BATCH_ROWS", (61, 61))
    found = document(config(task, windows=WINDOWS), before(task), rows(task, SIZE, seed=2))
    assert differences(parts(found), expected) == []


@pytest.mark.parametrize("task", TASKS)
def test_only_bins_and_cells_depend_on_the_batches_of_the_reference(
    task: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = _without_bins(whole(task))
    monkeypatch.setattr(local, "_BATCH_ROWS", (61, 61))
    found = document(config(task, windows=WINDOWS), rows(task, SIZE), rows(task, SIZE, seed=2))
    assert differences(_without_bins(found), expected) == []


def _without_bins(found: Document) -> dict[str, Any]:
    body = parts(found)
    body["bins"] = []
    by_bins = ("_mix", "_rate", "segments_tested", "_sample_rows")
    body["metrics"] = [one for one in body["metrics"] if not one["name"].endswith(by_bins)]
    body["results"] = [one for one in body["results"] if one["name"] != "worse_segment"]
    # So do the cells in which a regression's targets and predictions are counted.
    body["performance"] = [one for one in body["performance"] if one["task"] != "regression"]
    return body


@pytest.mark.parametrize("task", TASKS)
def test_the_order_of_rows_does_not_matter(task: str) -> None:
    shuffled = document(
        config(task, windows=WINDOWS),
        rows(task, SIZE).sample(fraction=1.0, shuffle=True, seed=1),
        rows(task, SIZE, seed=2).sample(fraction=1.0, shuffle=True, seed=2),
    )
    found, expected = parts(shuffled), parts(whole(task))
    for body in (found, expected):
        # Rows come late by the order in which they come.
        body["results"] = [one for one in body["results"] if one["name"] != "late_rows"]
        for window in body["windows"]:
            window.pop("late_rows")
        for picture in body["activity"]:
            picture.pop("late", None)
    assert differences(found, expected) == []


OF_RUN = ("reference_blocks", "share_drifted", "change_total", "concept_shift", "domain_classifier")
"""What depends on statuses, or is told of the newest window of a run and not of each."""
IN_CELLS = ("calibration_drift", "label_selection")
"""What counts a regression's predictions in cells, which all rows of the reference decide."""
CORRECTED = ("q_value", "status", "reason")
"""What depends on how many results decide."""


@pytest.mark.parametrize("task", TASKS)
def test_a_window_is_measured_as_if_its_rows_were_alone(task: str) -> None:
    after = rows(task, SIZE, seed=2)
    for window in whole(task).windows:
        if not window.is_judged:
            continue
        start, end = (_naive(text) for text in (window.start, window.end))
        inside = after.filter(pl.col("at") >= start, pl.col("at") < end)
        assert inside.height == window.rows
        alone = document(config(task), before(task), inside)
        own = _bodies([r for r in whole(task).results if r.window == window.index], *CORRECTED)
        assert differences(own, _bodies(alone.results, *CORRECTED)) == []


@pytest.mark.parametrize("task", TASKS)
def test_a_segment_is_measured_as_if_its_rows_were_alone(task: str) -> None:
    """But for p-values, which are of what is past a level only."""
    ref, cur = rows(task, SIZE), rows(task, SIZE, seed=2)
    found = document(config(task), before(task), cur)
    of_value = pl.col("country") == "de"
    alone = document(config(task, segments=None), ref.filter(of_value), cur.filter(of_value))
    own = [r for r in found.results if r.segment == "country = de" and r.name not in IN_CELLS]
    # Segments of segments, and results of the dataset as a whole, are found for all rows only.
    names = {(r.name, r.aspect, r.column) for r in own}
    others = [
        r for r in alone.results if r.segment is None and (r.name, r.aspect, r.column) in names
    ]
    skipped = ("segment", "p_value", "gating", *CORRECTED)
    one, other = _bodies(own, *skipped), _bodies(others, *skipped)
    assert len(one) > 40
    assert differences(one, other) == []


def _bodies(results: list[Result] | Any, *skipped: str) -> dict[str, Any]:
    """Results that do not depend on where windows end, by what they are about."""
    fields = ("value", "p_value", "q_value", "interval", "reference_value", "error")
    fields += ("relative", "reference_interval")
    kept = [name for name in (*fields, "status", "gating", "reason") if name not in skipped]
    return {
        _about(one, *skipped): {
            name: list(v) if isinstance(v := getattr(one, name), tuple) else v for name in kept
        }
        for one in results
        if one.application != TIMED and one.name not in OF_RUN
    }


def _about(one: Result, *skipped: str) -> str:
    segment = "" if "segment" in skipped else one.segment
    return f"{one.name} {one.aspect} {one.column} {segment} {one.direction}"


def _naive(text: str | None) -> dt.datetime:
    assert text is not None
    return dt.datetime.fromisoformat(text).replace(tzinfo=None)


@pytest.mark.parametrize("gate", [True, False])
def test_segments_gate_only_where_they_are_to(gate: bool) -> None:
    settings = config("binary", segments={"columns": ["country"], "gate": gate})
    found = document(settings, rows("binary", SIZE), rows("binary", SIZE, seed=2))
    of_segments = [one for one in found.results if one.segment is not None]
    assert any(one.gating for one in of_segments) is gate
    assert any(one.gating for one in found.results if one.segment is None)


def test_all_windows_are_corrected_together() -> None:
    performance = {"metrics": ["accuracy"], "max_drop": {"detected": 0.01}}
    others = {"data_drift": None, "data_quality": None, "system_performance": None}
    settings = {"analyses": {"model_performance": performance, **others}, "segments": None}
    after, ref = rows("binary", SIZE, seed=2).sort("at"), rows("binary", SIZE)

    def q_values(frame: pl.DataFrame, **windows: Any) -> list[float | None]:
        found = document(config("binary", **settings, **windows), ref, frame).results
        return [one.q_value for one in found if one.aspect == "drop"]

    alone = [q_values(half)[0] for half in (after[: SIZE // 2], after[SIZE // 2 :])]
    assert 0.0 < min(alone) < max(alone) < 1.0
    together = q_values(after, windows={"rows": SIZE // 2})
    assert together == pytest.approx(false_discovery_control(alone, method="bh"))


def test_only_the_top_values_are_told_apart_and_the_rest_is_pooled() -> None:
    settings = config("binary", segments={"columns": ["country"], "top": 1})
    after = rows("binary", SIZE, seed=2)
    found = document(settings, rows("binary", SIZE), after)
    coverage = {one.segment: one.reason for one in found.results if one.name == "label_coverage"}
    others = after.filter(pl.col("country") != "br").height
    assert set(coverage) == {None, "country = br", "country = (other)"}
    assert f"of {others} production rows" in (coverage["country = (other)"] or "")
