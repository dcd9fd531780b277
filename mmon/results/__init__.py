"""What a run says: the result document and the words it uses, as data without behaviour.

The document is the source of truth of every report format: a report computes no statistics, it only
lays out what stands here. ``Document.to_dict`` is the JSON that users and CI read.
"""

from mmon.results.alarms import Alarm
from mmon.results.deliveries import Delivery
from mmon.results.document import SCHEMA_VERSION, Document
from mmon.results.quantity import Quantity, ResultKind
from mmon.results.rows import (
    Column,
    ColumnKind,
    Direction,
    Metric,
    Result,
    Score,
    Segment,
    Skipped,
    Source,
    Status,
    Task,
    Verdict,
    Window,
    grouped,
)

__all__ = [
    "SCHEMA_VERSION",
    "Alarm",
    "Column",
    "ColumnKind",
    "Delivery",
    "Direction",
    "Document",
    "Metric",
    "Quantity",
    "Result",
    "ResultKind",
    "Score",
    "Segment",
    "Skipped",
    "Source",
    "Status",
    "Task",
    "Verdict",
    "Window",
    "grouped",
]
