"""A message that is marked as a test, about a run that never was."""

from __future__ import annotations

import datetime as dt
import uuid

from mmon import __version__
from mmon.delivery.message import Message
from mmon.errors import ExitStatus
from mmon.results import (
    Column,
    ColumnKind,
    Document,
    Quantity,
    Result,
    ResultKind,
    Source,
    Status,
    Verdict,
    Window,
)

_SENTENCE = "This is a test of mmon: a column of an example drifted, and nothing happened"


def trial(project: str | None, endpoint: str | None) -> Message:
    """A test message; its document has one window and one result, which templates can name."""
    document = _document(project, endpoint)
    subject = " / ".join(name for name in (project, endpoint) if name)
    return Message(
        project=project,
        endpoint=endpoint,
        reason="test",
        title=f"Test of mmon{f': {subject}' if subject else ''}"[:90],
        text=_SENTENCE,
        severity="low",
        # Each test is a new one: a server that knows the key would leave it out.
        key=uuid.uuid4().hex,
        document=document,
        window=0,
    )


def _document(project: str | None, endpoint: str | None) -> Document:
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    day = now.replace(hour=0, minute=0, second=0)
    quantity = Quantity(
        "data-drift", ResultKind.DATA_DRIFT, "example", "an example", about="column", worse="higher"
    )
    result = Result(
        quantity,
        column="an_example",
        value=0.3,
        potential=0.1,
        detected=0.2,
        gating=True,
        status=Status.DETECTED,
    )
    window = Window(
        0, 1000, (day - dt.timedelta(days=1)).isoformat(), day.isoformat(), status=Status.DETECTED
    )
    return Document(
        mmon_version=__version__,
        project=project,
        endpoint=endpoint,
        run_id="test",
        started_at=now.isoformat(),
        finished_at=now.isoformat(),
        config_digest="",
        verdict=Verdict.BREACH,
        exit_status=ExitStatus.BREACH,
        sentence=_SENTENCE,
        fail_on="detected",
        reference=Source("a test", 1000),
        production=Source("a test", 1000),
        windows=[window],
        quantities=[quantity],
        segments=(),
        results=[result],
        metrics=(),
        columns=[Column("an_example", ColumnKind.NUMERIC, "Float64")],
        pictures=(),
        performance=(),
        bins=(),
        activity=(),
        configuration={},
        versions={},
    )
