"""How production's values are written: as the reference's are, as far as these tell."""

from __future__ import annotations

import dataclasses

import polars as pl

from mmon.profiles.distributions.counts import Counts
from mmon.profiles.distributions.ecdf import Ecdf
from mmon.profiles.distributions.reading import Reading
from mmon.profiles.recognition.recognise import Found, names_in_reference
from mmon.profiles.recognition.spelling import (
    NUMBER_LABEL,
    TEXTS,
    LabelSpelling,
    NumberSpelling,
    Spelling,
)
from mmon.profiles.recognition.times import ClockSpelling, TimeSpelling
from mmon.profiles.table import ColumnProfile


def followed_spelling(
    column: ColumnProfile, reading: Reading, dtype: pl.DataType, found: Found | None
) -> Spelling | None:
    """How production's values are written: as the reference's, as far as it tells."""
    own = found.spelling if found is not None else None
    is_text = isinstance(dtype, TEXTS)
    if reading is Reading.TIME:
        return _time_spelling(column.spelling, own, is_text=is_text)
    if reading is Reading.NUMBER and is_text:
        return _number_spelling(column, own)
    if reading is Reading.LABEL and isinstance(column.distribution, Counts):
        return _label_spelling(column, column.distribution.labels, dtype)
    return None


def _number_spelling(column: ColumnProfile, own: Spelling | None) -> NumberSpelling | ClockSpelling:
    if isinstance(column.spelling, NumberSpelling | ClockSpelling):
        return column.spelling
    before = column.distribution
    if isinstance(before, Ecdf) and set(before.values.tolist()) <= {0, 1}:
        return NumberSpelling(is_truth=True)
    return own if isinstance(own, NumberSpelling | ClockSpelling) else NumberSpelling()


def _label_spelling(
    column: ColumnProfile, labels: pl.Series, dtype: pl.DataType
) -> LabelSpelling | None:
    is_text = isinstance(dtype, TEXTS)
    if not column.dtype.startswith(("String", "Categorical", "Enum")):
        return LabelSpelling(is_number=True) if is_text else None
    if not is_text:
        return LabelSpelling(names=names_in_reference(labels))
    has_numbers = labels.str.contains(NUMBER_LABEL).any()
    return LabelSpelling() if has_numbers or column.spelling is not None else None


def _time_spelling(
    before: Spelling | None, own: Spelling | None, *, is_text: bool
) -> TimeSpelling | None:
    """The reference's order of day and month, with clocks and offsets as production has them."""
    own = own if isinstance(own, TimeSpelling) else None
    if not isinstance(before, TimeSpelling) or (before.is_written and not is_text):
        return own or (TimeSpelling() if is_text else None)
    if own is None or not before.is_written or not own.is_written:
        return before if own is None else own
    return dataclasses.replace(own, order=before.order)
