"""How production is cut into windows: a part of the configuration."""

from __future__ import annotations

import functools
from typing import Annotated, Literal

from pydantic import Field, model_validator

from mmon.config.fields import Duration, Instant, Judge, PositiveInt, Section, TimeZone
from mmon.config.option import Option, Panel

_window = functools.partial(Option, panel=Panel.WINDOWS)


class Windows(Section):
    """How production is cut into windows; nothing set means one window."""

    every: Annotated[Duration | None, _window("--every", "LENGTH"), Field(examples=["1d"])] = None
    """Length of a window in event time: 10m, 1h, 1d, 1w or 1mo. What happens at a boundary, such as
    midnight, belongs to the window that begins there."""
    rows: Annotated[PositiveInt | None, _window("--rows", "N"), Field(examples=[5000])] = None
    """Rows of a window, in the order of the data; instead of ``every``."""
    start: Instant | None = Field(default=None, examples=["2024-01-01"])
    """Production before this time is left out; windows are aligned to it."""
    end: Instant | None = Field(default=None, examples=["2025-01-01"])
    """Production from this time on is left out. What cannot lie between the two is not even read:
    files by the date in their name or folder (date=2024-01-31, events_20240131.csv), where all have
    one, and other than in text formats rows by the column of time."""
    timezone: Annotated[TimeZone, _window("--timezone", "ZONE")] = "UTC"
    """Where days, weeks and months begin, such as Europe/Vienna; also the zone of times that carry
    none."""
    allowed_lateness: Duration | None = Field(default=None, examples=["1h"])
    """A row that arrives up to this long after its window has closed is not late."""
    incomplete: Literal["keep", "drop", "wait"] = "keep"
    """What happens to a first or last window that the data does not fill: keep it and show it,
    drop it, or, with a history, wait until a later run finds it filled. It takes part in the
    verdict only where no other window does."""
    existing: Literal["skip", "replace", "fail"] = "replace"
    """With a history: what ``--from`` and ``--to`` do to windows that were analysed before:
    skip them, replace what was found, or fail."""
    judge: Annotated[Judge, _window("--judge", "WINDOWS")] = "all"
    """Which complete windows take part in the verdict: all, the last, or so many of the newest; the
    others are measured and shown as context."""

    @model_validator(mode="after")
    def _one_way(self) -> Windows:
        if self.every is not None and self.rows is not None:
            raise ValueError("windows take either 'every' or 'rows', not both")
        return self
