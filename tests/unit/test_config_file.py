"""A configuration file as a whole: valid, or everything that is wrong with it in one message."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from mmon.config.sections import Config
from mmon.config_file import config_digest, load, parse, public_dict, validate
from mmon.errors import ConfigError, ExitStatus

MINIMAL = "reference: ref.parquet\nproduction: cur.parquet\n"


def refusal(text: str, **environment: str) -> str:
    with pytest.raises(ConfigError) as caught:
        parse(text, "mmon.yaml", environment)
    assert caught.value.exit_status is ExitStatus.USAGE
    return str(caught.value)


def refused_line(text: str, **environment: str) -> str:
    """The only problem, as it is told, when MINIMAL is followed by ``text``."""
    lines = refusal(MINIMAL + text, **environment).splitlines()
    assert lines[0] == "mmon.yaml: 1 problem"
    return "\n".join(line.strip() for line in lines[1:])


def test_two_paths_are_a_configuration() -> None:
    config = parse(MINIMAL)
    assert config == Config(
        reference={"path": "ref.parquet"},  # type: ignore[arg-type]  # the short form's long form
        production={"path": "cur.parquet"},  # type: ignore[arg-type]  # the short form's long form
    )


def test_all_problems_are_told_at_once_in_the_order_of_lines() -> None:
    message = refusal(
        """\
project: 12
reference: {pth: a.parquet, storage_options: {aws_secret_access_key: 12345}}
columns:
  features: {a: 1}
  categorical: [a, 3]
windows: {every: 3y, timezone: Mars/Phobos}
windws: 3
analyses:
  data_drift:
    metrics: [pzi, ks]
    thresholds: {ks: {potential: .nan, detectd: 1}}
    gate: anny
    share: "${SHARE}"
  data_quality:
    thresholds: {mising_share: {detected: 0.2}}
alpha: 1.5
exact: 1
""",
        SHARE="hidden",
    )
    assert (
        message
        == """\
mmon.yaml: 18 problems
  production: is required and missing
  project (line 1): must be a text, not 12
      put it in quotes
  reference.path (line 2): is required and missing
  reference.storage_options.aws_secret_access_key (line 2): must be a text
      put it in quotes
  reference.pth (line 2): is not a key that mmon knows
      did you mean 'path'?
  columns.features (line 4): must be 'all' or a list, not a section
  columns.categorical[1] (line 5): must be a text, not 3
      put it in quotes
  windows.every (line 6): must be a length of time such as 10m, 1h, 1d, 1w or 1mo, not '3y'
  windows.timezone (line 6): must be a time zone such as UTC or Europe/Vienna, not 'Mars/Phobos'
  windws (line 7): is not a key that mmon knows
      did you mean 'windows'?
  analyses.data_drift.metrics[0] (line 10): unknown metric 'pzi'
      did you mean 'psi'?
  analyses.data_drift.thresholds.ks.potential (line 11): must be a finite number, not nan
  analyses.data_drift.thresholds.ks.detectd (line 11): is not a key that mmon knows
      did you mean 'detected'?
  analyses.data_drift.gate (line 12): must be 'any', 'share' or 'none', not 'anny'
      did you mean 'any'?
  analyses.data_drift.share (line 13): must be a number, not '${SHARE}'
  analyses.data_quality.thresholds.mising_share (line 15): unknown check 'mising_share'
      did you mean 'missing_share'?
  alpha (line 16): must be below 1, not 1.5
  exact (line 17): must be true or false, not 1
