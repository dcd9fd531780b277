"""Why a model got worse: results, their reasons, and what reports say of them."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import polars as pl
import pytest

import mmon
from mmon import models
from mmon.outline.why import Why, why
from mmon.reports import html, markdown, terminal
from mmon.results import Document, Result, Status
from tests import quantities
from tests.reports.sample_document import sample_document

pytestmark = [pytest.mark.models, pytest.mark.slow]

NAMES = ("change_total", "change_from_inputs", "change_from_concept", "change_from_unseen")


def side(seed: int, shares: tuple, risks: tuple, rows: int = 2_000) -> pl.DataFrame:
    """One category, by which a model is wrong as often as ``risks`` says."""
    rng = np.random.default_rng(seed)
    x, y = rng.choice(len(shares), rows, p=shares), rng.integers(0, 2, rows)
    is_wrong = rng.random(rows) < np.array(risks)[x]
    return pl.DataFrame(
        {"x": np.array(list("abc"))[x], "y": y, "answer": np.where(is_wrong, 1 - y, y)}
    )


REF = side(1, (0.6, 0.3, 0.1), (0.1, 0.2, 0.4))
CUR = side(2, (0.1, 0.3, 0.6), (0.1, 0.3, 0.5))


def ran(ref: pl.DataFrame, cur: pl.DataFrame, **settings: Any) -> Document:
    sides = {"reference": "ref", "production": "cur"}
    columns = {"target": "y", "prediction": "answer"}
    body = {**sides, "task": "binary", "columns": columns, **settings}
    return mmon.run(body, reference=ref, production=cur).document


def told(document: Document) -> dict[str, Result]:
    return {one.name: one for one in document.results if one.name in NAMES}


def explained(document: Document) -> Why:
    found = why(document)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def document() -> Document:
    return ran(REF, CUR)


def test_parts_add_up_and_decide_nothing(document: Document) -> None:
    found = told(document)
    values = [found[name].value or 0.0 for name in NAMES]
    assert values[0] == pytest.approx(sum(values[1:]))
    assert values == pytest.approx([0.24, 0.0667, 0.0733, 0.1], abs=0.04)
    wrong = [(one["y"] != one["answer"]).mean() for one in (REF, CUR)]
    assert values[0] == pytest.approx(wrong[1] - wrong[0])
    assert all(one.interval is not None and not one.gating for one in found.values())
    assert {one.status for one in found.values()} == {Status.IRRELEVANT}
    assert "of all 2,000 and 2,000 labelled rows" in (found["change_total"].reason or "")
    assert "of their inputs" in (found["change_from_concept"].reason or "")


def test_a_report_opens_with_the_sentence(document: Document) -> None:
    lead = explained(document).lead
    assert lead.startswith("Accuracy fell 2")
    for part in (
        " points: ",
        "because inputs shifted to harder cases, ",
        "because the same inputs now mean something else, ",
        "because of inputs never seen before",
    ):
        assert part in lead
    page = html.render(document)
    assert page.index(lead) < page.index("id=why")
    assert page.count("class=fall") == 4
    assert lead in markdown.render(document).split("\n\n")[1]
    assert "Accuracy fell 2" in terminal.render(document)


def test_levels_make_a_part_decide() -> None:
    levels = {"concept_drift": {"thresholds": {"change_from_unseen": {"detected": 0.02}}}}
    found = told(ran(REF, CUR, analyses=levels))["change_from_unseen"]
    assert (found.status, found.gating) == (Status.DETECTED, True)


def test_a_regression_is_told_in_shares_of_its_mean_absolute_error() -> None:
    rng = np.random.default_rng(3)

    def priced(by: float) -> pl.DataFrame:
        x = rng.normal(size=1_500)
        return pl.DataFrame({"x": x, "y": x + rng.normal(by, 1.0, 1_500), "answer": x})

    document = ran(priced(0.0), priced(1.0), task="regression")
    found = told(document)
    assert all(one.relative for one in found.values())
    assert found["change_from_concept"].value == pytest.approx(0.46, abs=0.12)
    assert explained(document).lead.startswith("The mean absolute error rose ")


def test_without_scikit_learn_the_reason_is_the_install_line(monkeypatch) -> None:
    monkeypatch.setattr(models, "lacking", lambda: models.LACKING)
    document = ran(REF, CUR)
    (only,) = told(document).values()
    assert (only.status, only.value) == (Status.IRRELEVANT, None)
    assert "pip install 'mmon[ml]'" in (only.reason or "")
    assert "pip install 'mmon[ml]'" in terminal.render(document, width=200)


def test_of_many_windows_the_newest_and_the_worst_are_explained() -> None:
    bad = side(4, (0.6, 0.3, 0.1), (0.5, 0.5, 0.5), 500)
    calm = [side(seed, (0.6, 0.3, 0.1), (0.1, 0.2, 0.4), 500) for seed in (5, 6, 7)]
    document = ran(REF, pl.concat([calm[0], bad, *calm[1:]]), windows={"rows": 500})
    windows = {one.window for one in document.results if one.name == "change_total"}
    assert windows == {1, 3}
    assert " in window 2" in explained(document).lead


def test_a_window_is_named_and_its_rows_counted_also_where_nothing_fell() -> None:
    calm = [side(seed, (0.6, 0.3, 0.1), (0.1, 0.2, 0.4), 500 + seed) for seed in (5, 6, 7)]
    days = [one.with_columns(day=pl.date(2024, 3, place)) for place, one in enumerate(calm, 1)]
    columns = {"target": "y", "prediction": "answer", "timestamp": "day"}
    document = ran(
        REF.with_columns(day=pl.date(2024, 2, 1)),
        pl.concat(days),
        columns=columns,
        windows={"every": "1d"},
    )
    found = explained(document)
    assert not found.lead
    (place,) = (n for n in range(3) if f"2,000 and {len(calm[n])} labelled" in found.notes[0])
    assert found.window.startswith(f"window {place + 1} (2024-03-0{place + 1}")
    assert f"why performance changed in {found.window}" in terminal.render(document, width=200)
    assert f"Why performance changed, {found.window}" in html.render(document)
    plain = markdown.render(document).replace("\\", "")
    assert f"**Why performance changed**, {found.window}" in plain


@pytest.mark.parametrize(
    ("change", "settings", "reason"),
    [
        ({"x": "new"}, {}, "no overlap"),
        ({}, {"sample": 0}, "sample is 0"),
        ({"y": 1, "answer": 1}, {}, ""),
        ({"y": None}, {}, ""),
    ],
)
def test_what_cannot_be_told_has_a_reason(change: dict, settings: dict, reason: str) -> None:
    cur = CUR.with_columns(
        *(pl.lit(value, dtype=CUR.schema[name]).alias(name) for name, value in change.items())
    )
    document = ran(REF, cur, **settings)
    reasons = " ".join(one.reason or "" for one in told(document).values())
    assert reason in reasons
    assert terminal.render(document)


def test_few_rows_say_how_many_it_takes() -> None:
    document = ran(REF, CUR.head(20))
    assert "20 labelled rows of production: it takes 50" in told(document)["change_total"].reason


@pytest.mark.parametrize("features", [0, 1, 500])
def test_any_number_of_features(features: int) -> None:
    rng = np.random.default_rng(9)
    more = {f"n{place}": rng.normal(size=100) for place in range(features)}
    sides = [one.head(100).drop("x").with_columns(**more) for one in (REF, CUR)]
    found = told(ran(*sides))
    assert (len(found) == 4) == (features > 0)


def sentence(*parts: tuple[float, float]) -> str:
    """What is said of a loss that rose by 10 points, by the three parts' values and deviations."""
    values = zip(NAMES, ((0.1, 0.01), *parts), strict=True)
    results = [
        quantities.result(
            name, value, aspect="increase", interval=(value - 2 * off, value + 2 * off)
        )
        for name, (value, off) in values
    ]
    return explained(quantities.with_rows(sample_document(2), results=results)).lead


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        (
            ((0.08, 0.01), (0.021, 0.02), (-0.001, 0.01)),
            ": 8.0 because inputs shifted to harder cases",
        ),
        (
            ((0.03, 0.01), (0.071, 0.05), (-0.001, 0.01)),
            ": 3.0 because inputs shifted to harder cases; the rest may be chance",
        ),
        (
            ((0.2, 0.01), (-0.101, 0.08), (0.001, 0.01)),
            ": 20.0 because inputs shifted to harder cases; the rest may be chance",
        ),
        (
            ((0.2, 0.01), (-0.101, 0.01), (0.001, 0.01)),
            ": 20.0 because inputs shifted to harder cases, less 10.1 because the same inputs now "
            "mean something else",
        ),
        (((0.03, 0.02), (0.03, 0.02), (0.04, 0.03)), ", of which no part is sure"),
        (
            ((-0.03, 0.01), (0.06, 0.04), (0.07, 0.04)),
            ", of which no part is sure, less 3.0 because inputs shifted to easier cases",
        ),
    ],
)
def test_a_sentence_tells_no_part_that_chance_may_have_made(parts: Any, told: str) -> None:
    assert sentence(*parts) == f"Accuracy fell 10.0 points{told}"


