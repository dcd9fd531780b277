"""Pairs of columns: which of them do not go together as they did, and what nobody can tell."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import mmon
from mmon import models
from mmon.api import make_baseline
from mmon.models import LACKING
from mmon.reports import html, markdown, terminal
from mmon.results import Document, Result, Status, Verdict
from tests.statistics.domain_samples import frames

NAME = "correlation_drift"


@pytest.fixture(autouse=True)
def _without_models(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "lacking", lambda: LACKING)


def ran(ref: Any, cur: pl.DataFrame, **settings: Any) -> Document:
    body = {"reference": "ref", "production": "cur", "on_inconclusive": "pass", **settings}
    return mmon.run(body, reference=ref, production=cur).document


def found(document: Document) -> Result:
    """The one result on pairs."""
    (one,) = (r for r in document.results if r.name == NAME)
    return one


def levels(**own: float) -> dict[str, Any]:
    return {"multivariate_drift": {"thresholds": {NAME: own}}}


def test_a_correlation_that_came_is_detected_where_no_column_alone_shows_it() -> None:
    ref, cur = frames(np.random.default_rng(0), 20_000, 20_000, correlation=0.5)
    document = ran(ref, cur)
    one = found(document)
    assert one.status is Status.DETECTED
    assert one.value == pytest.approx(0.483, abs=0.03)  # Spearman's of a normal 0.5
    assert one.interval is not None
    assert one.interval[0] < one.value < one.interval[1]
    univariate = [r for r in document.results if r.application == "data-drift"]
    assert {r.status for r in univariate} <= {Status.NO_DETECTION, Status.IRRELEVANT}
    assert (one.gating, document.verdict) == (False, Verdict.PASS)
    assert (one.reason or "").startswith("most by x and y (0.01 → 0.48); 1 of 10 pairs changed; ")
    (pair,) = document.pairs
    assert (pair.first, pair.second, pair.measure) == ("x", "y", "rank correlation")
    for report in (html, markdown, terminal):
        assert "0.48" in report.render(document)
    assert "<td>rank correlation<td class=n>0.01<td class=n>0.48" in html.render(document)
    assert list(Document.from_dict(document.to_dict()).pairs) == [pair]


def test_with_levels_it_decides() -> None:
    sides = frames(np.random.default_rng(1), 3000, 3000, correlation=0.5)
    document = ran(*sides, analyses=levels(detected=0.3))
    assert (found(document).gating, document.verdict) == (True, Verdict.BREACH)
    assert document.sentence.startswith("two columns do not go together as they did (a change of ")
    settings = levels(detected=0.3)
    settings["multivariate_drift"]["gate"] = "none"
    assert ran(*sides, analyses=settings).verdict is Verdict.PASS
    assert found(ran(*sides, analyses=levels(detected=0.7))).status is Status.NO_DETECTION


def test_rows_like_those_of_the_reference_pass() -> None:
    document = ran(*frames(np.random.default_rng(2), 5000, 5000))
    one = found(document)
    assert one.status is Status.NO_DETECTION
    assert (one.value or 0.0) < 0.03
    assert not document.pairs
    assert (one.reason or "").startswith("none of 10 pairs changed; of 5,000 reference")


def test_categories_that_go_with_others_are_found_in_pairs_of_any_kind() -> None:
    rng = np.random.default_rng(3)

    def rows(shift: int) -> pl.DataFrame:
        number, code = rng.normal(size=6000), rng.integers(0, 4, 6000)
        letters = np.array(list("abcd"))
        fifth = np.searchsorted([-0.8, 0.0, 0.8], number)
        mixed = np.where(rng.random(6000) < 0.6, (fifth + shift) % 4, rng.integers(0, 4, 6000))
        other = np.where(rng.random(6000) < 0.6, (code + shift) % 4, rng.integers(0, 4, 6000))
        return pl.DataFrame(
            {"z": number, "u": letters[code], "v": letters[other], "w": letters[mixed]}
        )

    document = ran(rows(0), rows(1))
    pairs = {(one.first, one.second): one for one in document.pairs}
    assert set(pairs) == {("u", "v"), ("z", "w")}
    for one in pairs.values():
        # As strong as it was, and between other categories.
        assert one.measure == "Cramér's V"
        assert one.reference == pytest.approx(one.production, abs=0.05)
        assert one.change > 0.5
    one = found(document)
    assert one.status is Status.DETECTED
    assert (one.reason or "").count(" between other categories)") == 2


def test_what_has_no_rows_is_irrelevant_with_a_reason(tmp_path: Path) -> None:
    ref, cur = frames(np.random.default_rng(4), 300, 300)
    ref.write_parquet(tmp_path / "ref.parquet")
    make_baseline(str(tmp_path / "ref.parquet"), tmp_path / "ref.mmon")
    cases = [
        (ran(ref, cur, sample=0), "sample is 0, so no rows are kept"),
        (
            ran(str(tmp_path / "ref.mmon"), cur),
            "the baseline holds no rows: make it with mmon baseline --sample N",
        ),
    ]
    for document, reason in cases:
        one = found(document)
        assert (one.value, one.status, one.reason) == (None, Status.IRRELEVANT, reason)
    make_baseline(str(tmp_path / "ref.parquet"), tmp_path / "ref.mmon", sample=250)
    told = found(ran(str(tmp_path / "ref.mmon"), cur))
    assert "of 250 reference and 300 production rows" in (told.reason or "")


def test_it_takes_no_models_and_stays_where_nothing_is_fitted() -> None:
    sides = frames(np.random.default_rng(5), 600, 600)
    assert found(ran(*sides)) == found(ran(*sides, fast=True))


RNG = np.random.default_rng(6)
NUMBERS = pl.DataFrame(RNG.normal(size=(400, 3)), schema=["a", "b", "c"])
LETTERS = pl.DataFrame({"u": RNG.choice(list("abc"), 400), "v": RNG.choice(list("xy"), 400)})
ODD: dict[str, tuple[pl.DataFrame, Status, str]] = {
    "all categories": (LETTERS, Status.NO_DETECTION, "none of 1 pair changed"),
    "constant columns": (
        pl.DataFrame({"x": [1.0] * 400, "y": [2.0] * 400, "c": ["a"] * 400}),
        Status.IRRELEVANT,
        "no two columns vary enough together",
    ),
    "3 rows": (
        NUMBERS.head(3),
        Status.INCONCLUSIVE,
        "3 production rows are too few to compare pairs of columns: it takes 30",
    ),
    "the same column twice": (
        NUMBERS.with_columns(d="a", e=pl.col("a") * -2),
        Status.NO_DETECTION,
        "none of 10 pairs changed",
    ),
    "numbers that are hardly ever both there": (
        NUMBERS.with_row_index().select(
            a=pl.when(pl.col("index") < 210).then("a"),
            b=pl.when(pl.col("index") > 190).then("b"),
        ),
        Status.IRRELEVANT,
        "no two columns vary enough together",
    ),
    "infinite values": (
        NUMBERS.with_columns(
            a=pl.when(pl.col("a") > 1).then(np.inf).otherwise("a"),
            b=pl.when(pl.col("b") < 1).then(-np.inf).otherwise("b"),
        ),
        Status.NO_DETECTION,
        "none of 3 pairs changed",
    ),
    "a label of one row": (
        LETTERS.with_columns(n=pl.int_range(400).cast(pl.String) + "x", m=pl.lit("k")),
        Status.NO_DETECTION,
        "none of 1 pair changed",
    ),
    "500 columns": (
        pl.DataFrame(RNG.normal(size=(1500, 500)).round(1)),
        Status.NO_DETECTION,
        "none of 124,750 pairs changed; of 1,000 reference and 1,000 production rows",
    ),
}


@pytest.mark.parametrize(
    "case",
    [pytest.param(one, marks=pytest.mark.slow) if one == "500 columns" else one for one in ODD],
)
def test_odd_rows_are_no_error(case: str) -> None:
    frame, status, reason = ODD[case]
    one = found(ran(frame, frame))
    assert (one.status, (one.reason or "").startswith(reason)) == (status, True), one.reason


@pytest.mark.slow
def test_of_very_many_categories_not_all_pairs_are_looked_at() -> None:
    rng = np.random.default_rng(7)
    frame = pl.DataFrame({f"c{i}": rng.choice(["a", "b"], 900) for i in range(70)})
    one = found(ran(frame, frame))
    assert "; 415 pairs with a category were not looked at; of 900" in (one.reason or "")


def test_of_one_feature_nothing_is_said() -> None:
    one = pl.DataFrame({"x": np.arange(400.0)})
    assert not any(r.name == NAME for r in ran(one, one).results)


def test_every_window_is_looked_at_with_the_same_reference() -> None:
    ref, before = frames(np.random.default_rng(8), 3000, 1500)
    after = frames(np.random.default_rng(9), 1, 1500, correlation=0.8)[1]
    document = ran(ref, pl.concat([before, after]), windows={"rows": 1500}, segments=["c"])
    own = [r for r in document.results if r.name == NAME]
    assert [(r.window, r.segment, r.status) for r in own] == [
        (0, None, Status.NO_DETECTION),
        (1, None, Status.DETECTED),
    ]


def test_columns_without_a_name_are_told_in_quotes() -> None:
    ref, cur = frames(np.random.default_rng(10), 900, 900, correlation=0.9)
    document = ran(*(side.rename({"x": "", "y": " <b>"}) for side in (ref, cur)))
    assert (found(document).reason or "").startswith('most by "" and " <b>" (')
    assert "<bdi>(no name)</bdi> and <bdi> &lt;b&gt;</bdi>" in html.render(document)
