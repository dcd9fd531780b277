"""A message as mail: HTML that mail clients can show, the same in plain text, the report."""

from __future__ import annotations

import email.message
import email.policy
import email.utils
from collections.abc import Sequence
from pathlib import Path

from mmon.delivery.message import Message, shortened

_COLORS = {"high": "#b42318", "medium": "#d98200", "low": "#2b7a4b"}
_MOST_RESULTS = 20
_MOST_ATTACHED = 15 << 20  # most servers refuse mails of 25 MB, and an attachment grows by a third


def mail(
    message: Message,
    *,
    sender: str,
    to: Sequence[str],
    key: str,
    subject: str | None = None,
    is_attached: bool = False,
) -> email.message.EmailMessage:
    """The whole mail; its Message-ID is the same for the same message told again."""
    made = email.message.EmailMessage(policy=email.policy.SMTP)
    made["Subject"] = shortened(" ".join((subject or message.title).split()), 200)
    made["From"] = sender
    made["To"] = ", ".join(to)
    made["Date"] = email.utils.localtime()
    made["Message-ID"] = f"<{key}@{email.utils.parseaddr(sender)[1].rpartition('@')[2]}>"
    # So that no absence note answers.
    made["Auto-Submitted"] = "auto-generated"
    note = ""
    report = _report(message) if is_attached else None
    if report is not None and len(report) > _MOST_ATTACHED:
        report, note = None, "The report is too large to be attached."
    made.set_content(_plain(message, note))
    made.add_alternative(_html(message, note), subtype="html")
    if report is not None:
        made.add_attachment(report, maintype="text", subtype="html", filename="report.html")
    return made


def _report(message: Message) -> bytes | None:
    from mmon.reports import render

    if message.document is None:
        return None
    report = render("html", message.document)
    return report.encode() if isinstance(report, str) else report


def _plain(message: Message, note: str) -> str:
    found = [f"- {one.status}: {one.words}" for one in message.findings(_MOST_RESULTS)]
    lines = [message.title, "", message.text, "", *found]
    lines += ["", f"Report: {message.link}"] if message.link else []
    return "\n".join([*lines, "", note, _about(message)]) + "\n"


def _html(message: Message, note: str) -> str:
    import jinja2

    from mmon.reports.html import templates

    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True
    )
    text = Path(templates(), "mail.html").read_text(encoding="utf-8")
    return environment.from_string(text).render(
        message=message,
        findings=message.findings(_MOST_RESULTS),
        color=_COLORS[message.severity],
        about=f"{_about(message)} {note}".strip(),
    )


def _about(message: Message) -> str:
    parts = (message.subject, message.alert, message.reason, "sent by mmon")
    return " · ".join(filter(None, parts))