@pytest.mark.parametrize(
    ("status", "told"), [(Status.DETECTED, "; it began on 2024-03-18"), (Status.INCONCLUSIVE, "")]
)
def test_what_is_in_doubt_began_nothing(status: Status, told: str) -> None:
    total = quantities.result("change_total", 0.1, aspect="increase", interval=(0.08, 0.12))
    step = quantities.result(
        "error_rate_step", 0.1, aspect="step", status=status, reason="on 2024-03-18"
    )
    document = quantities.with_rows(sample_document(2), results=[total, step])
    assert explained(document).lead == f"Accuracy fell 10.0 points{told}"


@pytest.mark.parametrize(
    ("changed", "windows", "is_told"), [(True, 2, True), (False, 2, False), (False, 1, True)]
)
def test_the_worst_of_many_windows_is_told_only_where_performance_surely_changed(
    changed: bool, windows: int, is_told: bool
) -> None:
    total = quantities.result("change_total", 0.07, aspect="increase", interval=(0.02, 0.12))
    fell = quantities.result("roc_auc", 0.01, aspect="drop", changed=changed)
    found = explained(quantities.with_rows(sample_document(2, windows), results=[total, fell]))
    assert bool(found.lead) is is_told
    assert ("chance alone" in " ".join(found.notes)) is not is_told


