"""Arrow IPC, whose blocks are checked before Polars trusts what they announce.

A reader that believes a damaged length asks for exabytes of memory, which ends the process, or lets
a worker die and takes the rest of the file for empty. The format is described at
https://arrow.apache.org/docs/format/Columnar.html#ipc-file-format; its metadata are FlatBuffers.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import polars as pl

from mmon.config.data import Dataset
from mmon.errors import DataError
from mmon.sources.dtypes import Schema
from mmon.sources.formats import Described, Format, Part

_MAGIC = b"ARROW1"
# Of a Zstandard block that repeats one byte: 128 KB from 4 bytes.
_LARGEST_RATIO = 1 << 16
_DICTIONARY_BATCH, _RECORD_BATCH = 2, 3


class Ipc(Format):
    TITLE = "Arrow IPC"
    SUFFIXES = (".arrow", ".ipc", ".feather")
    MAGIC = (_MAGIC,)

    def describe(self, part: Part, dataset: Dataset, fixed: Schema) -> Described:
        rows = _checked(part) if part.is_local else None
        # Partitions are read from the names of the files, alike for every format.
        options = dict(part.storage) or None
        frame = pl.scan_ipc(part.uri, glob=False, hive_partitioning=False, storage_options=options)
        return Described.typed(part, frame, rows)

    def paths(self, pattern: str, options: dict[str, Any]) -> pl.LazyFrame:
        files = pl.scan_ipc(
            pattern, hive_partitioning=False, include_file_paths="path", storage_options=options
        )
        return files.select("path")


def _checked(part: Part) -> int:
    """The rows that a local file announces, every block and buffer of which lies inside it."""
    rows = 0
    try:
        with Path(part.uri).open("rb") as file:
            for block in _blocks(file):
                rows += _checked_rows(file, *block)
    except (struct.error, IndexError, ValueError, OverflowError) as error:
        raise DataError(
            f"{part.name!r} is not a whole Arrow IPC file, or damaged",
            hint="the file may have been written or copied only in part",
        ) from error
    return rows


class _Table:
    """A table of a FlatBuffer: fields by number, absent ones are 0."""

    def __init__(self, buffer: bytes, place: int) -> None:
        self._buffer = buffer
        self._place = place
        vtable = place - struct.unpack_from("<i", buffer, place)[0]
        (size,) = struct.unpack_from("<H", buffer, vtable)
        self._offsets = struct.unpack_from(f"<{(size - 4) // 2}H", buffer, vtable + 4)

    @classmethod
    def root(cls, buffer: bytes) -> _Table:
        return cls(buffer, struct.unpack_from("<I", buffer)[0])

    def _at(self, field: int) -> int:
        offset = self._offsets[field] if field < len(self._offsets) else 0
        return self._place + offset if offset else 0

    def number(self, field: int, form: str) -> int:
        place = self._at(field)
        return int(struct.unpack_from(form, self._buffer, place)[0]) if place else 0

    def table(self, field: int) -> _Table | None:
        place = self._at(field)
        if not place:
            return None
        return _Table(self._buffer, place + struct.unpack_from("<I", self._buffer, place)[0])

    def structs(self, field: int, form: str) -> Iterator[tuple[int, ...]]:
        place = self._at(field)
        if place:
            place += struct.unpack_from("<I", self._buffer, place)[0]
            (count,) = struct.unpack_from("<I", self._buffer, place)
            for index in range(count):
                yield struct.unpack_from(
                    form, self._buffer, place + 4 + index * struct.calcsize(form)
                )


def _blocks(file: IO[bytes]) -> list[tuple[int, int, int]]:
    """Offset, bytes of metadata and bytes of body of every block."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(size - 10, 0))
    end = file.read()
    (length,) = struct.unpack_from("<i", end)
    if end[4:] != _MAGIC or not 0 < length <= size - 18:
        raise ValueError("footer")
    file.seek(size - 10 - length)
    footer = _Table.root(file.read(length))
    found = []
    for field in (_DICTIONARY_BATCH, _RECORD_BATCH):
        for offset, metadata, _, body in footer.structs(field, "<qiiq"):
            if min(offset, metadata, body) < 0 or offset + metadata + body > size - length - 10:
                raise ValueError("block")
            found.append((offset, metadata, body))
    return found


def _checked_rows(file: IO[bytes], offset: int, metadata: int, body: int) -> int:
    """The rows of a block; those of a dictionary are none."""
    file.seek(offset)
    raw = file.read(metadata)
    # Before version 0.15 of the format, no mark preceded the length.
    start = 8 if raw.startswith(b"\xff\xff\xff\xff") else 4
    message = _Table.root(raw[start:])
    kind = message.number(1, "<B")
    batch = message.table(2)
    if kind == _DICTIONARY_BATCH and batch is not None:
        batch = batch.table(1)
    if kind not in (_DICTIONARY_BATCH, _RECORD_BATCH) or batch is None:
        raise ValueError("message")
    rows = batch.number(0, "<q")
    if rows < 0 or message.number(3, "<q") != body:
        raise ValueError("length")
    if any(length < 0 or not 0 <= nulls <= length for length, nulls in batch.structs(1, "<qq")):
        raise ValueError("column")
    is_compressed = batch.table(3) is not None
    for place, length in batch.structs(2, "<qq"):
        if place < 0 or length < 0 or place + length > body:
            raise ValueError("buffer")
        if is_compressed and length:
            file.seek(offset + metadata + place)
            (unpacked,) = struct.unpack("<q", file.read(8))
            if not -1 <= unpacked <= length * _LARGEST_RATIO:
                raise ValueError("compressed buffer")
    return rows if kind == _RECORD_BATCH else 0