""".rstrip()
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("fail_on: detcted", "fail_on (line 3): must be 'potential', 'detected' or 'never'"),
        ("alpha: '0.05'", "alpha (line 3): must be a number, not '0.05'\nwrite it without quotes"),
        ("alpha: true", "alpha (line 3): must be a number, not true"),
        ("alpha: 0", "alpha (line 3): must be above 0"),
        ("points: 3", "points (line 3): must be at least 16, not 3"),
        ("points: 20.5", "points (line 3): must be a whole number, not 20.5"),
        ("points: 1", "points (line 3): must be at least 16, not 1"),
        ("exact: yes", "exact (line 3): must be true or false, not 'yes'"),
        ("windows: []", "windows (line 3): must be a section of `key: value` lines, not an empty"),
        ("windows: {every: 1d, rows: 5}", "windows (line 3): windows take either 'every' or"),
        ("windows: {rows: 0}", "windows.rows (line 3): must be at least 1, not 0"),
        ("windows: {start: monday}", "windows.start (line 3): must be a date or time such as"),
        ("columns: {features: []}", "columns.features (line 3): must be 'all' or a list with s"),
        ("columns: {ignore: a}", "columns.ignore (line 3): must be a list, not 'a'"),
        (
            "columns: {numeric: [a], categorical: [b, a]}",
            "columns (line 3): 'a' is listed under both categorical and numeric",
        ),
        (
            "columns: {features: [a, b], ignore: [b]}",
            "columns (line 3): 'b' is listed under both features and ignore",
        ),
        (
            "labels: {path: l.csv, format: 3}",
            "labels.format (line 3): must be 'csv', 'ipc', 'ndjson', 'parquet' or 'tsv', not 3",
        ),
        ("outputs: {html: ''}", "outputs.html (line 3): must be the path of a file, not ''"),
        ("outputs: {json_path: a}", "outputs.json_path (line 3): is not a key that mmon knows"),
        (
            "analyses: {data_drift: {share: 1.1}}",
            "analyses.data_drift.share (line 3): must be at",
        ),
        (
            "analyses: {data_drift: {importance: {age: -1}}}",
            "analyses.data_drift.importance.age (line 3): must be at least 0",
        ),
        (
            "analyses: {data_drift: {importance: {a.b c: x}}}",
            'analyses.data_drift.importance."a.b c" (line 3): must be a number',
        ),
        (
            "analyses: {data_drift: {thresholds: {ks: {potential: 0.3, detected: 0.1}}}}",
            "analyses.data_drift.thresholds.ks (line 3): potential (0.3) is above detected (0.1)",
        ),
        (
            "analyses: {data_drift: {metrics: [ks], thresholds: {psi: {detected: 1}}}}",
            "analyses.data_drift.thresholds.psi (line 3): is given for a metric that is not "
            "computed\nadd 'psi' to analyses.data_drift.metrics",
        ),
        (
            "by_column: {a: {kss: {}}}",
            "by_column.a.kss (line 3): unknown metric or check 'kss'\ndid you mean 'ks'?",
        ),
        (
            "by_column: {a: {ks: {detected: x}}}",
            "by_column.a.ks.detected (line 3): must be a number",
        ),
        (
            "by_column: {a: {psi: {}}}\nanalyses: {data_drift: {metrics: [ks]}}",
            "by_column.a.psi (line 3): is given for a metric that is not computed",
        ),
        (
            "by_column: {a: {missing_share: {}}}\nanalyses: {data_quality: null}",
            "by_column.a.missing_share (line 3): is given for an analysis that is off",
        ),
        (
            "by_column: {a: {duplicate_share: {}}}",
            "by_column.a.duplicate_share (line 3): unknown metric or check",
        ),
        (
            "analyses: {data_drift: {options: {psi: {binz: 10}}}}",
            "analyses.data_drift.options.psi (line 3): metric 'psi' has no option 'binz'",
        ),
        ("<<: {alpha: 0.1}", '"<<" (line 3): is not a key that mmon knows'),
        ("alpha:", "alpha (line 3): has no value"),
        ("project: ${NOPE}", "project (line 3): needs the environment variable NOPE"),
    ],
)
def test_each_slip_is_told_with_its_place_and_value(text: str, told: str) -> None:
    assert refused_line(text).startswith(told)


def test_a_dataset_that_is_a_number_is_told_all_three_forms() -> None:
    message = refusal("reference: 3\nproduction: a\n")
    assert "must be a path, a list of paths or a section of `key: value` lines, not 3" in message


def test_an_item_of_a_short_form_is_named_as_it_is_written() -> None:
    assert "reference[1] (line 1): must be a text, not 2" in refusal(
        "reference: [a, 2]\nproduction: a\n"
    )


def test_wrong_yaml_is_the_only_problem_told() -> None:
    message = refusal("reference: [a\nproduction: b")
    assert message.startswith("mmon.yaml: 1 problem\n  line 2: is not YAML")


def test_variables_become_what_the_key_asks_for() -> None:
    text = MINIMAL + (
        "alpha: ${ALPHA}\nexact: ${EXACT:-true}\npoints: ${POINTS}\nproject: ${NUMBER}\n"
        "columns: {features: ['${NUMBER}']}\noutputs: {html: '${EMPTY:-}'}\n"
        "analyses: {data_drift: {thresholds: {ks: {detected: '${ALPHA}'}}}}\n"
    )
    config = parse(text, environment={"ALPHA": "1e-2", "POINTS": "64", "NUMBER": "0123"})
    assert (config.alpha, config.exact, config.points) == (0.01, True, 64)
    assert (config.project, config.columns.features) == ("0123", ("0123",))
    assert config.outputs.html is None
    assert config.analyses.data_drift is not None
    assert config.analyses.data_drift.thresholds["ks"].detected == 0.01


def test_variables_in_metric_options_are_read_as_yaml() -> None:
    text = MINIMAL + "analyses: {data_drift: {options: {psi: {bins: '${BINS}'}}}}"
    config = parse(text, environment={"BINS": "12"})
    assert config.analyses.data_drift is not None
    assert config.analyses.data_drift.options == {"psi": {"bins": 12}}


def test_no_text_of_the_environment_class_stays_in_a_configuration() -> None:
    config = parse(MINIMAL + "project: ${P}", environment={"P": "x"})
    assert type(config.project) is str


SECRET = "hunter2-hunter2"
SECRETIVE = [
    f"reference: {{path: a, storage_options: {{key: [{SECRET}]}}}}\nproduction: a",
    f"reference: {{path: a, storage_options: {SECRET}}}\nproduction: a",
    f"reference: {{path: a, storage_options: {{key: {{x: {SECRET}}}}}}}\nproduction: a",
    f"reference: {{path: {{a: 'postgres://u:{SECRET}@h/d'}}}}\nproduction: a",
    f"reference: {{path: a, format: 'postgres://u:{SECRET}@h/d'}}\nproduction: a",
    f"reference: {{path: a, hive: 'https://h/x?sig={SECRET}'}}\nproduction: a",
    f"reference: {{path: a, storage_options: {{key: '{SECRET}'}}\nproduction: a",
    "reference: {path: a, format: '${PASSWORD}'}\nproduction: a",
    "reference: {path: a, storage_options: {key: '${PASSWORD'}}\nproduction: a",
    f"reference: {{path: a, storage_options: {{key: '{SECRET}', key: '{SECRET}'}}}}\nproduction: a",
]


@pytest.mark.parametrize("text", SECRETIVE)
def test_no_message_holds_a_secret(text: str) -> None:
    assert SECRET not in refusal(text, PASSWORD=SECRET)


def with_secret(secret: str, path: str = "s3://logs/a.parquet") -> Config:
    return validate(
        {
            "reference": {"path": path, "storage_options": {"aws_secret_access_key": secret}},
            "production": ["a", f"postgresql://reader:{secret}@db/loans?password={secret}&x=1"],
        }
    )


def test_the_public_configuration_masks_secrets_and_nothing_else() -> None:
    public = public_dict(with_secret(SECRET))
    assert SECRET not in json.dumps(public)
    assert public["reference"]["path"] == "s3://logs/a.parquet"
    assert public["reference"]["storage_options"] == {"aws_secret_access_key": "***"}
    assert public["production"]["path"] == ["a", "postgresql://***@db/loans?***"]


def test_the_public_configuration_is_json_under_the_keys_of_the_file() -> None:
    config = parse(MINIMAL + "outputs: {json: out/r.json}\nalpha: 0.01")
    public = public_dict(config)
    assert public["outputs"] == {
        "json": "out/r.json",
        "html": None,
        "markdown": None,
        "csv": None,
        "parquet": None,
        "reports": [],
        "otlp": None,
    }
    assert validate(json.loads(json.dumps(public))) == config


def test_the_digest_depends_on_meaning_not_on_secrets_or_order() -> None:
    digest = config_digest(with_secret("one"))
    assert re.fullmatch("sha256:[0-9a-f]{64}", digest)
    assert config_digest(with_secret("two")) == digest
    assert config_digest(with_secret("one", path="s3://logs/b.parquet")) != digest
    swapped = "production: cur.parquet\nreference: {path: ref.parquet}\nalpha: 0.05"
    assert config_digest(parse(swapped)) == config_digest(parse(MINIMAL))
    assert config_digest(parse(MINIMAL + "alpha: 0.06")) != config_digest(parse(MINIMAL))


def test_plain_data_is_validated_like_a_file() -> None:
    with pytest.raises(ConfigError, match=r"^command line: 2 problems\n  alpha: must be below 1"):
        validate({"reference": "a", "production": "b", "alpha": 2, "fail_on": "x"})


def test_loading_names_the_file_in_every_refusal(tmp_path: Path) -> None:
    file = tmp_path / "mmon.yaml"
    with pytest.raises(ConfigError, match=re.escape(str(file))) as absent:
        load(file)
    assert absent.value.hint is not None
    assert "mmon init" in absent.value.hint
    file.write_bytes(b"project: \xff")
    with pytest.raises(ConfigError, match="is not a text in UTF-8"):
        load(file)
    file.write_text("project: a\n")
    with pytest.raises(ConfigError, match=re.escape(f"{file}: 2 problems")):
        load(file)
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path)


def test_loading_accepts_a_byte_order_mark(tmp_path: Path) -> None:
    file = tmp_path / "mmon.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + MINIMAL.encode())
    assert load(str(file)) == parse(MINIMAL)


def test_sections_switched_off_are_none_and_defaults_are_on() -> None:
    config = parse(MINIMAL + "analyses: {data_drift: null}")
    assert config.analyses.data_drift is None
    assert config.analyses.data_quality is not None


@pytest.mark.parametrize("value", [{}, {"potential": 0.1}, {"detected": 0.2}])
def test_either_threshold_may_be_left_out(value: dict[str, Any]) -> None:
    body = {"reference": "a", "production": "b"}
    config = validate({**body, "analyses": {"data_drift": {"thresholds": {"ks": value}}}})
    assert config.analyses.data_drift is not None
    assert config.analyses.data_drift.thresholds["ks"].model_dump(exclude_unset=True) == value


@pytest.mark.parametrize(
    ("option", "told"),
    [
        ("pinball_loss: {quantile: x}", "quantile must be a number, not 'x'"),
        ("pinball_loss: {quantile: 5}", "quantile must be between 0 and 1, not 5"),
        ("business_value: {true_positive: null}", "true_positive must be a number, not None"),
        ("top_k_accuracy: {k: ab}", "k must be whole numbers of at least 1, not 'ab'"),
        ("top_k_accuracy: {k: [2, 0]}", "k must be whole numbers of at least 1, not 0"),
        ("f1: {x: 1}", "metric 'f1' has no option 'x'"),
        ("f9: {x: 1}", "unknown metric 'f9'"),
    ],
)
def test_a_wrong_option_of_a_performance_metric_is_named(option: str, told: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(told)):
        parse(f"{MINIMAL}analyses: {{model_performance: {{options: {{{option}}}}}}}")
