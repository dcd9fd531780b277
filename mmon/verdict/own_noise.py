"""What windows do by themselves, beside one finding: a value must be beyond that, too."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np

from mmon.chance import blocks
from mmon.outline.units import amount
from mmon.profiles.block_noise import BlockKey, BlockNoise
from mmon.records.arrays import FloatArray
from mmon.verdict.finding import Finding
from mmon.verdict.seasons import Phase, phase_of, seasons
from mmon.windows.durations import WORDS


@dataclasses.dataclass(frozen=True, slots=True)
class Noise:
    """What blocks of the reference say of one finding.

    Attributes
    ----------
    values : (B,) float64
        Its values, of each block that has one.
    length : str
        How long a block is.
    sampling : float
        The variance of such a value by chance among rows; 0 where it is not known.
    phase : Phase or None
        When all of these blocks are, as is the window; None where they are all that there are.
    around : Around or None
        What blocks of all phases say of those of one.
    """

    values: FloatArray
    length: str
    sampling: float = 0.0
    phase: Phase | None = None
    around: blocks.Around | None = None

    def p_value(self, one: Finding) -> float:
        """Of a value as far, where nothing changed; for `mmon.chance.blocks` either way."""
        value = one.value or 0.0
        if not one.is_signed:
            return self._of_distance(value, 0.0)
        return blocks.of_change(value - float(self.values.mean()), self.values, two_sided=True)

    def p_value_against(self, one: Finding, level: float) -> float:
        """Of "the true value is on the good side of the level"."""
        value = one.value or 0.0
        if not one.is_signed:
            return self._of_distance(value, level)
        beyond = level - value if one.direction == "below" else value - level
        # A number of the model is beside its level as it is; a change from the reference is one
        # beyond what blocks of it are on average, for a metric of few rows may be another.
        centre = 0.0 if one.aspect == "value" else float(self.values.mean())
        return blocks.of_change(
            beyond - centre, self.values if one.direction == "above" else -self.values
        )

    def _of_distance(self, value: float, level: float) -> float:
        if self.around is not None:
            return blocks.of_like_distances(value, self.values, self.around, level)
        return blocks.of_distance(value, self.values, level, self.sampling)

    def told(self, one: Finding) -> str:
        """In words, for a value that is beyond a level and no more than that."""
        sizes = self.values if one.is_signed else np.abs(self.values)
        low, high = (amount(one.quantity, float(end)) for end in (sizes.min(), sizes.max()))
        unit = WORDS.get(self.length, "window")
        what = "this" if one.column is None else "this column"
        value = (one.value or 0.0) if one.is_signed else abs(one.value or 0.0)
        is_within = float(sizes.min()) <= value <= float(sizes.max())
        how = "within what" if is_within else "hardly beyond what"
        when, of = f"from {unit} to {unit}", f"{unit}s of the reference"
        if self.phase is not None:
            when, of = self.phase.words(self.length)
        return f"{how} {what} does {when} ({low} to {high} in {len(sizes):,} {of})"


class OwnNoise:
    """The noise of each finding, found by what it is, for a window that begins at a time."""

    def __init__(self, known: BlockNoise | None, start_us: int | None = None) -> None:
        self._known = known
        self._start_us = start_us
        keys = () if known is None else known.keys
        self._places: Mapping[BlockKey, int] = {key: place for place, key in enumerate(keys)}

    def of(self, one: Finding) -> Noise | None:
        """What blocks say of a finding; None where they are too few.

        Where it has seasons, those of the window's hour or weekday.
        """
        return self._of_season(one) or self.of_all(one)

    def of_all(self, one: Finding) -> Noise | None:
        """What all blocks say of a finding, whenever they are; None where they are too few."""
        place, known = self._places.get(key_of(one)), self._known
        if place is None or known is None:
            return None
        values = known.values[place]
        there = values[~np.isnan(values)]
        if len(there) < blocks.FEWEST:
            return None
        wider, sampling = known.widening, float(known.sampling[place])
        if not one.is_signed:
            there, sampling = there * wider, sampling * wider**2
        elif one.aspect != "value":
            # A number of the model is what it is, whatever it is compared with.
            there = there.mean() + (there - there.mean()) * wider
        return Noise(there, known.length, sampling)

    def _of_season(self, one: Finding) -> Noise | None:
        place, known = self._places.get(key_of(one)), self._known
        # From what rolls, an hour is as far as that is by itself: blocks do not tell how far.
        if place is None or known is None or self._start_us is None or known.blocks is not None:
            return None
        values = known.values[place]
        for season in seasons(known):
            if season.is_seen[place]:
                phase = phase_of(season, self._start_us, known.timezone)
                there = values[(season.phases == phase.at_us) & ~np.isnan(values)]
                if len(there) >= blocks.FEWEST:
                    return Noise(there, known.length, phase=phase, around=season.around(values))
        return None


def key_of(one: Finding) -> BlockKey:
    """By what a finding is known in all windows."""
    quantity = one.quantity
    return BlockKey(quantity.application, quantity.name, one.aspect, one.column, one.segment)
