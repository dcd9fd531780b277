"""Whether an expression is of single rows: only of such the aggregates of batches add up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl
from polars.exceptions import PolarsError

NO_TREES = ("op", "dtype", "options", "function")
"""Parts of an expression's nodes that hold no expression."""

# What Polars cannot tell to be of each row alone before it knows the columns' types.
_OF_ROWS = {
    *("Abs", "Coalesce", "Pow", "Sql", "StringExpr", "TemporalExpr", "Clip", "Round", "Floor"),
    *("Ceil", "Sign", "Log", "Log1p", "Exp", "Negate", "FillNull", "Trigonometry"),
    *("IsIn", "IsNull", "IsNotNull", "IsNan", "IsNotNan", "IsFinite", "IsInfinite", "Not"),
    *("IsBetween", "AllHorizontal", "AnyHorizontal"),
}
_ROW_NODES = {"Column", "Literal", "BinaryExpr", "Ternary", "Cast", "Function"}


def is_of_row(expression: pl.Expr, tree: Any) -> bool:
    """Whether the value of each row follows from that row alone."""
    if aggregates(tree):
        return False
    try:
        return bool(expression.meta.is_literal() or expression.meta.is_row_separable())
    except PolarsError:
        return all(kind in _ROW_NODES for kind in _kinds(tree))


def aggregates(tree: Any) -> bool:
    """Whether anything in it is of more rows than one."""
    if isinstance(tree, list):
        return any(map(aggregates, tree))
    if not isinstance(tree, dict):
        return bool(tree == "Len")
    return any(
        kind in ("Agg", "Over", "Rolling")
        or (kind not in (*NO_TREES, "Column", "Literal") and aggregates(body))
        for kind, body in tree.items()
    )


def divisors(tree: Any) -> Iterator[Any]:
    """The trees of what is divided by anywhere in it."""
    match tree:
        case {"BinaryExpr": {"op": "TrueDivide" | "FloorDivide" | "Divide" | "Modulus"} as body}:
            yield body["right"]
        case {
            "Function": {
                "function": {"Sql": {"Binary": "Div" | "IntDiv" | "Rem"}},
                "input": [_, divisor],
            }
        }:
            yield divisor
    for one in tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ():
        yield from divisors(one)


def _kinds(tree: Any) -> Iterator[str]:
    """The kinds of all nodes; a function that is not of rows alone is none of them."""
    if isinstance(tree, str):
        yield tree
        return
    kind, body = next(iter(tree.items()))
    yield kind
    if kind == "Function":
        name: Any = body["function"]
        name = name if isinstance(name, str) else next(iter(name.items()))
        if isinstance(name, tuple):
            inner = name[1] if isinstance(name[1], str) else next(iter(name[1] or ()), "")
            name = inner if name[0] == "Boolean" else name[0]
        yield "Function" if name in _OF_ROWS else str(name)
        below = body["input"]
    elif kind in ("BinaryExpr", "Ternary", "Cast"):
        below = [one for name, one in body.items() if name not in NO_TREES]
    else:
        below = []
    for one in below:
        yield from _kinds(one)
