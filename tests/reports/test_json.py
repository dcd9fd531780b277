"""The result document as JSON: strict, stable, and the same after a way there and back."""

from __future__ import annotations

import copy
import dataclasses
import json
import math
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from mmon.errors import DataError, ExitStatus
from mmon.reports.json import parse, read, render, schema
from mmon.results import Document, ResultKind, Status
from tests import quantities
from tests.reports.sample_document import sample_document
from tests.reports.sample_operations import operations_document, segments_document
from tests.reports.sample_performance import (
    binary_document,
    multiclass_document,
    regression_document,
)

SAMPLE = sample_document(9, 3)
DOCUMENTS = {
    "one window": sample_document(3),
    "many windows": SAMPLE,
    "no columns": sample_document(0),
    "hostile names": sample_document(12, hostile=True),
    "binary": binary_document(2, 2),
    "multiclass": multiclass_document(3, 2),
    "regression": regression_document(2),
    "operations": operations_document(2),
    "segments": segments_document(),
}


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft7Validator:
    jsonschema.Draft7Validator.check_schema(schema())
    return jsonschema.Draft7Validator(schema())


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
def test_every_document_follows_the_schema(
    document: Document, validator: jsonschema.Draft7Validator
) -> None:
    validator.validate(json.loads(render(document)))


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
def test_a_document_survives_the_way_there_and_back(document: Document) -> None:
    text = render(document)
    again = parse(text)
    assert render(again) == text
    assert again.to_dict() == document.to_dict()
    assert (again.verdict, again.exit_status) == (document.verdict, document.exit_status)
    assert isinstance(again.exit_status, ExitStatus)


def with_result(**fields: Any) -> Document:
    row = quantities.result("ks", column="a", **fields)
    return dataclasses.replace(SAMPLE, results=[row])


def test_numbers_that_json_lacks_are_null(validator: jsonschema.Draft7Validator) -> None:
    document = with_result(value=math.nan, error=math.inf, p_value=-math.inf)
    text = render(document)
    body = json.loads(text)
    validator.validate(body)
    assert (body["results"][0]["value"], body["results"][0]["error"]) == (None, None)
    assert "NaN" not in text
    assert "Infinity" not in text
    # An unknown error stays unknown; it must not come back as "exact".
    assert parse(text).results[0].error == math.inf


def test_numbers_keep_every_digit() -> None:
    value = 0.1 + 0.2
    assert (
        parse(render(with_result(value=value, interval=(1 / 3, 2 / 3)))).results[0]
        == (with_result(value=value, interval=(1 / 3, 2 / 3)).results[0])
    )


def test_the_text_is_utf8_and_ends_in_one_line_break() -> None:
    document = dataclasses.replace(SAMPLE, project="größe 価格")
    text = render(document)
    assert "größe 価格" in text
    assert text.endswith("}\n")
    assert not text.endswith("\n\n")


def test_file_names_that_are_no_text_can_still_be_written(tmp_path: Path) -> None:
    document = dataclasses.replace(SAMPLE, project="\udcff.csv")
    file = tmp_path / "r.json"
    file.write_text(render(document), encoding="utf-8")
    assert read(file).project == "\udcff.csv"


def test_each_result_has_its_own_line() -> None:
    lines = render(SAMPLE).splitlines()
    rows = [line for line in lines if line.startswith('  {"application"')]
    assert len(rows) == len(SAMPLE.quantities) + len(SAMPLE.results) + len(SAMPLE.metrics)


def test_reading_gives_the_document_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "r.json"
    file.write_text(render(SAMPLE), encoding="utf-8")
    assert read(file).to_dict() == SAMPLE.to_dict()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "r.json is not JSON"),
        ("{", "r.json is not JSON"),
        ("[" * 100_000, "r.json is not JSON"),
        ("[]", "r.json is not a result of mmon"),
        ("{}", "r.json is not a result of mmon"),
        ('{"schema_version": "1"}', "r.json is not a result of mmon"),
        ('{"schema_version": true}', "r.json is not a result of mmon"),
        ('{"schema_version": 2}', "r.json is not a whole result of mmon: it has no 'mmon_version'"),
        ('{"schema_version": 3}', "r.json is a result of version 3, and this mmon reads up to 2"),
        ('{"schema_version": 1}', "r.json is a result of version 1, and this mmon reads version 2"),
    ],
)
def test_what_is_no_result_is_refused_in_one_sentence(text: str, told: str, tmp_path: Path) -> None:
    file = tmp_path / "r.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(DataError) as caught:
        read(file)
    assert told in caught.value.message
    assert "\n" not in str(caught.value)


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"there is no file '.*r\.json'"):
        read(tmp_path / "r.json")
    with pytest.raises(DataError, match="cannot be read: is a directory"):
        read(tmp_path)
    (tmp_path / "b.json").write_bytes(b"\xff\xfe")
    with pytest.raises(DataError, match="is not a text in UTF-8"):
        read(tmp_path / "b.json")


