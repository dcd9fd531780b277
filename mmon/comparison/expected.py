"""What production must have in common with the reference, and what its files are read as."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from mmon.config.sections import Config
from mmon.errors import DataError, nearly_named
from mmon.profiles.distributions.reading import Reading
from mmon.profiles.recognition.spelling import NumberSpelling
from mmon.profiles.table import Profile


def check_shared(
    config: Config, reference: Profile, name: str, schema: Mapping[str, pl.DataType]
) -> None:
    """See that production is not another dataset altogether: no model is retrained for that."""
    names = [column.name for column in reference.columns]
    # Names that only case or blanks tell apart are those of this dataset, spoilt: a breach.
    is_shared = any(nearly_named(one, schema.keys()) for one in names)
    if config.columns.features == "all" and not is_shared:
        shown, there = (", ".join(map(repr, list(one)[:3])) for one in (names, schema))
        raise DataError(
            f"{name} shares no column with the reference, so it is another dataset: it has "
            f"{there or 'none'}, and the reference {shown}",
            hint="give it the data that the model sees; a text file needs its line of names",
        )


def expected_types(reference: Profile) -> dict[str, pl.DataType]:
    """What the reference's readings ask of production, for files that do not tell their types."""
    found: dict[str, pl.DataType] = {}
    for column in reference.columns:
        spelling = column.spelling
        if isinstance(spelling, NumberSpelling) and not spelling.is_plain:
            # 1.137 with points between thousands must not be taken for a fraction first.
            found[column.name] = pl.String()
        elif column.is_tested and column.reading is Reading.NUMBER:
            found[column.name] = pl.Float64()
        elif column.is_tested and (
            column.reading is Reading.TEXT
            or (column.reading is Reading.LABEL and column.dtype != "Boolean")
        ):
            found[column.name] = pl.String()
    return found
