"""The findings as a GitLab code quality report, for the widget of a merge request.

``--report gitlab=gl-code-quality-report.json``, and in the job ``artifacts: {reports: {codequality:
gl-code-quality-report.json}}``. What calls for attention is an issue each, of its worst window:
*critical* where it makes the run a breach, *major* where it is detected all the same, *minor* where
it is potential and *info* where it is inconclusive. A fingerprint stands for what is judged (the
analysis, the name, the column, the segment), so that GitLab tells what is new from what was there
before. The place is the dataset: no file of the repository is at fault.
"""

from __future__ import annotations

import hashlib
import json

from mmon.outline.cases import Case, worst_cases
from mmon.results import Document, Status
from mmon.texts.screen import safe

SUFFIXES = ()  # of JSON, and named by GitLab: gl-code-quality-report.json

_SEVERITIES = {
    Status.DETECTED: "major",
    Status.POTENTIAL_DETECTION: "minor",
    Status.INCONCLUSIVE: "info",
}


def render(document: Document) -> str:
    """A JSON list, worst first, with one issue a line; ``[]`` where there is none."""
    issues = [_written(document, one) for one in worst_cases(document)]
    return "[\n" + ",\n".join(issues) + "\n]\n" if issues else "[]\n"


def _written(document: Document, one: Case) -> str:
    what = one.result
    key = (document.project, document.endpoint, what.application, what.name, what.aspect)
    issue = {
        "description": _shown("; ".join(filter(None, [one.text, one.window, one.details]))),
        "check_name": _shown(f"mmon/{what.application}/{what.name}"),
        "fingerprint": hashlib.sha256(
            json.dumps([*key, what.column, what.segment]).encode()
        ).hexdigest(),
        "severity": "critical" if one.fails else _SEVERITIES[what.status],
        "location": {
            "path": _shown(document.production.source).removeprefix("./"),
            "lines": {"begin": 1},
        },
    }
    return json.dumps(issue, ensure_ascii=False)


def _shown(text: str) -> str:
    return safe(text, unicode=True)
