"""Columns of free text: their lengths, words and classifier, and what is said of odd ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import mmon
from mmon.api import make_baseline
from mmon.errors import ConfigError
from mmon.reports import html, markdown, terminal
from mmon.results import ColumnKind, Document, Result, Status, Verdict
from tests.statistics.text_samples import texts

FORMATS = (html, markdown, terminal)


def table(values: pl.Series) -> pl.DataFrame:
    return pl.DataFrame({"x": np.arange(len(values)) % 7, "note": values})


def side(seed: int, rows: int, **settings: float) -> pl.DataFrame:
    return table(texts(np.random.default_rng(seed), rows, odd=0.0, **settings))


def ran(ref: Any, cur: pl.DataFrame, **settings: Any) -> Document:
    body = {"reference": "ref", "production": "cur", "fast": True, **settings}
    return mmon.run(body, reference=ref, production=cur).document


def results(document: Document, name: str) -> list[Result]:
    return [r for r in document.results if (r.name, r.column) == (name, "note")]


def found(document: Document, name: str) -> Result:
    (one,) = results(document, name)
    return one


def kind(document: Document) -> ColumnKind:
    return next(one.kind for one in document.columns if one.name == "note")


REF = side(0, 1500)


def test_texts_that_did_not_change_pass_though_each_is_new() -> None:
    document = ran(REF, side(1, 1000))
    assert document.verdict is Verdict.PASS
    assert kind(document) is ColumnKind.TEXT
    assert found(document, "unseen_words").status is Status.NO_DETECTION
    assert found(document, "total_variation").status is Status.NO_DETECTION
    assert not results(document, "unseen_share")
    assert "note (lengths of texts, in characters)" in terminal.render(document)


def test_new_words_are_found_and_told_as_points_beyond_the_usual() -> None:
    document = ran(REF, side(2, 1000, new=0.1))
    one = found(document, "unseen_words")
    assert one.value == pytest.approx(0.1, abs=0.02)
    assert (one.status, document.verdict) == (Status.DETECTED, Verdict.BREACH)
    assert "note has new words" in document.sentence
    for one_format in FORMATS:
        assert "unseen words" in one_format.render(document)


def test_longer_texts_show_in_the_lengths_alone() -> None:
    document = ran(REF, side(3, 1000, words=24))
    assert found(document, "total_variation").status is Status.DETECTED
    assert found(document, "unseen_words").status is not Status.DETECTED


def test_windows_and_a_baseline_give_the_same(tmp_path: Path) -> None:
    cur = pl.concat([side(4, 600), side(5, 600, new=0.1)])
    REF.write_parquet(tmp_path / "ref.parquet")
    make_baseline(str(tmp_path / "ref.parquet"), tmp_path / "ref.mmon")
    documents = [ran(one, cur, windows={"rows": 600}) for one in (REF, str(tmp_path / "ref.mmon"))]
    told = [[(r.value, r.status) for r in results(one, "unseen_words")] for one in documents]
    assert told[0] == told[1]
    assert [status for _, status in told[0]] == [Status.NO_DETECTION, Status.DETECTED]


def test_levels_are_settings() -> None:
    cur = side(6, 1000, new=0.1)
    loose = {"note": {"unseen_words": {"detected": 0.5}}}
    assert ran(REF, cur, by_column=loose).verdict is Verdict.PASS
    told = ran(REF, cur, analyses={"multivariate_drift": {"gate": "none"}})
    assert found(told, "unseen_words").gating is False


def test_what_is_text_can_be_said() -> None:
    few = pl.Series(["low", "high", "very high"] * 200)
    assert kind(ran(table(few), table(few))) is ColumnKind.CATEGORICAL
    named = ran(table(few), table(few), columns={"text": ["note"]})
    assert kind(named) is ColumnKind.TEXT
    assert found(named, "unseen_words").value == 0.0
    other = ran(REF, side(7, 1000), columns={"categorical": ["note"]}, on_inconclusive="pass")
    assert kind(other) is ColumnKind.CATEGORICAL
    with pytest.raises(ConfigError, match=r"columns\.text: 'x' holds Int64 values, which are no"):
        ran(REF, REF, columns={"text": ["x"]})


def test_a_kind_of_a_baseline_is_not_said_anew(tmp_path: Path) -> None:
    few = table(pl.Series(["low", "high"] * 100))
    few.write_parquet(tmp_path / "ref.parquet")
    make_baseline(str(tmp_path / "ref.parquet"), tmp_path / "ref.mmon")
    with pytest.raises(ConfigError, match=r"columns\.text: 'note' is categorical in the baseline"):
        ran(str(tmp_path / "ref.mmon"), few, columns={"text": ["note"]})


FEW = "0 production texts are too few to count new words: it takes 128"
ODD: dict[str, tuple[pl.Series, str, str | None]] = {
    "no text": (pl.Series([None] * 300, dtype=pl.String), "missing_share", FEW),
    "empty texts": (pl.Series([""] * 300), "missing_share", FEW),
    "blanks": (pl.Series(["  "] * 300), "missing_share", FEW),
    "numbers": (pl.Series(range(300)), "type_change", None),
    "texts of numbers": (
        pl.Series([f"{at} {at} {at} {at}" for at in range(300)]), "total_variation",
        "it has hardly any words, or too many different ones to tell new ones",
    ),
    "another language": (
        pl.Series([f"नमस्ते दुनिया यह पाठ {'अलग ' * (at % 9)}" for at in range(300)]),
        "unseen_words", None,
    ),
    "no spaces": (
        pl.Series(["日本語の文章です" * (at % 5 + 1) for at in range(300)]), "unseen_words", None,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", list(ODD))
def test_odd_texts_of_production_are_told(case: str) -> None:
    values, name, reason = ODD[case]
    document = ran(REF, table(values))
    assert (found(document, name).status, document.verdict) == (Status.DETECTED, Verdict.BREACH)
    assert reason is None or found(document, "unseen_words").reason == reason
    html.render(document)


def test_texts_of_scripts_without_spaces_are_compared_by_their_characters() -> None:
    rng = np.random.default_rng(8)
    signs = np.array([chr(0x4E00 + at) for at in range(3000)])

    def drawn(rows: int) -> pl.Series:
        return pl.Series(["".join(rng.choice(signs, 60)) for _ in range(rows)])

    document = ran(table(drawn(800)), table(drawn(500)))
    assert kind(document) is ColumnKind.TEXT
    assert document.verdict is Verdict.PASS


def test_too_few_texts_are_inconclusive() -> None:
    one = found(ran(REF, side(9, 100), on_inconclusive="pass"), "unseen_words")
    assert one.status is Status.INCONCLUSIVE
    assert one.reason == "100 production texts are too few to count new words: it takes 128"


def test_a_target_of_texts_is_no_feature() -> None:
    settings: dict[str, Any] = {"columns": {"prediction": "note"}, "on_inconclusive": "pass"}
    assert not results(ran(REF, side(10, 300), **settings), "unseen_words")


@pytest.mark.slow
@pytest.mark.models
def test_a_classifier_tells_texts_apart() -> None:
    marked = side(11, 1000).with_columns(note=pl.col("note") + " outage")
    document = ran(REF, marked, fast=False)
    one = found(document, "content_classifier")
    assert (one.status, one.gating) == (Status.DETECTED, False)
    assert one.reason == "of 1,500 reference and 1,000 production rows"
    calm = found(ran(REF, side(12, 1000), fast=False), "content_classifier")
    assert calm.status is Status.NO_DETECTION
    lacking = found(ran(REF, side(12, 1000), fast=False, sample=0), "content_classifier")
    assert lacking.reason == "sample is 0, so no rows are kept"
