"""What reports draw of the loss over time: cells, the level between changes, and the changes."""

from __future__ import annotations

import dataclasses

from mmon.records import Count, require
from mmon.results.quantity import Unit


@dataclasses.dataclass(frozen=True, slots=True)
class LossLevel:
    """The mean loss between two changes, from one place of the axis to another, in cells."""

    first: float
    past: float
    mean: float


@dataclasses.dataclass(frozen=True, slots=True)
class LossChange:
    """Where the loss changed, and where it may have as well at 95 %, on the axis, in cells."""

    at: float
    earliest: float
    latest: float


@dataclasses.dataclass(frozen=True, slots=True)
class LossPicture:
    """What production's answers cost over time, all windows together, with its changes.

    Attributes
    ----------
    loss : str
        The quantity that is drawn, as ``error_rate``; ``unit`` is what it counts.
    is_timed : bool
        Whether the axis is of time; else of rows.
    step_s : float
        Length of a cell in seconds, or in rows.
    starts : tuple of str
        (T,) ISO 8601 starts of the cells, in UTC, or the numbers of their first rows.
    rows : tuple of int
        (T,) labelled rows.
    means : tuple of (float or None)
        (T,) their mean loss; None in empty cells.
    reference : float or None
        The mean loss in the reference.
    levels : tuple of LossLevel
    changes : tuple of LossChange
    """

    loss: str
    unit: Unit
    is_timed: bool
    step_s: float
    starts: tuple[str, ...]
    rows: tuple[Count, ...]
    means: tuple[float | None, ...]
    reference: float | None
    levels: tuple[LossLevel, ...] = ()
    changes: tuple[LossChange, ...] = ()

    def check(self) -> None:
        """Raise `MisfitError` when what was read back cannot be drawn."""
        require(self.step_s >= 1, "has steps of no such length")
        cells = len(self.starts)
        is_whole = len(self.rows) == cells == len(self.means)
        require(is_whole and cells > 0, "has rows or means of other cells")
        places = [x for one in self.changes for x in (one.at, one.earliest, one.latest)]
        places += [x for one in self.levels for x in (one.first, one.past)]
        require(all(0 <= one <= cells for one in places), "has changes outside its axis")
