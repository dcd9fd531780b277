"""What the HTML report says, and in which order."""

from __future__ import annotations

import dataclasses
import re

from mmon.reports import html
from mmon.results import (
    Column,
    ColumnKind,
    ResultKind,
    Status,
    Window,
)
from mmon.results.charts import Picture
from tests import quantities
from tests.reports.html_page import Page, document, drift
from tests.reports.sample_document import sample_document


def test_the_verdict_stands_first_and_the_making_last() -> None:
    told = [quantities.metric("columns_seen", 24.0, window=2)]
    source = html.render(dataclasses.replace(sample_document(24, 3), metrics=told))
    order = [
        "<h1>",
        "<h2>Over time",
        "<h2>Columns",
        "<h2>Inconclusive",
        "<h2>Data quality",
        "<h2>Other numbers",
        "<h2>Not tested, and recognised",
        "<h2>How the run was made",
    ]
    assert re.findall("<h[12]>[^<]*", source)[1:] == order[1:]
    first = Page(source).text[:4]
    assert first[1:3] == ["BREACH", "lending / credit-risk"]
    assert first[3].endswith("columns drifted")


def test_the_page_says_how_the_run_was_made() -> None:
    given = sample_document(2)
    text = " ".join(Page(html.render(given)).text)
    for told in (
        given.run_id,
        given.config_digest,
        given.mmon_version,
        "polars 2.1.0",
        "2026-11-23 15:00 UTC",
        "1.25 s",
        "ranks are known to 0.02% of the rows",
        '"alpha": 0.05',
    ):
        assert told in text


def test_columns_that_are_not_tested_say_why() -> None:
    given = sample_document(2)
    text = Page(html.render(given)).text
    tested = {r.column for r in given.results if r.kind is ResultKind.DATA_DRIFT}
    for column in given.columns:
        if column.name not in tested:
            assert column.name in text
            assert column.reason in text


def test_inconclusive_results_say_why() -> None:
    page = Page(html.render(sample_document(2)))
    reason = "could not be significant with 41 production rows"
    assert any(reason in text for text in page.text[page.position("Inconclusive") :])


def test_every_result_of_a_column_is_told_with_value_error_threshold_and_chances() -> None:
    gate = drift("age", 0.1234, Status.POTENTIAL_DETECTION, error=3e-4, p_value=1e-5, q_value=2e-5)
    other = dataclasses.replace(
        gate,
        quantity=quantities.named("psi"),
        potential=None,
        detected=None,
        status=Status.IRRELEVANT,
        value=1234.5,
    )
    source = html.render(document(gate, other))
    cells = ["0.123", "±0.0003", "0.1 / 0.2", "1.0e-05", "2.0e-05"]
    assert "<td>ks" + "".join(f"<td>{cell}" for cell in cells) in source
    assert "<td>psi<td>1,234<td>±0.0003<td><td>1.0e-05" in source


def test_columns_are_ordered_by_status_and_then_by_value() -> None:
    page = Page(
        html.render(
            document(
                drift("calm", 0.19, Status.NO_DETECTION),
                drift("doubt", 0.9, Status.INCONCLUSIVE),
                drift("worse", 0.5, Status.DETECTED),
                drift("perhaps", 0.15, Status.POTENTIAL_DETECTION),
                drift("bad", 0.3, Status.DETECTED),
            )
        )
    )
    places = [page.text.index(name) for name in ("worse", "bad", "perhaps", "doubt", "calm")]
    assert places == sorted(places)


def test_a_column_s_worst_result_speaks_for_it() -> None:
    missing = quantities.result(
        "missing_share",
        column="age",
        aspect="increase",
        value=0.61,
        reference_value=0.02,
        potential=0.05,
        detected=0.2,
        gating=True,
        status=Status.DETECTED,
    )
    source = html.render(document(drift("age", 0.05, Status.NO_DETECTION), missing))
    row = source[source.index(" data-s=4") :]
    assert "missing share<td class=n>+61 points" in row[: row.index("<tr class=d>")]


def test_a_falling_share_of_missing_values_is_not_drawn_as_trouble() -> None:
    fewer = dataclasses.replace(
        drift("age", -0.4, Status.NO_DETECTION),
        quantity=quantities.named("missing_share"),
        aspect="increase",
        reference_value=0.5,
    )
    source = html.render(document(fewer, drift("age", 0.01, Status.NO_DETECTION)))
    row = source[source.index(" data-s=1") :]
    assert "<td>ks<td class=n>0.01" in row[: row.index("<tr class=d>")]


def test_a_column_without_a_threshold_is_measured_but_not_judged() -> None:
    told = drift("when", 0.4, Status.IRRELEVANT, potential=None, detected=None, gating=False)
    sound = dataclasses.replace(
        drift("when", 0.0, Status.NO_DETECTION),
        quantity=quantities.named("missing_share"),
    )
    source = html.render(document(told, sound))
    row = source[source.index(" data-s=0") :]
    assert "not judged" in row[: row.index("<tr class=d>")]
    text = Page(source).text
    assert "measured, but none of its metrics has a threshold" in text
    assert "0 tested" in text


