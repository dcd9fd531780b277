"""A formula over columns, taken apart: what is summed of every row, and what is made of the sums.

``sum(refund) / sum(price)`` sums two columns, and divides. Whatever stands inside an aggregate is
looked at row by row; whatever stands around it is computed once, of the aggregates' values. So the
sums of batches, windows and files add up, and the number follows from them.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
from typing import Any, Literal

import polars as pl
from polars.exceptions import PolarsError

from mmon.errors import ConfigError
from mmon.profiles.formulas.row_wise import NO_TREES, divisors, is_of_row
from mmon.profiles.formulas.trees import from_tree, to_tree
from mmon.profiles.formulas.widened import widened
from mmon.profiles.formulas.written import HINT, Way, read

LeafKind = Literal["mean", "sum", "count", "rows", "min", "max", "std", "var"]

_AGGREGATES: dict[str, LeafKind] = {
    **{"Mean": "mean", "Sum": "sum", "Count": "count"},
    **{"Min": "min", "Max": "max", "Std": "std", "Var": "var"},
}

_MISSING = {"Literal": {"Scalar": {"Null": "Null"}}}


@dataclasses.dataclass(frozen=True, slots=True)
class Leaf:
    """One aggregate of a formula.

    Attributes
    ----------
    kind : LeafKind
    place : int or None
        Which of the formula's inputs it is of; None counts rows.
    ddof : int
        What a variance's divisor is less than the rows.
    """

    kind: LeafKind
    place: int | None = None
    ddof: int = 1


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Formula:
    """A formula, taken apart.

    Attributes
    ----------
    key : str
        By which profiles know it: the same for the same formula.
    inputs : tuple of pl.Expr
        What is looked at of each row.
    leaves : tuple of Leaf
    top : pl.Expr
        The number, of the leaves' values, which stand in the columns ``0``, ``1``, …
    divisors : tuple of pl.Expr
        What is divided by in it.
    where : pl.Expr or None
        Which rows are looked at.
    columns : tuple of str
        All that are read.
    """

    key: str
    inputs: tuple[pl.Expr, ...]
    leaves: tuple[Leaf, ...]
    top: pl.Expr
    divisors: tuple[pl.Expr, ...]
    where: pl.Expr | None
    columns: tuple[str, ...]

    @property
    def is_mean(self) -> bool:
        """Whether it is the mean of one input, and nothing else."""
        is_bare = self.top.meta.is_column() and len(self.leaves) == 1
        return is_bare and self.leaves[0].kind == "mean"

    @property
    def has_extremes(self) -> bool:
        """Whether a smallest or largest value has a part in it."""
        return any(leaf.kind in ("min", "max") for leaf in self.leaves)

    @property
    def squares(self) -> tuple[int, ...]:
        """The inputs whose squares are summed, too."""
        return tuple(sorted({x.place or 0 for x in self.leaves if x.kind in ("std", "var")}))


def formula_of(text: str, where: str | None, way: Way) -> Formula:
    """The formula that a text stands for, of the rows for which another is true.

    `ConfigError` where it is none, or cannot be added up over batches of rows.
    """
    parts = _Parts()
    top = parts.above(to_tree(read(text, way)))
    if not parts.leaves:
        raise ConfigError("it aggregates nothing: it is no number of all rows", hint=HINT)
    of_top = from_tree(top)
    if not is_of_row(of_top, top):
        raise ConfigError("it is no arithmetic of aggregates alone", hint=HINT)
    condition = None if where is None else _condition(read(where, way))
    every = [*parts.inputs.values(), *([] if condition is None else [condition])]
    told = json.dumps([to_tree(one) for one in every] + [top], sort_keys=True)
    return Formula(
        key=hashlib.sha256(told.encode()).hexdigest()[:16],
        inputs=tuple(parts.inputs.values()),
        leaves=tuple(parts.leaves.values()),
        top=_without_wrapping(of_top, len(parts.leaves)),
        divisors=tuple(map(from_tree, divisors(top))),
        where=condition,
        columns=tuple(dict.fromkeys(name for one in every for name in one.meta.root_names())),
    )


def _without_wrapping(top: pl.Expr, leaves: int) -> pl.Expr:
    """The number, infinite where its whole numbers are beyond their range."""
    try:
        wide, beyond = widened(top, {str(place): pl.Float64() for place in range(leaves)})
    except PolarsError:
        # It is told where the number is asked for.
        return top
    return wide if beyond is None else pl.when(beyond).then(math.inf).otherwise(wide)


class _Parts:
    """What a formula's tree is taken apart into."""

    def __init__(self) -> None:
        self.inputs: dict[str, pl.Expr] = {}
        self.leaves: dict[str, Leaf] = {}

    def above(self, node: Any) -> Any:
        """The tree above the aggregates, each of which a column stands for."""
        if isinstance(node, list):
            return [self.above(one) for one in node]
        if node == "Len":
            return self._leaf(Leaf("rows"))
        return self._node(*next(iter(node.items()))) if isinstance(node, dict) else node

    def _node(self, kind: str, body: Any) -> Any:
        if kind == "Cast" and "OfExpr" in body["dtype"]:
            # The sum of a constant, which SQL writes as the constant times the rows.
            return self.above(body["expr"])
        is_count = kind == "Cast" and body["options"] == "NonStrict" and _is_count(body["expr"])
        if is_count or kind == "Alias":
            # Whole numbers would be divided as such: 1 / 2 would be 0.
            return self.above(body["expr"] if is_count else body[0])
        if kind == "Agg":
            return self._aggregate(body)
        if kind == "Column":
            raise ConfigError(f"column {body!r} stands outside of every aggregate", hint=HINT)
        if kind != "Literal":
            _refuse(kind, body)
            parts = body.items()
            body = {name: v if name in NO_TREES else self.above(v) for name, v in parts}
        return {kind: body}

    def _aggregate(self, body: dict[str, Any]) -> Any:
        name, inner = next(iter(body.items()))
        kind = _AGGREGATES.get(name)
        if kind is None:
            raise ConfigError(f"{_words(name)} does not add up over batches of rows", hint=HINT)
        ddof, has_nulls = 1, False
        if isinstance(inner, list):
            inner, ddof = inner
        elif name in ("Count", "Min", "Max"):
            has_nulls, inner = inner.get("include_nulls", False), inner["input"]
        inner = _rows_alone(inner, count=has_nulls)
        expression = from_tree(inner)
        if not is_of_row(expression, inner):
            raise ConfigError(
                f"what {_words(name)} is of is not looked at row by row: {expression}", hint=HINT
            )
        if expression.meta.has_multiple_outputs():
            raise ConfigError(f"{expression} stands for several columns", hint="name one column")
        if kind == "sum" and not expression.meta.root_names():
            # For Polars a constant is one value, however many rows there are.
            kind = "mean"
        told = json.dumps(inner, sort_keys=True)
        self.inputs.setdefault(told, expression)
        return self._leaf(Leaf(kind, list(self.inputs).index(told), ddof))

    def _leaf(self, leaf: Leaf) -> Any:
        self.leaves.setdefault(repr(leaf), leaf)
        return {"Column": str(list(self.leaves).index(repr(leaf)))}


