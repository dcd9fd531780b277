"""What is said of a run, of a window, of an alert and of a failure."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
from collections.abc import Sequence

from mmon.alerts.matching import matches
from mmon.config.alerts import Alert
from mmon.config.sections import Config
from mmon.delivery.message import Message, Severity
from mmon.outline import wording
from mmon.outline.phrases import phrase
from mmon.outline.severity import badness
from mmon.results import Document, Result
from mmon.texts import templates
from mmon.texts.redaction import masked

_LONGEST_TITLE = 90
_SEVERITIES: dict[str, Severity] = {
    "breach": "high",
    "error": "high",
    "potential": "medium",
    "inconclusive": "medium",
}
_JOB = ("CI_JOB_URL", "BUILD_URL")
"""Where GitLab and Jenkins, by their manuals, say that a job is."""


def of_run(config: Config, document: Document, reason: str, about: Sequence[object]) -> Message:
    """What is said of a run, or of one window of a history, that ended in some way."""
    return Message(
        project=document.project,
        endpoint=document.endpoint,
        reason=reason,
        title=_title(reason.upper(), config),
        text=document.sentence,
        severity=_SEVERITIES.get(reason, "low"),
        key=_key(config, reason, about),
        document=document,
        window=0 if len(document.windows) == 1 else None,
        link=link(config),
    )


def of_alert(
    config: Config, alert: Alert, document: Document, about: object, *, is_over: bool
) -> Message:
    """What is said of an alert that became active in a document's one window, or ended in it."""
    word, reason = ("RESOLVED", "resolved") if is_over else ("ALERT", "alert")
    message = Message(
        project=document.project,
        endpoint=document.endpoint,
        reason=reason,
        title=_title(f"{word} {alert.name}", config),
        text=_ended(alert, document) if is_over else found_by(alert, document),
        severity="low" if is_over else alert.severity,
        key=_key(config, reason, [alert.name, about]),
        document=document,
        window=0 if document.windows else None,
        alert=alert.name,
        link=link(config),
    )
    if alert.summary is None or is_over:
        return message
    return dataclasses.replace(message, text=_summary(alert.summary, message))


def of_failure(config: Config, words: str, about: object, alert: Alert | None = None) -> Message:
    """What is said of a run that ended before it had a verdict, and by which alert."""
    message = Message(
        project=config.project,
        endpoint=config.endpoint,
        reason="error" if alert is None else "alert",
        title=_title("ERROR" if alert is None else f"ALERT {alert.name}", config),
        text=masked(words),
        severity="high" if alert is None else alert.severity,
        key=_key(config, "error", [None if alert is None else alert.name, about]),
        document=None,
        alert=None if alert is None else alert.name,
        link=link(config),
    )
    if alert is None or alert.summary is None:
        return message
    return dataclasses.replace(message, text=_summary(alert.summary, message))


def of_success(config: Config, alert: Alert, document: Document) -> Message:
    """What is said of an alert of failed runs once one has not failed."""
    return dataclasses.replace(
        of_alert(config, alert, document, document.run_id, is_over=True),
        text=f"{alert.name} is over: a run has ended with a verdict: {document.verdict.value}",
        window=None,
    )


def found_by(alert: Alert, document: Document) -> str:
    """What an alert found in a document of one window: its worst result, and how many there are."""
    some: list[Result] = [one for one in document.results if matches(alert.on, one)]
    if not some:
        return f"{alert.name}: {document.sentence}"
    worst = max(some, key=badness)
    told = phrase(worst, document.results)
    where = "" if worst.segment is None else f" in {worst.segment}"
    more = f" and {wording.counted(len(some) - 1, 'other result')}" if len(some) > 1 else ""
    return f"{alert.name}: {told}{where}{more}{_when(document)}"


def link(config: Config) -> str | None:
    """Where the report is, or the job that made it."""
    if config.report_url is not None:
        return config.report_url
    run = os.environ.get("GITHUB_RUN_ID")
    if run:
        server = os.environ.get("GITHUB_SERVER_URL", "https://github.com")
        return f"{server}/{os.environ.get('GITHUB_REPOSITORY', '')}/actions/runs/{run}"
    return next(filter(None, map(os.environ.get, _JOB)), None)


def _ended(alert: Alert, document: Document) -> str:
    return f"{alert.name} is over{_when(document)}: {document.sentence}"


def _when(document: Document) -> str:
    windows = document.windows
    if not windows or windows[0].start is None:
        return ""
    return f" ({wording.period(windows[0])})"


def _summary(template: str, message: Message) -> str:
    try:
        return masked(templates.rendered(template, message.body()).strip())
    except templates.TemplateError as error:
        # The alert is told all the same.
        return f"{message.text} (its summary does not fit: {error})"


def _title(what: str, config: Config) -> str:
    subject = "/".join(filter(None, (config.project, config.endpoint))) or "mmon"
    whole = masked(f"{what}: {subject}")
    return whole if len(whole) <= _LONGEST_TITLE else f"{whole[: _LONGEST_TITLE - 1]}…"


def _key(config: Config, reason: str, about: object) -> str:
    """The same for the same thing, in whichever run it is told."""
    whole = json.dumps([config.project, config.endpoint, reason, about], default=str)
    return hashlib.sha256(whole.encode("utf-8", "backslashreplace")).hexdigest()[:32]
