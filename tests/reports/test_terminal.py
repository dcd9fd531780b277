"""The terminal report: worst first, within its width, plain where it must be, the verdict last."""

from __future__ import annotations

import dataclasses
import functools
import re

import pytest

from mmon.errors import ExitStatus
from mmon.outline.summary import summarise
from mmon.reports.terminal import MOST_ROWS, render
from mmon.reports.terminal.lines import width_of
from mmon.results import (
    Column,
    ColumnKind,
    Document,
    Result,
    ResultKind,
    Source,
    Status,
    Verdict,
    Window,
)
from mmon.results.charts import Picture
from tests import quantities
from tests.reports.sample_document import sample_document

DRIFT, QUALITY = ResultKind.DATA_DRIFT, ResultKind.DATA_QUALITY
WIDTHS = (40, 60, 80, 100, 200)


def drift(column: str | None, value: float, status: Status, **more: object) -> Result:
    known = {"potential": 0.1, "detected": 0.2, "q_value": 1e-120, "gating": True, **more}
    return quantities.result("ks", value, column=column, status=status, **known)


def document(*results: Result, windows: int = 1, **more: object) -> Document:
    names = list(dict.fromkeys(row.column for row in results if row.column))
    blank = Document(
        quantities=(),
        segments=(),
        mmon_version="0.1.0",
        project="lending",
        endpoint=None,
        run_id="1",
        started_at="2026-01-01T00:00:00Z",
        finished_at="2026-01-01T00:00:00.42Z",
        config_digest="sha256:0",
        verdict=Verdict.PASS,
        exit_status=ExitStatus.PASS,
        sentence="nothing to fear",
        fail_on="detected",
        reference=Source("ref.parquet", 16_913),
        production=Source("cur.parquet", 34_938),
        windows=[Window(index, 100) for index in range(windows)],
        results=results,
        metrics=(),
        columns=[Column(name, ColumnKind.NUMERIC, "Float64") for name in names],
        pictures=(),
        performance=(),
        bins=(),
        activity=(),
        configuration={},
        versions={},
    )
    return quantities.with_rows(blank, **more)


_ALL = (10, 0, 0, 0)
HOTEL = document(
    drift("adr", 0.164, Status.POTENTIAL_DETECTION),
    drift("agent", 0.278, Status.DETECTED),
    drift("stays", 0.02, Status.NO_DETECTION, q_value=0.3),
    drift("babies", 0.04, Status.INCONCLUSIVE, reason="it takes about 93 rows"),
    quantities.result("missing_share",
        column="agent",
        aspect="increase",
        value=0.6,
        reference_value=0.0,
        potential=0.01,
        detected=0.05,
        status=Status.DETECTED,
    ),
    quantities.result("type_change",
        column="Index",
        value=1.0,
        detected=1.0,
        status=Status.POTENTIAL_DETECTION,
        reason="Int64 became String",
    ),
    columns=[
        *(Column(name, ColumnKind.NUMERIC, "Float64") for name in ("adr", "agent", "stays")),
        Column("babies", ColumnKind.NUMERIC, "Int64"),
        Column("Index", ColumnKind.IDENTIFIER, "Int64", "every value is different"),
        Column("timestamp", ColumnKind.DATETIME, "Date", "time"),
        Column("basket", ColumnKind.UNSUPPORTED, "List(Int64)", "lists are not compared"),
    ],
    pictures=[
        Picture("agent", 0, None, ("a", "b", "c"), (5, 3, 2), (2, 3, 5), (), _ALL, _ALL)
    ],
    verdict=Verdict.BREACH,
    sentence="1 of 4 columns drifted: agent (ks 0.278)",
)  # fmt: skip


def test_a_report_is_read_from_worst_to_verdict() -> None:
    assert (
        render(HOTEL, width=100)
        == """\
lending   reference 16,913 rows   production 34,938 rows   7 columns   0.4 s

   column  metric        value  thresholds  q        reference  production
 ● agent   ks            0.278  0.1 / 0.2   < 1e-99  █▅▄        ▄▅█
     also missing share +60 points (detected)
 ◐ Index   type change     yes              –
     Int64 became String
 ◐ adr     ks            0.164  0.1 / 0.2   < 1e-99
 ? babies  ks           0.0400  0.1 / 0.2   < 1e-99
 ? babies: it takes about 93 rows

   ● 1 detected   ◐ 2 potential   ? 1 inconclusive   · 1 column without drift
   not tested: timestamp (time) and basket (List(Int64))

 BREACH   1 of 4 columns drifted: agent (ks 0.278)
"""
    )


def test_a_terminal_without_unicode_gets_ascii() -> None:
    text = render(HOTEL, width=100, unicode=False)
    assert text.isascii()
    assert " X agent   ks" in text
    assert "missing share +60 points" in text
    assert "#" in text or "@" in text


