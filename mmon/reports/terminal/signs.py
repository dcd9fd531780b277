"""The characters and colours of a terminal: statuses differ by shape, never by colour alone."""

from __future__ import annotations

import dataclasses

from mmon.reports.terminal import spark
from mmon.results import Status, Verdict


@dataclasses.dataclass(frozen=True, slots=True)
class Signs:
    """The characters that a terminal can show.

    Attributes
    ----------
    statuses : dict of Status to str
        One cell each.
    blocks : str
        Heights of a spark line, from low to high.
    ellipsis : str
        What stands for what was cut.
    """

    statuses: dict[Status, str]
    blocks: str
    ellipsis: str


UNICODE = Signs(
    {
        Status.DETECTED: "●",
        Status.POTENTIAL_DETECTION: "◐",
        Status.INCONCLUSIVE: "?",
        Status.NO_DETECTION: "·",
        Status.IRRELEVANT: " ",
    },
    spark.BLOCKS,
    "…",
)
ASCII = Signs(
    {
        Status.DETECTED: "X",
        Status.POTENTIAL_DETECTION: "!",
        Status.INCONCLUSIVE: "?",
        Status.NO_DETECTION: ".",
        Status.IRRELEVANT: " ",
    },
    spark.ASCII_BLOCKS,
    "..",
)

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