BODY = json.loads(render(SAMPLE))
BINARY = json.loads(render(binary_document(1)))
REGRESSION = json.loads(render(regression_document(1)))
OPERATIONS = json.loads(render(operations_document()))
DAMAGES: list[tuple[tuple[str | int, ...], Any, str]] = [
    (("verdict",), "perhaps", "verdict is 'perhaps', which is none of pass, breach, inconclusive"),
    (("exit_status",), 9, "exit_status is 9"),
    (("reference",), None, "reference is None where an object belongs"),
    (("reference", "rows"), "many", "reference.rows is 'many' where an integer belongs"),
    (("windows",), 3, "windows is 3 where an array belongs"),
    (("windows", 1, "rows"), True, "windows[1].rows is True where an integer belongs"),
    (("windows", 0, "status"), "bad", "windows[0].status is 'bad'"),
    (("results", 0, "value"), "0.1", "results[0].value is '0.1' where a number belongs"),
    (("results", 0, "direction"), "left", "results[0].direction is 'left'"),
    (("results", 0, "interval"), [1.0], "results[0].interval has 1 items where 2 belong"),
    (("results", 0, "extra"), 1, "results[0] has 'extra', which does not belong there"),
    (("columns", 0, "kind"), "colour", "columns[0].kind is 'colour'"),
    (("pictures", 0, "reference"), [1, 2.5], "pictures[0].reference[1] is 2.5 where an integer"),
    (("pictures", 0, "quantiles"), [[0.5]], "pictures[0].quantiles[0] has 1 items where 3"),
    (("errors",), [{}], "errors[0] is an object where a string belongs"),
    (("versions",), {"python": 3}, "versions.python is 3 where a string belongs"),
    (("surprise",), 1, "it has 'surprise', which does not belong there"),
]


@pytest.mark.parametrize(("path", "value", "told"), DAMAGES, ids=lambda value: str(value)[:40])
def test_damage_is_named_where_it_is(
    path: tuple[str | int, ...], value: Any, told: str, validator: jsonschema.Draft7Validator
) -> None:
    body = copy.deepcopy(BODY)
    place = body
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = value
    assert not validator.is_valid(body)
    with pytest.raises(DataError) as caught:
        parse(json.dumps(body), "r.json")
    assert told in caught.value.message


DRAWN: list[tuple[dict[str, Any], tuple[str | int, ...], Any, str]] = [
    (BINARY, ("performance", 0, "task"), 3, "performance[0].task is 3 where a string belongs"),
    (
        BINARY,
        ("performance", 0, "reference", "confusion"),
        [[1, 0.5]],
        "performance[0].reference.confusion[0][1] is 0.5 where an integer belongs",
    ),
    (
        BINARY,
        ("performance", 0, "production", "curves", 0, "x"),
        "0",
        "performance[0].production.curves[0].x is '0' where an array belongs",
    ),
    (BINARY, ("bins", 0, "mix"), "much", "bins[0].mix is 'much' where a number belongs"),
    (BINARY, ("bins", 0, "reference_interval"), [0.1], "bins[0].reference_interval has 1 items"),
    (REGRESSION, ("performance", 0, "production", "plane"), [1], "production.plane[0] is 1"),
    (OPERATIONS, ("activity", 0, "starts", 0), None, "activity[0].starts[0] is None"),
    (OPERATIONS, ("activity", 0, "rows"), [True], "activity[0].rows[0] is True"),
]


@pytest.mark.parametrize(
    ("whole", "path", "value", "told"), DRAWN, ids=lambda value: str(value)[:40]
)
def test_damage_of_what_is_drawn_is_named_too(
    whole: dict[str, Any],
    path: tuple[str | int, ...],
    value: Any,
    told: str,
    validator: jsonschema.Draft7Validator,
) -> None:
    body = copy.deepcopy(whole)
    place: Any = body
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = value
    assert not validator.is_valid(body)
    with pytest.raises(DataError) as caught:
        parse(json.dumps(body), "r.json")
    assert told in caught.value.message


def test_drawings_come_back_as_the_same_objects() -> None:
    for document in (binary_document(1), regression_document(1), operations_document()):
        again = parse(render(document))
        assert list(again.performance) == list(document.performance)
        assert list(again.bins) == list(document.bins)
        assert list(again.activity) == list(document.activity)


def test_a_side_without_labels_stays_none() -> None:
    sample = binary_document(1)
    picture = dataclasses.replace(sample.performance[0], reference=None)
    again = parse(render(dataclasses.replace(sample, performance=[picture])))
    assert again.performance[0].reference is None
    assert again.performance[0].production == picture.production


@pytest.mark.parametrize("key", sorted(BODY))
def test_every_key_is_required(key: str, validator: jsonschema.Draft7Validator) -> None:
    body = {name: value for name, value in BODY.items() if name != key}
    assert not validator.is_valid(body)
    with pytest.raises(DataError):
        parse(json.dumps(body))


def test_the_schema_allows_nothing_else_at_any_level() -> None:
    def open_objects(node: Any, path: str = "") -> list[str]:
        if isinstance(node, list):
            return [found for item in node for found in open_objects(item, path)]
        if not isinstance(node, dict):
            return []
        here = [path] if "properties" in node and node.get("additionalProperties") else []
        return here + [
            found for key, item in node.items() for found in open_objects(item, f"{path}.{key}")
        ]

    assert open_objects(schema()) == []


def test_statuses_and_kinds_are_those_of_the_code() -> None:
    row = schema()["properties"]["results"]["items"]["properties"]
    assert row["status"]["enum"] == [status.value for status in Status]
    assert row["kind"]["enum"] == [kind.value for kind in ResultKind]
