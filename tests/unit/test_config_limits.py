"""No configuration asks for more than can be computed, in numbers, texts, depth or size."""

from __future__ import annotations

from pathlib import Path

import pytest

from mmon.config_file import config_digest, load, parse, validate
from mmon.errors import ConfigError

MINIMAL = "reference: ref.parquet\nproduction: cur.parquet\n"
NINES = "9" * 5_000


def refused(text: str, **environment: str) -> str:
    """The only problem, as it is told, when MINIMAL is followed by ``text``."""
    with pytest.raises(ConfigError) as caught:
        parse(MINIMAL + text, "mmon.yaml", environment)
    first, *lines = caught.value.message.splitlines()
    assert first == "mmon.yaml: 1 problem"
    assert all(len(line) < 700 for line in lines)
    return lines[0].strip()


IN_SIZE = "must be 0, or between 1e-30 and 1e30 in size, not"
LIMITS = {
    "windows: {rows: 1000000000000000000000000000000}": "windows.rows (line 3): must be at most",
    f"windows: {{every: {NINES}d}}": "windows.every (line 3): '999999999…d' is longer than a cent",
    "windows: {every: 1d,\n allowed_lateness: 5219w}": "windows.allowed_lateness (line 4): '5219w'",
    "windows: {every: 1d, start: '0999-01-01'}": "windows (line 3): start '0999-01-01' is outside",
    f"points: {NINES}": "points (line 3): is a number of 5,000 characters",
    f"points: 0x{NINES}": "points (line 3): is a number of 5,002 characters",
    f"alpha: 1{'0' * 400}": "alpha (line 3): is a number of 401 characters",
    "points: 1000001": "points (line 3): must be at most 1e+06, not 1000001",
    "points: ${BIG}": "points (line 3): must be a whole number, not '${BIG}'",
    "labels_kept: 100000000": "labels_kept (line 3): must be at most 1e+07",
    "alpha: 5.0e-324": f"alpha (line 3): {IN_SIZE} 5e-324",
    "alpha: 1e99999": "alpha (line 3): must be a finite number, not inf",
    "analyses: {data_drift: {importance: {x: 1.0e308}}}": f"{IN_SIZE} 1e+308",
    "analyses: {data_drift: {importance: {x: .inf}}}": "must be a finite number, not inf",
    "analyses: {data_quality: {thresholds: {constant: {potential: -1.0e308}}}}": "not -1e+308",
    "analyses: {data_drift: {thresholds: {psi: {potential: 5.0e-324}}}}": f"{IN_SIZE} 5e-324",
    "analyses: {model_performance: {costs: {true_positive: -1.0e308}}}": f"{IN_SIZE} -1e+308",
    "analyses: {model_performance: {top_k: [2, 1000000000000000000]}}": "top_k[1] (line 3): must",
    "analyses: {system_performance: {expected_rows: 10000000000000000}}": "must be at most 1e+15",
    "analyses: {system_performance: {step: 1201mo}}": "'1201mo' is longer than a century",
    "false_alarms: {per: 30}": "false_alarms needs a history",
    "look: 0": "look (line 3): must be at least 1, not 0",
    "history: h.db\nwindows: {every: 1d}\nlook: 3": "look is for runs without a history",
    "by_column: {x: {lasting_drift: {detected: 0.1}}}": "lasting_drift (line 3): needs a history",
    "false_alarms: {expected: 0}": "false_alarms.expected (line 3): must be",
    "false_alarms: {per: 0}": "false_alarms.per (line 3): must be at least 1",
    "false_alarms: {expected: 8, per: 7}": "(line 3): expected (8) is not below per (7)",
    "false_alarms: 1": "false_alarms (line 3): must be",
    "segments: [k, k]": "segments (line 3): 'k' is named twice",
    "segments: {columns: [a, k, a]}": "segments.columns (line 3): 'a' is named twice",
    "analyses: {data_drift: {metrics: [ks, ks]}}": "'ks' is named twice",
    'project: "\\ud800"': "project (line 3): holds a character that no text may hold",
    'outputs: {json: "a\\x00b"}': "outputs.json (line 3): holds a character that no text may hold",
    'columns: {ignore: [x, "a\\x00"]}': "columns.ignore[1] (line 3): holds a character",
    'labels: {"pa\\x00th": x}': "labels (line 3): has a key with a character that no text may hold",
    "project: " + "{a: " * 30 + "1" + "}" * 30: "project (line 3): is nested too deeply",
    "labels: {path: x, dtypes: {y: Decimal(99)}}": "labels.dtypes.y (line 3): column 'y' has",
    "labels: {path: x, separator: é}": "labels.separator (line 3): must be 1 character such as ;",
}


@pytest.mark.parametrize("text", LIMITS, ids=lambda text: text[:40])
def test_what_no_run_could_do_is_refused_with_its_line(text: str) -> None:
    assert LIMITS[text] in refused(text + "\n", BIG=NINES)


def test_a_file_of_aliases_is_refused_before_it_grows() -> None:
    lines = ["x0: &x0 [a, a, a, a, a, a, a, a, a]"]
    lines += [f"x{i}: &x{i} [{', '.join([f'*x{i - 1}'] * 9)}]" for i in range(1, 12)]
    told = refused("\n".join(lines))
    assert told.startswith("line ")
    assert told.endswith("holds more than 250,000 values")


def test_a_few_aliases_are_as_good_as_what_they_stand_for() -> None:
    config = parse(
        MINIMAL + "analyses:\n data_drift:\n  thresholds: {ks: &same {detected: 0.3}, psi: *same}\n"
    )
    assert config.analyses.data_drift is not None
    assert config.analyses.data_drift.thresholds["psi"].detected == 0.3


@pytest.mark.slow
def test_ten_thousand_columns_with_weights_are_not_too_many() -> None:
    weights = "".join(f"   column_{i}: 0.5\n" for i in range(10_000))
    text = f"{MINIMAL}analyses:\n data_drift:\n  importance:\n{weights}"
    assert parse(text).analyses.data_drift is not None


def test_a_file_that_never_ends_is_not_read_to_its_end(tmp_path: Path) -> None:
    (tmp_path / "long.yaml").write_text(f"{MINIMAL}#" + "x" * (1 << 24))
    with pytest.raises(ConfigError, match="longer than any configuration"):
        load(tmp_path / "long.yaml")


def test_plain_data_has_the_same_limits() -> None:
    endless: dict[str, object] = {}
    endless["columns"] = endless
    sides = {"reference": "r", "production": "p"}
    for wrong in ({"project": "a\0"}, {"a\0": 1}, {"columns": endless}):
        with pytest.raises(ConfigError):
            validate({**sides, **wrong})


def test_names_of_files_that_are_no_text_have_a_digest() -> None:
    sides = {"reference": "r", "production": "p"}
    config = validate({**sides, "outputs": {"json": "\udcff.json"}})
    assert config_digest(config).startswith("sha256:")
    with pytest.raises(ConfigError, match="reference: must be a text in UTF-8"):
        validate({**sides, "reference": "\udcff.csv"})
