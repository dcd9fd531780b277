"""Reconstruction: off by itself, NannyML's alarm where it was asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import mmon
from mmon.analyses.multivariate_drift.rebuilt import Rebuilt
from mmon.models.reconstruction import Rebuilder
from mmon.reports import html, markdown, terminal
from mmon.results import Document, Result, Status, Verdict
from tests.models.test_reconstruction import rows

ASKED = {"multivariate_drift": {"reconstruction": True}}


def ran(ref: Any, cur: pl.DataFrame, **settings: Any) -> Document:
    body = {"reference": "ref", "production": "cur", "on_inconclusive": "pass", "fast": True}
    body |= {"analyses": ASKED, **settings}
    return mmon.run(body, reference=ref, production=cur).document


def found(document: Document) -> Result:
    (one,) = (r for r in document.results if r.name == "reconstruction")
    return one


def test_it_is_off_by_itself() -> None:
    document = ran(rows(0, 500), rows(1, 500), analyses={})
    assert not any(r.name == "reconstruction" for r in document.results)


def test_rows_that_left_the_components_are_detected_and_shown() -> None:
    ref, cur = rows(0, 5000), rows(1, 2000, slope=-0.9)
    document = ran(ref, cur)
    one = found(document)
    assert (one.status, one.relative, one.gating) == (Status.DETECTED, True, False)
    before = Rebuilder.of(ref.drop("k")).errors(ref)
    after = Rebuilder.of(ref.drop("k")).errors(cur)
    assert one.value == pytest.approx(after.mean() / before.mean() - 1.0)
    assert one.reference_value == pytest.approx(before.mean())
    assert one.detected is not None
    assert 0.0 < one.detected < 0.1
    assert "of 5,000 reference and 2,000 production rows" in (one.reason or "")
    assert document.verdict is Verdict.PASS
    for report in (html, markdown, terminal):
        assert "a mean error of " in report.render(document)


def test_parts_of_the_reference_are_taken_in_the_order_of_time() -> None:
    wider = pl.col("x", "y", "z", "w") * (1 + pl.Series(np.arange(4000) // 400 % 2))
    start = pl.datetime(2024, 1, 1)
    ref = rows(2, 4000).with_columns(wider, when=start + pl.duration(minutes=pl.int_range(4000)))
    mixed = found(ran(ref.drop("when"), rows(3, 1000)))
    ordered = found(ran(ref, rows(3, 1000), columns={"timestamp": "when"}))
    assert (ordered.detected or 0.0) > 5.0 * (mixed.detected or 1.0)


def test_with_levels_it_decides() -> None:
    own = {"reconstruction": True, "thresholds": {"reconstruction": {"detected": 0.05}}}
    document = ran(rows(0, 5000), rows(1, 2000, slope=-0.9), analyses={"multivariate_drift": own})
    assert (found(document).gating, document.verdict) == (True, Verdict.BREACH)
    assert found(document).detected == 0.05


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        (rows(4, 3), "3 production rows are too few to rebuild: it takes 30"),
        (rows(4, 200).select("x"), "so few columns are rebuilt without error"),
        (rows(4, 200).select("c", "k"), "so few columns are rebuilt without error"),
    ],
)
def test_what_cannot_be_rebuilt_is_irrelevant(frame: pl.DataFrame, reason: str) -> None:
    one = found(ran(frame, frame))
    assert (one.value, one.status, one.reason) == (None, Status.IRRELEVANT, reason)


def test_without_rows_it_is_irrelevant(tmp_path: Path) -> None:
    ref = rows(5, 300)
    ref.write_parquet(tmp_path / "ref.parquet")
    mmon.api.make_baseline(str(tmp_path / "ref.parquet"), tmp_path / "ref.mmon")
    one = found(ran(str(tmp_path / "ref.mmon"), ref))
    reason = "the baseline holds no rows: make it with mmon baseline --sample N"
    assert (one.status, one.reason) == (Status.IRRELEVANT, reason)
    assert found(ran(ref, ref, sample=0)).reason == "sample is 0, so no rows are kept"


def test_rows_like_those_of_the_reference_rarely_raise_an_alarm() -> None:
    rng, is_sure = np.random.default_rng(6), []
    for _ in range(200):
        errors = [rng.gamma(4.0, size=size) for size in (900, 400)]
        value = errors[1].mean() / errors[0].mean() - 1.0
        spreads = [one.var(ddof=1) / len(one) / errors[0].mean() ** 2 for one in errors]
        told = Rebuilt(rows=400, value=value, variances=(spreads[0], spreads[1]))
        is_sure.append(told.p_value() <= 0.05)
    assert 0.01 < np.mean(is_sure) < 0.1
