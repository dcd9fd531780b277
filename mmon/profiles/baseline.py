"""A profile on disk: a versioned Parquet file, fit to be kept beside a model.

It holds raw rows only where the profile does, which `mmon baseline --sample` asks for.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
from pathlib import Path
from typing import Any

import polars as pl
from polars.exceptions import PanicException, PolarsError

from mmon.errors import BaselineError
from mmon.files import replacing
from mmon.profiles.activity.identities import STORED_IDS, Identities
from mmon.profiles.codec import Stored, decode, encode
from mmon.profiles.merging import changed
from mmon.profiles.table import Profile
from mmon.records import MisfitError, require
from mmon.texts.redaction import mask_uri

FORMAT_VERSION = 11
SUFFIX = ".mmon"
_HEADER = "mmon.baseline"
# The checksum stands in the file itself, and was made while these zeros stood in its place.
_SEAL = "mmon.checksum"
_UNSEALED = "sha256:" + "0" * 64
_SEALED = re.compile(rb"mmon\.checksum..(sha256:[0-9a-f]{64})", re.DOTALL)
_MAKE = "make one with: mmon baseline DATA -o FILE"
_REMAKE = "make it again with: mmon baseline DATA -o FILE"
_FAILURES = (OSError, PolarsError, PanicException, ValueError, KeyError, TypeError, RecursionError)
_SCHEMA: dict[str, Any] = {
    "array": pl.Int32,
    "float": pl.Float64,
    "integer": pl.Int64,
    "label": pl.String,
}


def save(profile: Profile, path: Path) -> None:
    """Write a profile as a baseline file, atomically.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    data = packed(profile)
    with replacing(path) as temporary:
        temporary.write_bytes(data)


def packed(profile: Profile) -> bytes:
    """What a baseline file of the profile holds."""
    # The hashes of ids only further rows would need.
    body, arrays = encode(changed(profile, Identities, lambda one: one.stored(STORED_IDS)))
    kinds = [_kind(array) for array in arrays]
    frames = [
        pl.DataFrame({kind: array}, schema={kind: _SCHEMA[kind]}).with_columns(
            pl.lit(index, dtype=_SCHEMA["array"]).alias("array")
        )
        for index, (kind, array) in enumerate(zip(kinds, arrays, strict=True))
    ]
    table = pl.concat([pl.DataFrame(schema=_SCHEMA), *frames], how="diagonal")
    header = {"format_version": FORMAT_VERSION, "arrays": kinds, "profile": body}
    written = io.BytesIO()
    table.write_parquet(written, metadata={_HEADER: json.dumps(header), _SEAL: _UNSEALED})
    return sealed(written.getvalue())


def load(path: str | Path) -> Profile:
    """Read a baseline file.

    Raises
    ------
    BaselineError
        When the file is damaged, is no baseline, or is of another format.
    """
    name = mask_uri(str(path))
    return _unpacked(*_opened(str(path), name), name)


def unpacked(data: bytes, name: str) -> Profile:
    """The profile in what `packed` made; messages call it ``name``.

    Raises
    ------
    BaselineError
        When it is damaged, or of another format.
    """
    return _unpacked(*_checked(data, name), name)


def _unpacked(file: str | io.BytesIO, is_sealed: bool, name: str) -> Profile:
    try:
        text = pl.read_parquet_metadata(file).get(_HEADER)
    except _FAILURES as error:
        raise BaselineError(f"{name} is not a readable baseline", hint=_MAKE) from error
    if text is None:
        raise BaselineError(f"{name} is a Parquet file but not a baseline", hint=_MAKE)
    try:
        header = json.loads(text)
        _check_version(header["format_version"], name)
        require(is_sealed, "has lost its checksum")
        return decode(header["profile"], _arrays(header["arrays"], file), Profile)
    except MisfitError as error:
        raise BaselineError(f"the baseline {name} is damaged: {error}", hint=_REMAKE) from error
    except _FAILURES as error:
        raise BaselineError(f"the baseline {name} is damaged", hint=_REMAKE) from error


def sealed(data: bytes) -> bytes:
    """A file's bytes with their checksum in the place that is kept for it."""
    before, _, after = data.rpartition(_UNSEALED.encode())
    return before + _checksum(data) + after


def _checksum(data: bytes) -> bytes:
    return b"sha256:" + hashlib.sha256(data).hexdigest().encode()


def _opened(path: str, name: str) -> tuple[str | io.BytesIO, bool]:
    """What Polars reads a baseline from, and whether it is known to be as it was written."""
    if "://" in path:
        return path, True  # stores keep checksums of their own, and hand out parts of files
    try:
        data = Path(path).read_bytes()
    except FileNotFoundError as error:
        raise BaselineError(f"there is no file {path!r}", hint=_MAKE) from error
    except (OSError, ValueError) as error:
        raise BaselineError(f"{name} is not a readable baseline", hint=_MAKE) from error
    return _checked(data, name)


def _checked(data: bytes, name: str) -> tuple[io.BytesIO, bool]:
    """A file's bytes, and whether they are known to be as they were written."""
    *_, last = [None, *_SEALED.finditer(data)]
    if last is not None:
        start, end = last.span(1)
        if _checksum(data[:start] + _UNSEALED.encode() + data[end:]) != last[1]:
            raise BaselineError(
                f"the baseline {name} is damaged: its checksum is not that of its content",
                hint=_REMAKE,
            )
    return io.BytesIO(data), last is not None


def _check_version(version: Any, name: str) -> None:
    require(type(version) is int, "has no format version")
    if version > FORMAT_VERSION:
        raise BaselineError(
            f"{name} has baseline format {version}; this mmon reads up to {FORMAT_VERSION}",
            hint="upgrade mmon, or make the baseline again with this one",
        )
    if version < FORMAT_VERSION:
        raise BaselineError(
            f"{name} has baseline format {version}; this mmon reads {FORMAT_VERSION}", hint=_REMAKE
        )


def _arrays(kinds: Any, file: str | io.BytesIO) -> list[Stored]:
    """The arrays of a file, the kinds of which its header lists."""
    require(isinstance(kinds, list) and {*kinds} <= _SCHEMA.keys(), "has unknown arrays")
    table = pl.read_parquet(file)
    require(table.schema == _SCHEMA, "has other columns")
    parts = table.partition_by("array", as_dict=True, include_key=False)
    return [parts.get((index,), table.clear())[kind] for index, kind in enumerate(kinds)]


def is_baseline(path: str | Path) -> bool:
    """Whether a path names a baseline file, by its suffix."""
    return str(path).endswith(SUFFIX)


def _kind(array: Stored) -> str:
    """The column of the file's table that holds an array."""
    if isinstance(array, pl.Series):
        is_text = not array.dtype.is_numeric()
        return "label" if is_text else "float" if array.dtype.is_float() else "integer"
    return "float" if array.dtype.kind == "f" else "integer"