def test_a_fact_is_told_in_a_word_and_not_drawn_on_a_scale() -> None:
    gone = dataclasses.replace(
        drift("gone", 1.0, Status.DETECTED, potential=None, detected=1.0, p_value=None),
        quantity=quantities.named("missing_column"),
    )
    source = html.render(document(gone))
    row = source[source.index(" data-s=4") :]
    row = row[: row.index("<tr class=d>")]
    assert "missing column<td class=n>yes" in row
    assert "class=m" not in row


def test_times_are_dates_and_not_microseconds() -> None:
    picture = Picture(
        column="booked_at",
        window=0,
        edges=(1.4514336e15, 1.4619744e15, 1.4725152e15, 1.483056e15),
        labels=None,
        reference=(10, 20, 30),
        production=(30, 20, 10),
        quantiles=((0.5, 1.4725152e15, 1.4619744e15), (0.99, 1.48e15, None)),
        reference_presence=(60, 0, 0, 0),
        production_presence=(60, 4, 0, 0),
    )
    source = html.render(
        document(
            drift("booked_at", 0.33, Status.DETECTED),
            pictures=[picture],
            columns=[Column("booked_at", ColumnKind.DATETIME, "Datetime")],
        )
    )
    assert "2015-12-30 to 2016-04-30: 10 (16.7%) → 30 (50.0%)" in source
    assert "<tr><th>median<td>2016-08-30<td>2016-04-30" in source
    assert "<tr><th>99%<td>2016-11-24<td>–" in source
    assert "0% → 6.2%" in source


def test_counts_of_every_bin_and_category_can_be_read() -> None:
    given = sample_document(8)
    source = html.render(given)
    for picture in given.pictures:
        for ref, cur in zip(picture.reference, picture.production, strict=True):
            if picture.labels is None:
                assert re.search(rf": {ref:,} \([^)]*\) → {cur:,} \(", source)
            else:
                assert f"<td>{ref:,}<td>" in source
                assert f"<td>{cur:,}<td>" in source


def test_windows_are_listed_and_the_worst_is_named() -> None:
    windows = [Window(i, 100 * (i + 1), status=s) for i, s in enumerate([Status.DETECTED] * 3)]
    results = [
        drift("a", 0.9, Status.DETECTED, window=0),
        drift("a", 0.3, Status.DETECTED, window=1),
        drift("b", 0.3, Status.DETECTED, window=1),
        drift("a", 0.3, Status.DETECTED, window=2),
        drift("b", 0.15, Status.POTENTIAL_DETECTION, window=2),
    ]
    source = html.render(document(*results, windows=windows))
    # Window 1 has the largest value, but alone.
    assert "Most was found in <b>window 2</b> of 3: 2 columns detected" in source
    alone = html.render(document(*results[:2], windows=windows))
    assert "The worst is <b>window 1</b> of 3: 1 column detected" in alone
    calm = [drift("a", value, Status.NO_DETECTION, window=i) for i, value in enumerate((0.1, 0.2))]
    calm_text = html.render(document(*calm, windows=windows))
    assert "nearest came <b>window 2</b> of 3: 0 columns detected" in calm_text
    assert re.search(r"<td class=n>3<td class=n>300<td class=n>1<td class=n>1", source)


def test_one_window_has_no_section_over_time() -> None:
    source = html.render(sample_document(3))
    assert "Over time" not in source
    assert "Period" not in source


def test_results_of_other_analyses_get_their_own_section() -> None:
    result = quantities.result(
        "residual_shift",
        kind=ResultKind.CONCEPT_DRIFT,
        value=0.31,
        potential=0.1,
        detected=0.2,
        gating=True,
        status=Status.DETECTED,
    )
    source = html.render(document(result))
    assert "<h2>Concept drift" in source
    assert "<td>residual shift<td class=n>0.310" in source


def test_a_result_of_a_segment_does_not_speak_for_its_column() -> None:
    part = drift("age", 0.9, Status.DETECTED, segment="country = PT")
    source = html.render(document(part, drift("age", 0.01, Status.NO_DETECTION)))
    columns, segments = source.split("<section id=segments>")
    assert " data-s=1" in columns
    assert " data-s=4" not in columns
    text = Page(segments).text
    assert text[text.index("PT") :][:3] == ["PT", "1 of 1", "age (ks 0.900)"]


def test_a_run_that_looked_at_quality_only_calls_its_columns_tested() -> None:
    calm = quantities.result("missing_share", column="a", value=0.0, detected=0.1,
        status=Status.NO_DETECTION,
    )  # fmt: skip
    source = html.render(document(calm))
    assert "1 tested" in Page(source).text
    assert "no metric applies to it" not in source


def test_a_run_that_found_no_column_to_measure_drift_of_calls_none_tested() -> None:
    calm = quantities.result("missing_share", column="a", value=0.0, detected=0.1,
        status=Status.NO_DETECTION,
    )  # fmt: skip
    sought = document(calm, configuration={"analyses": {"data_drift": {"metrics": "all"}}})
    text = Page(html.render(sought)).text
    assert "0 tested" in text
    assert "1 not tested" in text
    without = document(calm, configuration={"analyses": {"data_drift": None}})
    assert "1 tested" in Page(html.render(without)).text
