"""Applications in Python: what they see, and how their numbers are judged."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import mmon
from mmon.errors import ExitStatus
from mmon.results import Document
from tests.applications.python_runs import APP, NONE, REFERENCE, SHIFTED, own, run, timed, windows


def test_a_result_is_judged_by_the_levels_that_the_application_gives(at: Any) -> None:
    document = run({"class": at(APP), "args": {"detected": 0.5}})
    (found,) = own(document)
    assert (found.application, found.value, found.status) == ("own", 0.7, "detected")
    assert (found.reference_value, found.gating) == (0.4, True)
    assert document.exit_status is ExitStatus.BREACH
    assert {one.name: one.value for one in document.metrics} == {"rows": 1000.0}


def test_a_status_of_the_application_decides_as_it_is(at: Any) -> None:
    entry = {"class": at(APP), "args": {"status": "potential_detection"}}
    assert own(run(entry))[0].status == "potential_detection"
    assert run(entry).exit_status is ExitStatus.PASS
    assert run(entry, fail_on="potential").exit_status is ExitStatus.BREACH
    assert run({**entry, "gate": "none"}, fail_on="potential").exit_status != ExitStatus.BREACH


def test_levels_of_the_configuration_are_in_the_place_of_the_application_s(at: Any) -> None:
    entry = {"class": at(APP), "args": {"detected": 0.1}}
    high = {"max": {"detected": 0.9}}
    assert own(run({**entry, "thresholds": high}))[0].status == "no_detection"
    assert own(run({**entry, "by_result": {"large": high}}))[0].status == "no_detection"
    rise = {"max_rise": {"detected": 0.2}}
    told, risen = own(run({**entry, "by_result": {"large": rise}}))
    assert (told.gating, risen.aspect, risen.status) == (False, "rise", "detected")
    assert risen.value == pytest.approx(0.3)


def test_a_result_with_levels_that_is_not_given_is_inconclusive(at: Any) -> None:
    document = run({"class": at(APP), "by_result": {"larger": {"max": {"detected": 1}}}})
    (lost,) = (one for one in own(document) if one.name == "larger")
    assert (lost.status, lost.reason) == ("inconclusive", "the application gave no such result")


def test_a_function_gives_one_number_and_a_dict_gives_several(at: Any) -> None:
    text = """
@mmon.application
def large_share(context):
    return share(context.sample_df)

@mmon.application
def both(context):
    return {"mean": 1.5, "rows": 7}
"""
    place = at(text)
    document = run(
        {"class": f"{place}:large_share", "thresholds": {"max": {"detected": 0.5}}},
        {"class": f"{place}:both", "name": "two"},
    )
    found = [(one.application, one.name, one.value, one.status) for one in own(document)]
    assert found == [
        ("large-share", "large_share", 0.7, "detected"),
        ("two", "mean", 1.5, "irrelevant"),
        ("two", "rows", 7.0, "irrelevant"),
    ]


SEEN = """
class Seen(mmon.Application):
    def do_tracking(self, context):
        frame = context.sample_df.collect()
        stats, before = context.sample_df_stats["x"], context.feature_stats["x"]
        assert context.feature_names == ["x", "kind"], context.feature_names
        assert context.label_names == ["y"]
        assert (context.project_name, context.endpoint_name) == ("p", "e")
        assert stats["count"] == frame.height
        assert stats["hist"][1] == before["hist"][1]
        assert sum(stats["hist"][0]) == frame.height
        assert stats["mean"] == frame["x"].mean()
        assert before["min"] == 0 and before["50%"] == 4, before
        assert sum(context.sample_df_stats["kind"]["hist"][0]) == frame.height
        assert (frame["t"] >= context.start_infer_time.replace(tzinfo=None)).all()
        assert (frame["t"] < context.end_infer_time.replace(tzinfo=None)).all()
        return [mmon.Result("rows", frame.height), mmon.Result("sum", frame["x"].sum())]
"""


@pytest.mark.parametrize("history", [False, True])
def test_each_window_is_seen_by_itself_with_or_without_a_history(
    at: Any, tmp_path: Path, history: bool
) -> None:
    report = mmon.run(windows(at(SEEN), tmp_path, history))
    assert report.document.errors == []
    found = [(one.window, one.name, one.value) for one in own(report.document)]
    sums = [float(sum(i % 10 for i in range(24 * day, 24 * day + 24))) for day in range(4)]
    assert sorted(found) == sorted(
        [(day, "rows", 24.0) for day in range(4)] + [(day, "sum", sums[day]) for day in range(4)]
    )


def test_windows_of_rows_are_seen_by_themselves(at: Any) -> None:
    place = at(APP)
    document = run({"class": place}, windows={"rows": 250})
    assert [(one.window, one.value) for one in own(document)] == [(n, 0.7) for n in range(4)]


def test_a_baseline_has_no_rows_and_says_so(at: Any, tmp_path: Path) -> None:
    document = mmon.run(
        {
            "reference": mmon.profile(REFERENCE),
            "production": SHIFTED,
            "analyses": NONE,
            "applications": [{"class": at(APP)}, {"class": "histogram_data_drift"}],
        }
    ).document
    assert len(document.errors) == 1
    assert "a reference that is a baseline has no rows (use feature_stats)" in document.errors[0]
    assert "general_drift" in {one.name for one in document.results}


SHOWING = """
class Showing(mmon.Application):
    def do_tracking(self, context):
        context.log_artifact("rows", context.sample_df.head(300))
        svg = "<svg xmlns='http://www.w3.org/2000/svg'><circle r='4'/></svg>"
        context.log_artifact("circle", svg)
        context.log_artifact("page", "<h1>Hi</h1><script>alert('no')</script>")
        context.log_artifact("dot", bytes.fromhex("89504e470d0a1a0a") + b"rest")
        return []
