"""How alike one column's rows are that follow each other in time, window by window."""

from __future__ import annotations

import numpy as np
import polars as pl

from mmon.profiles.distributions.dependence import Dependence
from mmon.profiles.distributions.reading import Reading
from mmon.profiles.distributions.succession import Succession, of_labels, of_numbers
from mmon.profiles.folding.stretches import StretchChooser
from mmon.profiles.merging import merged
from mmon.records.arrays import BoolArray

_LABELS = (Reading.LABEL, Reading.TRUTH)
# Times follow each other by nature.
_UNKNOWN = (Reading.PRESENCE, Reading.VECTOR, Reading.TEXT, Reading.TIME)


class Neighbours:
    """The chosen rows of a column, and in the end their correlations."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._values: list[pl.Series] = []
        self._chooser: StretchChooser | None = None

    def add(self, values: pl.Series, rows: pl.Series, chooser: StretchChooser) -> None:
        """Keep the chosen rows of one batch of values in their final form (see `read_as`)."""
        if self._reading not in _UNKNOWN:
            self._chooser = chooser
            # Not `gather`, which takes ten times as long for a few rows.
            self._values.append(values[rows])

    def finish(self) -> dict[int, Dependence]:
        """What is known of each window: of values, and of whether they are missing."""
        if self._chooser is None:
            return {}
        layout = self._chooser.layout()
        values = pl.concat(self._values) if len(self._values) > 1 else self._values[0]
        values = values[layout.order]
        stretch, is_single = layout.stretch, layout.is_single
        lost = _is_missing(values)
        missing: dict[int, Succession] = {}
        if lost is not None:
            missing = of_labels(lost, stretch, is_single)
            values = values.filter(pl.Series(~lost))
            stretch, is_single = stretch[~lost], is_single[~lost]
        if self._reading in _LABELS:
            known = of_labels(values.hash(seed=0).to_numpy(), stretch, is_single)
        else:
            known = of_numbers(values.to_numpy(), stretch, is_single)
        found: dict[int, Dependence] = {}
        for at in sorted({*known, *missing}):
            window, one = layout.windows[at], Dependence(known.get(at), missing.get(at))
            found[window] = merged([found[window], one]) if window in found else one
        return found


def _is_missing(values: pl.Series) -> BoolArray | None:
    """(r,) which values are missing, or not finite; None where none is."""
    if values.dtype.is_float():
        finite: BoolArray = np.isfinite(values.to_numpy())
        return None if finite.all() else ~finite
    return values.is_null().to_numpy() if values.null_count() else None