@pytest.mark.parametrize(
    ("value", "interval", "told"),
    [
        (0.018, (-0.001, 0.037), ("1.8 points worse", "0.1 better to 3.7 worse")),
        (-0.004, (-0.014, -0.002), ("0.4 points better", "0.2 to 1.4 better")),
        (0.0, (0.0, 0.0), ("0.0 points", "0.0 to 0.0")),
    ],
)
def test_a_part_says_in_words_which_way_it_goes(
    value: float, interval: tuple[float, float], told: tuple[str, str]
) -> None:
    total = quantities.result("change_total", value, aspect="increase", interval=interval)
    (part,) = explained(quantities.with_rows(sample_document(2), results=[total])).parts
    assert (part.text, part.interval) == told


def _lead(total: Result, *steps: tuple[int, float, float, str]) -> str:
    """What is told of a change by steps: window, loss before, size and place of each."""
    told = [
        quantities.result(
            "error_rate_step",
            size,
            aspect="step",
            window=window,
            reference_value=before,
            status=Status.DETECTED if size > 0.0 else Status.NO_DETECTION,
            reason=place,
        )
        for window, before, size, place in steps
    ]
    return explained(quantities.with_rows(sample_document(3), results=[total, *told])).lead


@pytest.mark.parametrize(
    ("window", "steps", "told"),
    [
        # In a run without windows a rise may be over at its end.
        (
            0,
            [(0, 0.1, 0.2, "on May 2"), (0, 0.3, -0.2, "on May 9"), (0, 0.1, 0.1, "on May 12")],
            "; the worst of it began on May 2 and was over on May 9",
        ),
        (0, [(0, 0.1, 0.2, "on May 2"), (1, 0.3, -0.2, "on May 9")], "; it began on May 2"),
        # The largest one was over before this window, or came after it.
        (
            2,
            [(0, 0.1, 0.2, "on May 2"), (1, 0.3, -0.2, "on May 9"), (2, 0.1, 0.1, "on May 12")],
            "; it began on May 12",
        ),
        (0, [(1, 0.1, 0.2, "on May 9")], ""),
    ],
    ids=["over at the end", "felt", "over before", "later"],
)
def test_a_change_began_with_the_step_that_its_window_felt(
    window: int, steps: Any, told: str
) -> None:
    total = quantities.result(
        "change_total", 0.1, aspect="increase", interval=(0.08, 0.12), window=window
    )
    assert "".join(_lead(total, *steps).partition("; ")[1:]) == told


def test_a_better_model_began_with_no_step_for_the_worse() -> None:
    total = quantities.result("change_total", -0.1, aspect="increase", interval=(-0.12, -0.08))
    assert "began" not in _lead(total, (0, 0.1, 0.2, "on May 2"))


def test_what_is_not_told_is_said_once_and_names_no_window() -> None:
    total = quantities.result("change_total", None, aspect="increase", reason="it has no rows")
    found = explained(quantities.with_rows(sample_document(2, 3), results=[total]))
    assert (found.window, found.parts) == ("", ())
    assert found.notes == ("why performance changed is not told: it has no rows",)


def test_a_better_model_is_told_as_one(document: Document) -> None:
    results = [
        dataclasses.replace(one, value=-one.value, interval=(-one.interval[1], -one.interval[0]))
        if one.name in NAMES and one.value is not None and one.interval is not None
        else one
        for one in document.results
    ]
    lead = explained(dataclasses.replace(document, results=results)).lead
    assert lead.startswith("Accuracy rose")
    assert "inputs shifted to easier cases" in lead
