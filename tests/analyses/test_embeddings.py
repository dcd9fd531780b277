"""Columns of vectors: their norms, centroid and classifier, and what is said of odd ones."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import mmon
from mmon import models
from mmon.api import make_baseline
from mmon.errors import ConfigError
from mmon.models import LACKING
from mmon.reports import html, markdown, terminal
from mmon.results import Document, Result, Status, Verdict
from tests.statistics.vector_samples import vectors

FORMATS = (html, markdown, terminal)
VECTORS = pl.List(pl.Float32)


def table(matrix: np.ndarray, **columns: Any) -> pl.DataFrame:
    own = pl.Series("e", matrix.tolist(), dtype=VECTORS)
    return pl.DataFrame({"x": np.arange(len(own)) % 7, **columns}).with_columns(own)


def side(seed: int, rows: int, shift: float = 0.0, width: int = 16) -> pl.DataFrame:
    return table(vectors(np.random.default_rng(seed), rows, width, "correlated", shift))


def ran(ref: Any, cur: pl.DataFrame, **settings: Any) -> Document:
    body = {"reference": "ref", "production": "cur", "fast": True, **settings}
    return mmon.run(body, reference=ref, production=cur).document


def results(document: Document, name: str) -> list[Result]:
    return [r for r in document.results if (r.name, r.column) == (name, "e")]


def found(document: Document, name: str) -> Result:
    (one,) = results(document, name)
    return one


REF = side(0, 600)


def test_a_mean_that_moved_is_detected_while_norms_and_other_columns_did_not() -> None:
    document = ran(REF, side(1, 500, 0.4))
    one = found(document, "centroid_shift")
    assert one.value == pytest.approx(0.4, abs=0.06)
    assert one.interval is not None
    assert one.interval[0] < 0.4 < one.interval[1]
    assert (one.status, one.potential, one.detected) == (Status.DETECTED, 0.1, 0.2)
    assert document.verdict is Verdict.BREACH
    assert "the vectors of e moved on average" in document.sentence
    for one_format in FORMATS:
        assert "centroid shift" in one_format.render(document)


def test_vectors_that_did_not_change_pass() -> None:
    document = ran(REF, side(2, 500))
    assert document.verdict is Verdict.PASS
    assert found(document, "centroid_shift").status is Status.NO_DETECTION
    assert found(document, "total_variation").status is Status.NO_DETECTION
    assert "e (norms of vectors of 16 numbers)" in terminal.render(document)


def test_a_wider_spread_shows_in_the_norms_alone() -> None:
    wider = table(1.5 * vectors(np.random.default_rng(3), 500, 16, "correlated"))
    document = ran(REF, wider)
    assert found(document, "total_variation").status is Status.DETECTED
    assert found(document, "centroid_shift").status is Status.NO_DETECTION
    assert next(one for one in document.pictures if one.column == "e").edges is not None


def test_levels_are_settings_of_all_and_of_one_column() -> None:
    cur = side(4, 500, 0.4)
    own: dict[str, Any] = {"thresholds": {"centroid_shift": {"potential": 0.3, "detected": 0.9}}}
    one = found(ran(REF, cur, analyses={"multivariate_drift": own}), "centroid_shift")
    assert (one.status, one.gating) == (Status.POTENTIAL_DETECTION, True)
    loose = {"e": {"centroid_shift": {"detected": 2.0}}}
    assert ran(REF, cur, by_column=loose).verdict is Verdict.PASS
    told = ran(REF, cur, analyses={"multivariate_drift": {"gate": "none"}})
    assert told.verdict is Verdict.PASS


def test_every_window_and_segment_is_looked_at_from_a_baseline_too(tmp_path: Path) -> None:
    names = np.array(["a", "b"])
    ref = REF.with_columns(region=pl.Series(names[np.arange(600) % 2]))
    cur = pl.concat([side(5, 400), side(6, 400, 0.5)])
    cur = cur.with_columns(region=pl.Series(names[np.arange(800) % 2]))
    settings: dict[str, Any] = {"segments": ["region"], "windows": {"rows": 400}}
    document = ran(ref, cur, **settings)
    moved = {(r.window, r.segment): r.status for r in results(document, "centroid_shift")}
    segments = (None, "region = a", "region = b")
    assert [moved[0, one] for one in segments] == [Status.NO_DETECTION] * 3
    assert [moved[1, one] for one in segments] == [Status.DETECTED] * 3
    ref.write_parquet(tmp_path / "ref.parquet")
    (tmp_path / "mmon.yaml").write_text("segments: [region]\n")
    make_baseline(
        str(tmp_path / "ref.parquet"), tmp_path / "ref.mmon", config_path=f"{tmp_path}/mmon.yaml"
    )
    stored = ran(str(tmp_path / "ref.mmon"), cur, **settings)
    values = [[r.value for r in results(one, "centroid_shift")] for one in (document, stored)]
    assert values[0] == values[1]


def test_lists_and_arrays_of_any_precision_are_the_same() -> None:
    cur = side(7, 400, 0.2)
    first = found(ran(REF, cur), "centroid_shift")
    for dtype in (pl.Array(pl.Float64, 16), pl.List(pl.Float64)):
        other = found(ran(REF, cur.with_columns(pl.col("e").cast(dtype))), "centroid_shift")
        assert other.value == pytest.approx(first.value, rel=1e-6)


def test_frames_of_pandas_and_lines_of_json_have_vectors_too(tmp_path: Path) -> None:
    cur = side(7, 400, 0.2)
    first = found(ran(REF, cur), "centroid_shift")
    cur.write_ndjson(tmp_path / "cur.ndjson")
    frames = [cur.to_pandas(), cur.to_arrow(), str(tmp_path / "cur.ndjson")]
    for frame in frames:
        report = mmon.compare(REF, frame, fast=True)
        assert found(report.document, "centroid_shift").value == pytest.approx(first.value)
    half = cur.with_columns(pl.col("e").cast(pl.List(pl.Float16)))
    assert found(ran(REF, half), "centroid_shift").value == pytest.approx(first.value, rel=1e-2)


def changed(change: Callable[[list[float]], list[Any] | None]) -> pl.DataFrame:
    """Production with every third vector changed."""
    rows = side(8, 300)["e"].to_list()
    own = [change(row) if at % 3 == 0 else row for at, row in enumerate(rows)]
    return pl.DataFrame({"x": np.arange(300) % 7, "e": pl.Series(own, dtype=VECTORS)})


UNREADABLE = "100 of 300 values are no vectors of 16 numbers: 'a list of 5 numbers'"
FEW = "0 production vectors of 16 numbers are too few: it takes 32"
ODD: dict[str, tuple[pl.DataFrame, str, str | None]] = {
    "no vector": (changed(lambda _: None), "missing_share", None),
    "an empty list": (changed(lambda _: []), "missing_share", None),
    "not a number": (changed(lambda row: [math.nan, *row[1:]]), "missing_share", None),
    "a number missing": (changed(lambda row: [None, *row[1:]]), "missing_share", None),
    "an infinite number": (changed(lambda row: [math.inf, *row[1:]]), "infinite_share", None),
    "another length": (changed(lambda row: row[:5]), "unreadable_share", UNREADABLE),
    "all of another length": (side(9, 300, width=5), "unreadable_share", None),
    "no vector at all": (
        side(9, 300).with_columns(e=pl.lit(None, dtype=VECTORS)), "missing_share", None,
    ),
    "lists of nothing": (
        side(9, 300).with_columns(e=pl.Series([[]] * 300)), "missing_share", None,
    ),
    "lists of texts": (
        side(9, 300).with_columns(e=pl.lit(["a", "b"])), "type_change",
        "List(String) values cannot be compared with the reference's List(Float32)",
    ),
    "plain numbers": (
        side(9, 300).with_columns(e=pl.lit(1.0)), "type_change",
        "Float64 values cannot be compared with the reference's List(Float32)",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", list(ODD))
def test_odd_vectors_of_production_are_told(case: str) -> None:
    cur, name, reason = ODD[case]
    document = ran(REF, cur)
    one = found(document, name)
    assert (one.status, document.verdict) == (Status.DETECTED, Verdict.BREACH)
    assert reason is None or one.reason == reason
    shifts = results(document, "centroid_shift")
    assert all(r.status is not Status.DETECTED for r in shifts)
    if case in ("all of another length", "no vector at all"):
        assert [r.reason for r in shifts] == [FEW]
    html.render(document)


REFERENCES: dict[str, tuple[pl.Series, str]] = {
    "texts": (pl.Series([["a"]] * 60), "List values: only presence is compared"),
    "lists of lists": (pl.Series([[[1.0]]] * 60), "List values: only presence is compared"),
    "ragged": (
        pl.Series([[1.0] * (at % 7 + 1) for at in range(60)]),
        "ragged lists, of 1 to 7 numbers: only presence is compared",
    ),
    "empty": (
        pl.Series([[]] * 60, dtype=VECTORS),
        "lists without any number: only presence is compared",
    ),
    "too long": (
        pl.Series([[0.0] * 20_000] * 60, dtype=VECTORS),
        "vectors of 20,000 numbers, more than 16,384: only presence is compared",
    ),
}


@pytest.mark.parametrize("case", list(REFERENCES))
def test_lists_that_are_no_vectors_are_compared_by_presence(case: str) -> None:
    values, reason = REFERENCES[case]
    frame = pl.DataFrame({"x": np.arange(60) % 7, "e": values})
    document = ran(frame, frame, on_inconclusive="pass")
    assert next(one.reason for one in document.columns if one.name == "e") == reason
    assert not results(document, "centroid_shift")


def test_vectors_that_do_not_vary_are_told_and_judged_by_their_norms() -> None:
    constant = table(np.ones((300, 4)))
    one = found(ran(constant, side(10, 300, width=4)), "centroid_shift")
    assert (one.value, one.status) == (None, Status.IRRELEVANT)
    assert one.reason == "the reference's vectors do not vary, so there is nothing to measure by"
    assert found(ran(constant, table(2 * np.ones((300, 4)))), "total_variation").value == 1.0


def test_too_few_vectors_are_inconclusive() -> None:
    one = found(ran(REF, side(11, 31), on_inconclusive="pass"), "centroid_shift")
    assert one.status is Status.INCONCLUSIVE
    assert one.reason == "31 production vectors of 16 numbers are too few: it takes 32"
    few = found(ran(side(12, 40, width=2), side(13, 40, width=2)), "centroid_shift")
    assert few.status is Status.INCONCLUSIVE
    assert "it takes about" in (few.reason or "") or "no number is enough" in (few.reason or "")


def test_a_column_with_a_role_or_a_name_that_is_a_pattern_is_no_trouble() -> None:
    cur = side(14, 300, 0.4)
    assert not results(ran(REF, cur, columns={"ignore": ["e"]}), "centroid_shift")
    for name in ("", "^e.*$"):
        document = ran(REF.rename({"e": name}), cur.rename({"e": name}))
        assert any(r.name == "centroid_shift" and r.column == name for r in document.results)


def test_models_of_other_columns_leave_vectors_out() -> None:
    rng = np.random.default_rng(15)
    columns = {"y": rng.normal(size=600), "p": rng.normal(size=600)}
    frame = REF.with_columns(**{name: pl.Series(values) for name, values in columns.items()})
    told = {"target": "y", "prediction": "p"}
    document = ran(frame, frame, columns=told, task="regression", on_inconclusive="pass")
    assert found(document, "centroid_shift").value == 0.0


@pytest.mark.slow
@pytest.mark.models
def test_a_classifier_tells_vectors_apart_and_decides_where_it_is_asked() -> None:
    cur = side(16, 500, 0.4)
    document = ran(REF, cur, fast=False)
    one = found(document, "content_classifier")
    assert one.value is not None
    assert one.value > 0.6
    assert (one.gating, one.reason) == (False, "of 600 reference and 500 production rows")
    own = {"thresholds": {"content_classifier": {"detected": 0.55}}}
    document = ran(REF, cur, fast=False, analyses={"multivariate_drift": own})
    assert found(document, "content_classifier").gating
    calm = found(ran(REF, side(17, 500), fast=False), "content_classifier")
    assert calm.status is Status.NO_DETECTION


@pytest.mark.models
def test_what_cannot_be_fitted_is_irrelevant_with_a_reason(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    cur = side(18, 300)
    REF.write_parquet(tmp_path / "ref.parquet")
    make_baseline(str(tmp_path / "ref.parquet"), tmp_path / "ref.mmon")
    cases = [
        (ran(REF, cur), "--fast fits no models"),
        (ran(REF, cur, fast=False, sample=0), "sample is 0, so no rows are kept"),
        (
            ran(str(tmp_path / "ref.mmon"), cur, fast=False),
            "the baseline holds no rows: make it with mmon baseline --sample N",
        ),
    ]
    monkeypatch.setattr(models, "lacking", lambda: LACKING)
    cases.append((ran(REF, cur, fast=False), LACKING))
    for document, reason in cases:
        one = found(document, "content_classifier")
        assert (one.value, one.status, one.reason) == (None, Status.IRRELEVANT, reason)
        assert document.verdict is Verdict.PASS


@pytest.mark.parametrize("key", ["categorical", "numeric"])
def test_vectors_are_neither_numbers_nor_categories(key: str) -> None:
    with pytest.raises(ConfigError, match=rf"columns\.{key}: 'e' holds vectors of numbers"):
        ran(REF, side(1, 600), columns={key: ["e"]})
