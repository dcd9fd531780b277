"""Whole numbers that do not wrap: 200 + 100 in 8 bits would be 44, and nobody would be told.

Everything whole is made 64 bits wide before it is computed with, and 128 where it has no sign and
64 bits. Where even these do not suffice is found by computing with floats, too.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Mapping
from typing import Any

import polars as pl

from mmon.profiles.formulas.trees import from_tree, to_tree

_NARROW = (pl.Int8, pl.Int16, pl.Int32, pl.UInt8, pl.UInt16, pl.UInt32)
# What can leave the range of the numbers that it is of.
_ARITHMETIC = {
    *("Plus", "Minus", "Multiply", "FloorDivide", "Add", "Sub", "Mul", "IntDiv", "Neg"),
    *("Negate", "Abs", "Pow", "SumHorizontal"),
}
# Floats round: what is so near to the end of the range counts as beyond it.
_NEARLY = 1.0 - 1e-9


def widened(
    expression: pl.Expr, schema: Mapping[str, pl.DataType]
) -> tuple[pl.Expr, pl.Expr | None]:
    """The expression in wide whole numbers, and of which rows it is beyond these.

    The latter is None where that cannot be. `PolarsError` where it cannot be computed at all.
    """
    tree, beyond = _Widening(schema).of(to_tree(expression))
    return from_tree(tree), beyond


class _Widening:
    """What makes expressions over some columns wide."""

    def __init__(self, schema: Mapping[str, pl.DataType]) -> None:
        self._frame = pl.LazyFrame(schema=dict(schema))

    def of(self, node: Any) -> tuple[Any, pl.Expr | None]:
        """A node in wide numbers, and where it is beyond them."""
        kind: str = next(iter(node)) if isinstance(node, dict) else ""
        if kind == "Column":
            return self._wide(node), None
        if kind == "Ternary":
            return self._chosen(node[kind])
        if kind == "Alias":
            return self.of(node[kind][0])
        if kind not in ("BinaryExpr", "Function", "Cast"):
            return node, None
        body = node[kind]
        names = {"BinaryExpr": ("left", "right"), "Cast": ("expr",)}.get(kind)
        found = [self.of(one) for one in (body["input"] if names is None else map(body.get, names))]
        below = [tree for tree, _ in found]
        beyond = [where for _, where in found if where is not None]
        node = _with(node, below)
        if _operation(node) in ("Div", "TrueDivide") and self._dtype(node).is_decimal():
            # Decimals raise when they are divided by 0; floats tell of which rows.
            node = _with(node, [_cast(one, "Float64") for one in below])
        elif _operation(node) in _ARITHMETIC and self._dtype(node).is_integer():
            node = _with(node, [self._wide(one, is_operand=True) for one in below])
            in_floats = from_tree(_with(node, [_cast(one, "Float64") for one in below]))
            most = 2.0 ** (127 if self._dtype(node) == pl.Int128 else 63) * _NEARLY
            is_beyond = in_floats.abs() >= most
            if _operation(node) in ("FloorDivide", "IntDiv"):
                # By 0 it is missing, as whole numbers have it.
                is_beyond &= in_floats.is_finite()
            beyond.append(is_beyond.fill_null(value=False))
        return self._wide(node), functools.reduce(operator.or_, beyond) if beyond else None

    def _chosen(self, body: dict[str, Any]) -> tuple[Any, pl.Expr | None]:
        """A choice, of which only what is chosen can be beyond."""
        found = {name: self.of(one) for name, one in body.items()}
        node = self._wide({"Ternary": {name: tree for name, (tree, _) in found.items()}})
        if all(where is None for _, where in found.values()):
            return node, None
        no = pl.lit(value=False)
        condition, yes, other = (
            no if where is None else where
            for where in (found[name][1] for name in ("predicate", "truthy", "falsy"))
        )
        chosen = pl.when(from_tree(found["predicate"][0])).then(yes).otherwise(other)
        return node, condition | chosen

    def _wide(self, node: Any, *, is_operand: bool = False) -> Any:
        """A node whose value is wide where it is whole, as are truths that are added up."""
        dtype = self._dtype(node)
        if dtype == pl.UInt64:
            return _cast(node, "Int128")
        is_narrow = dtype in _NARROW or (is_operand and dtype == pl.Boolean)
        return _cast(node, "Int64") if is_narrow else node

    def _dtype(self, node: Any) -> pl.DataType:
        return self._frame.select(from_tree(node).alias("it")).collect_schema()["it"]


def _operation(node: dict[str, Any]) -> str:
    """The name of an operator or a function, in SQL's way or that of Polars."""
    kind, body = next(iter(node.items()))
    name: Any = body.get("op") if kind == "BinaryExpr" else body.get("function", "")
    while isinstance(name, dict):
        inner = next(iter(name.items()))
        name = inner[1] if inner[0] in ("Sql", "Binary", "Unary") else inner[0]
    return str(name)


def _with(node: dict[str, Any], below: list[Any]) -> dict[str, Any]:
    """The same node of other operands."""
    kind, body = next(iter(node.items()))
    if kind == "BinaryExpr":
        return {kind: {**body, "left": below[0], "right": below[1]}}
    return {kind: {**body, **({"expr": below[0]} if kind == "Cast" else {"input": below})}}


def _cast(node: Any, dtype: str) -> Any:
    return {"Cast": {"expr": node, "dtype": {"Literal": dtype}, "options": "Strict"}}
