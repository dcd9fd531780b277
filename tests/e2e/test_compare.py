"""``mmon compare``: every option has the effect that its help promises."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.e2e.conftest import Mmon
from tests.e2e.running import Ended, process

SAME, MOVED = "compare ref.parquet prod.parquet", "compare ref.parquet shifted.parquet"


def document(mmon: Mmon, command: str) -> dict[str, Any]:
    ended = mmon(f"{command} --json -")
    assert ended.err == ""
    found: dict[str, Any] = json.loads(ended.out)
    assert found["exit_status"] == ended.status
    return found


def names(found: dict[str, Any], application: str = "data-drift") -> set[str]:
    return {r["name"] for r in found["results"] if r["application"] == application and r["column"]}


def judged(found: dict[str, Any]) -> set[str]:
    return {r["column"] for r in found["results"] if r["name"] in ("ks", "total_variation")}


def test_the_verdict_is_the_last_line_and_the_exit_status(mmon: Mmon) -> None:
    same, moved = mmon(SAME), mmon(MOVED)
    assert (same.status, moved.status) == (0, 1)
    assert (same.err, moved.err) == ("", "")
    assert same.out.splitlines()[-1].split() == ["PASS", "no", "drift", "in", "2", "columns"]
    assert (
        moved.out.splitlines()[-1].strip().startswith("BREACH   1 of 2 columns drifted: x (total")
    )


def test_quiet_prints_the_verdict_line_only(mmon: Mmon) -> None:
    ended = mmon(f"{MOVED} -q")
    assert len(ended.out.splitlines()) == 1
    assert ended.out.startswith("BREACH 1 of 2 columns drifted")


def test_quiet_prints_nothing_on_a_pass(mmon: Mmon) -> None:
    assert mmon(f"{SAME} -q") == Ended(0, "", "")


def test_quiet_still_says_which_part_of_an_outcome_is_missing(mmon: Mmon) -> None:
    said = "mmon: performance is not measured without prediction or a score\n"
    assert mmon(f"{SAME} -q --target x") == Ended(0, "", said)


def test_identical_files_pass(mmon: Mmon) -> None:
    found = document(mmon, "compare ref.parquet ref.parquet")
    assert found["verdict"] == "pass"
    assert all(r["value"] in (0, None) for r in found["results"] if r["gating"])


def test_json_on_stdout_is_all_there_is_and_the_same_as_in_a_file(
    mmon: Mmon, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    printed = mmon(f"{MOVED} --json -")
    written = mmon(f"{MOVED} --json result.json")
    assert printed.out == (folder / "result.json").read_text()
    assert "BREACH" in written.out


def test_markdown_on_stdout_is_all_there_is(mmon: Mmon, folder: Path) -> None:
    ended = mmon(f"{MOVED} --md - --json result.json")
    assert ended.out.startswith("#")
    assert json.loads((folder / "result.json").read_text())["verdict"] == "breach"


@pytest.mark.slow
def test_the_same_inputs_give_the_same_bytes(folder: Path) -> None:
    words = f"{MOVED} --every 1d --json out.json --html out.html --md out.md".split()
    paths = [folder / f"out.{suffix}" for suffix in ("json", "html", "md")]
    epoch = {"SOURCE_DATE_EPOCH": "1700000000"}
    first = process(*words, cwd=folder, env=epoch), [path.read_bytes() for path in paths]
    # Another seed of Python's hashes, as every process has.
    again = process(*words, cwd=folder, env={**epoch, "PYTHONHASHSEED": "7"})
    assert (again, [path.read_bytes() for path in paths]) == first
    assert again.status == 1


def test_metric_limits_what_is_computed(mmon: Mmon) -> None:
    everything = names(document(mmon, SAME))
    assert {"ks", "wasserstein", "total_variation", "psi"} <= everything
    assert names(document(mmon, f"{SAME} -m ks --metric psi")) == {"ks", "psi"}


@pytest.mark.parametrize(
    ("words", "limits"),
    [
        ("-t invocations.min=3000", [("value", "below", None, 3000.0)]),
        (
            "-t invocations.max=9 -t invocations.min=1/0.5",
            [("value", "above", None, 9.0), ("value", "below", 1.0, 0.5)],
        ),
        ("-t completeness=0.9", [("value", "below", None, 0.9)]),
    ],
)
def test_threshold_sets_each_limit_of_operations(
    mmon: Mmon, words: str, limits: list[tuple[object, ...]]
) -> None:
    (name,) = set(re.findall(r"-t (\w+)", words))
    told = json.loads(
        mmon(f"compare ref.parquet ref.parquet --timestamp event_time {words} --json -").out
    )
    found = [one for one in told["results"] if one["name"] == name]
    keys = ("aspect", "direction", "potential", "detected")
    assert sorted([tuple(one[key] for key in keys) for one in found], key=repr) == sorted(
        limits, key=repr
    )


def test_threshold_sets_levels_of_metrics_and_of_checks(mmon: Mmon) -> None:
    found = document(mmon, f"{SAME} -t ks=0.001/0.3 -t missing_share=0.5")
    levels = {(r["name"], r["potential"], r["detected"]) for r in found["results"] if r["gating"]}
    assert ("ks", 0.001, 0.3) in levels
    assert ("missing_share", None, 0.5) in levels
    assert mmon(f"{MOVED} -t total_variation=0.9").status == 0
    assert mmon(f"{MOVED} -t total_variation=0.5").status == 1


def test_fail_on_chooses_what_exits_1(mmon: Mmon) -> None:
    levels = f"{MOVED} -t total_variation=0.5/0.9"
    assert mmon(levels).status == 0
    assert mmon(f"{levels} --fail-on potential").status == 1
    assert mmon(f"{MOVED} --fail-on never").status == 0


def test_alpha_decides_what_is_significant(mmon: Mmon) -> None:
    # Half of the rows do not tell for sure how much moved.
    few = f"{MOVED} --column x -t total_variation=0.68"
    assert mmon(few).status in (0, 4)
    assert mmon(f"{few} --alpha 0.9").status == 1


def test_on_inconclusive_turns_too_few_rows_into_a_pass(mmon: Mmon, folder: Path) -> None:
    pl.read_parquet("prod.parquet").head(3).write_parquet(folder / "few.parquet")
    assert mmon("compare ref.parquet few.parquet").status == 4
    assert mmon("compare ref.parquet few.parquet --on-inconclusive fail").status == 4
    assert mmon("compare ref.parquet few.parquet --on-inconclusive pass").status == 0


def test_column_and_ignore_choose_columns(mmon: Mmon) -> None:
    assert judged(document(mmon, f"{MOVED} --column x")) == {"x"}
    found = document(mmon, f"{MOVED} --ignore x")
    assert judged(found) == {"group"}
    assert found["verdict"] == "pass"


def test_categorical_makes_numbers_categories(mmon: Mmon, folder: Path) -> None:
    codes = pl.DataFrame({"code": [float(i % 60) for i in range(3000)]})
    codes.write_parquet(folder / "codes.parquet")
    command = "compare codes.parquet codes.parquet"
    assert document(mmon, command)["columns"][0]["kind"] == "numeric"
    found = document(mmon, f"{command} --categorical code")
    assert found["columns"][0]["kind"] == "categorical"
    assert "ks" not in names(found)


def test_id_and_timestamp_are_not_tested(mmon: Mmon) -> None:
    found = document(mmon, "compare ref.csv prod.csv --separator ; --id group")
    kinds = {c["name"]: c["kind"] for c in found["columns"]}
    assert kinds == {"x": "numeric", "group": "identifier"}
    assert judged(found) == {"x"}
    pl.read_parquet("ref.parquet").rename({"event_time": "moment"}).write_parquet("m.parquet")
    command = "compare m.parquet m.parquet"
    assert "moment" in judged(document(mmon, command))
    assert "moment" not in judged(document(mmon, f"{command} --timestamp moment"))


def test_every_and_timezone_cut_windows_of_time(mmon: Mmon) -> None:
    found = document(mmon, f"{SAME} --every 1d")
    # A row a minute, the first at 00:00:30 on 1 January.
    assert [w["rows"] for w in found["windows"]] == [1440, 560]
    assert found["windows"][0]["start"] == "2024-01-01T00:00:00Z"
    # Times without a zone are local: the day is the same, and begins at another instant.
    found = document(mmon, f"{SAME} --every 1d --timezone Europe/Vienna")
    assert [w["rows"] for w in found["windows"]] == [1440, 560]
    assert found["windows"][0]["start"] == "2023-12-31T23:00:00Z"
    # Times with one are instants: the day in Vienna ends an hour before it does in UTC.
    zoned = pl.read_parquet("prod.parquet").with_columns(
        pl.col("event_time").dt.replace_time_zone("UTC")
    )
    zoned.write_parquet("zoned.parquet")
    command = "compare ref.parquet zoned.parquet --every 1d --timezone Europe/Vienna"
    assert [w["rows"] for w in document(mmon, command)["windows"]] == [1380, 620]


def test_rows_cuts_windows_of_rows(mmon: Mmon) -> None:
    found = document(mmon, f"{SAME} --rows 800")
    assert [w["rows"] for w in found["windows"]] == [800, 800, 400]


def test_separator_and_format_say_how_files_are_read(mmon: Mmon, folder: Path) -> None:
    assert mmon("compare ref.csv prod.csv").status == 0
    assert mmon("compare ref.csv prod.csv --separator ;").status == 0
    for name in ("ref", "prod"):
        (folder / name).symlink_to(folder / f"{name}.csv")
    assert mmon("compare ref prod --separator ;").status == 3
    assert mmon("compare ref prod --separator ; --format csv").status == 0


def test_exact_keeps_every_value(mmon: Mmon, folder: Path) -> None:
    values = pl.int_range(20_000, eager=True).cast(pl.Float64).alias("x") / 7
    values.to_frame().write_parquet(folder / "many.parquet")
    summed = document(mmon, "compare many.parquet many.parquet --column x")
    exact = document(mmon, "compare many.parquet many.parquet --column x --exact")
    assert summed["reference"]["rank_error"] > 0
    assert exact["reference"]["rank_error"] == 0


@pytest.mark.slow
def test_production_may_come_from_standard_input(folder: Path) -> None:
    words = ["compare", "ref.csv", "-", "--format", "csv", "--separator", ";", "-q"]
    ended = process(*words, cwd=folder, stdin=(folder / "shifted.csv").read_bytes())
    assert ended.status == 1
    assert ended.out.startswith("BREACH")
    assert ended.err == ""


def test_p_values_of_all_metrics_are_computed_where_asked(mmon: Mmon) -> None:
    def without(command: str) -> set[str]:
        results = document(mmon, command)["results"]
        drift = [r for r in results if r["application"] == "data-drift" and r["column"] == "x"]
        return {r["name"] for r in drift if r["p_value"] is None}

    assert "psi" in without(MOVED)
    assert without(f"{MOVED} --p-values") == set()
