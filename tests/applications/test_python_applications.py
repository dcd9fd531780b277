"""Applications in Python: what they see, how their numbers are judged, and what fails."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import mmon
from mmon.analyses import names
from mmon.errors import ConfigError, ExitStatus
from mmon.results import Document, Result

HEAD = """
import polars as pl
import mmon

def share(frame):
    return frame.select((pl.col("x") > 5).mean()).collect().item()
"""
REFERENCE = pl.DataFrame({"x": [i % 10 for i in range(1000)]})
SHIFTED = REFERENCE.with_columns(pl.col("x") + 3)
NONE = dict.fromkeys(names())


@pytest.fixture
def at(tmp_path: Path) -> Any:
    """Writes a module, and says where it is."""

    def written(text: str, name: str = "own") -> str:
        path = tmp_path / f"{name}.py"
        path.write_text(HEAD + text)
        return str(path)

    return written


def run(*applications: dict[str, Any], **more: Any) -> Document:
    body = {"reference": REFERENCE, "production": SHIFTED, "analyses": NONE, **more}
    return mmon.run({**body, "applications": list(applications)}).document


def own(document: Document) -> list[Result]:
    return [one for one in document.results if one.application not in ("mmon", "data-quality")]


APP = """
class Large(mmon.Application):
    "How often x is large."

    def __init__(self, status=None, detected=None):
        self.given = {"status": status, "detected": detected}

    def do_tracking(self, context):
        before = share(context.reference_df)
        return [
            mmon.Result("large", share(context.sample_df), reference_value=before, **self.given),
            mmon.Metric("rows", context.sample_profile.rows, unit="count"),
        ]
"""


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


def _timed(rows: int) -> pl.DataFrame:
    start = dt.datetime(2024, 1, 1)
    return pl.DataFrame(
        {
            "t": [start + dt.timedelta(hours=i) for i in range(rows)],
            "x": [i % 10 for i in range(rows)],
            "kind": [("a", "b", "c")[i % 3] for i in range(rows)],
            "y": [float(i % 7) for i in range(rows)],
        }
    )


def _windows(place: str, tmp_path: Path, history: bool) -> dict[str, Any]:
    frame = _timed(96)
    frame.write_parquet(tmp_path / "all.parquet")
    body = {
        "project": "p",
        "endpoint": "e",
        "reference": str(tmp_path / "all.parquet"),
        "production": str(tmp_path / "all.parquet"),
        "columns": {"timestamp": "t", "target": "y"},
        "windows": {"every": "1d"},
        "analyses": NONE,
        "applications": [{"class": place}],
    }
    return body | ({"history": str(tmp_path / "history.db")} if history else {})


@pytest.mark.parametrize("history", [False, True])
def test_each_window_is_seen_by_itself_with_or_without_a_history(
    at: Any, tmp_path: Path, history: bool
) -> None:
    report = mmon.run(_windows(at(SEEN), tmp_path, history))
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


FAILING = """
class Broken(mmon.Application):
    def do_tracking(self, context):
        raise KeyError("no_such_thing")

class Leaves(mmon.Application):
    def do_tracking(self, context):
        import sys
        print("lost")
        sys.exit(1)

class Fine(mmon.Application):
    def do_tracking(self, context):
        return mmon.Result("fine", 0.1, detected=0.5)
