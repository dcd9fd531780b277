"""What a run with a history is asked to look at: up to when, or once more between two times."""

from __future__ import annotations

import dataclasses
import datetime as dt

from mmon.config.windows import Windows
from mmon.errors import ConfigError
from mmon.windows.cut import instant
from mmon.windows.timestamps import to_us


@dataclasses.dataclass(frozen=True, slots=True)
class Asked:
    """Times in ISO 8601, by the clock of ``windows.timezone`` where they name no zone.

    Attributes
    ----------
    until : str or None
        Windows that end later are not looked at; None is now.
    since, to : str or None
        Look at the windows between them, analysed before or not.
    """

    until: str | None = None
    since: str | None = None
    to: str | None = None

    @property
    def is_range(self) -> bool:
        """Whether windows between two times are asked for."""
        return self.since is not None or self.to is not None

    @property
    def nothing(self) -> str:
        """That no window was analysed, in words."""
        ends = (f" from {self.since}" if self.since else "", f" to {self.to}" if self.to else "")
        return f"no window to analyse{''.join(ends)}" if self.is_range else "no new window"

    def read(self, windows: Windows, now: dt.datetime) -> Range:
        """The times as instants.

        Raises
        ------
        ConfigError
            When one is no time, or the first is not before the last.
        """
        until, since, to = (
            None if text is None else instant(f"--{name}", text, windows.timezone)
            for name, text in (("until", self.until), ("from", self.since), ("to", self.to))
        )
        found = Range(to_us(now) if until is None else until, since, to)
        if found.since_us is not None and found.since_us >= found.end_us:
            end = f"--to {self.to}" if self.to else f"--until {self.until or 'now'}"
            raise ConfigError(f"--from {self.since} is not before {end}")
        return found


@dataclasses.dataclass(frozen=True, slots=True)
class Range:
    """Instants, in microseconds since 1970-01-01 UTC."""

    until_us: int
    since_us: int | None = None
    to_us: int | None = None

    @property
    def end_us(self) -> int:
        """Windows end by then."""
        return self.until_us if self.to_us is None else min(self.to_us, self.until_us)