def _is_count(node: Any) -> bool:
    """Whether SQL makes it a whole number: a count, or a sum of truths."""
    return node == "Len" or (isinstance(node, dict) and "Agg" in node)


def _refuse(kind: str, body: Any) -> None:
    """Raise `ConfigError` for what is neither arithmetic nor a function."""
    if kind in ("Over", "Rolling"):
        raise ConfigError("a window function (over) is no number of all rows", hint=HINT)
    if kind == "Function":
        _refuse_names(body["function"])
    elif kind not in ("BinaryExpr", "Ternary", "Cast"):
        raise ConfigError(f"{_words(kind)} is no arithmetic of aggregates", hint=HINT)


def _refuse_names(function: Any) -> None:
    name = function if isinstance(function, str) else next(iter(function), "")
    if name in ("Quantile", "Correlation", "NUnique", "Mode", "NullCount", "ApproxNUnique"):
        raise ConfigError(f"{_words(name)} does not add up over batches of rows", hint=HINT)


def _words(name: str) -> str:
    told = {"NUnique": "count(distinct …)", "Median": "median", "Quantile": "quantile"}
    return told.get(name, name.lower())


def _rows_alone(node: Any, *, count: bool) -> Any:
    """The tree of what is aggregated, a filter as values that are missing."""
    one = {"Literal": {"Dyn": {"Int": 1}}}
    kind: str = next(iter(node)) if isinstance(node, dict) else ""
    body: Any = node[kind] if kind else node
    if kind == "Filter":
        truthy = one if count else _rows_alone(body["input"], count=False)
        return {"Ternary": {"predicate": body["by"], "truthy": truthy, "falsy": _MISSING}}
    if kind == "Function" and body["function"] == "DropNulls" and not count:
        return _rows_alone(body["input"][0], count=False)
    return one if count else node


def _condition(expression: pl.Expr) -> pl.Expr:
    tree = to_tree(expression)
    if not is_of_row(expression, tree):
        raise ConfigError("where: it is no condition on single rows", hint=HINT)
    return expression
