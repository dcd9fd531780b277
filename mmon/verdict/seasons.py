"""The seasons that blocks of a reference show: hours of the day, days of the week."""

from __future__ import annotations

import dataclasses
import functools
import math

import numpy as np

from mmon.chance import blocks
from mmon.chance.blocks import Around
from mmon.chance.seasons import differing
from mmon.profiles.block_noise import BlockNoise
from mmon.records.arrays import BoolArray, FloatArray, IntArray
from mmon.windows.durations import WORDS, fixed_us, length_us
from mmon.windows.timestamps import DAY_US, clock_us, time_zone

LENGTHS = ("1w", "1d")
"""The longest first: what tells of a week tells of its days."""
# That any number of a reference without seasons is said to have one.
_LEVEL = 0.01
_DAYS = ("Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday")
"""By how many days after 1970-01-01 they are."""


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Season:
    """How blocks lie in a season, and of which keys they surely differ by that.

    Attributes
    ----------
    length : str
        ``1d`` or ``1w``.
    phases : (B,) int64
        How far into it each block begins, in microseconds.
    is_seen : (F,) bool
    """

    length: str
    phases: IntArray
    is_seen: BoolArray

    def around(self, values: FloatArray) -> Around:
        """What (B,) distances of blocks of all phases say of those of one."""
        known = ~np.isnan(values)
        sizes = np.abs(values[known])
        _, which, counts = np.unique(self.phases[known], return_inverse=True, return_counts=True)
        means = np.bincount(which, sizes) / counts
        squares = float(((sizes - means[which]) ** 2).sum())
        free = max(len(sizes) - len(counts), 1)
        return Around(math.sqrt(squares / free), float(sizes[sizes > 0.0].min(initial=np.inf)))


@dataclasses.dataclass(frozen=True, slots=True)
class Phase:
    """Where in a season a window and blocks that are like it begin."""

    season: str
    at_us: int

    def words(self, length: str) -> tuple[str, str]:
        """When they are, and what so many of them are called."""
        if self.season == "1w" and length == "1d":
            day = _DAYS[self.at_us // DAY_US]
            return f"on {day}s", f"{day}s of the reference"
        when = "of day" if self.season == "1d" else "of the week"
        unit = WORDS.get(length, "window")
        return f"at this time {when}", f"{unit}s of the reference at the same time"


def phase_of(season: Season, start_us: int, timezone: str) -> Phase:
    """Where in a season something begins."""
    return Phase(season.length, clock_us(start_us, time_zone(timezone)) % length_us(season.length))


def phases_of(starts: IntArray, timezone: str, season: str) -> IntArray:
    """How far into a season each of some times is, in microseconds by the clock of a zone."""
    return _clock(starts, timezone) % length_us(season)


@functools.lru_cache(maxsize=8)
def seasons(known: BlockNoise) -> tuple[Season, ...]:
    """Those that any key shows, the longest first.

    Each key tells for itself: where one column has a season and another has none, this one keeps
    all its blocks.
    """
    block_us, found = fixed_us(known.length), []
    asked = [one for one in LENGTHS if block_us and _is_shown(known, length_us(one), block_us)]
    for one in asked:
        cycles, phases = np.divmod(_clock(known.starts, known.timezone), length_us(one))
        is_seen = differing(
            known.values,
            cycles - cycles.min(),
            *_places(phases, length_us(one), block_us or 1),
            _LEVEL / len(asked),
        )
        if is_seen.any():
            found.append(Season(one, phases, is_seen))
    return tuple(found)


def _clock(starts: IntArray, timezone: str) -> IntArray:
    zone = time_zone(timezone)
    return np.array([clock_us(int(at), zone) for at in starts], dtype=np.int64)


def _places(phases: IntArray, season_us: int, block_us: int) -> tuple[IntArray, IntArray]:
    """The place of each block in its cycle, and the part of the place."""
    # A week is turned by whole days: what the hours of all days explain is no part of it.
    is_of_days = season_us > DAY_US and DAY_US % block_us == 0
    places, rest = np.divmod(phases, DAY_US if is_of_days else block_us)
    return places, rest // block_us


def _is_shown(known: BlockNoise, season_us: int, block_us: int) -> bool:
    """Whether windows are parts of a season, of each of which there are enough blocks."""
    is_part = season_us > block_us and season_us % block_us == 0
    is_long = len(known.starts) * block_us >= blocks.FEWEST * season_us
    return is_part and is_long and bool(known.keys)