"""


@pytest.mark.parametrize("name", ["Broken", "Leaves"])
def test_an_application_that_fails_is_told_and_leaves_the_others_alone(
    at: Any, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    place = at(FAILING)
    broken, fine = {"class": f"{place}:{name}"}, {"class": f"{place}:Fine"}
    document = run(broken, fine)
    failed, other = own(document)
    assert (failed.name, failed.kind, failed.status) == (
        "mm_app_failed",
        "mm_app_anomaly",
        "detected",
    )
    assert (failed.gating, other.value, other.status) == (False, 0.1, "no_detection")
    assert document.exit_status is ExitStatus.FAILURE
    (error,) = document.errors
    assert error.startswith(f"application {name.lower()!r} failed: ")
    assert "do_tracking" in error
    assert "running.py" not in error
    assert run({**broken, "optional": True}, fine).exit_status is ExitStatus.PASS
    assert capsys.readouterr().out == ""


def test_a_breach_stays_one_whatever_fails(at: Any) -> None:
    place = at(FAILING + APP)
    entries = {"class": f"{place}:Broken"}, {"class": f"{place}:Large", "args": {"detected": 0.1}}
    assert run(*entries).exit_status is ExitStatus.BREACH


def test_a_quiet_pass_with_a_failure_is_told(
    at: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from mmon.cli.app import execute

    REFERENCE.write_parquet(tmp_path / "r.parquet")
    (tmp_path / "mmon.yaml").write_text(
        f"reference: {tmp_path}/r.parquet\nproduction: {tmp_path}/r.parquet\n"
        f"applications: [{{class: '{at(FAILING)}:Broken'}}]\n"
    )
    assert execute(["run", str(tmp_path / "mmon.yaml"), "--quiet"]) == 3
    assert capsys.readouterr().out == "PASS no drift in 1 column; application broken failed\n"


def test_a_window_that_is_not_full_fails_as_well(at: Any, tmp_path: Path) -> None:
    body = _windows(f"{at(FAILING)}:Broken", tmp_path, history=False)
    _timed(90).write_parquet(tmp_path / "all.parquet")
    document = mmon.run(body).document
    assert [one.is_complete for one in document.windows][-1] is False
    assert {one.status for one in own(document)} == {"detected"}


def test_labels_that_come_separately_are_seen(at: Any, tmp_path: Path) -> None:
    text = """
class Labelled(mmon.Application):
    def do_tracking(self, context):
        frame = context.sample_df.collect()
        return {"labels": frame["y"].drop_nulls().len(), "rows": frame.height}
