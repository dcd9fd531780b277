"""What windows do by themselves: what is judged of a dataset, in each of its own windows."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

import numpy as np

from mmon.records import Count, require
from mmon.records.arrays import FloatArray, IntArray


@dataclasses.dataclass(frozen=True, slots=True)
class BlockKey:
    """Which number it is: as a result has it, of all windows."""

    application: str
    name: str
    aspect: str
    column: str | None = None
    segment: str | None = None


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class OfPhases:
    """What blocks are against others of their hour or weekday, as windows where that rolls.

    Attributes
    ----------
    season : str
        ``1d`` or ``1w``.
    values : (F, B) float64
    sampling : (F,) float64
        Both as those of `BlockNoise`.
    others : int
        How many others a block was compared with, on average.
    """

    season: str
    values: FloatArray
    sampling: FloatArray
    others: Count


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class BlockNoise:
    """The values of a reference's blocks, each as long as a window of production.

    Attributes
    ----------
    length : str
        How long a block is: ``1d``, or ``5000 rows``.
    timezone : str
        Where days and weeks begin.
    starts : (B,) int64, ascending
        When each begins, in microseconds since 1970-01-01 UTC; of blocks of rows, their numbers.
    keys : tuple of BlockKey
    values : (F, B) float64
        One row a key; NaN where a block has none. A change is that from all other blocks.
    sampling : (F,) float64
        The mean variance of a block's value by chance among its rows; 0 where it is not known.
    blocks : int or None
        How many there are in what windows are judged against, where that rolls; None where it is
        the reference.
    others : int or None
        How many others each of its own was compared with; None is all of them.
    of_phases : OfPhases or None
        The same against others of the same phase, where the configuration names a season.
    """

    length: str
    timezone: str
    starts: IntArray
    keys: tuple[BlockKey, ...]
    values: FloatArray
    sampling: FloatArray
    blocks: Count | None = None
    others: Count | None = None
    of_phases: OfPhases | None = None

    def against(self, blocks: int, season: str | None) -> BlockNoise | None:
        """That of windows which are judged against so many, all of one phase of a ``season``.

        None where that season's is not known.
        """
        if season is None:
            return dataclasses.replace(self, blocks=blocks)
        own = self.of_phases
        if own is None or own.season != season:
            return None
        return dataclasses.replace(
            self,
            values=own.values,
            sampling=own.sampling,
            blocks=blocks,
            others=own.others,
            of_phases=None,
        )

    @property
    def widening(self) -> float:
        """By how much changes from what windows are judged against are larger than ``values``.

        Its own blocks are no more alike than others: the variance of a change from N of them is
        that of a block and 1/N of it.
        """
        others = max(len(self.starts) - 1 if self.others is None else self.others, 1)
        judged = others if self.blocks is None else self.blocks
        return math.sqrt((1.0 + 1.0 / judged) / (1.0 + 1.0 / others))

    @classmethod
    def merge(cls, parts: Sequence[BlockNoise]) -> BlockNoise:
        """That of the part which tells of the most blocks: values of several do not add up."""
        return max(parts, key=lambda one: len(one.starts))

    def check(self) -> None:
        """Raise `MisfitError` when what was read back does not fit together."""
        shape = len(self.keys), len(self.starts)
        for one in (self, self.of_phases):
            if one is None:
                continue
            require(one.values.shape == shape, "has not one value a key and block")
            require(not np.isinf(one.values).any(), "has values that are infinite")
            is_known = one.sampling.shape == shape[:1] and (one.sampling >= 0.0).all()
            require(is_known and np.isfinite(one.sampling).all(), "has variances that are none")
        require(len(set(self.keys)) == len(self.keys), "has a key twice")
        require((self.starts[1:] > self.starts[:-1]).all(), "has blocks that do not ascend")
