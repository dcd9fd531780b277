"""The section on concept drift in every report, and what the verdict's sentence says of it."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import polars as pl
import pytest

import mmon
from mmon.reports import html, markdown, terminal
from mmon.results import Document, Status
from tests import quantities
from tests.reports.html_page import document

CONCEPT = {"sides": {"reference": "ref", "production": "cur"}}


def frame(rng: np.random.Generator, rows: int, *, flipped: bool = False) -> pl.DataFrame:
    x = rng.normal(size=rows)
    p = 1.0 / (1.0 + np.exp(-2.0 * x))
    y = (rng.random(rows) < (1.0 - p if flipped else p)).astype(int)
    return pl.DataFrame({"x": x, "z": rng.normal(size=rows), "p": p, "y": y})


@pytest.fixture(scope="module")
def changed() -> Document:
    """The same inputs and scores, with the other outcome."""
    rng = np.random.default_rng(1)
    body = {**CONCEPT["sides"], "task": "binary", "columns": {"target": "y", "score": "p"}}
    ref, cur = frame(rng, 4000), frame(rng, 3000, flipped=True)
    return mmon.run(body, reference=ref, production=cur).document


def test_the_sentence_tells_a_concept_drift_from_a_data_drift(changed: Document) -> None:
    said = changed.sentence
    assert "concept drift, not data drift: rows of the same score have another outcome by" in said
    # It only informs.
    assert "relation" not in said


def test_the_page_draws_what_each_score_meant(changed: Document) -> None:
    page = html.render(changed)
    section = page[page.index("<div id=p-concept>") : page.index("<div id=p-operations>")]
    assert "<section id=concept>" in section
    assert "Outcome by score" in section
    assert section.count("<title>reference, ") == section.count("<title>production, ") == 10
    assert "href=#concept" in page
    assert "calibration drift" in section


def test_short_reports_have_the_section(changed: Document) -> None:
    shown = terminal.render(changed)
    assert "concept" in shown
    assert "calibration drift" in shown
    assert "1 feature with the same relation to the target" in shown
    assert "**Concept**" in markdown.render(changed)
    assert "not tested: " not in shown


def test_the_picture_comes_back_from_the_document(changed: Document) -> None:
    (one,) = changed.meaning
    assert sum(one.rows) == 3000
    assert one.scores == tuple(sorted(one.scores))
    assert one.reference == pytest.approx(one.scores, abs=0.08)
    assert one.production == pytest.approx([1.0 - score for score in one.scores], abs=0.08)
    again = Document.from_dict(json.loads(json.dumps(changed.to_dict())))
    assert again.meaning == changed.meaning or list(again.meaning) == [one]
    assert html.render(again) == html.render(changed)


@pytest.mark.parametrize("scores", [(), (0.5,), (-3.0, 8.0)])
def test_odd_pictures_are_drawn(changed: Document, scores: tuple[float, ...]) -> None:
    (one,) = changed.meaning
    names = ("reference", "production", "reference_half", "production_half")
    lines = {name: (0.5,) * len(scores) for name in names}
    odd = dataclasses.replace(one, scores=scores, rows=(1,) * len(scores), **lines)
    for is_number in (False, True):
        drawn = dataclasses.replace(odd, is_number=is_number)
        page = html.render(dataclasses.replace(changed, meaning=[drawn]))
        assert ("Outcome by" in page) is bool(scores)


def test_a_score_that_moved_in_several_windows_is_told_once() -> None:
    rng = np.random.default_rng(2)
    body = {**CONCEPT["sides"], "columns": {"score": "p"}, "windows": {"rows": 1000}}
    ref, cur = frame(rng, 4000), frame(rng, 3000)
    moved = cur.with_columns(p=pl.col("p") ** 3)
    said = mmon.run(body, reference=ref, production=moved).document.sentence
    assert said.count("score drift") == 1
    assert "in all 3 windows" in said


def test_many_features_that_nothing_can_be_told_of_are_one_line() -> None:
    why = "150 labelled rows are too few to tell 10% from 5%: it takes about 3,500"
    every = [
        quantities.result(
            "relation_drift", 0.0, column=f"f{n}", status=Status.INCONCLUSIVE, reason=why
        )
        for n in range(20)
    ]
    for rows, told in (
        (every, f"relation drift of 20 features: {why}"),
        (
            [*every, dataclasses.replace(every[0], column="g", reason="it has no value")],
            f"relation drift of 21 features: {why} (1 for other reasons: see the HTML and",
        ),
    ):
        sample = document(*rows)
        shown = terminal.render(sample, width=200)
        assert f"\n   concept\n ? {told}" in shown
        assert shown.count(why) == 1
        assert markdown.render(sample).count("150 labelled rows") == 1
        page = html.render(sample)
        assert page[page.index("<div id=p-concept>") :].count(why) >= 20
    needs = [
        dataclasses.replace(row, rows_needed=100 * n, reason=f"too few: it takes about {100 * n}")
        for n, row in enumerate(every)
    ]
    shown = terminal.render(document(*needs), width=200)
    assert " ? relation drift of 20 features: too few: it takes about 1900\n" in shown
    few = terminal.render(document(*every[:3]), width=200)
    assert few.count(why) == 3
