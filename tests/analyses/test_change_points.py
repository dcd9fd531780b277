"""When performance changed, from rows to the report."""

from __future__ import annotations

import datetime as dt
import re
import sys
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import polars as pl
import pytest
from pydantic import ValidationError

import mmon
from mmon.analyses.change_points.places import Places
from mmon.chance.change_points import ChangePoint, Sums
from mmon.comparison.pipeline import run
from mmon.comparison.reference import profile_reference
from mmon.comparison.sides import Inputs
from mmon.config.sections import Config
from mmon.profiles import baseline
from mmon.profiles.folding import loss_column
from mmon.profiles.outcomes.loss_steps import Loss, LossSteps
from mmon.reports import terminal
from mmon.reports.json.schema import schema
from mmon.results import Document
from mmon.sources import Data

START = dt.datetime(2024, 3, 1)
ROWS = 20_000
NO_LABEL = pl.lit(None, dtype=pl.Int64)


def rows(rates: list[float], size: int = ROWS, seed: int = 1) -> pl.DataFrame:
    """Rows a minute apart, wrong at one rate after the other for equally long."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 2, size)
    wrong = rng.random(size) < np.repeat(rates, size // len(rates))
    return pl.DataFrame(
        {
            "at": np.datetime64(START, "us") + np.arange(size).astype("timedelta64[m]"),
            "x": rng.normal(size=size),
            "y": truth,
            "yhat": np.where(wrong, 1 - truth, truth),
        }
    )


def ran(cur: pl.DataFrame, ref: pl.DataFrame, roles: dict[str, Any], **body: Any) -> mmon.Report:
    """A report on frames in memory."""
    config = {"reference": "reference", "production": "production", "columns": roles, **body}
    inputs = Inputs(Data(ref.lazy(), "reference"), Data(cur.lazy(), "production"))
    return mmon.Report(run(Config.model_validate(config), inputs))


def compare(cur: pl.DataFrame, ref: pl.DataFrame | None = None, **body: Any) -> mmon.Report:
    before = rows([0.1], 5_000, seed=2) if ref is None else ref
    roles = {"target": "y", "prediction": "yhat"} | ({"timestamp": "at"} if "at" in cur else {})
    return ran(cur, before, roles, task="binary", **body)


def steps(report: mmon.Report) -> list[dict[str, Any]]:
    return [one for one in report.results.to_dicts() if one["aspect"] == "step"]


def told(report: mmon.Report, name: str = "change_points") -> tuple[float | None, str]:
    (one,) = report.results.filter(pl.col("name") == name).to_dicts()
    return one["value"], one["reason"] or ""


def place(step: dict[str, Any]) -> tuple[float, str]:
    """The row at which a step was, and what is said of it."""
    reason = step["reason"]
    at = dt.datetime.fromisoformat(reason.split(" ± ")[0].removeprefix("at ").removeprefix("on "))
    return (at - START) / dt.timedelta(minutes=1), reason


def test_an_error_rate_that_rises_is_dated_and_explains_the_breach() -> None:
    report = compare(rows([0.1, 0.3]))
    (only,) = steps(report)
    at, reason = place(only)
    assert abs(at - 10_000) <= 300
    assert " ± " in reason
    assert only["name"] == "error_rate_step"
    assert only["status"] == "detected"
    assert not only["gating"]
    assert only["value"] == pytest.approx(0.2, abs=0.02)
    assert only["interval"][0] < 0.2 < only["interval"][1]
    assert only["reference_value"] == pytest.approx(0.1, abs=0.01)
    assert report.verdict == "breach"
    first, *others = report.document.sentence.split("; ")
    assert first.startswith("accuracy fell")
    assert re.fullmatch(rf"the error rate rose from .*% to .*% {re.escape(reason)}", others[0])
    value, how = told(report)
    assert value == 1.0
    assert "20,000 labelled rows" in how


@pytest.mark.slow
def test_windows_tell_the_same_change_as_one_window() -> None:
    whole, cut = (compare(rows([0.1, 0.2]), windows=w) for w in (None, {"every": "1d"}))
    (one,), (other,) = steps(whole), steps(cut)
    assert [one[key] for key in ("value", "reason", "p_value")] == [
        other[key] for key in ("value", "reason", "p_value")
    ]
    day = cut.document.windows[other["window"]]
    assert (day.start or "") <= place(other)[1][3:19].replace(" ", "T") < (day.end or "")


@pytest.mark.slow
def test_a_change_among_chosen_labels_is_inconclusive_and_one_before_them_is_not() -> None:
    size = 10 * 24 * 60
    rng = np.random.default_rng(11)

    def scored(frame: pl.DataFrame) -> pl.DataFrame:
        score = 0.6 * rng.random(len(frame))
        truth, is_flipped = rng.random(len(frame)) < score, frame["y"] != frame["yhat"]
        answer = (score >= 0.5) ^ is_flipped.to_numpy()
        return frame.with_columns(s=score, y=truth * 1, yhat=answer * 1)

    cur, ref = scored(rows([0.0, 0.25, 0.25, 0.25], size)), scored(rows([0.0], 5_000, seed=2))
    # Positives, which the model misses, have their labels sooner.
    chance = pl.when(pl.col("y") == 1).then(1.0).otherwise(0.1)
    is_late = (pl.col("at") >= START + dt.timedelta(days=6)) & (
        pl.Series(rng.random(size)) > chance
    )
    cur = cur.with_columns(y=pl.when(is_late).then(NO_LABEL).otherwise("y"))
    roles = {"target": "y", "prediction": "yhat", "score": "s", "timestamp": "at"}
    report = ran(cur, ref, roles, task="binary", windows={"every": "1d"})
    first, *others = steps(report)
    assert abs(place(first)[0] - size / 4) <= 300
    assert first["status"] == "detected"
    assert {one["status"] for one in others} == {"inconclusive"}
    assert all("labels may come sooner for one outcome" in one["reason"] for one in others)
    assert all(re.match(r"(on|at) 2024-03-0.* ± .*, in doubt: ", one["reason"]) for one in others)


@pytest.mark.slow
def test_without_a_time_the_row_is_told() -> None:
    cur = rows([0.1, 0.2]).drop("at")
    (only,) = steps(compare(cur))
    before, reach = only["reason"].removeprefix("at row ").replace(",", "").split(" ± ")
    assert abs(int(before) - 10_000) <= 300
    assert 50 < int(reach) < 400
    (again,) = steps(compare(cur, windows={"rows": 1_000}))
    assert again["reason"] == only["reason"]
    assert again["window"] in (9, 10)


def test_a_model_that_got_better_is_told_and_no_alarm() -> None:
    report = compare(rows([0.3, 0.1]), rows([0.3], 5_000, seed=2))
    (only,) = steps(report)
    assert only["value"] < -0.15
    assert only["status"] == "no_detection"
    assert report.verdict == "pass"
    gated = compare(
        rows([0.3, 0.1]),
        rows([0.3], 5_000, seed=2),
        analyses={"change_points": {"gate": "any"}},
    )
    assert gated.verdict == "pass"


def test_what_is_worse_since_production_began_is_told_as_that() -> None:
    (only,) = steps(compare(rows([0.25])))
    assert only["reason"] == "before production began"
    assert only["value"] == pytest.approx(0.15, abs=0.03)


@pytest.mark.parametrize(
    ("is_timed", "is_begun", "told"),
    [
        (True, False, "before production began"),
        (True, True, "before 2024-01-04"),
        (False, True, "before this window"),
    ],
)
def test_what_is_worse_since_before_a_window_is_told_as_that(
    is_timed: bool, is_begun: bool, told: str
) -> None:
    start = int(dt.datetime(2024, 1, 4, tzinfo=dt.UTC).timestamp() * 1e6)
    ones = np.ones(1)
    steps = LossSteps(
        Loss.ERROR_RATE, is_timed, 1_000_000, np.array([start]), np.ones(1, np.int64), ones, ones
    )
    stretch = Sums.of(steps.rows, steps.sums, steps.squares).stretch(0, 1)
    change = ChangePoint(0, 0, 0, before=stretch, after=stretch, p_value=0.0)
    assert Places(steps, "UTC", is_begun).when(change) == told


@pytest.mark.parametrize(
    ("is_timed", "is_begun", "told"),
    [
        (True, False, "at 2024-01-04 02:00 ± 2 h"),
        (True, True, "by 2024-01-04 03:00"),
        (False, True, "by row 10,800"),
    ],
)
def test_what_may_have_changed_before_a_window_is_known_to_be_no_later(
    is_timed: bool, is_begun: bool, told: str
) -> None:
    hour = 3_600_000_000
    first = int(dt.datetime(2024, 1, 4, tzinfo=dt.UTC).timestamp() * 1e6) * is_timed
    ones = np.ones(6)
    starts = first + np.arange(6) * hour
    steps = LossSteps(Loss.ERROR_RATE, is_timed, hour, starts, ones.astype(np.int64), ones, ones)
    stretch = Sums.of(steps.rows, steps.sums, steps.squares).stretch(0, 1)
    change = ChangePoint(2, 0, 3, before=stretch, after=stretch, p_value=0.0)
    assert Places(steps, "UTC", is_begun).when(change) == told


def test_few_labels_may_tell_a_change_since_the_reference_and_none_of_their_own() -> None:
    few = rows([0.4], 250)
    report = compare(few)
    assert [one["reason"] for one in steps(report)] == ["before production began"]
    assert "too few" not in told(report)[1]
    alone = compare(few[:150], rows([0.1], 5_000, seed=2).with_columns(y=NO_LABEL))
    assert steps(alone) == []
    assert "too few to tell a change" in told(alone)[1]


def test_a_constant_rate_has_no_change() -> None:
    report = compare(rows([0.1]))
    assert steps(report) == []
    assert told(report)[0] == 0.0
    assert "error rate" not in report.document.sentence


@pytest.mark.slow
def test_it_decides_where_it_is_asked_to() -> None:
    # Two halves whose means make the whole as good as the reference.
    cur, ref = rows([0.05, 0.15]), rows([0.1], 5_000, seed=2)
    assert compare(cur, ref).verdict == "pass"
    gated = {"change_points": {"gate": "any"}}
    assert compare(cur, ref, analyses=gated).verdict == "breach"
    gated["change_points"]["thresholds"] = {"error_rate_step": {"detected": 0.2}}
    report = compare(cur, ref, analyses=gated)
    assert report.verdict == "pass"
    assert {one["detected"] for one in steps(report)} == {0.2}
    drop = {"model_performance": {"max_drop": {"detected": 0.3}}}
    assert {one["detected"] for one in steps(compare(cur, ref, analyses=drop))} == {0.3}


def test_levels_in_points_are_no_shares_of_a_loss() -> None:
    points = {"max_drop": {"potential": 0.02, "detected": 0.05}}
    sides = regression([5.0, 8.0]), regression([5.0], seed=2)
    (one,) = steps(ran(*sides, ANSWER, analyses={"model_performance": points}))
    assert (one["potential"], one["detected"]) == (0.1, 0.2)
    of_mae = {**points, "thresholds": {"mae": {"max_drop": {"potential": 0.3, "detected": 0.4}}}}
    (one,) = steps(ran(*sides, ANSWER, analyses={"model_performance": of_mae}))
    assert (one["potential"], one["detected"]) == (0.3, 0.4)
    own = {"change_points": {"thresholds": {"mae_step": {"detected": 0.9}}}}
    (one,) = steps(ran(*sides, ANSWER, analyses={"model_performance": of_mae, **own}))
    assert (one["detected"], one["status"]) == (0.9, "no_detection")


def test_no_more_changes_are_named_than_asked_for() -> None:
    cur = rows([0.05, 0.3, 0.1, 0.4], 20_000)
    ref = rows([0.05], 5_000, seed=2)
    assert len(steps(compare(cur, ref))) == 3
    report = compare(cur, ref, analyses={"change_points": {"most": 1}})
    assert len(steps(report)) == 1
    off = compare(cur, ref, analyses={"change_points": None})
    assert off.results.filter(pl.col("application") == "change-points").is_empty()
    assert not off.document.losses


ANSWER = {"target": "y", "prediction": "yhat"}


def regression(scales: list[float], seed: int = 1, size: int = 10_000) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    noise = rng.normal(0.0, np.repeat(scales, size // len(scales)))
    truth = rng.normal(100.0, 20.0, size)
    return pl.DataFrame({"x": rng.normal(size=size), "y": truth, "yhat": truth + noise})


def test_a_regression_is_searched_by_its_absolute_error() -> None:
    (only,) = steps(ran(regression([5.0, 8.0]), regression([5.0], seed=2), ANSWER))
    assert only["name"] == "mae_step"
    assert only["relative"]
    assert only["value"] == pytest.approx(0.6, abs=0.06)
    assert "row 5,0" in only["reason"] or "row 4,9" in only["reason"]


def scored(shifts: list[float], seed: int = 1, size: int = 20_000) -> pl.DataFrame:
    """A calibrated score, then one that is off by a shift of its logit."""
    rng = np.random.default_rng(seed)
    logit = rng.normal(-1.0, 1.5, size)
    true = 1.0 / (1.0 + np.exp(-logit - np.repeat(shifts, size // len(shifts))))
    hits = (rng.random(size) < true) * 1
    return pl.DataFrame({"x": logit, "p": 1.0 / (1.0 + np.exp(-logit)), "y": hits})


@pytest.mark.slow
def test_a_score_without_answers_is_searched_by_its_log_loss() -> None:
    ref, cur = scored([0.0], seed=2), scored([0.0, 1.5])
    roles = {"target": "y", "score": "p"}
    (only,) = steps(ran(cur, ref, roles))
    assert only["name"] == "log_loss_step"
    assert only["relative"]
    answered = {"model_performance": {"decision_threshold": 0.5}}
    (of_answers,) = steps(ran(cur, ref, roles, analyses=answered))
    assert of_answers["name"] == "error_rate_step"


@pytest.mark.slow
def test_every_format_tells_it(tmp_path) -> None:
    report = compare(rows([0.1, 0.2]), windows={"every": "1d"})
    (only,) = steps(report)
    html = report.to_html()
    for text in (html, report.to_markdown().replace("\\", ""), terminal.render(report.document)):
        assert "hen performance changed" in text
        assert only["reason"] in " ".join(text.split())
    section = html.split("<section id=changes>")[1].split("</section>")[0]
    assert section.count("<path") == 4
    (picture,) = report.document.losses
    assert picture.loss == "error_rate"
    assert len(picture.changes) == 1
    assert len(picture.levels) == 2
    assert sum(picture.rows) == ROWS
    body = report.document.to_dict()
    jsonschema.validate(body, schema())
    assert Document.from_dict(body).losses == (picture,)


@pytest.mark.parametrize(
    ("change", "value", "says"),
    [
        ({"y": NO_LABEL}, None, "production has no labels"),
        ({"at": pl.lit(START)}, None, "all labelled rows are of one step of 1 s"),
        ({"at": pl.lit(None, dtype=pl.Datetime("us"))}, None, "no labelled row has a time"),
        # Labels of the first day alone.
        (
            {"y": pl.when(pl.col("at") < START + dt.timedelta(days=1)).then("y")},
            0.0,
            "1,440 labelled rows in",
        ),
        (
            {"y": pl.when(pl.int_range(pl.len()) < 90).then("y")},
            0.0,
            "too few to tell a change",
        ),
        (
            {"at": pl.when(pl.int_range(pl.len()) % 2 == 0).then("at")},
            1.0,
            "10,000 labelled rows have no time",
        ),
    ],
    ids=["no labels", "one time", "no times", "one window", "few labels", "half of the times"],
)
def test_odd_labels_and_times_are_told(
    change: dict[str, pl.Expr], value: float | None, says: str
) -> None:
    ref = rows([0.1], 5_000, seed=2)
    report = compare(rows([0.1, 0.2]).with_columns(**change), ref)
    found, reason = told(report)
    assert found == value
    assert says in reason


def test_predictions_that_are_missing_or_infinite_are_no_losses() -> None:
    usual, changed = regression([5.0], seed=2), regression([5.0, 8.0])
    some = (
        pl.when(pl.int_range(pl.len()) % 3 == 0)
        .then(pl.lit(float("nan")))
        .when(pl.int_range(pl.len()) % 3 == 1)
        .then(pl.lit(float("inf")))
        .otherwise("yhat")
    )
    cur = changed.with_columns(yhat=some)
    both = ran(cur, usual.with_columns(yhat=some), ANSWER)
    assert "3,333 labelled rows" in told(both)[1]
    # Of one side only they may be chosen ones.
    assert told(ran(cur, usual, ANSWER)) == (
        None,
        "6,667 of 10,000 rows of production with a target are left out because of 'yhat'",
    )


def test_a_reference_without_labels_leaves_the_search_to_production() -> None:
    ref = rows([0.1], 5_000, seed=2).with_columns(y=NO_LABEL)
    (only,) = steps(compare(rows([0.1, 0.2]), ref))
    assert abs(place(only)[0] - 10_000) <= 300


def test_a_baseline_tells_the_level_before_production(tmp_path: Path) -> None:
    cur, ref = rows([0.25, 0.1]), rows([0.1], 5_000, seed=2)
    roles = {"target": "y", "prediction": "yhat", "timestamp": "at"}
    body = {"reference": "reference", "production": "production", "columns": roles}
    config = Config.model_validate({**body, "task": "binary"})
    baseline.save(profile_reference(config, Data(ref.lazy(), "reference")), tmp_path / "ref.mmon")
    stored = Inputs(baseline.load(tmp_path / "ref.mmon"), Data(cur.lazy(), "production"))
    told = steps(mmon.Report(run(config, stored)))
    assert [one["reason"] for one in told] == [one["reason"] for one in steps(compare(cur, ref))]
    assert told[0]["reason"] == "before production began"
    assert len(told) == 2


def test_a_zone_tells_the_time_by_its_clock() -> None:
    cur = rows([0.1, 0.3])
    (utc,) = steps(compare(cur.with_columns(pl.col("at").dt.replace_time_zone("UTC"))))
    windows = {"every": "1w", "timezone": "Asia/Tokyo"}
    (tokyo,) = steps(
        compare(cur.with_columns(pl.col("at").dt.replace_time_zone("UTC")), windows=windows)
    )
    assert place(tokyo)[0] - place(utc)[0] == 9 * 60


DETECTORS = ["adwin", "ddm", "eddm", "hddm_a", "hddm_w", "page_hinkley", "kswin"]


def detected(cur: pl.DataFrame, *names: str) -> mmon.Report:
    return compare(cur, analyses={"change_points": {"detectors": list(names)}})


def test_detectors_are_those_of_river_over_the_losses_in_the_order_of_time() -> None:
    drift = pytest.importorskip("river.drift")
    cur = rows([0.1, 0.4], 6_000)
    oracle, found = drift.ADWIN(), []
    for row in cur.iter_rows(named=True):
        oracle.update(float(row["y"] != row["yhat"]))
        if oracle.drift_detected:
            found.append(row["at"])
    shuffled = cur.sample(fraction=1.0, shuffle=True, seed=4)
    report = detected(shuffled, "adwin", "adwin")
    value, reason = told(report, "adwin_alarms")
    assert value == len(found) > 0
    assert reason.startswith(f"in 6,000 labelled rows, at {found[0]:%Y-%m-%d %H:%M}")
    assert "ADWIN alarm" in terminal.render(report.document)


def test_every_detector_runs_and_decides_nothing() -> None:
    pytest.importorskip("river")
    report = detected(rows([0.1], 1_000), *DETECTORS)
    alarms = report.results.filter(pl.col("name").str.ends_with("_alarms"))
    assert alarms["name"].to_list() == [f"{name}_alarms" for name in DETECTORS]
    assert alarms["value"].null_count() == 0
    assert alarms["status"].unique().to_list() == ["irrelevant"]


def test_without_river_the_install_line_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "river", None)
    report = detected(rows([0.1], 1_000), "adwin")
    assert told(report, "adwin_alarms") == (None, "it takes River: pip install 'mmon[river]'")
    assert report.verdict == "pass"


def test_detectors_say_what_they_cannot_look_at(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("river")
    settings = {"change_points": {"detectors": ["ddm", "page_hinkley"]}}
    numbers = regression([5.0])
    report = ran(numbers, regression([5.0], seed=2), ANSWER, analyses=settings)
    assert "right and wrong answers" in told(report, "ddm_alarms")[1]
    assert told(report, "page_hinkley_alarms")[0] is not None
    nothing = detected(rows([0.1], 1_000).with_columns(y=NO_LABEL), "adwin")
    assert told(nothing)[1] == "production has no labels"
    monkeypatch.setattr(loss_column, "MOST_LOSSES", 900)
    monkeypatch.setattr("mmon.analyses.change_points.detectors.MOST_LOSSES", 900)
    many = detected(rows([0.1], 1_000), "adwin")
    assert told(many, "adwin_alarms") == (
        None,
        "it looks at 900 labelled rows at most, and there are 1,000",
    )


def test_an_unknown_detector_is_refused() -> None:
    with pytest.raises(ValidationError, match="adwin"):
        detected(rows([0.1], 1_000), "adwim")
