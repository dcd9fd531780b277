"""What the field of a configuration key declares of its option on the command line."""

from __future__ import annotations

import dataclasses
import enum


class Panel(enum.StrEnum):
    """The headings under which ``--help`` lists options, in their order."""

    COMPARED = "What is compared"
    MODEL = "How good the model is"
    WINDOWS = "Windows of production"
    DECIDES = "What decides"
    TEXT = "How files are read"
    OUTPUT = "Output"


@dataclasses.dataclass(frozen=True, slots=True)
class Option:
    """What a field cannot know; the option has the field's type, default and text."""

    flags: str
    """Every spelling, with a space between; messages call it by the last."""
    metavar: str
    """What stands for the value in ``--help``; empty for a flag, which takes none."""
    panel: Panel
    is_list: bool = False
    """Whether each use adds one to a list."""
    is_metric: bool = False
    """Whether it takes names of drift metrics, which shells complete and whose case is ignored."""
    sets: object = True
    """The value that a flag stands for."""

    @property
    def name(self) -> str:
        return self.flags.split()[-1]
