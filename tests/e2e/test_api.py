"""The Python API: what a notebook or a pipeline calls, with paths or with data in memory."""

from __future__ import annotations

import html
import inspect
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

import mmon
from mmon.config.keys import options
from mmon.errors import ConfigError, DataError, MmonError, OutputError

FORMS: dict[str, Callable[[Path], Any]] = {
    "path": lambda path: path,
    "text": str,
    "list of paths": lambda path: [str(path)],
    "LazyFrame": pl.scan_parquet,
    "DataFrame": pl.read_parquet,
    "pandas": pd.read_parquet,
    "arrow": lambda path: pl.read_parquet(path).to_arrow(),
}


@pytest.fixture
def ref(folder: Path) -> pl.DataFrame:
    return pl.read_parquet(folder / "ref.parquet")


@pytest.fixture
def shifted(folder: Path) -> pl.DataFrame:
    return pl.read_parquet(folder / "shifted.parquet")


@pytest.mark.parametrize("form", FORMS)
def test_compare_takes_data_in_every_form(folder: Path, form: str) -> None:
    make = FORMS[form]
    report = mmon.compare(make(folder / "ref.parquet"), make(folder / "shifted.parquet"))
    plain = mmon.compare(folder / "ref.parquet", folder / "shifted.parquet")
    assert report.verdict == "breach"
    assert report.exit_status == 1
    assert without_the_clock(report).equals(without_the_clock(plain))


def without_the_clock(report: mmon.Report) -> pl.DataFrame:
    """The results but for how long ago the newest row was."""
    return report.results.filter(pl.col("name") != "freshness")


def test_results_are_a_frame_with_a_row_for_every_judged_number(
    ref: pl.DataFrame, shifted: pl.DataFrame
) -> None:
    report = mmon.compare(ref, shifted)
    rows = report.results.filter(pl.col("gating") & (pl.col("status") == "detected"))
    assert set(rows["column"]) == {"x"}
    assert report.results.schema["value"] == pl.Float64
    assert report.results.height == len(json.loads(report.to_json())["results"])
    assert report.results.columns[:5] == ["application", "kind", "name", "aspect", "relative"]


def test_windows_are_a_frame(ref: pl.DataFrame) -> None:
    report = mmon.compare(ref, ref, columns={"timestamp": "event_time"}, windows={"every": "1d"})
    assert report.windows["rows"].to_list() == [1440, 560]
    assert report.windows["status"].to_list() == ["no_detection", "irrelevant"]
    assert report.windows["is_complete"].to_list() == [True, False]
    assert report.windows["is_judged"].to_list() == [True, False]


def test_arguments_mean_what_they_mean_on_the_command_line(
    ref: pl.DataFrame, shifted: pl.DataFrame
) -> None:
    levels = {"ks": {"potential": 0.5, "detected": 0.95}}
    report = mmon.compare(ref, shifted, metrics=["KS"], thresholds=levels)
    assert report.verdict == "pass"
    assert set(report.results.filter(kind="data_drift", column="x")["name"]) == {"ks"}
    report = mmon.compare(ref, shifted, thresholds=levels, fail_on="potential", exact=True)
    assert report.verdict == "breach"
    assert mmon.compare(ref, shifted, columns={"ignore": ["x"]}).verdict == "pass"
    assert mmon.compare(ref, shifted, fail_on="never").verdict == "pass"


def test_reports_are_texts_and_files(
    ref: pl.DataFrame, shifted: pl.DataFrame, tmp_path: Path
) -> None:
    report = mmon.compare(ref, shifted)
    for write, name in (
        (report.to_json, "report.json"),
        (report.to_html, "report.html"),
        (report.to_markdown, "report.md"),
    ):
        text = write(tmp_path / name)
        assert text == write()
        assert (tmp_path / name).read_text() == text
    with pytest.raises(OutputError, match="cannot write"):
        report.to_html(tmp_path / "no" / "such" / "folder.html")


def test_a_notebook_shows_the_page_in_a_frame_of_its_own(
    ref: pl.DataFrame, shifted: pl.DataFrame
) -> None:
    report = mmon.compare(ref, shifted)
    shown = report._repr_html_()
    match = re.fullmatch(r'<iframe srcdoc="([^"]*)"[^>]*></iframe>', shown)
    assert match is not None
    assert html.unescape(match[1]) == report.to_html()


def test_a_console_shows_the_verdict(ref: pl.DataFrame, shifted: pl.DataFrame) -> None:
    report = mmon.compare(ref, shifted)
    assert repr(report).startswith("<mmon.Report breach: 1 of 2 columns drifted: x (total")
    assert "BREACH" in str(report).splitlines()[-1]