def test_names_outside_ascii_stay_distinct_where_they_cannot_be_shown() -> None:
    rows = [drift(name, 0.3, Status.DETECTED) for name in ("größe", "gräße")]
    text = render(document(*rows), unicode=False)
    assert "gr\\xf6\\xdfe" in text
    assert "gr\\xe4\\xdfe" in text


def test_without_colour_there_is_no_escape_sequence() -> None:
    assert "\x1b" not in render(HOTEL, width=80, color=False)


def test_colour_adds_escape_sequences_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    # The caller decides; the process's own environment does not.
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setenv("COLUMNS", "20")
    colored = render(HOTEL, width=80, color=True)
    assert "\x1b[1;31m● " in colored
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == render(HOTEL, width=80, color=False)


def test_the_environment_never_colours_a_plain_report(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLORTERM", "truecolor")
    assert "\x1b" not in render(HOTEL, width=80, color=False)


@functools.cache
def hostile_document(windows: int) -> Document:
    return sample_document(20, windows, hostile=True)


@pytest.mark.slow
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("windows", [1, 12, 300])
@pytest.mark.parametrize("unicode", [True, False])
def test_no_line_but_the_verdict_is_wider_than_the_terminal(
    width: int, windows: int, unicode: bool
) -> None:
    sample = hostile_document(windows)
    *lines, _ = render(sample, width=width, unicode=unicode).splitlines()
    assert max(map(width_of, lines)) <= width


@pytest.mark.parametrize("width", [*WIDTHS, 10])
def test_the_last_line_is_the_whole_verdict(width: int) -> None:
    sentence = "a sentence that is longer than any narrow terminal is wide, by far"
    for verdict in Verdict:
        text = render(document(verdict=verdict, sentence=sentence), width=width)
        assert text.endswith(f"\n {verdict.value.upper()}   {sentence}\n")


def test_names_cannot_write_markup_or_lines() -> None:
    names = ["[red]x[/red]", "a\nb", "\x1b[31mred", "\u202edesrever", ":smile:", ""]
    text = render(document(*(drift(name, 0.3, Status.DETECTED) for name in names)), width=100)
    for shown in ("[red]x[/red]", "a\\nb", "\\x1b[31mred", "\\u202edesrever", ":smile:", '""'):
        assert f"● {shown} " in text


def test_wide_names_keep_the_table_aligned() -> None:
    rows = [drift(name, 0.3, Status.DETECTED) for name in ("価格の変化率", "price", "e\u0301cart")]
    lines = [line for line in render(document(*rows)).splitlines() if "●" in line and "ks" in line]
    assert {width_of(line.split("ks")[0]) for line in lines} == {3 + 12 + 2}


def test_long_lists_say_how_many_more_there_are() -> None:
    rows = [drift(f"c{i:02}", 0.3, Status.DETECTED) for i in range(MOST_ROWS + 37)]
    text = render(document(*rows))
    assert text.count(" ● c") == MOST_ROWS
    assert "… and 37 more: the HTML and JSON reports have them all" in text
    assert "● 57 detected" in text


def test_many_inconclusive_columns_are_one_line_with_the_rows_needed() -> None:
    reason = "a value of 0.2 could not be significant with 41 production rows: it takes about 93"
    rows = [drift(f"c{i}", 0.1, Status.INCONCLUSIVE, reason=reason) for i in range(26)]
    lines = render(document(*rows, verdict=Verdict.INCONCLUSIVE), width=200).splitlines()
    assert lines[2] == f" ? c0, c1, c2, c3, c4, c5 and 20 more: {reason}"
    assert "   ? 26 inconclusive" in lines


def test_each_reason_stands_once_the_most_frequent_first() -> None:
    rows = [
        drift(f"c{i}", 0.1, Status.INCONCLUSIVE, reason="rare" if i == 0 else "often")
        for i in range(8)
    ]
    text = render(document(*rows), width=100)
    assert text.index(": often") < text.index("c0: rare")
    assert text.count("often") == 1


def test_windows_are_a_strip_of_signs_with_the_worst_one_named() -> None:
    statuses = (
        Status.NO_DETECTION, Status.DETECTED, Status.POTENTIAL_DETECTION, Status.INCONCLUSIVE
    )  # fmt: skip
    rows = [
        drift("a", value, status, window=index)
        for index, (value, status) in enumerate(zip((0.05, 0.3, 0.15, 0.02), statuses, strict=True))
    ]
    windows = [
        Window(index, 50, f"2024-0{index + 1}-01", f"2024-0{index + 2}-01", status=status)
        for index, status in enumerate(statuses)
    ]
    text = render(dataclasses.replace(document(*rows), windows=windows), width=100)
    assert "   windows  ·●◐?\n" in text
    assert "worst: window 2 (2024-02-01 to 2024-03-01), a (ks 0.300)" in text
    assert " ● a       ks      0.300  0.1 / 0.2   < 1e-99       2  ▂█▄▁\n" in text


def test_the_window_with_most_findings_is_not_called_the_worst() -> None:
    rows = [
        drift("a", 0.4, Status.DETECTED, window=0),
        drift("a", 0.3, Status.DETECTED, window=1),
        drift("b", 0.15, Status.POTENTIAL_DETECTION, window=1),
    ]
    text = render(document(*rows, windows=2), width=100)
    assert "   most findings (2): window 2 (100 rows), the worst: a (ks 0.300)\n" in text


def test_a_heading_is_one_line_where_narrower_gaps_allow_it() -> None:
    sample = document(project="lending", endpoint="credit-risk", windows=4)
    whole, tight, broken = (render(sample, width=width) for width in (103, 99, 90))
    facts = ["lending / credit-risk", "reference 16,913 rows", "production 34,938 rows"]
    counts = ["0 columns", "4 windows", "0.4 s"]
    assert whole.splitlines()[0] == "   ".join([*facts, *counts])
    assert tight.splitlines()[0] == "  ".join([*facts, *counts])
    assert broken.splitlines()[:2] == ["   ".join(facts), "   ".join(counts)]


def test_more_windows_than_cells_show_the_worst_of_neighbours() -> None:
    statuses = [Status.NO_DETECTION] * 500
    statuses[123] = Status.DETECTED
    windows = [Window(i, 1, status=status) for i, status in enumerate(statuses)]
    line = render(dataclasses.replace(document(), windows=windows), width=40).splitlines()[4]
    assert line.startswith("   windows  ")
    assert len(line) == 40
    assert line.count("●") == 1


def test_results_about_the_dataset_are_said_to_be_about_all_columns() -> None:
    text = render(document(drift(None, 0.5, Status.DETECTED)))
    assert " ● all columns  ks" in text


def test_a_long_title_keeps_to_the_width() -> None:
    first, second = render(document(project="a" * 60 + "価" * 60), width=40).splitlines()[:2]
    assert first.startswith("aaaa")
    assert first.endswith("価")
    assert width_of(first) <= 40
    assert second == "reference 16,913 rows"


def test_errors_are_told_before_the_verdict() -> None:
    lines = render(document(errors=["age: it could not be read"])).splitlines()
    assert lines[-3:] == ["   error: age: it could not be read", "", " PASS   nothing to fear"]


def test_a_run_that_looked_at_quality_only_calls_its_columns_tested() -> None:
    calm = quantities.result("missing_share", column="a", value=0.0, detected=0.1,
        status=Status.NO_DETECTION,
    )  # fmt: skip
    assert summarise(document(calm)).calm == 1
    with_drift = summarise(document(calm, drift("b", 0.0, Status.NO_DETECTION)))
    assert [column.name for column in with_drift.untested] == ["a"]
    told = drift("a", 0.4, Status.IRRELEVANT, potential=None, detected=None, gating=False)
    assert summarise(document(calm, told)).calm == 0
    sought = document(calm, configuration={"analyses": {"data_drift": {"metrics": "all"}}})
    assert summarise(sought).calm == 0
    assert [column.name for column in summarise(sought).untested] == ["a"]


def test_unjudged_results_say_nothing() -> None:
    rows = [
        drift("a", 0.9, Status.IRRELEVANT, potential=None, detected=None),
        drift("a", 0.01, Status.NO_DETECTION),
    ]
    text = render(document(*rows))
    assert "· 1 column without drift" in text
    assert "0.9" not in text


def test_a_document_with_nothing_in_it_is_still_a_report() -> None:
    empty = document(started_at="", windows=0, project=None, sentence="nothing was tested")
    text = render(empty)
    assert text.startswith("mmon   reference 16,913 rows")
    assert text.endswith(" PASS   nothing was tested\n")


def test_the_heading_of_a_single_window_says_when_it_was() -> None:
    day = Window(0, 100, start="2024-01-06T00:00:00Z", end="2024-01-07T00:00:00Z")
    heading = render(dataclasses.replace(document(), windows=[day]), width=200).splitlines()[0]
    assert "   2024-01-06 to 2024-01-07   " in heading


def test_what_is_usual_of_a_segment_names_the_segment() -> None:
    worse = quantities.result(
        "worse_segment",
        0.246,
        kind=ResultKind.MODEL_PERFORMANCE,
        aspect="increase",
        segment="agent = 240",
        status=Status.NO_DETECTION,
        potential=0.05,
        gating=True,
        reason="error rate 0.097 → 0.31, 3.7% of rows",
    )
    told = "worse segment +24.6 points where agent = 240: error rate 0.097 → 0.31, 3.7% of rows"
    assert told in " ".join(render(document(worse), width=100).split())
