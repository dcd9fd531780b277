"""Takes a profile apart into plain JSON and arrays, and puts it together again.

Whatever a profile is made of is found from the annotations of its dataclasses, so that a new part
of it is stored without another line here.
"""

from __future__ import annotations

import dataclasses
import enum
import functools
import typing
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mmon.profiles.table import Profile

Stored = NDArray[Any] | pl.Series
"""Numbers (n,) of int64 or float64, or labels."""


def encode(profile: Profile) -> tuple[dict[str, Any], list[Stored]]:
    """A profile as JSON types and the arrays that these refer to by position."""
    arrays: list[Stored] = []
    body: dict[str, Any] = _encoded(profile, arrays)
    return body, arrays


def decode(body: Mapping[str, Any], arrays: Sequence[Stored]) -> Profile:
    """The profile that `encode` took apart.

    Raises
    ------
    KeyError, TypeError, ValueError, IndexError
        When ``body`` is no encoded profile.
    """
    profile = _decoded(body, arrays)
    if not isinstance(profile, Profile):
        raise TypeError("not a profile")
    return profile


def _encoded(value: Any, arrays: list[Stored]) -> Any:
    if isinstance(value, Mapping):
        return {"$map": [[_encoded(k, arrays), _encoded(v, arrays)] for k, v in value.items()]}
    if isinstance(value, tuple | list):
        return [_encoded(item, arrays) for item in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
        encoded = {name: _encoded(item, arrays) for name, item in fields.items()}
        return {"$type": type(value).__name__, **encoded}
    return _encoded_leaf(value, arrays)


def _encoded_leaf(value: Any, arrays: list[Stored]) -> Any:
    if isinstance(value, np.ndarray):
        arrays.append(_flat(value))
        return {"$array": len(arrays) - 1, "dtype": value.dtype.str, "shape": list(value.shape)}
    if isinstance(value, pl.Series):
        arrays.append(value.cast(pl.String))
        return {"$labels": len(arrays) - 1}
    if isinstance(value, enum.Enum):
        return {"$enum": type(value).__name__, "value": value.value}
    return value.item() if isinstance(value, np.generic) else value


def _flat(array: NDArray[Any]) -> NDArray[Any]:
    flat = array.ravel()
    if flat.dtype.kind == "f":
        return flat.astype(np.float64)
    # Keys use all 64 bits: their pattern is kept, not their value.
    return flat.view(np.int64) if flat.dtype == np.uint64 else flat.astype(np.int64)


def _decoded(body: Any, arrays: Sequence[Stored]) -> Any:
    if isinstance(body, list):
        return tuple(_decoded(item, arrays) for item in body)
    if not isinstance(body, Mapping):
        return body
    if "$map" in body:
        return {_decoded(key, arrays): _decoded(item, arrays) for key, item in body["$map"]}
    if "$type" in body:
        fields = {name: _decoded(item, arrays) for name, item in body.items() if name != "$type"}
        return _kinds()[body["$type"]](**fields)
    return _decoded_leaf(body, arrays)


def _decoded_leaf(body: Mapping[str, Any], arrays: Sequence[Stored]) -> Any:
    if "$array" in body:
        return _array(arrays[body["$array"]], np.dtype(body["dtype"]), body["shape"])
    if "$labels" in body:
        return arrays[body["$labels"]]
    return _kinds()[body["$enum"]](body["value"])


def _array(stored: Stored, dtype: np.dtype[Any], shape: list[int]) -> NDArray[Any]:
    flat = stored.to_numpy() if isinstance(stored, pl.Series) else stored
    flat = flat.view(np.uint64) if dtype == np.uint64 else flat.astype(dtype, copy=False)
    return flat.reshape(shape)


@functools.cache
def _kinds() -> dict[str, Any]:
    """Every dataclass and enumeration that a profile may be made of, by name."""
    found: dict[str, Any] = {}
    waiting: list[Any] = [Profile]
    while waiting:
        kind = waiting.pop()
        if isinstance(kind, type) and dataclasses.is_dataclass(kind):
            if kind in found.values():
                continue
            found[kind.__name__] = kind
            waiting += typing.get_type_hints(kind).values()
        elif isinstance(kind, type) and issubclass(kind, enum.Enum):
            found[kind.__name__] = kind
        waiting += typing.get_args(kind)
    return found
