"""The JSON Schema and the template agree with what the loader accepts and refuses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from mmon import metrics
from mmon.analyses.data_quality import CHECKS
from mmon.analyses.system_performance import METRICS
from mmon.config import text as config_text
from mmon.config.keys import walk
from mmon.config.problems import value_at
from mmon.config.sections import Config
from mmon.config_file import parse, validate
from mmon.config_file.schema import schema
from mmon.config_file.template import template
from mmon.errors import ConfigError
from mmon.results.quantity import Bound

EXAMPLES = sorted((Path(__file__).parents[2] / "configs" / "examples").glob("*.yaml"))
MINIMAL = "reference: a\nproduction: b\n"
ENVIRONMENT = {"X": "0.1", "MMON_DATA": "data", "AWS_SECRET_ACCESS_KEY": "x"}


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft7Validator:
    jsonschema.Draft7Validator.check_schema(schema())
    return jsonschema.Draft7Validator(schema())


def written(text: str) -> Any:
    """The body as an editor sees it: variables are not expanded."""
    return config_text.read(text.replace("${", "$${"), {}).body


def loads(text: str) -> bool:
    try:
        parse(text, environment=ENVIRONMENT)
    except ConfigError:
        return False
    return True


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_every_example_is_valid(example: Path, validator: jsonschema.Draft7Validator) -> None:
    text = example.read_text(encoding="utf-8")
    parse(text, example.name, ENVIRONMENT)
    validator.validate(written(text))
    assert text.startswith("# yaml-language-server: $schema=")


VALID = [
    "",
    "project: null",
    "alpha: ${X}",
    "exact: ${E:-true}",
    "fail_on: ${F:-never}",
    "columns: {features: all}",
    "columns: {features: [a], categorical: [b]}",
    "windows: null",
    "windows: {every: 10m}",
    "windows: {rows: 5000, incomplete: drop}",
    "windows: {every: 1mo, start: 2024-01-01, timezone: Europe/Vienna}",
    "windows: {rows: '${ROWS:-12}'}",
    "analyses: {data_drift: null, data_quality: {duplicates: true}}",
    "analyses: {data_drift: {metrics: [ks, psi], gate: share, share: 0.5}}",
    "analyses: {data_drift: {thresholds: {ks: {potential: 0.1}, psi: {}}}}",
    "analyses: {data_drift: {options: {psi: {bins: 10}}, importance: {a: 0.5, b: 2}}}",
    "analyses: {data_quality: {thresholds: {missing_share: {potential: 0.01, detected: 0.05}}}}",
    "outputs: {json: a.json, html: null, markdown: c.md}",
]
INVALID = [
    "projekt: x",
    "project: 12",
    "project: [a]",
    "alpha: 0",
    "alpha: 1",
    "alpha: '0.05'",
    "alpha: true",
    "alpha: null",
    "exact: 1",
    "exact: 'true'",
    "points: 8",
    "points: 20.5",
    "labels_kept: 1",
    "fail_on: always",
    "on_inconclusive: warn",
    "columns: null",
    "columns: all",
    "columns: {id: [a]}",
    "columns: {idd: a}",
    "columns: {features: some}",
    "columns: {features: []}",
    "columns: {ignore: a}",
    "columns: {numeric: [1]}",
    "windows: 1d",
    "windows: {every: 0d}",
    "windows: {every: 1y}",
    "windows: {every: 1 d}",
    "windows: {every: 7}",
    "windows: {rows: 0}",
    "windows: {rows: 1.5}",
    "windows: {incomplete: maybe}",
    "analyses: null",
    "analyses: {drift: {}}",
    "analyses: {data_drift: {metrics: pzi}}",
    "analyses: {data_drift: {metrics: [pzi]}}",
    "analyses: {data_drift: {metrics: []}}",
    "analyses: {data_drift: {thresholds: {pzi: {detected: 1}}}}",
    "analyses: {data_drift: {thresholds: {ks: 0.1}}}",
    "analyses: {data_drift: {thresholds: {ks: {detected: high}}}}",
    "analyses: {data_drift: {thresholds: {ks: {warn: 0.1}}}}",
    "analyses: {data_drift: {options: {pzi: {}}}}",
    "analyses: {data_drift: {options: {ks: 3}}}",
    "analyses: {data_drift: {gate: all}}",
    "analyses: {data_drift: {share: 1.1}}",
    "analyses: {data_drift: {importance: {a: -1}}}",
    "analyses: {data_drift: {importance: [a]}}",
    "analyses: {data_quality: {thresholds: {missing: {detected: 1}}}}",
    "analyses: {data_quality: {duplicates: 1}}",
    "analyses: {data_quality: {gate: share}}",
    "outputs: report.html",
    "outputs: {pdf: a.pdf}",
    "outputs: {json: 3}",
    "outputs: {json_path: a.json}",
]
INVALID_DATASETS = [
    "3",
    "null",
    "true",
    "[1]",
    "[]",
    "''",
    "['']",
    "{}",
    "{path: []}",
    "{path: a, has_header: 1}",
    "{path: a, hive: 'true'}",
    "{path: 3}",
    "{path: [a, 1]}",
    "{path: a, form: csv}",
    "{path: a, format: xlsx}",
    "{path: a, separator: ';;'}",
    "{path: a, separator: ''}",
    "{path: a, null_values: NA}",
    "{path: a, dtypes: [a]}",
    "{path: a, dtypes: {a: 1}}",
    "{path: a, storage_options: {a: 1}}",
]
VALID_DATASETS = [
    "a.csv",
    "[a.csv, b.csv]",
    "${X}",
    "['${X}', b]",
    "{path: a}",
    "{path: [a, b], format: csv, separator: ';', null_values: [NA, '']}",
    "{path: a, separator: '${SEP:-;}', dtypes: {zip: String}, hive: true}",
    "{path: 's3://b/*', storage_options: {aws_region: eu}}",
]


@pytest.mark.parametrize("text", VALID)
def test_schema_and_loader_both_accept(text: str, validator: jsonschema.Draft7Validator) -> None:
    validator.validate(written(MINIMAL + text))
    assert loads(MINIMAL + text)


@pytest.mark.parametrize("text", INVALID)
def test_schema_and_loader_both_refuse(text: str, validator: jsonschema.Draft7Validator) -> None:
    assert not validator.is_valid(written(MINIMAL + text))
    assert not loads(MINIMAL + text)


@pytest.mark.parametrize("dataset", VALID_DATASETS)
@pytest.mark.parametrize("other", ["reference", "production"])
def test_both_accept_datasets(
    dataset: str, other: str, validator: jsonschema.Draft7Validator
) -> None:
    key = "production" if other == "reference" else "reference"
    text = f"{other}: a\n{key}: {dataset}\n"
    validator.validate(written(text))
    assert loads(text)


@pytest.mark.parametrize("dataset", INVALID_DATASETS)
def test_both_refuse_datasets(dataset: str, validator: jsonschema.Draft7Validator) -> None:
    text = f"reference: a\nproduction: {dataset}\n"
    assert not validator.is_valid(written(text))
    assert not loads(text)


@pytest.mark.parametrize("text", ["reference: a", "production: b"])
def test_both_refuse_a_missing_side(text: str, validator: jsonschema.Draft7Validator) -> None:
    assert not validator.is_valid(written(text))
    assert not loads(text)


def properties(node: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every property of a schema, with its path."""
    if isinstance(node, list):
        for item in node:
            yield from properties(item, path)
    if isinstance(node, dict):
        for name, body in node.get("properties", {}).items():
            yield f"{path}.{name}", body
        for key, item in node.items():
            yield from properties(item, f"{path}.{key}")


