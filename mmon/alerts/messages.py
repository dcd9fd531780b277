"""What is said of a run, of a window, of an alert and of a failure."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
from collections.abc import Sequence

from mmon.alerts.episodes import Episode
from mmon.alerts.matching import matches
from mmon.config.alerts import Alert
from mmon.config.sections import Config
from mmon.delivery.message import Message, Severity
from mmon.outline import units, wording
from mmon.outline.phrases import phrase
from mmon.outline.severity import badness
from mmon.results import Document, Result
from mmon.texts import templates
from mmon.texts.redaction import masked
from mmon.windows.timestamps import iso, to_utc

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
    config: Config,
    alert: Alert,
    document: Document,
    about: object,
    *,
    is_over: bool,
    episode: Episode | None = None,
) -> Message:
    """What is said of an alert that became active in a document's one window, or ended in it."""
    word, reason = ("RESOLVED", "resolved") if is_over else ("ALERT", "alert")
    message = Message(
        project=document.project,
        endpoint=document.endpoint,
        reason=reason,
        title=_title(f"{word} {alert.name}", config),
        text=_ended(alert, document, episode) if is_over else found_by(alert, document, episode),
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


def found_by(alert: Alert, document: Document, episode: Episode | None = None) -> str:
    """What an alert found in a document of one window: its worst result, how many there are, and
    since when, where it took several windows."""
    some: list[Result] = [one for one in document.results if matches(alert.on, one)]
    if not some:
        return f"{alert.name}: {document.sentence}"
    worst = max(some, key=badness)
    told = phrase(worst, document.results)
    where = "" if worst.segment is None else f" in {worst.segment}"
    more = f" and {wording.counted(len(some) - 1, 'other result')}" if len(some) > 1 else ""
    return f"{alert.name}: {told}{where}{more}{_when(document, _since(alert, document, episode))}"


def link(config: Config) -> str | None:
    """Where the report is, or the job that made it."""
    if config.report_url is not None:
        return config.report_url
    run = os.environ.get("GITHUB_RUN_ID")
    if run:
        server = os.environ.get("GITHUB_SERVER_URL", "https://github.com")
        return f"{server}/{os.environ.get('GITHUB_REPOSITORY', '')}/actions/runs/{run}"
    return next(filter(None, map(os.environ.get, _JOB)), None)


def _ended(alert: Alert, document: Document, episode: Episode | None) -> str:
    lasted = _lasted(document, episode)
    cleared = None if episode is None or episode.cleared is None else to_utc(episode.cleared.end_us)
    if cleared is not None and [iso(cleared)] != [one.end for one in document.windows]:
        # It ended in another window than the one that is told.
        return f"{alert.name} is over{lasted}"
    return f"{alert.name} is over{_when(document)}{lasted}: {document.sentence}"


def _when(document: Document, since: str = "") -> str:
    windows = document.windows
    if not windows or windows[0].start is None:
        return since and f" ({since.removeprefix(', ')})"
    return f" ({wording.period(windows[0])}{since})"


def _since(alert: Alert, document: Document, episode: Episode | None) -> str:
    """In how many windows an alert found something until it became active, and since when."""
    if episode is None or episode.began is None:
        return ""
    start_us = episode.began.start_us
    since = "" if start_us is None else f" since {_moment(document, start_us)}"
    return f", in {wording.counted(alert.criteria.count, 'window')}{since}"


def _lasted(document: Document, episode: Episode | None) -> str:
    """How long an alert was active, from the end of one window to that of another."""
    ends = [] if episode is None or episode.cleared is None else [episode.fired, episode.cleared]
    first, last = (one.end_us for one in ends) if ends else (None, None)
    if first is None or last is None:
        return ""
    since = _moment(document, first)
    return f" after {units.duration((last - first) / 1e6)}, active since {since}"


def _moment(document: Document, moment_us: int) -> str:
    zone = document.windows[0].timezone if document.windows else "UTC"
    moment = to_utc(moment_us)
    return "" if moment is None else wording.iso_moment(wording.on_clock(iso(moment), zone))


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
