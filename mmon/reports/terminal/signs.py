"""The characters and colours of a terminal: statuses differ by shape, never by colour alone."""

from __future__ import annotations

from typing import NamedTuple

from mmon.reports.terminal import spark
from mmon.results import Status, Verdict


class Signs(NamedTuple):
    """The characters that a terminal can show: a cell for each status, heights from low to high.

    The ellipsis stands for what was cut.
    """

    statuses: dict[Status, str]
    blocks: str
    ellipsis: str


# From the mildest status to the worst.
UNICODE = Signs(dict(zip(Status, " ·?◐●", strict=True)), spark.BLOCKS, "…")
ASCII = Signs(dict(zip(Status, " .?!X", strict=True)), spark.ASCII_BLOCKS, "..")

STYLES = {
    Status.DETECTED: "bold red",
    Status.POTENTIAL_DETECTION: "yellow",
    Status.INCONCLUSIVE: "magenta",
    Status.NO_DETECTION: "green",
    Status.IRRELEVANT: "dim",
}
VERDICT_STYLES = {
    Verdict.PASS: "bold white on green",
    Verdict.BREACH: "bold white on red",
    Verdict.INCONCLUSIVE: "bold black on yellow",
}
