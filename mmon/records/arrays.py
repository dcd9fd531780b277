"""The arrays that numeric code passes on, by what stands in them."""

from __future__ import annotations

import dataclasses
from typing import Any, TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

T = TypeVar("T")

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


def taken(record: T, rows: slice | NDArray[np.uint32]) -> T:
    """A dataclass with the given rows of each of its arrays and series, in the given order."""
    own: Any = record
    values = {field.name: getattr(own, field.name) for field in dataclasses.fields(own)}
    arrays = {
        name: value[rows]
        for name, value in values.items()
        if isinstance(value, np.ndarray | pl.Series)
    }
    whole: T = dataclasses.replace(own, **arrays)
    return whole


def dot(a: NDArray[Any], b: NDArray[Any]) -> float:
    """The sum of the products of two (n,) arrays, the same one in every process.

    That of ``np.dot`` depends on how many threads OpenBLAS has, and they spin beside ours.
    """
    return float(np.einsum("i,i->", a, b))


def mixed(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Numbers whose bits all depend on all bits: the finaliser of splitmix64.

    Steele, Lea and Flood, *Fast splittable pseudorandom number generators*, OOPSLA 2014.
    """
    found = numbers ^ (numbers >> np.uint64(30))
    found *= np.uint64(0xBF58476D1CE4E5B9)
    found ^= found >> np.uint64(27)
    found *= np.uint64(0x94D049BB133111EB)
    found ^= found >> np.uint64(31)
    return found