def test_every_key_is_described_for_editors() -> None:
    bare = [path for path, body in properties(schema()) if not body.get("description")]
    assert bare == []


def test_the_schema_is_of_draft_07_only() -> None:
    text = str(schema())
    assert schema()["$schema"] == "http://json-schema.org/draft-07/schema#"
    assert "$defs" not in text
    assert "prefixItems" not in text


def test_the_schema_names_every_metric_and_check() -> None:
    definitions = schema()["definitions"]
    drift = definitions["DataDrift"]["properties"]["thresholds"]["propertyNames"]
    quality = definitions["DataQuality"]["properties"]["thresholds"]["propertyNames"]
    assert drift == {"enum": list(metrics.names())}
    assert quality == {"enum": list(CHECKS)}
    system = definitions["SystemPerformance"]["properties"]["thresholds"]["propertyNames"]
    assert system == {"enum": list(METRICS)}


def uncommented(text: str) -> str:
    """The template with all its options switched on: "#key" is an option, "# text" is not."""
    return re.sub(r"^(\s*)#(?=[a-z]|- )", r"\1", text, flags=re.MULTILINE)


def test_the_template_shows_every_key_with_its_text() -> None:
    shown = template()
    body = written(uncommented(shown))
    words = " ".join(re.sub(r"^\s*# ", "", shown, flags=re.MULTILINE).split())
    names = [key.path for key in walk(Config) if key.has_entries]
    fixed = [key for key in walk(Config) if not below(key.path, names)]
    assert [key.path for key in fixed if value_at(key.path, body) is None] == []
    assert [key.path for key in fixed if key.text not in words] == []


def below(path: tuple[str, ...], sections: Sequence[tuple[str, ...]]) -> bool:
    """Whether a key is of an entry whose name the user chooses."""
    return any(len(path) > len(one) and path[: len(one)] == one for one in sections)


@pytest.mark.slow
def test_every_option_of_the_template_is_one_that_loads() -> None:
    body = config_text.read(uncommented(template()), ENVIRONMENT).body
    body["windows"].pop("rows")  # either every or rows
    body["reference"].pop("previous")  # either previous or trailing
    body.pop("look")  # either that or a history
    for name in ("max_drop", "worse_segments"):  # either set or learned
        for key in ("from", "sigmas", "quantile"):
            body["analyses"]["model_performance"][name].pop(key)
    validate(body, "template")


def test_the_template_as_it_is_changes_no_default() -> None:
    read = parse(template(), "template", {})
    plain = parse(f"reference: {read.reference.path}\nproduction: {read.production.path}")
    assert read == plain


def test_the_template_shows_the_levels_that_checks_have_by_themselves() -> None:
    body = written(uncommented(template()))["analyses"]["data_quality"]["thresholds"]
    usual = {name: one.bounds[0] for name, one in CHECKS.items()}
    shown = {name: Bound("max", **levels) for name, levels in body.items()}
    assert shown == usual
