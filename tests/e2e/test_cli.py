"""Every other command does what its help says."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import polars as pl
import pytest

from mmon import __version__, metrics, performance
from mmon.cli.app import app
from mmon.cli.options import help_of
from mmon.config.keys import options
from mmon.profiles import baseline
from tests.e2e.conftest import Mmon
from tests.e2e.running import process, python

COMMANDS = [
    "compare",
    "run",
    "report",
    "init",
    "validate",
    "schema",
    "metrics",
    "explain",
    "demo",
    "about",
    "baseline",
    "baseline make",
    "baseline show",
]


@pytest.fixture
def configuration(folder: Path) -> Path:
    path = folder / "mmon.yaml"
    path.write_text(
        "project: lending\nendpoint: credit-risk\n"
        "reference: ref.parquet\nproduction: shifted.parquet\n"
        "outputs: {json: out.json, html: out.html, markdown: out.md}\n"
    )
    return path


def test_run_writes_the_configured_outputs(mmon: Mmon, configuration: Path) -> None:
    ended = mmon("run mmon.yaml")
    assert ended.status == 1
    assert ended.out.startswith("lending / credit-risk")
    folder = configuration.parent
    assert json.loads((folder / "out.json").read_text())["project"] == "lending"
    assert (folder / "out.html").read_text().startswith("<!doctype html>")
    assert (folder / "out.md").read_text().startswith("#")


def test_options_of_run_override_the_configuration(mmon: Mmon, configuration: Path) -> None:
    assert mmon("run mmon.yaml --fail-on never --json other.json -q").status == 0
    found = json.loads((configuration.parent / "other.json").read_text())
    assert (found["fail_on"], found["verdict"]) == ("never", "pass")
    assert not (configuration.parent / "out.json").exists()
    assert (configuration.parent / "out.html").exists()


def test_report_renders_a_result_again_byte_for_byte(mmon: Mmon, configuration: Path) -> None:
    first = mmon("run mmon.yaml")
    again = mmon("report out.json --html again.html --md again.md")
    folder = configuration.parent
    assert again.status == 0
    assert again.out == first.out
    assert (folder / "again.html").read_text() == (folder / "out.html").read_text()
    assert (folder / "again.md").read_text() == (folder / "out.md").read_text()
    assert mmon("report out.json --md -").out == (folder / "out.md").read_text()


def test_a_baseline_stands_for_its_data(mmon: Mmon, folder: Path) -> None:
    made = mmon("baseline ref.parquet -o ref.mmon")
    assert (made.status, made.out) == (0, "")
    assert made.err == "ref.mmon: 2,000 rows, 3 columns\n"
    ended = mmon("compare ref.mmon shifted.parquet -q")
    assert ended == mmon("compare ref.parquet shifted.parquet -q")
    shown = mmon("baseline show ref.mmon").out.splitlines()
    assert shown[0] == "ref.parquet: 2,000 rows, 3 columns, exact"
    assert [line.split()[:2] for line in shown[3:]] == [
        ["x", "numeric"],
        ["group", "categorical"],
        ["event_time", "datetime"],
    ]


def test_a_baseline_holds_rows_only_when_asked_and_says_so(mmon: Mmon, folder: Path) -> None:
    made = mmon("baseline ref.parquet -o rows.mmon --sample 50")
    held = "rows.mmon: 2,000 rows, 3 columns; holds 50 of its rows as they are\n"
    assert (made.status, made.err) == (0, held)
    shown = mmon("baseline show rows.mmon").out.splitlines()
    assert shown[0].endswith("exact; holds 50 of its rows as they are")
    sample = baseline.load(folder / "rows.mmon").sample
    assert sample is not None
    assert sample.all_rows().frame.columns == ["x", "group", "event_time"]
    assert len(sample.all_rows()) == 50
    mmon("baseline ref.parquet -o none.mmon")
    assert baseline.load(folder / "none.mmon").sample is None
    wrong = mmon("baseline ref.parquet -o rows.mmon --sample -1")
    assert wrong.status == 2
    assert "sample" in wrong.err


def test_a_baseline_takes_columns_from_a_configuration(mmon: Mmon, folder: Path) -> None:
    text = "reference: ref.parquet\nproduction: prod.parquet\ncolumns: {ignore: [x]}\n"
    (folder / "c.yaml").write_text(text)
    assert mmon("baseline make -c c.yaml -o ref.mmon ref.parquet").err.endswith("2 columns\n")


def test_a_baseline_of_many_values_is_exact_when_asked(mmon: Mmon, folder: Path) -> None:
    pl.DataFrame({"x": [i / 7 for i in range(20_000)]}).write_parquet(folder / "many.parquet")
    assert mmon("baseline many.parquet -o some.mmon").status == 0
    assert mmon("baseline many.parquet -o all.mmon --exact").status == 0
    assert "rank error" in mmon("baseline show some.mmon").out
    assert "exact" in mmon("baseline show all.mmon").out


@pytest.mark.slow
def test_what_init_writes_is_valid(mmon: Mmon, folder: Path) -> None:
    assert mmon("init").err == (
        "wrote mmon.yaml and mmon.schema.json; "
        "edit it, then: mmon validate mmon.yaml && mmon run mmon.yaml\n"
    )
    assert mmon("validate mmon.yaml").out == "mmon.yaml is valid\n"
    (folder / "mmon.yaml").write_text("mine")
    assert mmon("init").status == 2
    assert (folder / "mmon.yaml").read_text() == "mine"
    assert mmon("init --force").status == 0
    assert mmon("validate mmon.yaml").status == 0


def test_schema_is_a_json_schema_that_knows_good_from_bad(mmon: Mmon) -> None:
    schema = json.loads(mmon("schema").out)
    validator = jsonschema.Draft7Validator
    validator.check_schema(schema)
    validator(schema).validate({"reference": "a.parquet", "production": ["b.csv", "c.csv"]})
    assert not validator(schema).is_valid({"reference": "a.parquet", "prodution": "b.parquet"})


def test_the_schema_of_the_result_document_fits_results(mmon: Mmon) -> None:
    schema = json.loads(mmon("schema --result").out)
    document = json.loads(mmon("compare ref.parquet prod.parquet --json -").out)
    jsonschema.Draft7Validator(schema).validate(document)
    assert not jsonschema.Draft7Validator(schema).is_valid({**document, "verdict": "maybe"})


def test_metrics_lists_every_metric(mmon: Mmon) -> None:
    drift, good = mmon("metrics").out.split("\n\n")
    for text, head, names in (
        (drift, "drift columns what it is", metrics.names()),
        (good, "performance task what it is", performance.names()),
    ):
        first, *lines = text.splitlines()
        assert first.split() == head.split()
        assert tuple(line.split()[0] for line in lines) == names


@pytest.mark.parametrize("name", [*metrics.names(), *performance.names()])
def test_explain_prints_a_whole_page(mmon: Mmon, name: str) -> None:
    ended = mmon(f"explain {name}")
    assert ended.status == 0
    for section in ("Measures", "Misleads when", "Options", "Example", "References"):
        assert re.search(rf"^{section}\n-+$", ended.out, re.MULTILINE), section


def test_version_is_that_of_the_package(mmon: Mmon) -> None:
    assert mmon("--version").out == mmon("-V").out == f"mmon {__version__}\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_help_is_whole_at_80_columns(
    mmon: Mmon, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    ended = mmon(f"{command} --help")
    assert ended == mmon(f"{command} -h")
    assert ended.status == 0
    assert ended.out.startswith(f"Usage: mmon {command} ")
    assert max(map(len, ended.out.splitlines())) <= 80
    assert not re.search(r"…|\.\.\.(?!\s*$)|list\[|<str>|None", ended.out)


def test_every_option_of_a_key_says_what_the_key_is(mmon: Mmon) -> None:
    shown = {name: " ".join(mmon(f"{name} --help").out.split()) for name in COMMANDS}
    for option, keys in options().items():
        (text,) = {key.text for key in keys}
        assert text.startswith(help_of(option).removesuffix(" May be repeated."))
        start = f"{option.name} {option.metavar} ".replace("  ", " ")
        told = [words for words in shown.values() if start in words]
        assert told
        assert all(start + help_of(option) in words for words in told)


def test_help_lists_every_command_with_a_whole_sentence(
    mmon: Mmon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    listed = mmon("--help").out.split("Commands:\n")[1].split("\n\n")[0].splitlines()
    known = {command.callback.__name__ for command in app.registered_commands if command.callback}
    assert {line.split()[0] for line in listed} == known | {"alerts", "app", "baseline", "history"}
    assert all(line.endswith(".") for line in listed)


def test_narrow_terminals_get_narrow_reports(mmon: Mmon, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    *lines, verdict = mmon("compare ref.parquet shifted.parquet").out.splitlines()
    assert max(map(len, lines)) <= 40
    assert verdict.strip().startswith("BREACH")


def test_colours_are_for_terminals_and_only_if_wanted(
    mmon: Mmon, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = "compare ref.parquet shifted.parquet"
    assert "\x1b[" not in mmon(command).out
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in mmon(command).out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in mmon(command).out


@pytest.mark.slow
def test_terminals_without_unicode_get_ascii(folder: Path) -> None:
    words = ["compare", "ref.parquet", "shifted.parquet"]
    ended = process(*words, cwd=folder, env={"PYTHONIOENCODING": "ascii", "LC_ALL": "C"})
    assert ended.status == 1
    assert ended.out.isascii()


@pytest.mark.slow
def test_json_on_stdout_is_utf8_whatever_the_terminal(folder: Path) -> None:
    words = ["compare", "größe.csv", "größe.csv", "--separator", ";", "--json", "-"]
    (folder / "größe.csv").symlink_to(folder / "ref.csv")
    ended = process(*words, cwd=folder, env={"PYTHONIOENCODING": "ascii"})
    assert json.loads(ended.out)["reference"]["source"] == "größe.csv"


@pytest.mark.parametrize("shell_name", ["bash", "zsh", "fish"])
def test_shells_get_a_completion_script(folder: Path, shell_name: str) -> None:
    ended = process(cwd=folder, env={"_MMON_COMPLETE": f"source_{shell_name}"})
    assert ended.status == 0
    assert "_MMON_COMPLETE" in ended.out
    assert "mmon" in ended.out


@pytest.mark.slow
def test_completion_completes_commands_and_options(folder: Path) -> None:
    env = {"_MMON_COMPLETE": "complete_bash", "COMP_WORDS": "mmon compare --ev", "COMP_CWORD": "2"}
    assert process(cwd=folder, env=env).out.split() == ["--every"]
    env = {"_MMON_COMPLETE": "complete_bash", "COMP_WORDS": "mmon ba", "COMP_CWORD": "1"}
    assert process(cwd=folder, env=env).out.split() == ["baseline"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("explain ROC", {"ROC_auc"}),
        ("explain missing_sh", {"missing_share"}),
        ("compare a b --metric WASS", {"WASSerstein"}),
        ("compare a b -t latency_p9", {"latency_p95=", "latency_p99="}),
    ],
)
def test_completion_completes_names_whatever_their_case(
    folder: Path, words: str, found: set[str]
) -> None:
    asked = f"mmon {words}"
    env = {"COMP_WORDS": asked, "COMP_CWORD": str(len(asked.split()) - 1)}
    ended = process(cwd=folder, env={"_MMON_COMPLETE": "complete_bash", **env})
    assert set(ended.out.split()) == found


def test_the_case_of_metric_names_does_not_matter(mmon: Mmon) -> None:
    for name in ("KS", "Missing_Share", "ROC_AUC", "F1:Yes", "READING", "Worse_Segment"):
        assert mmon(f"explain {name}").out == mmon(f"explain {name.lower()}").out != ""
    told = json.loads(mmon("compare ref.parquet prod.parquet -m KS -t Ks=0.5 --json -").out)
    settings = told["configuration"]["analyses"]["data_drift"]
    assert (settings["metrics"], list(settings["thresholds"])) == (["ks"], ["ks"])


def test_a_threshold_may_be_of_one_column(mmon: Mmon) -> None:
    told = mmon("compare ref.parquet prod.parquet -t x.KS=0.1/0.5 -t ks=0.2 --json -").out
    configuration = json.loads(told)["configuration"]
    assert configuration["by_column"] == {"x": {"ks": {"potential": 0.1, "detected": 0.5}}}
    assert list(configuration["analyses"]["data_drift"]["thresholds"]) == ["ks"]


@pytest.mark.slow
def test_explain_lists_what_it_explains_and_takes_names_in_words(mmon: Mmon) -> None:
    results, others = mmon("explain").out.split("\n\n")
    assert {("data-drift", "ks"), ("data-quality", "missing_share")} <= {
        tuple(line.split()[:2]) for line in results.splitlines()
    }
    assert {"slack", "junit", "run-failed"} <= {line.split()[0] for line in others.splitlines()}
    in_words = process("explain", "Missing share")
    assert in_words.out == mmon("explain missing_share").out != ""


def test_explain_knows_the_keys_of_the_configuration(mmon: Mmon) -> None:
    told = mmon("explain fail_on").out
    assert told.startswith("fail_on, a key of the configuration\n\nThe level that makes a breach")
    assert "--fail-on" in told
    assert mmon("explain windows.every").out.startswith("windows.every, a key")
    assert "worse_segments, a key" in mmon("explain worse_segments").out
    for shown in ("q", "p_value", "inconclusive"):
        assert "corrected for all that was tested" in mmon(f"explain {shown}").out


@pytest.mark.slow
def test_lists_are_cut_for_terminals_only(folder: Path) -> None:
    assert "…" not in process("metrics", cwd=folder).out
    assert process("baseline", "ref.parquet", "-o", "ref.mmon", cwd=folder).status == 0
    assert "…" not in process("baseline", "show", "ref.mmon", cwd=folder).out


def test_trouble_with_completion_never_exits_1(folder: Path) -> None:
    assert process(cwd=folder, env={"_MMON_COMPLETE": "source_cobol"}).status == 2


@pytest.mark.slow
def test_a_crash_never_exits_1_and_shows_its_traceback_on_request_only(folder: Path) -> None:
    crash = """
