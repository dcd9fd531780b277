"""Reads a Polars expression from a text: nothing of it is executed but what a list here names.

The text is parsed as Python, and every name, method and operator of it is looked up in a list, so
that a configuration can compute and do nothing else.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any

import polars as pl
from polars.exceptions import PolarsError

from mmon.errors import ConfigError, closest

_FUNCTIONS = (
    *("col", "lit", "when", "len", "coalesce", "all_horizontal", "any_horizontal"),
    *("sum_horizontal", "min_horizontal", "max_horizontal", "mean_horizontal"),
)
_TYPES = (
    *("Float64", "Float32", "Int64", "Int32", "Int16", "Int8", "UInt64", "UInt32", "UInt16"),
    *("UInt8", "Boolean", "String", "Date", "Datetime"),
)
_METHODS = (
    *("mean", "sum", "count", "len", "min", "max", "std", "var", "filter", "drop_nulls"),
    *("then", "when", "otherwise", "cast", "abs", "sqrt", "log", "log10", "log1p", "exp", "pow"),
    *("round", "floor", "ceil", "clip", "sign", "is_null", "is_not_null", "is_nan", "is_not_nan"),
    *("is_finite", "is_infinite", "is_in", "is_between", "not_", "fill_null", "fill_nan", "eq"),
    *("ne", "gt", "ge", "lt", "le", "eq_missing", "ne_missing", "median", "quantile", "n_unique"),
    *("over", "alias"),
    *("len_chars", "len_bytes", "contains", "starts_with", "ends_with", "to_lowercase"),
    *("to_uppercase", "strip_chars", "hour", "weekday", "day", "month", "year", "minute", "second"),
    *("date", "total_seconds", "total_hours", "total_days", "total_minutes"),
)
_NAMESPACES = ("str", "dt")
_OPERATORS: dict[type, Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
    ast.BitXor: operator.xor,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Invert: operator.invert,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_MOST = 10_000
_NO_WORDS = "and, or, not, in and chains are written &, |, ~, is_in"
_HINT = "write it as pl.col('refund').mean(), with the operators and methods of Polars expressions"


def expression_of(text: str) -> pl.Expr:
    """The expression that a text such as ``(pl.col('refund') > 0).mean()`` stands for.

    `ConfigError` where it is none, or names what is not on the lists of this module.
    """
    if len(text) > _MOST:
        raise ConfigError(f"it is longer than {_MOST:,} characters", hint=_HINT)
    try:
        found = _value(ast.parse(text.strip(), mode="eval").body)
    except SyntaxError as error:
        raise ConfigError(f"it is no Python: {error.msg}", hint=_HINT) from None
    except (PolarsError, TypeError, ValueError, ArithmeticError, RecursionError) as error:
        why = (str(error).splitlines() or [type(error).__name__])[0]
        raise ConfigError(f"it is no Polars expression: {why}", hint=_HINT) from None
    if not isinstance(found, pl.Expr):
        raise ConfigError("it is no Polars expression", hint=_HINT)
    return found


def _value(node: ast.expr) -> Any:
    if isinstance(node, ast.BinOp | ast.UnaryOp | ast.Compare):
        return _computed(node)
    match node:
        case ast.Constant(value=bool() | int() | float() | str() | None as value):
            return value
        case ast.List(elts=items) | ast.Tuple(elts=items):
            return [_value(one) for one in items]
        case ast.Attribute(value=ast.Name(id="pl"), attr=name):
            if name in _TYPES:
                return getattr(pl, name)
        case ast.Call():
            return _called(node)
        case ast.BoolOp():
            raise ConfigError(_NO_WORDS, hint=_HINT)
    shown = ast.unparse(node)
    raise ConfigError(f"{shown[:60]!r} has no place in an expression", hint=_HINT)


def _computed(node: ast.BinOp | ast.UnaryOp | ast.Compare) -> Any:
    """What an operator makes."""
    kind: type
    operands: list[ast.expr]
    match node:
        case ast.BinOp(left=left, op=op, right=right):
            kind, operands = type(op), [left, right]
        case ast.UnaryOp(op=op, operand=operand):
            kind, operands = type(op), [operand]
        case ast.Compare(left=left, ops=ops, comparators=rights):
            kind, operands = type(ops[0]), [left, *rights]
    if kind not in _OPERATORS or len(operands) > 2:
        raise ConfigError(_NO_WORDS, hint=_HINT)
    return _OPERATORS[kind](*map(_operand, operands))


def _operand(node: ast.expr) -> Any:
    """What an operator is of: numbers alone could be made endless by powers."""
    found = _value(node)
    return pl.lit(found) if isinstance(found, int | float | str) else found


def _called(node: ast.Call) -> Any:
    arguments = [_value(one) for one in node.args]
    if any(one.arg is None for one in node.keywords):
        raise ConfigError("**options have no place in an expression", hint=_HINT)
    options = {one.arg: _value(one.value) for one in node.keywords if one.arg is not None}
    known: tuple[str, ...]
    owner: Any
    match node.func:
        case ast.Attribute(value=ast.Name(id="pl"), attr=name):
            known, owner = _FUNCTIONS, pl
        case ast.Attribute(value=ast.Attribute(value=inner, attr=space), attr=name) if (
            space in _NAMESPACES
        ):
            known, owner = _METHODS, getattr(_value(inner), space)
        case ast.Attribute(value=inner, attr=name):
            known, owner = _METHODS, _value(inner)
        case _:
            raise ConfigError(f"{ast.unparse(node.func)[:60]!r} cannot be called", hint=_HINT)
    if name not in known or not hasattr(owner, name):
        raise ConfigError(f"there is no {name!r} in expressions", hint=closest(name, known, _HINT))
    return getattr(owner, name)(*arguments, **options)
