"""Expressions as trees of what JSON has, which can be looked into and changed."""

from __future__ import annotations

import io
import json
from typing import Any

import polars as pl


def to_tree(expression: pl.Expr) -> Any:
    """The nodes of an expression: each is a name, or an object of its kind and what it is of."""
    return json.loads(expression.meta.serialize(format="json"))


def from_tree(tree: Any) -> pl.Expr:
    """The expression that such a tree stands for."""
    return pl.Expr.deserialize(io.StringIO(json.dumps(tree)), format="json")
