"""Takes a profile apart into plain JSON and arrays, and puts it together again.

Whatever a profile is made of is found from the annotations of its dataclasses, so that a new part
of it is stored, and checked when it is read, without another line here.
"""

from __future__ import annotations

import base64
import dataclasses
import enum
import functools
import hashlib
import json
import math
import typing
import zlib
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mmon import records
from mmon.profiles.distributions.vectors import series_of
from mmon.records import Count, require

R = TypeVar("R")
Stored = NDArray[Any] | pl.Series
"""Numbers (n,) of int64 or float64, or labels; of a series, some may be missing."""


def encode(record: Any) -> tuple[dict[str, Any], list[Stored]]:
    """A dataclass as JSON types and the arrays that these refer to by position."""
    arrays: list[Stored] = []
    body: dict[str, Any] = _encoded(record, arrays)
    return body, arrays


def decode(body: Mapping[str, Any], arrays: Sequence[Stored], kind: type[R]) -> R:
    """The record of that type that `encode` took apart.

    Raises
    ------
    MisfitError
        When ``body`` is none, or one whose parts do not fit together.
    """

    def special(hint: Any) -> records.Read | None:
        if hint is pl.Series:
            return functools.partial(_series, arrays=arrays)
        if typing.get_origin(hint) is np.ndarray:
            kind = typing.get_args(typing.get_args(hint)[1])[0]
            return functools.partial(_array, kind=kind, arrays=arrays)
        return None

    record: R = records.reader(kind, special)(body)
    return record


def to_bytes(record: Any) -> bytes:
    """A small dataclass as compressed JSON, the same for the same values."""
    return zlib.compress(_text(record))


def digest(record: Any) -> str:
    """``sha256:`` and a digest of a dataclass, or rows of them: the same for the same values."""
    return f"sha256:{hashlib.sha256(_text(record)).hexdigest()}"


def _text(record: Any) -> bytes:
    body, arrays = encode(record)
    stored = [one.to_list() if isinstance(one, pl.Series) else _written(one) for one in arrays]
    return json.dumps([body, stored], separators=(",", ":")).encode()


def from_bytes(data: bytes, kind: type[R]) -> R:
    """The dataclass of that type that `to_bytes` wrote.

    Raises
    ------
    MisfitError
        When it is none.
    """
    try:
        body, stored = json.loads(zlib.decompress(data))
        arrays = [pl.Series(one) if isinstance(one, list) else _read(one) for one in stored]
    except (zlib.error, ValueError, KeyError, TypeError) as error:
        raise records.MisfitError("is damaged") from error
    return decode(body, arrays, kind)


def _written(array: NDArray[Any]) -> dict[str, str]:
    bits = array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes()
    return {"kind": array.dtype.kind, "bits": base64.b64encode(bits).decode()}


def _read(stored: Mapping[str, str]) -> NDArray[Any]:
    bits = base64.b64decode(stored["bits"])
    return np.frombuffer(bits, dtype="<f8" if stored["kind"] == "f" else "<i8")


def _encoded(value: Any, arrays: list[Stored]) -> Any:
    if isinstance(value, Mapping):
        return {str(_encoded(k, arrays)): _encoded(v, arrays) for k, v in value.items()}
    if isinstance(value, tuple | list):
        return [_encoded(item, arrays) for item in value]
    if isinstance(value, pl.Series) and isinstance(value.dtype, pl.Array):
        # A missing vector is one of numbers that are none.
        value = value.to_numpy()
    if isinstance(value, np.ndarray | pl.Series):
        arrays.append(_flat(value))
        return {"array": len(arrays) - 1, "shape": list(value.shape)}
    if isinstance(value, enum.Enum):
        return value.value
    if dataclasses.is_dataclass(value):
        names = (field.name for field in dataclasses.fields(value))
        return {name: _encoded(getattr(value, name), arrays) for name in names}
    return value.item() if isinstance(value, np.generic) else value


def _flat(array: Stored) -> Stored:
    if isinstance(array, pl.Series):
        return array if array.dtype in (pl.Float64, pl.Int64) else array.cast(pl.String)
    flat = array.ravel()
    if flat.dtype.kind == "f":
        return flat.astype(np.float64)
    # Keys use all 64 bits: their pattern is kept, not their value.
    return flat.view(np.int64) if flat.dtype == np.uint64 else flat.astype(np.int64)


@dataclasses.dataclass(frozen=True, slots=True)
class _Place:
    """Which array stands somewhere, and in which shape."""

    array: Count
    shape: tuple[Count, ...]


_place = records.reader(_Place)


def _series(body: Any, arrays: Sequence[Stored]) -> pl.Series:
    found, shape = _stored(body, arrays)
    require(len(shape) in (1, 2), "is no row of values")
    if len(shape) == 1:
        return pl.Series(found)
    require(not isinstance(found, pl.Series) or found.dtype == pl.Float64, "holds no vectors")
    return series_of(np.asarray(found).reshape(shape).astype(np.float32))


def _array(body: Any, kind: Any, arrays: Sequence[Stored]) -> NDArray[Any]:
    found, shape = _stored(body, arrays)
    if isinstance(found, pl.Series):
        require(found.dtype.is_numeric() and not found.null_count(), "lacks some of its numbers")
        found = found.to_numpy()
    wanted = found.dtype if kind is Any else np.dtype(kind)
    require((found.dtype.kind == "f") == (wanted.kind == "f"), f"holds no numbers of {wanted}")
    if wanted == np.uint64:
        return found.view(np.uint64).reshape(shape)
    array = found.astype(wanted, copy=False)
    require(wanted == found.dtype or (array == found).all(), f"holds numbers beyond {wanted}")
    return array.reshape(shape)


def _stored(body: Any, arrays: Sequence[Stored]) -> tuple[Stored, tuple[int, ...]]:
    place: _Place = _place(body)
    require(place.array < len(arrays), "is an array that is not there")
    found = arrays[place.array]
    is_whole = math.prod(place.shape) == len(found)
    require(is_whole, f"has {len(found)} items, not those of {list(place.shape)}")
    return found, place.shape
