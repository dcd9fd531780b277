"""Which fold summarises a column, and how much of a batch its values take."""

from __future__ import annotations

from mmon.profiles.distributions.reading import Reading
from mmon.profiles.folding.column_fold import ColumnFold
from mmon.profiles.folding.feature_fold import FeatureFold
from mmon.profiles.folding.growing import Limits
from mmon.profiles.folding.text_fold import TextFold
from mmon.profiles.folding.vector_fold import VectorFold
from mmon.profiles.table import ColumnProfile

# Words take more memory than the text that they are cut from.
_TEXT_WEIGHT = 100
_KINDS = {Reading.VECTOR: VectorFold, Reading.TEXT: TextFold}


def fold_of(column: ColumnProfile, limits: Limits, bins: FeatureFold | None) -> ColumnFold:
    """What summarises a column, with its bins where it is a feature."""
    return _KINDS.get(column.reading, ColumnFold)(column, limits, bins)


def weight_of(column: ColumnProfile) -> int:
    """How many numbers a value of a column counts for in a batch."""
    return _TEXT_WEIGHT if column.reading is Reading.TEXT else column.width or 1
