"""Unpacks compressed text, and keeps on disk what several passes read."""

from __future__ import annotations

import bz2
import dataclasses
import errno
import gzip
import lzma
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import polars as pl

from mmon.errors import DataError
from mmon.sources.errors import reading
from mmon.sources.formats import Part
from mmon.sources.spool import kept, temporary

# What compressed text begins with, and what opens it; None where only Polars does.
_PACKED: Mapping[bytes, Callable[[Path], Any] | None] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ\x00": lzma.open,
    b"\x28\xb5\x2f\xfd": None,
}
_FAILURES = (OSError, EOFError, zlib.error, lzma.LZMAError)
_HEAD_BYTES = 4096


def is_packed(head: bytes) -> bool:
    """Whether data that begins so is compressed."""
    return head.startswith(tuple(_PACKED))


def head_of(path: Path) -> tuple[bytes, bytes | None]:
    """The first bytes of a file, and those of what it holds; None where these are unknown."""
    with path.open("rb") as file:
        raw = file.read(_HEAD_BYTES)
    if not is_packed(raw):
        return raw, raw
    opener = _opener(raw)
    try:
        if opener is not None:
            with opener(path) as file:
                return raw, bytes(file.read(_HEAD_BYTES))
    except _FAILURES:
        pass
    return raw, None


def plain(part: Part) -> Part:
    """A part of text itself when it is a plain local file, or a local copy of it.

    Types are found and rows are counted in several passes, which then read the same bytes.

    Raises
    ------
    DataError
        When it cannot be read or unpacked.
    """
    path, opener = Path(part.uri), None
    if part.is_local:
        with reading(part.name), path.open("rb") as file:
            head = file.read(6)
        if not is_packed(head):
            return part
        opener = _opener(head)
    try:
        if opener is not None:
            with opener(path) as source:
                copy = kept(source, path.stem)
        else:
            copy = temporary(path.stem)
            with reading(part.name):
                lines = pl.scan_lines(
                    part.uri, glob=False, storage_options={**part.storage} or None
                )
                lines.sink_csv(copy, include_header=False, quote_style="never")
    except _FAILURES as error:
        if getattr(error, "errno", None) == errno.ENOSPC:
            raise DataError(
                f"{part.name!r} cannot be unpacked: the disk is full", hint="free some space"
            ) from error
        raise DataError(
            f"{part.name!r} is compressed and cut off or damaged",
            hint="the file may have been written or copied only in part",
        ) from error
    return dataclasses.replace(part, uri=str(copy), storage={})


def _opener(head: bytes) -> Callable[[Path], Any] | None:
    return next(opener for magic, opener in _PACKED.items() if head.startswith(magic))