"""


def test_what_is_shown_stands_in_every_report_and_runs_nothing(at: Any, tmp_path: Path) -> None:
    report = mmon.run(
        {
            "reference": REFERENCE,
            "production": SHIFTED,
            "analyses": NONE,
            "applications": [{"class": at(SHOWING)}],
        }
    )
    html = report.to_html()
    assert "<script>alert" not in html
    assert 'sandbox="" loading=lazy title="page" srcdoc="&lt;h1&gt;Hi' in html
    assert 'src="data:image/svg+xml;base64,' in html
    assert 'src="data:image/png;base64,' in html
    assert "The table has 100 more rows." in html
    assert "rows: a table of 300 rows, by own" in str(report)
    body = json.loads(report.to_json())
    assert [one["kind"] for one in body["artifacts"]] == ["table", "svg", "html", "png"]
    assert list(Document.from_dict(body).artifacts) == list(report.document.artifacts)


def test_secrets_are_in_no_error_and_no_artifact(
    at: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from mmon.config_file import parse

    monkeypatch.setenv("OWN_TOKEN", "hunter2-secret-token")
    text = """
class Telling(mmon.Application):
    def __init__(self, token):
        self.token = token

    def do_tracking(self, context):
        context.logger.warning("the token is %s", self.token)
        context.log_artifact("page", f"<p>{self.token}</p>")
        raise ValueError(f"the token is {self.token}")
"""
    REFERENCE.write_parquet(Path(at(text)).with_name("r.parquet"))
    data = Path(at(text)).with_name("r.parquet")
    config = parse(
        f"reference: {data}\nproduction: {data}\napplications:\n"
        f"  - {{class: '{at(text)}', args: {{token: '${{OWN_TOKEN}}'}}}}\n"
    )
    report = mmon.run(config)
    told = capsys.readouterr()
    whole = report.to_json() + report.to_html() + str(report) + told.err + told.out
    assert "the token is ***" in told.err
    assert "hunter2" not in whole


def test_labels_that_come_separately_are_seen(at: Any, tmp_path: Path) -> None:
    text = """
class Labelled(mmon.Application):
    def do_tracking(self, context):
        frame = context.sample_df.collect()
        return {"labels": frame["y"].drop_nulls().len(), "rows": frame.height}
"""
    frame = timed(48).with_row_index("id")
    document = mmon.run(
        {
            "reference": frame,
            "production": frame.drop("y"),
            "labels": {"path": frame.select("id", "y").head(30), "on": "id"},
            "columns": {"id": "id", "timestamp": "t", "target": "y", "prediction": "x"},
            "windows": {"every": "1d"},
            "task": "regression",
            "applications": [{"class": at(text)}],
        }
    ).document
    found = {(r.window, r.name): r.value for r in document.results if r.application == "own"}
    assert found == {
        (0, "labels"): 24,
        (0, "rows"): 24,
        (1, "labels"): 6,
        (1, "rows"): 24,
    }


@pytest.mark.slow
def test_a_history_is_judged_again_without_asking_an_application(at: Any, tmp_path: Path) -> None:
    from mmon.config_file import validate
    from mmon.monitoring.rejudged import rejudged

    body = windows(at(APP), tmp_path, history=True)
    body["applications"][0]["args"] = {"detected": 0.3}
    first = mmon.run(body).document
    same = rejudged(validate(body))
    assert [one.status for one in own(same.after)] == [one.status for one in own(first)]
    assert "detected" in {one.status for one in own(first)}
    body["applications"][0]["thresholds"] = {"max": {"detected": 0.9}}
    milder = rejudged(validate(body)).after
    assert {one.status for one in own(milder)} == {"no_detection"}
    assert [one.value for one in own(milder)] == [one.value for one in own(first)]


def test_a_reference_of_windows_has_no_rows_and_says_so(at: Any, tmp_path: Path) -> None:
    body = windows(at(APP), tmp_path, history=True)
    body["reference"] = {"path": body["reference"], "previous": 1}
    document = mmon.run(body).document
    told = "a reference that is made of windows has no rows (use feature_stats)"
    assert all(told in error for error in document.errors)
    assert document.errors


@pytest.mark.slow
@pytest.mark.parametrize(
    "entry",
    [
        {"class": "apps/own.py:App", "args": {"size": 3}, "optional": True},
        {
            "class": "histogram_data_drift",
            "by_result": {"general_drift": {"max": {"detected": 0.6}}},
        },
        {"name": "own", "sql": "avg(x)"},
    ],
)
def test_editors_know_entries_with_and_without_a_name(entry: dict[str, Any]) -> None:
    import jsonschema

    from mmon.config_file.schema import schema

    body = {"reference": "a", "production": "b", "applications": [entry]}
    jsonschema.Draft7Validator(schema()).validate(body)
