"""Which rows a worse segment's label describes, read as a person reads it."""

from __future__ import annotations

import re

import polars as pl

_CONDITION = re.compile(r"(?:([-\d,.]+) < )?(\w+) ([=≤>]) (.+)")


def inside(frame: pl.DataFrame, label: str) -> pl.Series:
    """Whether each row is in the segment: ``79 < adr ≤ 90 and country = PRT``."""
    found = pl.lit(True)
    for part in label.split(" and "):
        match = _CONDITION.fullmatch(part)
        assert match is not None, part
        low, name, sign, value = match.groups()
        column = pl.col(name)
        if low is not None:
            found &= column > _number(low)
        if sign == "=":
            found &= column.cast(pl.String) == value
        else:
            found &= column <= _number(value) if sign == "≤" else column > _number(value)
    return frame.select(found.fill_null(False)).to_series()


def _number(text: str) -> float:
    return float(text.replace(",", ""))
