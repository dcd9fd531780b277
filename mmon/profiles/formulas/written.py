"""Reads the text of a formula: SQL, or Python with Polars."""

from __future__ import annotations

from typing import Literal

import polars as pl
from polars.exceptions import PolarsError

from mmon.errors import ConfigError
from mmon.profiles.formulas.polars_text import expression_of

Way = Literal["sql", "polars"]

HINT = (
    "an application may use avg (mean), sum, count, min, max, stddev and variance, whose parts add"
    " up; for anything else write one in Python, with class"
)
"""What a formula may be made of."""


def read(text: str, way: Way) -> pl.Expr:
    """The expression that a text in SQL, or in Python with Polars, stands for."""
    if way == "polars":
        return expression_of(text)
    try:
        return pl.sql_expr(text)
    # Its parser panics at some texts, which is no Exception.
    except BaseException as error:
        if not isinstance(error, PolarsError) and type(error).__name__ != "PanicException":
            raise
        why = str(error).splitlines()[0] if str(error) else "it cannot be parsed"
        raise ConfigError(f"it is no SQL expression: {why}", hint=HINT) from None