"""
    frame = _timed(48).with_row_index("id")
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


def test_a_failure_is_kept_in_a_history(at: Any, tmp_path: Path) -> None:
    body = _windows(f"{at(FAILING)}:Broken", tmp_path, history=True)
    first, again = mmon.run(body).document, mmon.run(body).document
    assert len(first.errors) == 4
    assert "failed in the window from 2024-01-01" in first.errors[0]
    assert first.exit_status is again.exit_status is ExitStatus.FAILURE


def test_a_history_is_judged_again_without_asking_an_application(at: Any, tmp_path: Path) -> None:
    from mmon.config_file import validate
    from mmon.monitoring.rejudged import rejudged

    body = _windows(at(SEEN), tmp_path, history=True)
    mmon.run(body)
    assert len(rejudged(validate(body)).after.windows) == 4


def test_a_reference_of_windows_has_no_rows_and_says_so(at: Any, tmp_path: Path) -> None:
    body = _windows(at(APP), tmp_path, history=True)
    body["reference"] = {"path": body["reference"], "previous": 1}
    document = mmon.run(body).document
    told = "a reference that is made of windows has no rows (use feature_stats)"
    assert all(told in error for error in document.errors)
    assert document.errors


@pytest.mark.parametrize(
    ("returned", "told"),
    [
        ("None", "it returned nothing (None)"),
        ("'high'", "it returned a str"),
        ("context.sample_df.collect()", "it returned a DataFrame (show a table with"),
        ("[1.0]", "it returned a list that holds a float"),
        ("float('nan')", "the value of 'one' is nan, which is no number"),
        ("mmon.Result('r', float('inf'))", "the value of 'r' is inf, which is no number"),
        ("mmon.Result('r', 'high')", "the value of 'r' is a str, which is no number"),
        ("[mmon.Result('r', 1), mmon.Result('r', 2)]", "it returned two results named 'r'"),
        ("mmon.Result('a b', 1)", "it named a result 'a b'"),
        ("mmon.Result('mm_app_failed', 1)", "which is mmon's own"),
        ("mmon.Result('r', 1, status='bad')", "has the status 'bad', which mmon does not know"),
        ("mmon.Result('r', 1, kind='drift')", "has the kind 'drift', which mmon does not know"),
        ("mmon.Result('r', 1, status='detected', detected=2)", "has a status and levels"),
        ("mmon.Result('r', 1, potential=2, detected=1)", "its potential level beyond its detected"),
        ("mmon.Result('r', 1, direction='up')", "has the direction 'up'"),
        ("mmon.Result('r', 1, column=3)", "the column of 'r' is 3, which is no text"),
        ("{'r': 'x'}", "its dict holds a str under 'r', which is no number"),
        ("context.log_artifact('a', 3)", "'a' is a int; it takes a Polars frame"),
        ("context.log_artifact('a', b'GIF89')", "the bytes of 'a' are no PNG"),
        ("context.log_artifact('a', 'plain')", "'a' is a text without markup"),
        ("context.log_artifact('a', '<p>' * 500_000)", "'a' takes 1.4 MB, more than the 1 MB"),
        ("[context.log_artifact('a', '<p>') for _ in '12']", "'a' was logged already"),
    ],
)
def test_nonsense_is_told_in_one_sentence(at: Any, returned: str, told: str) -> None:
    place = at(f"@mmon.application\ndef one(context):\n    return {returned}\n")
    document = run({"class": place})
    (failed,) = own(document)
    assert failed.name == "mm_app_failed"
    assert told in (failed.reason or "")
    assert "\n" not in (failed.reason or "")


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ({"class": "no_such_app"}, "there is no application 'no_such_app'"),
        ({"class": "no_such_module:App"}, "there is no module 'no_such_module'"),
        ({"class": "nowhere/own.py:App"}, "there is no file 'nowhere/own.py'"),
        ({"class": "json:loads"}, "'json:loads' is no application"),
        ({"class": "FILE:Nope"}, "has no 'Nope'"),
        ({"class": "FILE:Half"}, "has no do_tracking"),
        ({"class": "FILE"}, "holds 2 applications"),
        ({"class": "FILE:Fine", "args": {"size": 3}}, "args: got an unexpected keyword"),
        ({"class": "FILE:fn", "args": {"size": 3}}, "is a function, which takes no args"),
        ({"class": "BROKEN:App"}, "cannot be imported: NameError"),
        ({"class": "FILE:Fine", "sql": "avg(x)"}, "takes exactly one of sql"),
        ({"class": "FILE:Fine", "where": "x > 1"}, "are of an application without a class"),
        (
            {"name": "n", "sql": "avg(x)", "args": {"a": 1}},
            "args is of an application with a class",
        ),
        ({"class": "histogram_data_drift", "args": {"detected": 2}}, "cannot be made: ValueError"),
        ({"class": 3}, "must be a text"),
    ],
)
def test_a_wrong_entry_is_refused_in_one_sentence(
    at: Any, entry: dict[str, Any], told: str
) -> None:
    place = at(
        "class Half(mmon.Application):\n    pass\n\n"
        "class Fine(mmon.Application):\n    def do_tracking(self, context):\n        return 1\n"
    )
    place = at(Path(place).read_text().replace(HEAD, "") + "\nfn = mmon.application(len)\n")
    if entry["class" if "class" in entry else "name"] == "FILE":
        place = at(
            "class A(mmon.Application):\n    pass\nclass B(mmon.Application):\n    pass\n", "two"
        )
    broken = at("undefined_name\n", "broken")
    paths = {"FILE": place, "BROKEN": broken}
    where = entry.get("class")
    if isinstance(where, str):
        start, colon, name = where.partition(":")
        entry = {**entry, "class": f"{paths.get(start, start)}{colon}{name}"}
    with pytest.raises(ConfigError) as caught:
        run(entry)
    assert told in str(caught.value)
    assert "Traceback" not in str(caught.value)


def test_two_applications_have_two_names(at: Any) -> None:
    place = at(APP)
    with pytest.raises(ConfigError, match="'own' is the name of another application"):
        run({"class": place}, {"class": place})


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
