"""Many columns at once: what rows show together, and what is said where nobody can look."""

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

pytestmark = pytest.mark.models

FORMATS = (html, markdown, terminal)


def ran(ref: Any, cur: pl.DataFrame, **settings: Any) -> Document:
    body = {"reference": "ref", "production": "cur", **settings}
    return mmon.run(body, reference=ref, production=cur).document


def found(document: Document, name: str) -> Result:
    """The one result of that name."""
    (one,) = (r for r in document.results if r.name == name)
    return one


def test_a_relation_that_changed_alone_is_found_and_shown() -> None:
    ref, cur = frames(np.random.default_rng(0), 3000, 3000, correlation=0.9)
    own = {"thresholds": {"domain_classifier": {"potential": 0.6, "detected": 0.75}}}
    document = ran(ref, cur, analyses={"multivariate_drift": own})
    one = found(document, "domain_classifier")
    assert (one.status, document.verdict) == (Status.DETECTED, Verdict.BREACH)
    assert one.interval is not None
    assert one.interval[0] < (one.value or 0.0) < one.interval[1]
    assert one.reason is not None
    assert one.reason.startswith("most by ")
    assert one.reason.endswith("of 3,000 reference and 3,000 production rows")
    univariate = [r for r in document.results if r.application == "data-drift"]
    assert {r.status for r in univariate} <= {Status.NO_DETECTION, Status.IRRELEVANT}
    assert document.sentence.startswith("a classifier tells production from the reference (area 0.")
    for one_format in FORMATS:
        assert "many columns at once" in one_format.render(document).lower()


def test_rows_like_those_of_the_reference_pass() -> None:
    document = ran(*frames(np.random.default_rng(1), 1500, 1500))
    assert found(document, "domain_classifier").status is Status.NO_DETECTION
    assert document.verdict is Verdict.PASS
    assert "many columns at once" not in terminal.render(document).lower()


def test_what_cannot_be_fitted_is_irrelevant_with_a_reason(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ref, cur = frames(np.random.default_rng(2), 300, 300)
    ref.write_parquet(tmp_path / "ref.parquet")
    make_baseline(str(tmp_path / "ref.parquet"), tmp_path / "ref.mmon")
    cases = [
        (ran(ref, cur, fast=True), "--fast fits no models"),
        (ran(ref, cur, sample=0), "sample is 0, so no rows are kept"),
        (
            ran(str(tmp_path / "ref.mmon"), cur),
            "the baseline holds no rows: make it with mmon baseline --sample N",
        ),
    ]
    monkeypatch.setattr(models, "lacking", lambda: LACKING)
    cases.append((ran(ref, cur), "scikit-learn is not installed: pip install 'mmon[ml]'"))
    for document, reason in cases:
        one = found(document, "domain_classifier")
        assert (one.value, one.status, one.reason) == (None, Status.IRRELEVANT, reason)
        assert document.verdict is Verdict.PASS
        shown = terminal.render(document, width=200)
        (line,) = (one for one in shown.splitlines() if "not looked at" in one)
        assert "many columns at once: domain classifier " in line
        assert line.endswith(f" not looked at: {reason}")
        assert "result without a change" not in shown


def test_a_baseline_with_rows_is_compared(tmp_path: Path) -> None:
    ref, cur = frames(np.random.default_rng(3), 600, 600, shift=3.0)
    ref.write_parquet(tmp_path / "ref.parquet")
    make_baseline(str(tmp_path / "ref.parquet"), tmp_path / "ref.mmon", sample=500)
    told = found(ran(str(tmp_path / "ref.mmon"), cur), "domain_classifier")
    assert told.status is Status.DETECTED
    assert "500 reference" in (told.reason or "")


@pytest.mark.slow
def test_levels_and_the_gate_are_settings() -> None:
    sides = frames(np.random.default_rng(4), 800, 800, shift=3.0)
    own: dict[str, Any] = {"thresholds": {"domain_classifier": {"potential": 0.9999}}}
    one = found(ran(*sides, analyses={"multivariate_drift": own}), "domain_classifier")
    assert (one.potential, one.detected) == (0.9999, None)
    assert one.status is not Status.DETECTED
    assert one.gating
    own["gate"] = "none"
    assert not found(ran(*sides, analyses={"multivariate_drift": own}), one.name).gating
    told = found(ran(*sides), one.name)
    assert (told.status, told.gating) == (Status.DETECTED, False)
    off = ran(*sides, analyses={"multivariate_drift": None})
    assert not any(r.application == "multivariate-drift" for r in off.results)


NUMBERS = pl.DataFrame({"x": np.arange(500.0) % 83})
ODD: dict[str, tuple[pl.DataFrame, Status]] = {
    "one feature": (NUMBERS, Status.NO_DETECTION),
    "all categories": (
        pl.DataFrame(
            {c: np.array(list("abcd"))[np.arange(500) % k] for c, k in (("u", 3), ("v", 4))}
        ),
        Status.NO_DETECTION,
    ),
    "constant columns": (
        pl.DataFrame({"x": [1.0] * 500, "c": ["a"] * 500}),
        Status.NO_DETECTION,
    ),
    "500 features": (
        pl.DataFrame(np.random.default_rng(5).normal(size=(100, 500)).round(1)),
        Status.NO_DETECTION,
    ),
    "fewer than 40 rows": (NUMBERS.head(30) // 7, Status.INCONCLUSIVE),
}


@pytest.mark.slow
@pytest.mark.parametrize("case", list(ODD))
def test_odd_rows_are_no_error(case: str) -> None:
    frame, status = ODD[case]
    one = found(ran(frame, frame, on_inconclusive="pass"), "domain_classifier")
    assert one.status is status
    if case == "fewer than 40 rows":
        assert one.reason == "30 production rows are too few to fit a classifier: it takes 40"


def test_without_a_feature_nothing_is_said() -> None:
    dates = pl.DataFrame(
        {"when": pl.datetime_range(pl.date(2024, 1, 1), pl.date(2024, 3, 1), "1d", eager=True)}
    )
    document = ran(dates, dates, on_inconclusive="pass")
    assert not any(r.application == "multivariate-drift" for r in document.results)


@pytest.mark.slow
def test_of_windows_the_newest_is_looked_at_as_a_whole() -> None:
    ref, cur = frames(np.random.default_rng(6), 900, 900)
    document = ran(ref, cur, windows={"rows": 450}, segments=["c"])
    own = [r for r in document.results if r.name == "domain_classifier"]
    assert [(r.window, r.segment) for r in own] == [(1, None)]