def test_a_profile_serves_as_the_reference_again_and_again(
    ref: pl.DataFrame, shifted: pl.DataFrame
) -> None:
    profile = mmon.profile(ref)
    assert profile.rows == ref.height
    assert mmon.compare(profile, ref).verdict == "pass"
    report = mmon.compare(profile, shifted)
    again = mmon.compare(ref, shifted)
    assert without_the_clock(report).equals(without_the_clock(again))


def test_run_takes_a_file_or_its_content(folder: Path) -> None:
    body = {"reference": "ref.parquet", "production": "shifted.parquet"}
    (folder / "mmon.yaml").write_text(json.dumps(body))
    reports = [mmon.run("mmon.yaml"), mmon.run(folder / "mmon.yaml"), mmon.run(body)]
    assert {report.verdict for report in reports} == {"breach"}
    assert len({report.document.config_digest for report in reports}) == 1


def test_every_option_is_an_argument_or_a_key_of_one() -> None:
    arguments = inspect.signature(mmon.compare).parameters
    for option, keys in options().items():
        path = keys[0].path
        if path[0] != "outputs":  # a `Report` writes itself
            assert path[-1] in arguments or path[0] == "windows", option.name


@pytest.fixture
def scored() -> tuple[pl.DataFrame, pl.DataFrame]:
    """A reference, and a production in which the scores say nothing."""
    rng = np.random.default_rng(3)
    truth = rng.integers(0, 2, 3000)
    sides = [
        {"key": range(3000), "y": truth, "p": np.clip(skill * truth + 0.4 * rng.random(3000), 0, 1)}
        for skill in (0.6, 0.0)
    ]
    before, after = (pl.DataFrame({**s, "g": ["a", "b"] * 1500}) for s in sides)
    return before, after


@pytest.mark.slow
def test_frames_have_a_task_delayed_labels_and_segments(
    scored: tuple[pl.DataFrame, pl.DataFrame],
) -> None:
    before, after = scored
    labels = after.select("key", "y")
    report = mmon.compare(
        before,
        after.drop("y"),
        task="binary",
        target="y",
        score="p",
        id="key",
        labels=labels,
        segments=["g"],
    )
    assert drop_of_auc(report) == "detected"
    assert {"g = a", "g = b"} <= set(report.results["segment"])
    named = {"path": labels.rename({"y": "truth"}), "on": "key", "target": "truth"}
    same = mmon.compare(before, after.drop("y"), columns={"target": "y"}, score="p", labels=named)
    assert drop_of_auc(same) == "detected"


def drop_of_auc(report: mmon.Report) -> str:
    """The status of the whole window's drop."""
    whole = report.results.filter(pl.col("segment").is_null())
    return str(whole.filter(name="roc_auc", aspect="drop")["status"].item())


@pytest.mark.parametrize(
    ("name", "levels", "aspect", "told"),
    [
        ("total_variation", 0.3, "value", (None, 0.3)),
        ("missing_share", {"potential": 0.1}, "increase", (0.1, None)),
        ("roc_auc", {"potential": 0.1, "detected": 0.2}, "drop", (0.1, 0.2)),
        ("f1", {"min": {"detected": 0.5}}, "value", (None, 0.5)),
        ("label_coverage", 0.9, "value", (None, 0.9)),
        ("invocations", {"max": {"detected": 5}}, "value", (None, 5.0)),
    ],
)
def test_thresholds_are_of_every_analysis(
    scored: tuple[pl.DataFrame, pl.DataFrame],
    name: str,
    levels: Any,
    aspect: str,
    told: tuple[float | None, float | None],
) -> None:
    before, after = scored
    report = mmon.compare(
        before,
        after.drop("y"),
        labels=after.select("key", "y"),
        columns={"target": "y", "score": "p", "id": "key"},
        thresholds={name: levels},
    )
    found = report.results.filter(name=name, aspect=aspect)
    assert {(row["potential"], row["detected"]) for row in found.rows(named=True)} == {told}


def test_a_column_has_levels_of_its_own(ref: pl.DataFrame, shifted: pl.DataFrame) -> None:
    dates = pl.datetime(2024, 1, 1) + pl.duration(minutes=pl.int_range(pl.len()))
    before, after = (
        frame.with_columns(y="x", day=dates + pl.duration(days=shift))
        for frame, shift in ((ref, 0), (shifted.with_columns(z=1), 9))
    )
    own: dict[str, dict[str, dict[str, float]]] = {
        "x": {"total_variation": {}, "missing_share": {"potential": 0.3}, "ks": {"detected": 0.1}},
        "day": {"ks": {"detected": 0.5}},
        "z": {"new_column": {"detected": 1.0}},
    }
    results = mmon.compare(before, after, by_column=own, thresholds={"missing_share": 0.2}).results
    told = {(row["column"], row["name"]): row for row in results.rows(named=True)}
    assert told["x", "total_variation"]["status"] == "irrelevant"
    assert told["y", "total_variation"]["status"] == "detected"
    assert told["x", "ks"]["status"] == "detected"
    assert told["y", "ks"]["status"] == "irrelevant"
    assert told["day", "ks"]["status"] == "detected"
    assert told["z", "new_column"]["status"] == "detected"
    levels = {c: told[c, "missing_share"] for c in ("x", "y")}
    assert [levels[c]["potential"] for c in ("x", "y")] == [0.3, None]
    assert [levels[c]["detected"] for c in ("x", "y")] == [None, 0.2]


