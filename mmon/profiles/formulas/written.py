"""Reads the text of a formula: SQL, or Python with Polars."""

from __future__ import annotations

from typing import Any, Literal

import polars as pl
from polars.exceptions import PolarsError

from mmon.errors import ConfigError
from mmon.profiles.formulas.polars_text import expression_of
from mmon.profiles.formulas.trees import from_tree, to_tree

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
        return _in_floats(pl.sql_expr(text))
    # Its parser panics at some texts, which is no Exception.
    except BaseException as error:
        if not isinstance(error, PolarsError) and type(error).__name__ != "PanicException":
            raise
        why = str(error).splitlines()[0] if str(error) else "it cannot be parsed"
        raise ConfigError(f"it is no SQL expression: {why}", hint=HINT) from None


def _in_floats(expression: pl.Expr) -> pl.Expr:
    """It with 1.5 as a float: as a decimal, which SQL makes of it, it raises when divided by 0."""
    tree = to_tree(expression)
    changed = _floats(tree)
    return expression if changed == tree else from_tree(changed)


def _floats(node: Any) -> Any:
    match node:
        case {"Scalar": {"Decimal": [int(digits), int(), int(scale)]}}:
            return {"Dyn": {"Float": digits / 10**scale}}
        case dict():
            return {name: _floats(one) for name, one in node.items()}
        case list():
            return [_floats(one) for one in node]
    return node
