"""The code quality report is what GitLab documents, and tells the same thing by the same print."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import jsonschema
import pytest

from mmon import reports
from mmon.results import Document
from tests.reports.sample_document import sample_document
from tests.reports.sample_operations import segments_document
from tests.reports.sample_performance import binary_document

# https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
SCHEMA = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "location", "severity"],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "minLength": 1, "not": {"pattern": "^\\./"}},
                    "lines": {
                        "type": "object",
                        "required": ["begin"],
                        "properties": {"begin": {"type": "integer", "minimum": 1}},
                    },
                },
            },
        },
    },
}
DOCUMENTS = {
    "columns": sample_document(8, 3),
    "hostile": sample_document(9, 2, hostile=True),
    "model": binary_document(3, 2),
    "segments": segments_document(windows=2),
}


def issues(document: Document) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(str(reports.render("gitlab", document)))
    return found


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
def test_it_is_what_gitlab_documents(document: Document) -> None:
    found = issues(document)
    jsonschema.validate(found, SCHEMA)
    # GitLab shows the first issue of each print.
    assert len({one["fingerprint"] for one in found}) == len(found) > 0


def test_the_worst_comes_first() -> None:
    found = issues(sample_document(5, 3))
    assert found[0]["severity"] == "critical"
    assert found[0]["check_name"] == "mmon/data-drift/ks"
    assert "window 3" in found[0]["description"]
    assert [one["severity"] for one in found[-1:]] == ["info"]


def test_the_same_thing_has_the_same_print_in_every_run() -> None:
    first, second = (
        {one["check_name"] + one["description"].split(" ")[0]: one["fingerprint"]
         for one in issues(sample_document(3, windows, seed=seed))}
        for windows, seed in ((1, 0), (4, 1))
    )  # fmt: skip
    assert first
    assert first.items() <= second.items()


def test_without_a_finding_the_list_is_empty() -> None:
    document = sample_document(0)
    calm = [one for one in document.results if one.column is None]
    assert reports.render("gitlab", dataclasses.replace(document, results=calm)) == "[]\n"