@pytest.mark.slow
def test_run_takes_data_in_the_place_of_the_configured(
    folder: Path, ref: pl.DataFrame, shifted: pl.DataFrame
) -> None:
    body = {"reference": "nope.parquet", "production": {"path": "ref.parquet", "format": "parquet"}}
    (folder / "mmon.yaml").write_text(json.dumps(body))
    config = mmon.run({"reference": ref, "production": ref})._config
    for start in ("mmon.yaml", body, config):
        assert mmon.run(start, reference=ref, production=shifted).verdict == "breach"
        assert mmon.run(start, reference="ref.parquet", production=ref).verdict == "pass"
    profile = mmon.profile(ref)
    assert mmon.run("mmon.yaml", reference=profile).verdict == "pass"
    assert mmon.run({**body, "reference": profile}, production=shifted).verdict == "breach"
    with pytest.raises(ConfigError, match=r"reference\.format \(argument\): must be"):
        mmon.run("mmon.yaml", reference={"path": "ref.parquet", "format": "pdf"})


def test_a_profile_says_in_a_line_what_it_is_of(ref: pl.DataFrame) -> None:
    text = "<mmon.Profile of a Polars DataFrame: 2,000 rows, 3 columns>"
    assert repr(mmon.profile(ref)) == text


class Boom:
    """A table of a library that fails."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        raise RuntimeError("no such table")


def failing(frame: pl.DataFrame) -> pl.LazyFrame:
    """A frame whose collection fails in code of the caller's."""
    return frame.lazy().map_batches(lambda _: 1 / 0)


def mapped(frame: pl.DataFrame) -> pl.LazyFrame:
    by_zero = pl.first().map_elements(lambda _: 1 / 0, return_dtype=pl.Float64)
    return frame.lazy().with_columns(by_zero)