import sys
import mmon.comparison.pipeline
from mmon.cli.app import main

def run(*_, **__):
    raise ZeroDivisionError("boom")

mmon.comparison.pipeline.run = run
sys.argv = ["mmon", "compare", "ref.parquet", "prod.parquet"]
main()
"""
    for debug in ({}, {"MMON_DEBUG": "1"}):
        ended = python(crash, cwd=folder, env=debug)
        assert ended.status == 3
        assert "mmon: internal error: ZeroDivisionError: boom" in ended.err
        assert ("Traceback" in ended.err) == bool(debug)


@pytest.mark.slow
def test_init_writes_the_schema_that_its_first_line_names(mmon: Mmon, folder: Path) -> None:
    assert mmon("init started.yaml").status == 0
    first = (folder / "started.yaml").read_text(encoding="utf-8").splitlines()[0]
    named = first.split("$schema=./")[1]
    jsonschema.Draft7Validator.check_schema(json.loads((folder / named).read_text("utf-8")))


@pytest.mark.slow
def test_init_guesses_what_the_columns_of_the_reference_are_for(mmon: Mmon, folder: Path) -> None:
    rows = range(400)
    times = pl.datetime(2024, 1, 1) + pl.duration(hours=pl.int_range(400))
    frame = pl.DataFrame(
        {
            "amount": [i % 37 / 2 for i in rows],
            "customer_id": [i % 7 for i in rows],
            "request_id": rows,
            "defaulted": [i % 2 for i in rows],
            "p_default": [i % 11 / 10 for i in rows],
            "latency_ms": [i % 13 + 0.5 for i in rows],
            "error_text": ["a", "b"] * 200,
        }
    )
    frame.with_columns(created_at=times).write_parquet(folder / "a.parquet")
    assert mmon("init a.yaml --from a.parquet").status == 0
    text = (folder / "a.yaml").read_text(encoding="utf-8")
    assert "\nreference: a.parquet\n" in text
    guessed = dict(re.findall(r"^  #(\w+): (\w+)  # guessed", text, flags=re.MULTILINE))
    assert guessed == {
        "timestamp": "created_at",
        "id": "request_id",
        "target": "defaulted",
        "score": "p_default",
        "latency": "latency_ms",
    }
    assert mmon("validate a.yaml").status == 0
    sure = re.sub(r"^  #(\w+: \w+  # guessed)", r"  \1", text, flags=re.MULTILINE)
    (folder / "a.yaml").write_text(sure.replace("data/production", "a"), encoding="utf-8")
    assert mmon("validate a.yaml --data").status == 0
    assert mmon("init b.yaml --from nope.parquet").status == 3
    assert not (folder / "b.yaml").exists()


@pytest.mark.slow
def test_init_takes_the_only_time_for_the_rows_time_and_tells_examples(
    mmon: Mmon, folder: Path
) -> None:
    times = pl.datetime(2024, 1, 1) + pl.duration(hours=pl.int_range(400))
    frame = pl.select(pl.int_range(400).alias("amount"), times.alias("pickup"))
    frame.write_parquet(folder / "a.parquet")
    assert mmon("init a.yaml --from a.parquet").status == 0
    text = (folder / "a.yaml").read_text(encoding="utf-8")
    assert "  #timestamp: pickup  # guessed" in text
    assert "  #target: defaulted  # an example\n" in text


def test_a_configured_report_without_a_format_is_not_valid(mmon, folder: Path) -> None:
    text = "reference: a.csv\nproduction: b.csv\noutputs: {reports: [report.pdf]}\n"
    (folder / "mmon.yaml").write_text(text)
    ended = mmon("validate mmon.yaml")
    assert ended.status == 2
    assert "'report.pdf' does not tell its format" in ended.err