@pytest.mark.filterwarnings("ignore")  # Polars has advice on slow functions
@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda ref: mmon.compare("nope.csv", ref), DataError, "'nope.csv' does not exist"),
        (lambda ref: mmon.compare(ref, 42), DataError, "type int cannot be analysed"),
        (lambda ref: mmon.compare(ref.head(0), ref), DataError, "no rows"),
        (lambda ref: mmon.compare(ref, ref, metrics=["pzi"]), ConfigError, "unknown metric 'pzi'"),
        (lambda ref: mmon.compare(ref, ref, alpha=2.0), ConfigError, "alpha: must be below 1"),
        (
            lambda ref: mmon.compare(ref, ref, columns={"ignore": ["no"]}),
            ConfigError,
            "column 'no'",
        ),
        (lambda ref: mmon.compare(ref, ref, windows={"every": "1"}), ConfigError, "every"),
        (lambda ref: mmon.profile(ref.head(0)), DataError, "no rows"),
        (lambda ref: mmon.run({"reference": "ref.parquet"}), ConfigError, "production"),
        (lambda ref: mmon.run("nope.yaml"), ConfigError, "there is no file 'nope.yaml'"),
        (lambda ref: mmon.run(5), ConfigError, "a configuration cannot be of type int"),
        (mmon.run, ConfigError, "a configuration cannot be of type DataFrame"),
        (lambda ref: mmon.run("a\0b"), ConfigError, "cannot be read: embedded null byte"),
        (lambda ref: mmon.run({5: 1}), ConfigError, "has a key that is no text"),
        (
            lambda ref: mmon.compare(ref, ref, columns="x"),
            ConfigError,
            "columns: must be a section",
        ),
        (lambda ref: mmon.compare(ref, ref, columns=["x"]), ConfigError, "columns: must be a sec"),
        (lambda ref: mmon.compare(ref, ref, columns={1: "x"}), ConfigError, "columns: has a key"),
        (
            lambda ref: mmon.compare(ref, ref, windows="1d"),
            ConfigError,
            "windows: must be a sectio",
        ),
        (
            lambda ref: mmon.compare(ref, ref, columns={"target": "x"}, target="x"),
            ConfigError,
            "target is given twice",
        ),
        (
            lambda ref: mmon.compare(ref, ref, columns="x", target="x"),
            ConfigError,
            "columns.target: columns is no section",
        ),
        (
            lambda ref: mmon.compare(ref, ref, thresholds={"invocations": 3}),
            ConfigError,
            "thresholds: of invocations both sides may be worse",
        ),
        (
            lambda ref: mmon.compare(ref, ref, by_column={"grop": {"psi": {}}}),
            ConfigError,
            "by_column: neither dataset has a compared column 'grop'",
        ),
        (
            lambda ref: mmon.run(
                {
                    "reference": "r",
                    "production": "p",
                    "analyses": {"data_drift": {"importance": {"Group": 0.9}}},
                },
                reference=ref,
                production=ref,
            ),
            ConfigError,
            "analyses.data_drift.importance: neither dataset has a compared column 'Group'",
        ),
        (
            lambda ref: mmon.compare(ref, ref, by_column={"group": {"ks": {"detected": 1.0}}}),
            ConfigError,
            "by_column.group.ks: the column is not compared by it (categorical)",
        ),
        (lambda ref: mmon.compare(ref, ref, labels=5), DataError, "type int cannot be analysed"),
        (lambda ref: mmon.compare(ref, ref, task="guess"), ConfigError, "task: must be 'binary'"),
        (lambda ref: mmon.run("mmon.yaml", reference=5), DataError, "type int cannot be analysed"),
        (lambda ref: mmon.compare(ref, ref, thresholds="x"), ConfigError, "thresholds: must be a"),
        (lambda ref: mmon.compare(ref, ref, thresholds={5: {}}), ConfigError, "has a key that is"),
        (lambda ref: mmon.compare(ref, ref, metrics="ks"), ConfigError, "must be 'all' or a list"),
        (lambda ref: mmon.compare(ref, ref, metrics=5), ConfigError, "must be 'all' or a list"),
        (lambda ref: mmon.compare(ref, ref, alpha="x"), ConfigError, "alpha: must be a number"),
        (lambda ref: mmon.compare([ref], ref), DataError, "holds a DataFrame, which is no path"),
        (lambda ref: mmon.compare(None, ref), DataError, "type NoneType cannot be analysed"),
        (lambda ref: mmon.compare(Boom(), ref), DataError, "the Boom cannot be read: RuntimeError"),
        (lambda ref: mmon.compare(failing(ref), ref), DataError, "ZeroDivisionError: division by"),
        (lambda ref: mmon.compare(ref, failing(ref)), DataError, "a Polars LazyFrame cannot be re"),
        (lambda ref: mmon.profile(failing(ref)), DataError, "LazyFrame cannot be read: ZeroDivi"),
        (
            lambda ref: mmon.compare(ref, mapped(ref)),
            DataError,
            "a Polars LazyFrame cannot be read",
        ),
        (lambda ref: mmon.compare(ref, ref.lazy().select("no")), DataError, 'find column "no"'),
        (lambda ref: mmon.profile(ref, columns=5), ConfigError, "columns: must be a section"),
        (lambda ref: mmon.profile(ref, exact=5), ConfigError, "exact: must be true or false"),
        (lambda ref: mmon.compare(ref, ref).to_html(5), OutputError, "cannot write 5"),
        (lambda ref: mmon.compare(ref, ref).to_json("a\0"), OutputError, "it is no path of a file"),
    ],
)
def test_errors_are_mmon_errors_that_say_what_is_wrong(
    ref: pl.DataFrame, call: Callable[[pl.DataFrame], object], error: type, says: str
) -> None:
    with pytest.raises(error, match=re.escape(says)) as raised:
        call(ref)
    assert isinstance(raised.value, MmonError)


def test_names_of_the_package_are_those_it_promises() -> None:
    calls, own = {"compare", "profile", "run"}, {"Application", "application", "Metric", "Result"}
    assert set(mmon.__all__) == {"Report", "TrackingContext", "__version__", *calls, *own}
    assert all(getattr(mmon, name) for name in mmon.__all__)
    assert set(mmon.__all__) <= set(dir(mmon))
    with pytest.raises(AttributeError, match="no attribute 'profiler'"):
        getattr(mmon, "profiler")  # noqa: B009 - the point of the test


@pytest.mark.parametrize("write", ["to_json", "to_html", "to_markdown"])
def test_a_report_does_not_replace_what_was_read(write: str, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("x\n" + "1\n2\n" * 20)
    report = mmon.compare(path, path)
    with pytest.raises(ConfigError, match="the report would replace"):
        getattr(report, write)(path)
    assert path.read_text().startswith("x\n1")


def test_addresses_in_names_are_shown_without_secrets(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("x\n" + "1\n2\n" * 20)
    named = {"reference": str(path), "production": str(path), "project": "https://u:pw123@h/o?s=t"}
    text = mmon.run(named).to_json()
    assert "pw123" not in text
    assert "https://***@h/o?***" in text
